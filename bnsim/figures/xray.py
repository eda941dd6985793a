"""What one BatchNorm does to what it is given: histograms of its input and of its output over the mini-batch."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from bnsim.figures.chosen import Found, in_each_lane
from bnsim.figures.kind import figure
from bnsim.figures.measured import MAX_POINTS, Known, Session
from bnsim.figures.present import input_of
from bnsim.figures.ridges import BINS, beyond, finite, sampled, shares
from bnsim.plot.figure import Axis, Figure
from bnsim.plot.marks import Array, Bars, frozen
from bnsim.spec.layers import BatchNorm, Layer
from bnsim.spec.numerals import short
from bnsim.spec.phrases import joined, phrase
from bnsim.spec.tree import walk

_CORE = 0.1
"""Percent of the values at either end that the axis need not hold."""
_FARTHER = 20.0
"""A side that reaches this many widths of the other farther is cut off there."""


class _Sides(NamedTuple):
    """A BatchNorm's input and output, each (batch, features)."""

    found: Found
    x: Array
    y: Array


@figure(
    title="Before and after BatchNorm",
    shows="histograms of what one BatchNorm is given and of what it makes of it, over the mini-batch",
    section="At one layer",
    about="BatchNorm",
    source="Ioffe and Szegedy 2015",
    unwatched="shares of a histogram",
)
def xray(
    session: Session,
    layer_id: int | None = None,
    *,
    max_points: int | None = MAX_POINTS,
    known: Known | None = None,
) -> Figure:
    """Histograms of one BatchNorm's input and output over all samples and features, in the same bins.

    The height is the share of all values in a bin. The verdict has mean and spread before and after. `layer_id` is the
    BatchNorm; for another layer the nearest in its lane is taken, for None the first. `max_points` and `known` have no
    effect.
    """
    found = in_each_lane(session, layer_id, _is_batchnorm)
    chosen = next((each for each in found if layer_id in _ids(each)), found[0] if found else None)
    sides = None if chosen is None else _read(chosen)
    if chosen is None:
        return _figure(phrase("Add a BatchNorm to see what it does"))
    if sides is None:
        return _figure(joined(": ", (chosen.title, phrase("step into the forward pass to see what it does"))))
    before, after = finite(sides.x), finite(sides.y)
    edges = _edges([before, after])
    counted = [frozen(shares(values, edges)) for values in (before, after)]
    marks = tuple(
        Bars(name, edges, heights, role, label=label)
        for name, label, role, heights in (
            ("before", phrase("input x"), "linear", counted[0]),
            ("after", phrase("output y"), "normalization", counted[1]),
        )
    )
    wrong = not (np.isfinite(sides.x).all() and np.isfinite(sides.y).all())
    verdict = phrase("not a number") if wrong else _moments(before, after, float(np.finfo(sides.x.dtype).eps))
    what = phrase("all samples and features of the mini-batch, before and after, in the same bins.")
    caption = joined(": ", (chosen.title, what))
    if beyond((before, after), edges):
        caption = joined(" ", (caption, phrase("What is beyond the axis is in the outermost bins.")))
    return _figure(joined(": ", (chosen.title, verdict)), marks, caption, (float(edges[0]), float(edges[-1])))


def _figure(
    verdict: str, marks: tuple[Bars, ...] = (), caption: str = "", limits: tuple[float, float] = (-1.0, 1.0)
) -> Figure:
    highest = max((float(mark.heights.max()) for mark in marks), default=1.0)
    return Figure(
        name=xray.name,
        title=xray.title,
        verdict=verdict,
        x=Axis(phrase("input x, output y"), limits=limits),
        y=Axis(phrase("share of all values in a bin"), limits=(0.0, 1.08 * max(highest, 1e-3))),
        marks=marks,
        caption=caption,
    )


def _is_batchnorm(layer: Layer) -> bool:
    return isinstance(layer, BatchNorm)


def _ids(found: Found) -> set[int]:
    """Ids of all layers of the lane."""
    return {layer.id for layer in walk(found.shown.lane.stack.layers)}


def _read(found: Found) -> _Sides | None:
    x, y = input_of(found.shown.lane, found.link), found.shown.lane.value(found.link.path)
    return None if x is None or y is None else _Sides(found, np.asarray(x), np.asarray(y))


def _edges(sides: list[Array]) -> Array:
    """Bins over nearly all values of both sides, unless one is very much wider than the other."""
    ends = [np.percentile(sampled(values), (_CORE, 100 - _CORE)) for values in sides if values.size]
    if not ends:
        return frozen(np.linspace(-1.0, 1.0, BINS + 1))
    narrow = min(ends, key=lambda end: end[1] - end[0])
    farthest = _FARTHER * float(narrow[1] - narrow[0])
    low, high = min(float(end[0]) for end in ends), max(float(end[1]) for end in ends)
    if farthest > 0:
        low, high = max(low, float(narrow[0]) - farthest), min(high, float(narrow[1]) + farthest)
    room = 0.05 * (high - low) or max(abs(low), 1.0)
    return frozen(np.linspace(low - room, high + room, BINS + 1))


def _is_rounding(values: Array, eps: float) -> bool:
    return bool(abs(values.mean()) <= 4 * eps * np.abs(values).mean())


def _moments(before: Array, after: Array, eps: float) -> str:
    """Spread and mean before and after; a mean that is zero up to rounding is told as 0."""
    spreads = [short(float(values.std())) for values in (before, after)]
    means = ["0" if _is_rounding(values, eps) else short(float(values.mean())) for values in (before, after)]
    return phrase("spread {spreads}, mean {means}", spreads=" → ".join(spreads), means=" → ".join(means))
