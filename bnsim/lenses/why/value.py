"""Why a layer's output is large, small, saturated or the same for all samples: traced from the mini-batch upward."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal

import numpy as np
from msgspec.structs import replace

from bnsim.engine.flat import flat_of
from bnsim.engine.operation import Array
from bnsim.engine.program import Place
from bnsim.lenses.norm import norm
from bnsim.lenses.why.causes import Cause, number, outside_of, split
from bnsim.lenses.why.links import Where, ended_at, followed, link_of
from bnsim.lenses.why.reading import Reading
from bnsim.lenses.why.records import Link, Start, Why
from bnsim.lenses.why.summary import factors_of, kinds_of, worst_of
from bnsim.lenses.why.way import Climb, way_up
from bnsim.session.arrays import VALUE, Tensor
from bnsim.spec.layers import Dropout, Linear, Residual
from bnsim.spec.naming import layer_name
from bnsim.spec.normalizations import BatchNorm, RMSNorm
from bnsim.spec.numerals import count, percent, short
from bnsim.spec.tree import Path, layer_at

Measure = Literal["size", "spread"]
WORDS: dict[Measure, str] = {"size": "root mean square", "spread": "spread over samples"}
ALIKE = 1e-3
"""A spread below this share of the size: all samples look the same."""


def why_value(reading: Reading, path: Path, measure: Measure = "size") -> Why:
    """Why the output of the layer at `path` is as large as it is, or differs from sample to sample as it does."""
    stack, program = reading.stack, reading.program
    name = layer_name(stack, path)
    sizes = Sizes(reading, measure)
    begun = sizes.of(program.inputs)
    links = followed(_link(reading, sizes, climb) for climb in way_up(program, stack.layers, path))
    size, ended = sizes.of(program.values[path]), ended_at(links)
    small = begun is None or size is None or size <= begun
    found = Why(
        tensor=Tensor(stack.id, path, VALUE),
        lane=stack.name,
        title=_title(name, measure, small=small),
        name=name,
        iteration=reading.lane.iteration,
        start=None if begun is None else _start(measure, begun),
        links=links,
        norm=size,
        kinds=kinds_of(links),
        worst=worst_of(links, small=small),
        ended=ended,
    )
    if begun is None or (size is None and ended < 0):
        due = f"The output of {name} is not computed yet: step on until the forward pass has come by."
        return replace(found, due=due, summary=(due,))
    return replace(found, summary=_summary(reading, found, sizes))


class Sizes:
    """The chosen measure of arrays, and the other one, each over all elements, in float64."""

    def __init__(self, reading: Reading, measure: Measure) -> None:
        self._reading, self._measure = reading, measure
        self._both: dict[Place, dict[Measure, float]] = {}

    def of(self, place: Place) -> float | None:
        """The measure of the array at a place; None while it is not computed."""
        return self.both(place)[self._measure] if self._reading.lane.peek(place) is not None else None

    def both(self, place: Place) -> dict[Measure, float]:
        """Both measures of an array that is computed."""
        if place not in self._both:
            array = self._reading.array(place)
            with np.errstate(all="ignore"):
                apart = array - array.mean(axis=0)
            self._both[place] = {"size": _rms(array), "spread": _rms(apart)}
        return self._both[place]


def _rms(array: Array) -> float:
    return norm(array) / math.sqrt(array.size)


def _start(measure: Measure, begun: float) -> Start:
    return Start("data", (0,), f"The mini-batch has a {WORDS[measure]} of {number(begun)}.", begun)


def _title(name: str, measure: Measure, *, small: bool) -> str:
    if measure == "spread":
        return f"Why are samples so {'alike' if small else 'far apart'} after {name}?"
    return f"Why is the output of {name} so {'small' if small else 'large'}?"


def _link(reading: Reading, sizes: Sizes, climb: Climb) -> Link | None:
    before, after = sizes.of(climb.x), sizes.of(climb.y)
    if before is None or after is None:
        return None
    where = Where(climb.layer, climb.path, climb.name, climb.layer.name, climb.layer.group, "output")
    position = reading.program.written_by.get(climb.y, 0)
    return link_of(reading, where, (before, after), position, lambda factor: _cause(reading, sizes, climb, factor))


def _cause(reading: Reading, sizes: Sizes, climb: Climb, factor: float) -> Cause:
    x, y = sizes.both(climb.x), sizes.both(climb.y)
    layer = climb.layer
    told = (
        f"root mean square {number(x['size'])} to {number(y['size'])}, "
        f"spread over samples {number(x['spread'])} to {number(y['spread'])}"
    )
    cause = next((rule for kind, rule in _RULES.items() if isinstance(layer, kind)), None)
    if cause is not None:
        found = cause(reading, climb, factor)
    elif layer.group == "normalization":
        by = "the spread of each feature" if isinstance(layer, BatchNorm) else "the spread of each sample"
        by = "the root mean square of each sample" if isinstance(layer, RMSNorm) else by
        found = Cause((), f"It divides by {by}, then multiplies by γ and adds β")
    elif flat_of(layer) is not None:
        found = _activation(reading, climb)
    else:
        found = Cause((), layer.meaning[0].upper() + layer.meaning[1:])
    return Cause(found.parts, f"{found.words}: {told}.")


def _linear(reading: Reading, climb: Climb, factor: float) -> Cause:
    step = reading.program.instructions[reading.program.written_by[climb.y]]
    weight = reading.used(step.places[1])
    if weight is None:
        return Cause((), "It adds up its inputs, weighted")
    usual = norm(weight) / math.sqrt(len(weight))
    by = f"{number(usual)} (‖W‖ over √{count(len(weight))})"
    words = f"Unrelated inputs would be multiplied by {by}, these by {number(factor)}"
    return Cause(split("unrelated inputs", usual, "what inputs have in common, and b", factor), words)


def _activation(reading: Reading, climb: Climb) -> Cause:
    flat = flat_of(climb.layer)
    assert flat is not None
    x, y = reading.array(climb.x), reading.array(climb.y)
    outside = float(np.mean(flat.flat(x if flat.reads == "x" else y)))
    words = outside_of(flat, x, outside) if flat.is_flat else "it is flat nowhere"
    return Cause((), f"{words[0].upper()}{words[1:]}")


def _dropout(reading: Reading, climb: Climb, factor: float) -> Cause:
    lost = float(np.mean(reading.array(climb.y) == 0))
    return Cause((), f"{percent(lost)} of it is 0 behind the mask, the rest is larger")


def _residual(reading: Reading, climb: Climb, factor: float) -> Cause:
    x, y = reading.array(climb.x), reading.array(climb.y)
    return Cause((), f"The branch adds {number(_rms(y - x) / _rms(x))} times what the skip hands on")


_RULES: dict[type, Callable[[Reading, Climb, float], Cause]] = {
    Linear: _linear,
    Dropout: _dropout,
    Residual: _residual,
}


def _summary(reading: Reading, why: Why, sizes: Sizes) -> tuple[str, ...]:
    """Its size and spread, what saturates, then what the kinds of layers did."""
    assert why.start is not None
    if why.ended >= 0:
        link = why.links[why.ended]
        return (f"{link.name}: {link.cause}", *factors_of(why))
    path = why.tensor.path
    both = sizes.both(reading.program.values[path])
    told = [
        f"After {why.name} the root mean square is {short(both['size'])} and the spread over samples "
        f"{short(both['spread'])}; it began with {short(why.start.norm)} in the data."
    ]
    if both["spread"] < ALIKE * both["size"]:
        told.append(f"All samples look the same here: they differ by {percent(both['spread'] / both['size'])}.")
    layer = layer_at(reading.stack.layers, path)
    flat = None if layer is None else flat_of(layer)
    if flat is not None and flat.is_flat and why.links:
        told.append(why.links[-1].cause.partition(":")[0] + ".")
    return (*told, *factors_of(why))
