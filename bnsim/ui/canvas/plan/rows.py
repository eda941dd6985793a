"""The slots of a lane's row: a card for each layer, and for an open block the cards of what it holds.

A closed block is one card. Of an open Repeat one copy is shown. An open Residual has one more card at its end, the
sum of what went through and what went around; an open block that holds nothing has an empty slot for the first.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal, NamedTuple

from bnsim.spec.columns import Entry, key_of
from bnsim.spec.experiment import Stack
from bnsim.spec.layers import Block, Layer, Repeat, Residual
from bnsim.spec.tree import Copies, Path, copy_in, weight_count

Role = Literal["layer", "sum", "empty"]


class Slot(NamedTuple):
    """A card of a row. `container` and `position` say where its layer is held, `where` the indices from the stack down.

    Of a "sum" the layer is the Residual, of an "empty" slot the block it is in, which is then its container.
    """

    role: Role
    layer: Layer
    container: int
    position: int
    where: tuple[int, ...]
    entry: Entry
    """The key by which columns are aligned; a closed block has that of its first weight layer if it were open."""

    @property
    def onto(self) -> bool:
        """Whether it is a closed block, onto which things can be dropped."""
        return self.role == "layer" and isinstance(self.layer, Block)


class Span(NamedTuple):
    """An open block: its first and last slot, how deep it is in others and how many levels of open blocks it is."""

    block: Residual | Repeat
    container: int
    position: int
    where: tuple[int, ...]
    first: int
    last: int
    depth: int
    levels: int


class Row(NamedTuple):
    """One lane's slots from left to right, and its open blocks, outer ones before those in them."""

    slots: tuple[Slot, ...] = ()
    spans: tuple[Span, ...] = ()

    @property
    def levels(self) -> int:
        """The largest number of title strips above one another."""
        return max((span.levels for span in self.spans), default=0)

    def around(self, container: int) -> set[int]:
        """Ids of the open blocks that the container is, or is in."""
        inner = next((span for span in self.spans if span.block.id == container), None)
        if inner is None:
            return set()
        return {span.block.id for span in self.spans if inner.where[: len(span.where)] == span.where}


def row_of(stack: Stack, opened: Collection[int]) -> Row:
    """The row of a stack; `opened` are ids of open blocks, of other stacks too."""
    slots: list[Slot] = []
    spans: list[Span] = []
    _add(stack.id, stack.layers, (), 0, 0, opened, slots, spans)
    return Row(tuple(slots), tuple(sorted(spans, key=lambda span: (span.first, span.depth))))


def _add(
    container: int,
    layers: Sequence[Layer],
    prefix: tuple[int, ...],
    depth: int,
    weights: int,
    opened: Collection[int],
    slots: list[Slot],
    spans: list[Span],
) -> int:
    """How many levels of open blocks are among the layers; `weights`: weight layers before them, copies counted."""
    most = 0
    for index, layer in enumerate(layers):
        where, inside = (*prefix, index), weight_count((layer,))
        before, weights = weights, weights + inside
        if not isinstance(layer, Block) or layer.id not in opened:
            entry = (before + 1, "weight") if inside else (before, key_of(layer))
            slots.append(Slot("layer", layer, container, index, where, entry))
            continue
        first = len(slots)
        levels = 1 + _add(layer.id, layer.layers, where, depth + 1, before, opened, slots, spans)
        if not layer.layers:
            slots.append(Slot("empty", layer, layer.id, 0, where, (before, "empty")))
        if isinstance(layer, Residual):
            slots.append(Slot("sum", layer, container, index, where, (weights, "sum")))
        spans.append(Span(layer, container, index, where, first, len(slots) - 1, depth, levels))
        most = max(most, levels)
    return most


def path_of(stack: Stack, where: tuple[int, ...], copies: Copies) -> Path:
    """The path in the unrolled stack; `copies` gives the copy of a Repeat, the first if it is not in it."""
    path: list[int] = []
    layers: Sequence[Layer] = stack.layers
    for depth, index in enumerate(where):
        path.append(index)
        layer = layers[index]
        if depth < len(where) - 1 and isinstance(layer, Block):
            if isinstance(layer, Repeat):
                path.append(copy_in(layer, copies))
            layers = layer.layers
    return tuple(path)
