"""What BatchNorm measures: the mean and variance of each mini-batch, beside the running values it keeps for later."""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

import numpy as np

from bnsim.figures.branched import branched, past_of
from bnsim.figures.kind import figure
from bnsim.figures.measured import (
    MAX_POINTS,
    Chosen,
    Known,
    Session,
    by_iteration,
    choose_batchnorm,
    iteration_axis,
    quartiles,
)
from bnsim.plot.figure import Axis, Figure
from bnsim.plot.marks import Array, Band, Mark, Series, frozen
from bnsim.spec.numerals import factor
from bnsim.spec.phrases import joined, phrase

_AGREES = 1.1
"""Running and batch variance within this factor are said to agree."""
_RECENT = 10
"""Mini-batches the running variance is held against: a single one is noisy."""
_NAMES = ("batch_mean", "running_mean", "batch_var", "running_var")
_LABELS = {"mean": phrase("mean μ"), "variance": phrase("variance σ²")}


class _Quartiles(NamedTuple):
    """Quartiles over features by iteration; each array has shape (points,)."""

    x: Array
    low: Array
    median: Array
    high: Array
    features: int


@figure(
    title="Mini-batch mean and variance",
    shows="what one BatchNorm measures, by iteration: batch mean and variance beside the running values",
    section="At one layer",
    about="BatchNorm",
    source="Ioffe and Szegedy 2015",
    records=_NAMES,
    fast_points=128,
    docked=True,
    unwatched="medians over features",
)
def batch_statistics(
    session: Session,
    layer_id: int | None = None,
    *,
    max_points: int | None = MAX_POINTS,
    known: Known | None = None,
) -> Figure:
    """Mini-batch mean and variance of one BatchNorm by iteration: median and middle half of its features.

    `layer_id` is the BatchNorm; for another layer the nearest BatchNorm in its lane is taken, for None the first.
    The median of the running values is dashed. The verdict compares the running variance with that of the last
    ten mini-batches, medians over features: within a factor 1.1 they agree.
    """
    chosen = choose_batchnorm(session, layer_id)
    if chosen is None:
        return _figure(phrase("Add a BatchNorm to see its statistics"))
    series: list[Series] = []
    bands: list[Band] = []
    read = {name: _middle_half(chosen, name, max_points, known) for name in _NAMES}
    for role, batch, running in (
        ("mean", read["batch_mean"], read["running_mean"]),
        ("variance", read["batch_var"], read["running_var"]),
    ):
        if batch.x.size:
            bands.append(Band(f"{role}.middle_half", batch.x, batch.low, batch.high, role))
            name, label = f"{role}.batch", _LABELS[role]
            series.append(Series(name, batch.x, batch.median, role, label=label, marker=_marker(batch.x)))
        if running.x.size:
            name = f"{role}.running"
            series.append(Series(name, running.x, running.median, role, line="dashed", marker=_marker(running.x)))
    kept = chosen.layer.track_running_stats
    if not series:
        return _figure(joined(": ", (chosen.title, phrase("step or play to see its statistics"))))
    caption = phrase(
        "{layer}, {number} features: median over features, shaded the middle half of them, dashed the running values "
        "used after training."
        if kept
        else "{layer}, {number} features: median over features, shaded the middle half of them.",
        layer=chosen.title,
        number=str(read["batch_mean"].features),
    )
    none_kept = phrase("keeps no running values")
    compared = _comparison(read["batch_var"].median, read["running_var"].median) if kept else none_kept
    verdict = joined(": ", (chosen.title, compared))
    past = past_of(session, chosen.lane) if series[0].x[0] < chosen.branch else None
    caption = caption if past is None else joined(" ", (caption, past.caption))
    return _figure(verdict, branched(past, (*series, *bands)), caption)


def _figure(verdict: str, marks: tuple[Mark, ...] = (), caption: str = "") -> Figure:
    last = max((float(line.x[-1]) for line in marks if isinstance(line, Series)), default=0.0)
    return Figure(
        name=batch_statistics.name,
        title=batch_statistics.title,
        verdict=verdict,
        x=iteration_axis(last),
        y=Axis(phrase("μ and σ²: median, middle half shaded")),
        marks=marks,
        caption=caption,
    )


def _middle_half(chosen: Chosen, name: str, max_points: int | None, known: Known | None) -> _Quartiles:
    """The quartiles of a record over features; a NaN in any feature makes a gap."""
    x, values = by_iteration(chosen, name, max_points, known)
    if not values.size:
        nothing = frozen(np.empty(0))
        return _Quartiles(nothing, nothing, nothing, nothing, 0)
    low, median, high = quartiles(values)
    return _Quartiles(frozen(x), frozen(low), frozen(median), frozen(high), values.shape[1])


def _marker(x: Array) -> Literal["none", "circle"]:
    """The marker of a line: a circle if it is a single point, which would be invisible without one."""
    return "circle" if x.size == 1 else "none"


def _comparison(batch: Array, running: Array) -> str:
    recent, kept = batch[-_RECENT:], running[-1:]
    recent = recent[~np.isnan(recent)]
    if (batch.size and math.isnan(batch[-1])) or (kept.size and math.isnan(kept[0])):
        return phrase("not a number")
    if not recent.size:
        return phrase("the variance comes next")
    if not kept.size:
        return phrase("the running values come next")
    measured = float(np.mean(recent))
    if measured <= 0:
        return phrase("the features do not vary over the mini-batch")
    ratio = float(kept[0]) / measured
    if 1 / _AGREES <= ratio <= _AGREES:
        return phrase("running variance (dashed) agrees with the batch")
    if not np.isfinite(ratio):
        return phrase("its variance is not a number")
    return phrase("running variance (dashed) is {factor} the batch's", factor=factor(ratio))
