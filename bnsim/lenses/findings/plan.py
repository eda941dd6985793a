"""What of a program the rules look at: its layers, and where their numbers are. Found once for each program."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bnsim.engine.flat import Flat, flat_of
from bnsim.engine.program import Place, Program
from bnsim.session.arrays import program_places
from bnsim.spec.activations import Activation
from bnsim.spec.layer_base import LayerBase
from bnsim.spec.layers import BatchNorm, Layer
from bnsim.spec.tree import Path, is_weight_layer, leaves


@dataclass(frozen=True, eq=False)
class Spot:
    """One layer of the unrolled stack, and where its numbers are: its input, its output and the gradient of that."""

    path: Path
    layer: Layer
    input: Place
    value: Place
    gradient: Place
    flat: Flat | None


@dataclass(frozen=True, eq=False)
class Statistics:
    """Places of a BatchNorm's statistics: of the batch and running ones, the latter None where it keeps none."""

    spot: Spot
    layer: BatchNorm
    mean: Place
    var: Place
    running_mean: Place | None
    running_var: Place | None


class Stretch(NamedTuple):
    """Weight layers in a row, each followed by the same activation and by nothing else."""

    weights: list[Spot]
    activation: LayerBase


class Plan:
    """What of a program the rules look at; found once."""

    def __init__(self, program: Program, layers: Sequence[Layer]) -> None:
        self.layers = layers
        self.classes: int | None = None
        """Of the data; None until they were looked at, as a file is that may be gone later."""
        self.spots = tuple(_spot(program, leaf.path, leaf.layer) for leaf in leaves(layers))
        self.weights = tuple(spot for spot in self.spots if is_weight_layer(spot.layer))
        self.norms = tuple(_statistics(program, spot) for spot in self.spots if _by_batch(spot.layer))
        self.stretches = tuple(_stretches(self.spots))
        self.matrices = {each.path: each.value for each in program.parameters if each.key and each.is_weight}


def _by_batch(layer: Layer) -> bool:
    return isinstance(layer, BatchNorm) and layer.mode == "train"


def _spot(program: Program, path: Path, layer: Layer) -> Spot:
    value = program.values[path]
    # The output of a layer whose operation makes it in place of another's is written by none of its own.
    position = program.written_by.get(value)
    given = value if position is None else program.instructions[position].places[0]
    return Spot(path, layer, given, value, program.gradients[path], flat_of(layer))


def _statistics(program: Program, spot: Spot) -> Statistics:
    assert isinstance(spot.layer, BatchNorm)
    found = program_places(program, spot.path)
    given = program.instructions[program.written_by[found["μ"]]].places[0]
    here = Spot(spot.path, spot.layer, given, spot.value, spot.gradient, spot.flat)
    return Statistics(here, spot.layer, found["μ"], found["σ²"], found.get("running_mean"), found.get("running_var"))


def _stretches(spots: Sequence[Spot]) -> Iterator[Stretch]:
    """Longest runs of Linear, activation, Linear, activation, ... with one activation."""
    here: Stretch | None = None
    for spot, after in zip(spots, [*spots[1:], None], strict=True):
        if is_weight_layer(spot.layer) and after is not None and isinstance(after.layer, Activation):
            if here is None or here.activation != _plain(after.layer):
                if here is not None:
                    yield here
                here = Stretch([], _plain(after.layer))
            here.weights.append(spot)
        elif here is not None and not _is_activation(spot, before=after):
            yield here
            here = None
    if here is not None:
        yield here


def _is_activation(spot: Spot, *, before: Spot | None) -> bool:
    """Whether it is an activation by itself, not the first of two."""
    alone = before is None or not isinstance(before.layer, Activation)
    return isinstance(spot.layer, Activation) and alone


def _plain(layer: LayerBase) -> LayerBase:
    """The layer without its id, so that two of a kind are equal."""
    return type(layer)(**{name: getattr(layer, name) for name in layer.__struct_fields__ if name != "id"})
