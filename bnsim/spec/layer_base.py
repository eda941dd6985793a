"""What every layer record has."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from msgspec import Meta, Struct

Group = Literal["linear", "normalization", "activation", "block", "regularization"]


class LayerBase(Struct, frozen=True, kw_only=True, tag_field="kind", tag=True, forbid_unknown_fields=True):
    """Base of all layers.

    `group` gives the card's color, `formula` and `meaning` its lines in the palette. `id` names a layer for as long
    as it lives, across edits; an experiment hands it out (see `bnsim.spec.experiment`), 0 means "not yet".
    """

    group: ClassVar[Group]
    formula: ClassVar[str]
    meaning: ClassVar[str]
    main: ClassVar[str] = ""
    """The one field that is edited on the card; "" if there is none to speak of."""

    id: Annotated[int, Meta(ge=0)] = 0
