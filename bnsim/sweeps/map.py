"""A figure of a sweep over two parameters: the measure as colors, lanes one above the other."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bnsim.figures.cells import Ticks, one_above_the_other
from bnsim.plot.figure import Axis as FigureAxis
from bnsim.plot.figure import Figure
from bnsim.plot.marks import Array, ColorScale, Image, Mark, Series, frozen
from bnsim.spec.numerals import power_of_ten
from bnsim.spec.phrases import capital, joined, listed, phrase
from bnsim.sweeps.curves import BAD, MOST_DECADES, caption, log_scaled, lowered, over_seeds, verdict
from bnsim.sweeps.measuring import TITLES
from bnsim.sweeps.results import DONE, Results
from bnsim.sweeps.sweep import Axis

NAME = "sweep_map"
SHOWS = "the measure over two parameters as colors, lanes one above the other"
SHOWS = "the measure over two parameters as colors, lanes one above the other"
MOST_TICKS, MOST_ROWS = 6, 9


def sweep_map(results: Results) -> Figure:
    """The measure over both parameters, a cell for each pair of values, the median over seeds as its color.

    Cells stand side by side in the order of the values, whatever the values are. One that is not done yet is empty; one
    of which no seed gave a number is red, and one of which only some did has a red mark on its color.
    """
    sweep = results.sweep
    across, up = sweep.axes
    log = log_scaled(results)
    images = [_cells(results, lane, log=log) for lane in range(len(sweep.experiment.stacks))]
    scale = ColorScale(joined(" ", ("log₁₀" if log else "", TITLES[sweep.measure])), _color_limits(images, log=log))
    places = one_above_the_other(len(images))
    marks: list[Mark] = []
    ticks: list[tuple[float, str]] = []
    for lane, (stack, values, place) in enumerate(zip(sweep.experiment.stacks, images, places.ups, strict=True)):
        marks.append(
            Image(
                stack.name,
                frozen(values),
                frozen(np.arange(1.0, len(across.values) + 1)),
                frozen(np.arange(1.0, len(up.values) + 1)),
                across=(0.5, len(across.values) + 0.5),
                up=place,
                scale=scale,
                label=stack.name if len(images) > 1 else "",
            )
        )
        marks += _some_bad(results, lane, place)
        ticks += _row_ticks(up, place, most=max(3, MOST_ROWS // len(images)))
    some = results.done > 0
    return Figure(
        name=NAME,
        title=phrase(
            "{measure} by {first} and {second}",
            measure=capital(TITLES[sweep.measure]),
            first=lowered(across.title),
            second=lowered(up.title),
        ),
        verdict=verdict(results),
        x=FigureAxis(listed(across.title), limits=(0.5, len(across.values) + 0.5), ticks=_ticks(across)),
        y=FigureAxis(listed(up.title), limits=places.limits, ticks=tuple(sorted(ticks))),
        marks=tuple(marks) if some else (),
        caption=caption(results, phrase("Colors are medians over seeds.")) if some else "",
    )


def _cells(results: Results, lane: int, *, log: bool) -> Array:
    """(values of the second axis, of the first): infinity where no seed gave a number, NaN where none is done."""
    middle, _, _ = over_seeds(results.values[lane], results.states[lane])
    done = results.states[lane] > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        values = np.log10(middle) if log else middle
    values = np.where(np.isnan(middle), np.where(done.any(axis=-1), np.inf, np.nan), values)
    return np.ascontiguousarray(values.T)


def _some_bad(results: Results, lane: int, up: tuple[float, float]) -> Iterator[Series]:
    states = results.states[lane]
    mixed = (states > DONE).any(axis=-1) & (states == DONE).any(axis=-1)
    if mixed.any():
        columns, rows = np.nonzero(mixed)
        y = up[0] + (up[1] - up[0]) * (rows + 0.5) / mixed.shape[1]
        name = phrase("{line}, some seeds diverged or failed", line=results.sweep.experiment.stacks[lane].name)
        yield Series(
            name,
            frozen(columns.astype(np.float64) + 1.0),
            frozen(np.asarray(y, np.float64)),
            BAD,
            line="none",
            marker="diamond",
        )


def _color_limits(images: list[Array], *, log: bool) -> tuple[float, float]:
    values = np.concatenate([image[np.isfinite(image)] for image in images])
    if not values.size:
        return 0.0, 1.0
    low, high = float(values.min()), float(values.max())
    high = min(high, low + MOST_DECADES) if log else high
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _ticks(axis: Axis) -> Ticks:
    return tuple((float(number + 1), _words(axis, number)) for number in _shown(len(axis.values), MOST_TICKS))


def _row_ticks(axis: Axis, up: tuple[float, float], most: int) -> Iterator[tuple[float, str]]:
    size = len(axis.values)
    for number in _shown(size, most):
        yield up[0] + (up[1] - up[0]) * (number + 0.5) / size, _words(axis, number)


def _shown(size: int, most: int) -> list[int]:
    """Numbers of values that have a tick: all, or every second, third or so, the first among them."""
    return list(range(0, size, -(-size // most)))


def _words(axis: Axis, number: int) -> str:
    value = axis.values[number]
    if axis.scale == "log" and not isinstance(value, bool | str):
        power = np.log10(float(value))
        if abs(power - round(power)) < 1e-9 and abs(power) > 2.5:
            return power_of_ten(round(power))
    return axis.words(value)
