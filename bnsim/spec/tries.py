"""What may be tried against what a Why or a finding tells of, as records, and how a fork of the lane does it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from bnsim.spec.activations import Identity, ReLU
from bnsim.spec.experiment import Experiment, Stack
from bnsim.spec.fork_changes import (
    Change,
    ChangeTraining,
    InsertLayer,
    MultiplyWeights,
    RemoveLayers,
    RemoveSkips,
    ReplaceLayer,
)
from bnsim.spec.forks import stack_at
from bnsim.spec.layers import BatchNorm, Layer, Linear, Residual
from bnsim.spec.numerals import significant, times
from bnsim.spec.training import ClipNorm, LaneTraining
from bnsim.spec.tree import Path, layer_at, paths_of, walk
from bnsim.spec.usual_forks import bare_activations

What = Literal[
    "slope 1", "identity", "without", "skip alone", "no skip", "times", "batchnorm", "relu", "fewer", "rate", "clip"
]


class Try(Struct, frozen=True):
    """What is done differently, `what` to the layers of these ids; () for all that it can be done to.

    "slope 1" (their activation's), "identity" (in their place), "without" (they are left out), "skip alone" and "no
    skip" (of Residuals), "times" (their weights, `amount` times), "batchnorm" (one before each), "relu" (in their
    place), "fewer" (hidden weight layers, which are left out with what follows them), "rate" (the learning rate,
    `amount` times), "clip" (the gradient's norm, at `amount`).
    """

    what: What
    layers: tuple[int, ...] = ()
    amount: float = 1.0


def fork_changes(tried: Try, experiment: Experiment, stack: Stack, iteration: int) -> Sequence[Change]:
    """What a fork of `stack` does to try it from `iteration` on; () where no fork can, or there is nothing to do it to.

    A network with slope 1 in a Sigmoid and the same values forward does not exist; with Identity there, one does.
    """
    there = stack_at(stack, iteration)
    make = _CHANGES.get(tried.what)
    return () if make is None else tuple(make(tried, experiment, there))


def can_fork(tried: Try, stack: Stack, iteration: int) -> bool:
    """Whether a fork of `stack` can do to these layers what is tried; quicker than its changes, which are not made."""
    if tried.what not in _CHANGES:
        return False
    return not tried.layers or not {layer.id for layer in walk(stack_at(stack, iteration).layers)}.isdisjoint(
        tried.layers
    )


def fork_name(tried: Try) -> str:
    """What a fork that tries it is called, behind the name of its lane."""
    match tried.what:
        case "times":
            return f"W {times(tried.amount)}"
        case "rate":
            return f"rate {times(tried.amount)}"
        case "clip":
            return f"clip {significant(tried.amount)}"
        case "fewer":
            return f"{len(tried.layers)} layers fewer"
    return _NAMES.get(tried.what, "")


def try_words(tried: Try) -> str:
    """What is done in all of a lane, as a menu says it."""
    match tried.what:
        case "times":
            return f"all weights {times(tried.amount)}"
        case "rate":
            return f"rate {times(tried.amount)}"
        case "clip":
            return f"gradients clipped at norm {significant(tried.amount)}"
    return _WORDS[tried.what]


_WORDS = {
    "batchnorm": "BatchNorm before each activation",
    "relu": "ReLU in place of every activation",
    "without": "no BatchNorm",
}
_NAMES = {
    "identity": "Identity",
    "without": "without",
    "skip alone": "no branch",
    "no skip": "no skip",
    "batchnorm": "BN in",
    "relu": "ReLU",
}


def _layers(stack: Stack, tried: Try, fits: Callable[[Layer], bool]) -> list[Layer]:
    """The layers that are meant, each once; of a Try without layers those that fit."""
    meant = set(tried.layers)
    return [layer for layer in walk(stack.layers) if (layer.id in meant if meant else fits(layer))]


def _path(stack: Stack, layer: Layer) -> Path:
    """One path of a layer: what is done to one copy is done to all."""
    return next(islice(paths_of(stack.layers, layer.id), 1))


def _removed(tried: Try, _experiment: Experiment, stack: Stack) -> Iterator[Change]:
    layers = _layers(stack, tried, lambda layer: isinstance(layer, BatchNorm))
    if layers:
        yield RemoveLayers(tuple(_path(stack, layer) for layer in layers))


def _fewer(tried: Try, _experiment: Experiment, stack: Stack) -> Iterator[Change]:
    """Each Linear goes with what follows it, up to the next one."""
    places: list[int] = []
    gone = False
    for place, layer in enumerate(stack.layers):
        gone = layer.id in tried.layers if isinstance(layer, Linear) else gone
        places += [place] if gone else []
    if places:
        yield RemoveLayers(tuple(places))


def _multiplied(tried: Try, _experiment: Experiment, stack: Stack) -> Iterator[Change]:
    yield MultiplyWeights(tried.amount, tried.layers)


def _unskipped(tried: Try, _experiment: Experiment, stack: Stack) -> Iterator[Change]:
    layers = _layers(stack, tried, lambda layer: isinstance(layer, Residual))
    if layers:
        yield RemoveSkips(tuple(_path(stack, layer) for layer in layers))


def _all_become(activation: Layer, tried: Try, _experiment: Experiment, stack: Stack) -> Iterator[Change]:
    kind = type(activation)
    for layer in _layers(stack, tried, lambda layer: layer.group == "activation" and not isinstance(layer, kind)):
        yield ReplaceLayer(_path(stack, layer), activation)


def _normalized(tried: Try, _experiment: Experiment, stack: Stack) -> Iterator[Change]:
    """A BatchNorm as it is drawn before each that has none there."""
    meant = {layer.id for layer in _layers(stack, tried, lambda layer: layer.group == "activation")}
    for path in reversed(list(bare_activations(stack.layers))):
        layer = layer_at(stack.layers, path)
        if layer is not None and layer.id in meant:
            yield InsertLayer(BatchNorm(), path, as_drawn=True)


def _clipped(tried: Try, _experiment: Experiment, stack: Stack) -> Iterator[Change]:
    yield ChangeTraining(LaneTraining(clip=ClipNorm(tried.amount)))


def _faster(tried: Try, experiment: Experiment, stack: Stack) -> Iterator[Change]:
    optimizer = experiment.training_of(stack).optimizer
    yield ChangeTraining(LaneTraining(optimizer=replace(optimizer, lr=tried.amount * optimizer.lr)))


_CHANGES: dict[str, Callable[[Try, Experiment, Stack], Iterator[Change]]] = {
    "without": _removed,
    "identity": partial(_all_become, Identity()),
    "skip alone": _removed,
    "no skip": _unskipped,
    "fewer": _fewer,
    "times": _multiplied,
    "relu": partial(_all_become, ReLU()),
    "batchnorm": _normalized,
    "rate": _faster,
    "clip": _clipped,
}
