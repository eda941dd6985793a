"""Layers inside layers: walking a stack, with the copies of its Repeats unrolled or not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from bnsim.spec.layers import Block, Layer, LayerBase, Linear, Repeat, Residual

Path = tuple[int, ...]
"""Where a layer stands in the unrolled stack: its index in it, then in the block, and so on. In a Repeat, the copy's
number comes before the index: (block, copy, index)."""
Copies = Mapping[int, int]
"""The chosen copy of a Repeat, from 0, by the block's id; the first for a Repeat that is not in it."""


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


def depth_of(layers: Sequence[Layer]) -> int:
    """How many blocks stand around the innermost layer, each in the next: 0 without blocks. Any depth can be asked."""
    depth, inside = 0, [layer for layer in layers if isinstance(layer, Block)]
    while inside:
        depth += 1
        inside = [inner for block in inside for inner in block.layers if isinstance(inner, Block)]
    return depth


def layer_at(layers: Sequence[Layer], path: Path) -> Layer | None:
    """The layer at a path of the unrolled stack; None for the loss, and where there is none."""
    if not path or path[0] >= len(layers):
        return None
    layer, rest = layers[path[0]], path[1:]
    if not rest:
        return layer
    if not isinstance(layer, Block):
        return None
    return layer_at(layer.layers, rest[1:] if isinstance(layer, Repeat) else rest)


def last_inside(layers: Sequence[Layer], path: Path) -> Path:
    """The path of what gives the output of the layer at a path: of a Repeat the last layer in its last copy."""
    layer = layer_at(layers, path)
    while isinstance(layer, Repeat) and layer.layers:
        path = (*path, layer.times - 1, len(layer.layers) - 1)
        layer = layer.layers[-1]
    return path


def with_parameters(layers: Sequence[Layer], path: Path) -> Path:
    """The path of the copy that has the parameters of the layer at a path: of a tied Repeat the first one."""
    found = list(path)
    at = 0
    while at < len(path):
        layer, at = layers[path[at]], at + 1
        if not isinstance(layer, Block):
            break
        if isinstance(layer, Repeat) and at < len(path):
            found[at] = 0 if layer.tied else path[at]
            at += 1
        layers = layer.layers
    return tuple(found)


def paths_of(layers: Sequence[Layer], layer_id: int, prefix: Path = ()) -> Iterator[Path]:
    """The paths of a layer in the unrolled stack: one for every copy of it."""
    for index, layer in enumerate(layers):
        path = (*prefix, index)
        if layer.id == layer_id:
            yield path
        elif isinstance(layer, Repeat):
            for copy in range(layer.times):
                yield from paths_of(layer.layers, layer_id, (*path, copy))
        elif isinstance(layer, Block):
            yield from paths_of(layer.layers, layer_id, path)


def path_in(layers: Sequence[Layer], layer_id: int, copies: Copies) -> Path:
    """The path of a layer in the chosen copies of the blocks around it; () if it is not in `layers`."""
    for index, layer in enumerate(layers):
        if layer.id == layer_id:
            return (index,)
        inner = path_in(layer.layers, layer_id, copies) if isinstance(layer, Block) else ()
        if inner:
            return (index, copy_in(layer, copies), *inner) if isinstance(layer, Repeat) else (index, *inner)
    return ()


def copy_in(repeat: Repeat, copies: Copies) -> int:
    """The chosen copy of a Repeat, from 0; the last one if it has fewer copies by now."""
    return min(copies.get(repeat.id, 0), repeat.times - 1)


def copies_on(layers: Sequence[Layer], path: Path) -> Iterator[tuple[Repeat, int]]:
    """The Repeats a path of the unrolled stack leads through, outer ones first, and the copy it takes of each."""
    while path and path[0] < len(layers):
        layer, path = layers[path[0]], path[1:]
        if not isinstance(layer, Block) or not path:
            return
        if isinstance(layer, Repeat):
            yield layer, path[0]
            path = path[1:]
        layers = layer.layers


def leaf_count(layers: Sequence[Layer]) -> int:
    """Number of leaves of the unrolled stack, counted without unrolling it."""
    total = 0
    for layer in layers:
        if isinstance(layer, Repeat):
            total += layer.times * leaf_count(layer.layers)
        elif isinstance(layer, Residual):
            total += leaf_count(layer.layers) + 1
        else:
            total += 1
    return total


def has_parameters(layer: Layer) -> bool:
    """Whether an update changes something in the layer, or in a layer inside it."""
    if isinstance(layer, Block):
        return any(has_parameters(inner) for inner in layer.layers)
    return is_weight_layer(layer) or bool(getattr(layer, "affine", False))


def weight_count(layers: Sequence[Layer]) -> int:
    """Number of weight layers in the unrolled stack, counted without unrolling it."""
    total = 0
    for layer in layers:
        times = layer.times if isinstance(layer, Repeat) else 1
        total += times * weight_count(layer.layers) if isinstance(layer, Block) else is_weight_layer(layer)
    return total


def ordinal_at(layers: Sequence[Layer], path: Path) -> int:
    """The ordinal of the weight layer at a path, or of the last one before it or in it; 0 if there is none.

    "BatchNorm 3" is the one at 3.
    """
    index, rest = path[0], path[1:]
    layer, before = layers[index], weight_count(layers[:index])
    if not rest or not isinstance(layer, Block):
        return before + weight_count((layer,))
    if isinstance(layer, Repeat):
        before, rest = before + rest[0] * weight_count(layer.layers), rest[1:]
    return before + ordinal_at(layer.layers, rest)


def weight_layers(layers: Sequence[Layer]) -> tuple[int, ...]:
    """The ids of all layers that have weights, those in blocks too; copies are not unrolled."""
    return tuple(layer.id for layer in walk(layers) if is_weight_layer(layer))


def is_weight_layer(layer: LayerBase) -> bool:
    """Whether the layer counts as one step of depth, as every Linear does."""
    return isinstance(layer, Linear)
