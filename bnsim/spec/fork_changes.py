"""What a fork does otherwise than its source, as records: changes of a stack, and changes of its numbers.

Changes of a stack make another one of it, which is the fork's; they need not be kept. Those of numbers act once, as the
fork's first iteration begins, and are kept in its record.
"""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct

from bnsim.spec.layers import Layer
from bnsim.spec.losses import Loss
from bnsim.spec.training import LaneTraining

Place = int | tuple[int, ...]
"""A layer's index in the stack, or its path into blocks."""


class Change(Struct, frozen=True, tag_field="kind", tag=True, forbid_unknown_fields=True):
    """Base of all changes."""


class MultiplyWeights(Change, frozen=True):
    """W of some Linear layers, by their ids, is multiplied; () for all of them. Biases, γ and β stay."""

    factor: Annotated[float, Meta(gt=0.0)]
    layers: tuple[Annotated[int, Meta(ge=1)], ...] = ()


class SetNumber(Change, frozen=True):
    """One number of a parameter: `key` as `state_dict` of the source has it, `index` into its array."""

    key: Annotated[str, Meta(max_length=200)]
    index: tuple[Annotated[int, Meta(ge=0)], ...]
    value: float


NumberChange = MultiplyWeights | SetNumber
"""What a record of a fork keeps."""


class RemoveLayers(Change, frozen=True):
    """Layers are taken out, at these places."""

    layers: tuple[Place, ...]


class InsertLayer(Change, frozen=True):
    """A layer is put in before the one at index `before` of the stack.

    A BatchNorm begins as the identity, unless one of a fork's is `as_drawn`: then all that are new have γ = 1, β = 0.
    """

    layer: Layer
    before: int
    as_drawn: bool = False


class ReplaceLayer(Change, frozen=True):
    """Another layer stands in the place of one, such as another activation."""

    place: Place
    layer: Layer


class ChangeTraining(Change, frozen=True):
    """What is said in `training` is the fork's own: optimizer, schedule, clip. Another optimizer starts afresh."""

    training: LaneTraining


class ChangeLoss(Change, frozen=True):
    """Another loss."""

    loss: Loss


StackChange = RemoveLayers | InsertLayer | ReplaceLayer | ChangeTraining | ChangeLoss


def number_changes(changes: tuple[Any, ...]) -> tuple[NumberChange, ...]:
    """Those of numbers among some changes, in their order."""
    return tuple(each for each in changes if isinstance(each, NumberChange))
