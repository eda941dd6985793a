"""Reading the present moment of a lane for plotting by depth: layers in their order, what each gives and is given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bnsim.figures.measured import Lane
from bnsim.plot.marks import Array
from bnsim.spec.layers import Block, Layer, Repeat, Residual
from bnsim.spec.tree import Path, is_weight_layer, weight_count


class Link(NamedTuple):
    """A layer of the unrolled stack: `before` is the path of what it is given, None for the mini-batch.

    `ordinal`: of the weight layer that it is or follows.
    """

    layer: Layer
    path: Path
    before: Path | None
    ordinal: int


def links(layers: Sequence[Layer], *, whole_residuals: bool = False) -> tuple[Link, ...]:
    """All layers in the order of the forward pass, blocks unrolled; of a Residual its layers, then the sum.

    `whole_residuals`: a Residual is a single link, without the layers in it.
    """
    key = (id(layers), whole_residuals)
    known = _KNOWN.get(key)
    if known is None:
        if len(_KNOWN) >= _MOST_KNOWN:
            _KNOWN.clear()
        # The layers are kept with them, so that no others can have their id.
        known = _KNOWN[key] = layers, tuple(_linked(layers, whole_residuals))
    return known[1]


_KNOWN: dict[tuple[int, bool], tuple[Sequence[Layer], tuple[Link, ...]]] = {}
"""Links found before: figures are made many times a second, and stacks never change."""
_MOST_KNOWN = 32


def _linked(layers: Sequence[Layer], whole_residuals: bool) -> Iterator[Link]:
    before: Path | None = None
    ordinal = 0
    for layer, path in _unrolled(layers, (), whole_residuals):
        ordinal += weight_count((layer,)) if whole_residuals else is_weight_layer(layer)
        yield Link(layer, path, before, ordinal)
        before = path


def _unrolled(layers: Sequence[Layer], prefix: Path, whole: bool) -> Iterator[tuple[Layer, Path]]:
    for index, layer in enumerate(layers):
        path = (*prefix, index)
        if isinstance(layer, Repeat):
            for copy in range(layer.times):
                yield from _unrolled(layer.layers, (*path, copy), whole)
            continue
        if isinstance(layer, Residual) and not whole:
            yield from _unrolled(layer.layers, path, whole)
        yield layer, path


def input_of(lane: Lane, link: Link) -> Array | None:
    """What a layer is given, shape (batch, features); None while it is not computed."""
    return lane.inputs() if link.before is None else lane.value(link.before)


def key_of(layers: Sequence[Layer], path: Path) -> str:
    """The beginning of the `state_dict` keys of the layer at a path: "3.", in the second copy of a Repeat "3.1.0."."""
    layer, rest = layers[path[0]], path[1:]
    key = f"{path[0]}."
    if not rest or not isinstance(layer, Block):
        return key
    if isinstance(layer, Repeat):
        if not layer.tied:
            key += f"{rest[0]}."
        rest = rest[1:]
    return key + key_of(layer.layers, rest)
