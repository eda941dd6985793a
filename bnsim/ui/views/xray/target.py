"""Which layer the X-ray is of: the selected one, where it stands in the unrolled stack, and else the nearest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from bnsim.session.arrays import paths_of
from bnsim.spec.activations import ACTIVATIONS
from bnsim.spec.experiment import Experiment, Stack
from bnsim.spec.layer_base import LayerBase
from bnsim.spec.layers import BatchNorm, Layer, Repeat
from bnsim.spec.tree import Path, walk

MOST_COPIES = 200
"""Copies one can choose from."""
KINDS: tuple[type[LayerBase], ...] = (BatchNorm, *ACTIVATIONS)


class Target(Struct, frozen=True):
    """A layer of the stack of that id, and all its copies."""

    stack: int
    lane: int
    layer: Layer
    paths: tuple[Path, ...]


def target(experiment: Experiment, layer_id: int) -> Target | None:
    """The selected layer if it is a BatchNorm or an activation, else None."""
    try:
        stack, _ = experiment.find(layer_id)
        layer = experiment.layer(layer_id)
    except KeyError:
        return None
    if not isinstance(layer, KINDS):
        return None
    paths = []
    for path in paths_of(stack.layers, layer_id):
        paths.append(path)
        if len(paths) == MOST_COPIES:
            break
    return Target(stack.id, experiment.stacks.index(stack), layer, tuple(paths)) if paths else None


def nearest(experiment: Experiment, layer_id: int) -> LayerBase | None:
    """The layer of those kinds that is nearest to another in its stack; without one, the first BatchNorm there is."""
    try:
        stack, _ = experiment.find(layer_id)
    except KeyError:
        everything = [layer for stack in experiment.stacks for layer in walk(stack.layers)]
        norms: list[LayerBase] = [layer for layer in everything if isinstance(layer, BatchNorm)]
        return next(iter(norms or [layer for layer in everything if isinstance(layer, KINDS)]), None)
    inside = list(walk(stack.layers))
    here = next(number for number, layer in enumerate(inside) if layer.id == layer_id)
    found = [(abs(number - here), number) for number, layer in enumerate(inside) if isinstance(layer, KINDS)]
    return inside[min(found)[1]] if found else None


def shown_path(stack: Stack, paths: Sequence[Path], copies: Mapping[int, int]) -> Path:
    """The path in the copies that are shown on the canvas, by the id of the Repeat; else the first."""
    for path in paths:
        blocks = [block for block in _repeats(stack, path) if block[0] in copies]
        if all(copies[block] == copy for block, copy, _ in blocks):
            return path
    return paths[0] if paths else ()


def _repeats(stack: Stack, path: Path) -> Iterator[tuple[int, int, int]]:
    """(id, number of the copy, how many) of every Repeat on the way to a layer."""
    layers, rest = stack.layers, path
    while rest:
        layer, rest = layers[rest[0]], rest[1:]
        if isinstance(layer, Repeat) and rest:
            yield layer.id, rest[0], layer.times
            rest = rest[1:]
        layers = getattr(layer, "layers", ())


def copy_words(stack: Stack, path: Path) -> str:
    """Which copies of the blocks around it, such as "copy 2 of 3"; empty outside of any Repeat."""
    return ", ".join(f"copy {copy + 1} of {times}" for _, copy, times in _repeats(stack, path))
