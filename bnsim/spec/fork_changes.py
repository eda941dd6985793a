"""What a fork does otherwise than its source, as records: changes of a stack, of its numbers, and of one mini-batch.

Changes of a stack make another one of it, which is the fork's; they need not be kept. The others act once, in the
fork's first iteration: numbers change as it begins, the mini-batch as it is loaded. They are kept in the fork's record.
"""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct

from bnsim.spec.layers import Layer
from bnsim.spec.losses import Loss
from bnsim.spec.training import LaneTraining

MAX_BATCH = 65536
Place = int | tuple[int, ...]
"""A layer's index in the stack, or its path into blocks."""


def as_path(place: Place) -> tuple[int, ...]:
    """The path of a place."""
    return (place,) if isinstance(place, int) else place


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


class OtherBatchMates(Change, frozen=True):
    """In the fork's first iteration alone, other samples stand around some that stay.

    `keep`: places in the mini-batch, from 0 on, whose samples stay; () for none. At all other places stand rows that
    were not in it, drawn by (seed, mini-batch); where there are too few, former mates in another order. Where several
    mini-batches make an update, it is so in each.
    """

    keep: Annotated[tuple[Annotated[int, Meta(ge=0, lt=MAX_BATCH)], ...], Meta(max_length=MAX_BATCH)] = (0,)


KeptChange = MultiplyWeights | SetNumber | OtherBatchMates
"""What a record of a fork keeps."""


class RemoveLayers(Change, frozen=True):
    """Layers are taken out, at these places."""

    layers: tuple[Place, ...]


class InsertLayer(Change, frozen=True):
    """A layer is put in before the one at a place, an index of the stack or a path into blocks; all copies have it.

    The place after the last layer of the stack or of a block is one, too. A BatchNorm begins as the identity, unless
    one of a fork's is `as_drawn`: then all that are new have γ = 1, β = 0.
    """

    layer: Layer
    before: Place
    as_drawn: bool = False


class RemoveSkips(Change, frozen=True):
    """The layers inside some Residuals stand in their place: what passed them by no longer does."""

    residuals: tuple[Place, ...]


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


def kept_changes(changes: tuple[Any, ...]) -> tuple[KeptChange, ...]:
    """Those among some changes that a record of a fork keeps, in their order."""
    return tuple(each for each in changes if isinstance(each, KeptChange))
