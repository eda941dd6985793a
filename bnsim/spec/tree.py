"""Layers inside layers: walking a stack, its copies unrolled or not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from bnsim.spec.layers import Block, Layer, LayerBase, Linear, Repeat, Residual

Path = tuple[int, ...]
"""Where a layer stands in the unrolled stack: its index in it, then in the block, and so on. In a Repeat, the copy's
number comes before the index: (block, copy, index)."""


class Leaf(Struct, frozen=True):
    """One step of the unrolled stack. A Residual block is a leaf too, after those inside it: the addition."""

    path: Path
    layer: Layer


def walk(layers: Sequence[Layer]) -> Iterator[Layer]:
    """Every layer, blocks before what they hold; copies are not unrolled."""
    for layer in layers:
        yield layer
        if isinstance(layer, Block):
            yield from walk(layer.layers)


def leaves(layers: Sequence[Layer], prefix: Path = ()) -> Iterator[Leaf]:
    """The unrolled stack, in the order of the forward pass."""
    for index, layer in enumerate(layers):
        path = (*prefix, index)
        if isinstance(layer, Repeat):
            for copy in range(layer.times):
                yield from leaves(layer.layers, (*path, copy))
        elif isinstance(layer, Residual):
            yield from leaves(layer.layers, path)
            yield Leaf(path, layer)
        else:
            yield Leaf(path, layer)


def leaf_count(layers: Sequence[Layer]) -> int:
    """How many leaves there are, without unrolling."""
    total = 0
    for layer in layers:
        if isinstance(layer, Repeat):
            total += layer.times * leaf_count(layer.layers)
        elif isinstance(layer, Residual):
            total += leaf_count(layer.layers) + 1
        else:
            total += 1
    return total


def weight_count(layers: Sequence[Layer]) -> int:
    """How many weight layers there are in all copies, without unrolling."""
    total = 0
    for layer in layers:
        times = layer.times if isinstance(layer, Repeat) else 1
        total += times * weight_count(layer.layers) if isinstance(layer, Block) else is_weight_layer(layer)
    return total


def ordinal_at(layers: Sequence[Layer], path: Path) -> int:
    """Of the weight layer that stands at a path of the unrolled stack, ends there or comes last before it; 0 for none.

    "BatchNorm 3" is the one at 3.
    """
    index, rest = path[0], path[1:]
    layer, before = layers[index], weight_count(layers[:index])
    if not rest or not isinstance(layer, Block):
        return before + weight_count((layer,))
    if isinstance(layer, Repeat):
        before, rest = before + rest[0] * weight_count(layer.layers), rest[1:]
    return before + ordinal_at(layer.layers, rest)


def is_weight_layer(layer: LayerBase) -> bool:
    """Whether "depth" counts it."""
    return isinstance(layer, Linear)
