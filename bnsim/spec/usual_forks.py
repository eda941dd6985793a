"""What forks are made for most: without BatchNorm, with it, at another rate, with larger weights. Each as changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from msgspec.structs import replace

from bnsim.spec.errors import InputError
from bnsim.spec.experiment import Experiment, Stack
from bnsim.spec.fork_changes import Change, ChangeTraining, InsertLayer, MultiplyWeights, RemoveLayers
from bnsim.spec.layers import BatchNorm, Block, Layer, Repeat
from bnsim.spec.training import LaneTraining
from bnsim.spec.tree import Path, paths_of, walk

ForkChange = Callable[[Experiment, Stack], Sequence[Change]]
"""What a fork of a stack of an experiment does otherwise."""


def unchanged(experiment: Experiment, stack: Stack) -> Sequence[Change]:
    """Nothing: a twin."""
    return ()


def without_batchnorm(experiment: Experiment, stack: Stack) -> Sequence[Change]:
    """Every BatchNorm is taken out. InputError if there is none."""
    places = [path for layer in walk(stack.layers) if isinstance(layer, BatchNorm) for path in _paths(stack, layer)]
    if not places:
        raise InputError(f"{stack.name} has no BatchNorm that a fork could do without.")
    return (RemoveLayers(tuple(places)),)


def with_batchnorm(experiment: Experiment, stack: Stack) -> Sequence[Change]:
    """A BatchNorm before every activation that has none there, in blocks too, as the identity at first."""
    found = [InsertLayer(BatchNorm(), path) for path in reversed(list(bare_activations(stack.layers)))]
    if not found:
        raise InputError(f"{stack.name} has no activation without a BatchNorm before it.")
    return found


def with_rate_times(experiment: Experiment, stack: Stack, factor: float) -> Sequence[Change]:
    """The learning rate is multiplied; what the optimizer keeps goes on."""
    optimizer = experiment.training_of(stack).optimizer
    return (ChangeTraining(LaneTraining(optimizer=replace(optimizer, lr=factor * optimizer.lr))),)


def weights_times_ten(experiment: Experiment, stack: Stack) -> Sequence[Change]:
    """W of every Linear is multiplied by ten as the fork begins."""
    return (MultiplyWeights(10.0),)


def bare_activations(layers: Sequence[Layer], prefix: Path = ()) -> Iterator[Path]:
    """Where an activation has no BatchNorm right before it, in blocks too: one path of each, in their order.

    What is put in at the last of them first leaves the others where they are.
    """
    for index, layer in enumerate(layers):
        path = (*prefix, index)
        if isinstance(layer, Block):
            yield from bare_activations(layer.layers, (*path, 0) if isinstance(layer, Repeat) else path)
        elif layer.group == "activation" and not (index and isinstance(layers[index - 1], BatchNorm)):
            yield path


def _paths(stack: Stack, layer: Layer) -> list[Path]:
    """One path of a layer: taking it out of one copy takes it out of all."""
    return list(islice(paths_of(stack.layers, layer.id), 1))
