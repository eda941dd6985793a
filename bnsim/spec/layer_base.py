"""The base class of all layer records."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from msgspec import Meta

from bnsim.spec.kind import Kind

Group = Literal["linear", "normalization", "activation", "block", "regularization"]


class LayerBase(Kind, frozen=True, kw_only=True):
    """Base of all layers.

    `group` gives the card's color and the section of the palette. `id` names a layer for as long as it lives, across
    edits; an experiment hands it out (see `bnsim.spec.experiment`), 0 means "not yet".
    """

    group: ClassVar[Group]
    main: ClassVar[str] = ""
    """The one field that is edited on the card; "" if there is none to speak of."""

    id: Annotated[int, Meta(ge=0)] = 0
