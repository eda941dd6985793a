"""A figure of a sweep: the measure over one parameter, a line for each lane or value of another, bands of seeds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bnsim.figures.lanes import LINES, MARKERS, decades
from bnsim.plot.figure import Axis as FigureAxis
from bnsim.plot.figure import Figure
from bnsim.plot.marks import Array, Band, Line, Mark, Marker, Series, frozen
from bnsim.spec.experiment import MAX_STACKS
from bnsim.spec.numerals import count, significant
from bnsim.spec.phrases import capital, joined, listed, phrase
from bnsim.sweeps.measuring import TITLES, WORDS
from bnsim.sweeps.results import DIVERGED, DONE, FAILED, Results
from bnsim.sweeps.sweep import Axis

NAME = "sweep_curves"
SHOWS = "the measure over one parameter, a line for each lane and each value of a second one, bands over seeds"
SHOWS = "the measure over one parameter, a line for each lane and each value of a second one, with bands over seeds"
BAD = "image-wrong"
"""The color of what diverged or failed."""
MOST_LABELS = 8
_ROOM = 0.06
MOST_DECADES = 6
"""A loss that grows further than that leaves the plot: what can be compared would be flat otherwise."""


class Curve(NamedTuple):
    """One line: `values` and `states`: (values of the first axis, seeds).

    No two of up to 36 lines have both the same `dash` and the same `mark`: they are told apart without color.
    """

    name: str
    color: int
    dash: int
    mark: int
    values: Array
    states: NDArray[np.int8]

    @property
    def line(self) -> Line:
        """Its dashes."""
        return LINES[self.dash % len(LINES)]

    @property
    def marker(self) -> Marker:
        """Its marker."""
        return MARKERS[self.mark % len(MARKERS)]


def sweep_curves(results: Results) -> Figure:
    """The measure over the first parameter, a line for each lane and each value of the second parameter.

    Lines are medians over seeds, bands go from the least to the largest. A value at which any seed diverged or could
    not be run has a red mark at the edge of the plot, and the verdict says how many: what is left of the seeds is no
    longer comparable.
    """
    sweep, across = results.sweep, results.sweep.axes[0]
    curves = list(curves_of(results))
    x = positions(across)
    log = log_scaled(results)
    limits = _limits(results.values, log, sweep.measure.endswith("accuracy"))
    marks: list[Mark] = [*_bands(curves, x), *_lines(curves, x), *_bad(curves, x, limits, log, sweep.measure)]
    some = any(mark.has_data for mark in marks)
    return Figure(
        name=NAME,
        title=phrase(
            "{measure} by {parameter}", measure=capital(TITLES[sweep.measure]), parameter=lowered(across.title)
        ),
        verdict=verdict(results),
        x=figure_axis(across),
        y=FigureAxis(TITLES[sweep.measure], scale="log" if log else "linear", limits=limits),
        marks=tuple(marks) if some else (),
        caption=caption(results, phrase("Lines are medians, bands from the least to the largest.")) if some else "",
    )


def positions(axis: Axis) -> Array:
    """Where the values of an axis stand: at themselves if they are numbers that the scale has, else at 1, 2, 3."""
    if _has_places(axis):
        return frozen(np.array([float(value) for value in axis.values]))
    return frozen(np.arange(1.0, len(axis.values) + 1))


def figure_axis(axis: Axis) -> FigureAxis:
    """The axis of a figure over the values."""
    x = positions(axis)
    if _has_places(axis) and x.size > 1:
        low, high = float(x.min()), float(x.max())
        whole = all(isinstance(value, int) for value in axis.values)
        return FigureAxis(listed(axis.title), axis.scale, (low, high), integer=whole and axis.scale == "linear")
    ticks = tuple((float(at), axis.words(value)) for at, value in zip(x, axis.values, strict=True))
    return FigureAxis(listed(axis.title), limits=(float(x.min()) - 0.5, float(x.max()) + 0.5), ticks=ticks)


def _has_places(axis: Axis) -> bool:
    """Whether its values are numbers that its scale has places for."""
    return axis.numeric and not (axis.scale == "log" and min(map(float, axis.values)) <= 0)


def caption(results: Results, more: str) -> str:
    """What was measured, of how many seeds after how many updates, and what the marks are."""
    sweep = results.sweep
    after = phrase(
        "after {number} update" if sweep.iterations == 1 else "after {number} updates", number=count(sweep.iterations)
    )
    seeds = phrase(
        "{number} seed at each point" if len(sweep.seeds) == 1 else "{number} seeds at each point",
        number=count(len(sweep.seeds)),
    )
    said = [joined("", (joined(", ", (WORDS[sweep.measure], joined("; ", (after, seeds)))), ".")), more]
    if log_scaled(results) and results.values[results.states == DONE].max() > 10**MOST_DECADES * least(results):
        said.append(phrase("What is far above is beyond the scale."))
    if (results.states > DONE).any():
        said.append(phrase("Red: of these, some run diverged or could not be run."))
    return joined(" ", said)


def verdict(results: Results) -> str:
    """How far it is, where each lane is best, and how many runs diverged or failed."""
    sweep = results.sweep
    if not results.done:
        return phrase("No run is done yet")
    done, runs = count(results.done), count(sweep.runs)
    words = [] if results.done == sweep.runs else [phrase("{done} of {runs} runs", done=done, runs=runs)]
    if sweep.measure != "gradient_factor":
        words += [_best(results, lane) for lane in range(len(sweep.experiment.stacks))]
    diverged, failed = (count(int(np.count_nonzero(results.states == state))) for state in (DIVERGED, FAILED))
    one = sweep.runs == 1
    if diverged != "0":
        told = phrase(
            "{number} of {runs} run diverged" if one else "{number} of {runs} runs diverged", number=diverged, runs=runs
        )
        words.append(told)
    if failed != "0":
        told = phrase(
            "{number} of {runs} run could not be run" if one else "{number} of {runs} runs could not be run",
            number=failed,
            runs=runs,
        )
        words.append(told)
    return joined(" · ", words) or phrase("{number} runs done", number=done)


def over_seeds(values: Array, states: NDArray[np.int8]) -> tuple[Array, Array, Array]:
    """(median, least, largest) over the last axis, which is of seeds; NaN where there is no number."""
    there = states == DONE
    # Numbers come first, in ascending order; what is none stands behind them as infinity.
    ranked = np.sort(np.where(there, values, np.inf), axis=-1)
    number = there.sum(axis=-1)

    def at(rank: NDArray[np.intp]) -> Array:
        found = np.take_along_axis(ranked, np.maximum(rank, 0)[..., None], axis=-1)[..., 0]
        return np.where(number > 0, found, np.nan)

    low, high = at((number - 1) // 2), at(number // 2)
    return low + (high - low) / 2, at(np.zeros_like(number)), at(number - 1)


def _best(results: Results, lane: int) -> str:
    sweep = results.sweep
    middle, _, _ = over_seeds(results.values[lane], results.states[lane])
    if np.isnan(middle).all():
        return ""
    # A place of which some seed diverged is best only where there is no other.
    whole = np.where((results.states[lane] > DONE).any(axis=-1), np.nan, middle)
    middle = middle if np.isnan(whole).all() else whole
    at = np.nanargmax(middle) if sweep.measure.endswith("accuracy") else np.nanargmin(middle)
    place = np.unravel_index(at, middle.shape)
    where = ", ".join(
        f"{_short(axis)} {axis.words(axis.values[number])}" for axis, number in zip(sweep.axes, place, strict=True)
    )
    name = sweep.experiment.stacks[lane].name
    return phrase(
        "{lane} best at {where}: {number}", lane=name, where=where, number=significant(float(middle[place]), 3)
    )


def lower_first(title: str) -> str:
    """A title in a sentence; names such as BatchNorm keep their capitals."""
    return (
        title
        if len(title) < 2 or not title[1].islower() or title.startswith("BatchNorm")
        else title[0].lower() + title[1:]
    )


def lowered(title: str) -> str:
    """A title of a parameter in a sentence."""
    return listed(title, lower_first(title))


def curves_of(results: Results) -> Iterator[Curve]:
    """The lines of the figure: lane by lane and, with two parameters, a line for each value of the second."""
    sweep = results.sweep
    stacks = sweep.experiment.stacks
    for lane, stack in enumerate(stacks):
        values, states = results.values[lane], results.states[lane]
        if len(sweep.axes) == 1:
            yield Curve(stack.name, stack.lane_color(lane), lane, lane, values, states)
            continue
        other = sweep.axes[1]
        for number, value in enumerate(other.values):
            words = f"{_short(other)} {other.words(value)}"
            name = words if len(stacks) == 1 else f"{stack.name}, {words}"
            # One lane: colors are values. Several: colors are lanes, and values have dashes.
            alone, turns = len(stacks) == 1, number // len(LINES)
            color = number % MAX_STACKS if alone else stack.lane_color(lane)
            mark = number + turns if alone else lane + len(stacks) * turns
            yield Curve(name, color, number, mark, values[:, number], states[:, number])


def _short(axis: Axis) -> str:
    return lower_first(axis.title.partition(" of ")[0])


def _bands(curves: list[Curve], x: Array) -> Iterator[Band]:
    for curve in curves:
        if curve.values.shape[1] > 1:
            _, low, high = over_seeds(curve.values, curve.states)
            yield Band(phrase("{line}, seeds", line=curve.name), x, frozen(low), frozen(high), f"lane{curve.color}")


def _lines(curves: list[Curve], x: Array) -> Iterator[Series]:
    for curve in curves:
        middle, _, _ = over_seeds(curve.values, curve.states)
        label = curve.name if len(curves) <= MOST_LABELS else ""
        yield Series(curve.name, x, frozen(middle), f"lane{curve.color}", label, curve.line, marker=curve.marker)


def _bad(curves: list[Curve], x: Array, limits: tuple[float, float], log: bool, measure: str) -> Iterator[Series]:
    """Marks at the worse edge of the plot, where some seed gave no number; several lines stand one above the other."""
    low, high = np.log10(limits) if log else limits
    any_diverged = any((curve.states == DIVERGED).any() for curve in curves)
    words = phrase("diverged" if any_diverged else "could not be run")
    for number, curve in enumerate(curves):
        bad = (curve.states > DONE).any(axis=1)
        if bad.any():
            share = _ROOM * (0.35 + 0.8 * (number % 4))
            at = low + (high - low) * (share if measure.endswith("accuracy") else 1 - share)
            at = 10.0**at if log else at
            y = np.where(bad, at, np.nan)
            name = phrase("{line}, diverged or failed", line=curve.name)
            yield Series(name, x, frozen(y), BAD, words, line="none", marker=curve.marker)
            words = ""  # said once


def log_scaled(results: Results) -> bool:
    """Whether the measure has a log scale: no share, more than a decade of numbers, and none of them zero or below."""
    done = results.values[results.states == DONE]
    share = results.sweep.measure.endswith("accuracy")
    return not share and bool(done.size and done.min() > 0 and done.max() > 10 * done.min())


def least(results: Results) -> float:
    """The least number of all; there must be one."""
    return float(results.values[results.states == DONE].min())


def _limits(values: Array, log: bool, share: bool) -> tuple[float, float]:
    finite = values[np.isfinite(values)]
    if share:
        return -2 * _ROOM, 1 + _ROOM / 2
    if not finite.size:
        return 0.0, 1.0
    if log:
        low, high = decades([finite], least=1)
        return low, min(high, low * 10**MOST_DECADES)
    low, high = float(finite.min()), float(finite.max())
    room = (high - low) * 0.15 or abs(high) * 0.1 or 1.0
    return (0.0 if 0 <= low < 0.5 * high else low - room), high + room
