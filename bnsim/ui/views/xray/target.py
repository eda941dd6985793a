"""The layer that the X-ray shows: the selected one at its path in the unrolled stack, else the nearest."""

from __future__ import annotations

from msgspec import Struct

from bnsim.spec.activations import ACTIVATIONS
from bnsim.spec.experiment import Experiment
from bnsim.spec.layer_base import LayerBase
from bnsim.spec.layers import BatchNorm, Layer
from bnsim.spec.tree import Path, paths_of, walk

MOST_COPIES = 200
"""Most copies of a layer that one can choose from."""
KINDS: tuple[type[LayerBase], ...] = (BatchNorm, *ACTIVATIONS)


class Target(Struct, frozen=True):
    """A layer of one stack, with the paths of all its copies."""

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
