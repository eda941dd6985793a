"""Curves of all lanes by iteration: one number an iteration, raw and smoothed, on an axis that no lane can flatten."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bnsim.figures.lanes import Shown
from bnsim.figures.measured import Lane, iteration_axis, thin, unfinished
from bnsim.plot.figure import Axis
from bnsim.plot.marks import Array, Series, frozen
from bnsim.spec.numerals import significant
from bnsim.spec.phrases import joined, phrase

REACH, SHARE = 7, 6
"""A smoothed curve averages each point and up to 7 on either side, of a short curve up to a sixth of its points."""
CUT = 20.0
"""A curve this many times over where the lowest one began is cut off at the top, and that is said."""
STAYS = 0.05
"""What ends within this share of where it began is said to have stayed there."""
_RATIO = 100.0
"""From this ratio between the largest and the smallest number on, the axis is logarithmic."""
_LOG_ROOM = 1.25


class Curve(NamedTuple):
    """One lane's numbers by iteration, each array of shape (points,).

    `tests`: in eval mode, of the part of the data that `part` names, empty if none were measured; at `tests_x`, the
    updates done. `bad_from`: the first iteration whose number is NaN or infinite, None if all are finite.
    """

    shown: Shown
    x: Array
    raw: Array
    smooth: Array
    tests_x: Array
    tests: Array
    part: str
    bad_from: int | None

    @property
    def part_name(self) -> str:
        """What was measured in eval mode, in words: "test", or "eval mode" where there is no test part."""
        return phrase("test" if self.part == "test" else "eval mode")

    @property
    def at_end(self) -> str:
        """What the last number is if it is none: "NaN", "∞"; else ""."""
        if not self.raw.size or np.isfinite(self.raw[-1]):
            return ""
        return "NaN" if np.isnan(self.raw[-1]) else "∞"


def curve(shown: Shown, name: str, max_points: int | None, scale: float = 1.0) -> Curve | None:
    """The record `name` of one lane, and what was measured on the test part; None if the lane does not record it."""
    try:
        shown.lane.history.paths(name)
    except KeyError:
        return None
    x, raw, smooth = numbers(shown, name, max_points)
    tests = shown.lane.tests
    measured = np.asarray(tests.get(f"test_{name}", np.empty(0)), np.float64)
    keep = thin(len(measured), max_points)
    keep = keep[np.asarray(tests.kept)[keep] >= shown.branch] if len(measured) else keep
    tests_x = np.asarray(tests.kept, np.float64)[keep] if len(measured) else np.empty(0)
    return Curve(
        shown,
        x=frozen(x),
        raw=frozen(scale * raw),
        smooth=frozen(scale * smooth),
        tests_x=frozen(tests_x),
        tests=frozen(scale * measured[keep]),
        part=tests.part,
        bad_from=_bad_from(shown.lane, name, x, raw),
    )


def numbers(shown: Shown, name: str, max_points: int | None) -> tuple[Array, Array, Array]:
    """Iteration numbers, a record of one number an iteration, and the same smoothed; the present one is last.

    Of a fork they are its own, and before them the last that it shares with its source.
    """
    lane = shown.lane
    kept, keep = lane.history.kept, shown.rows(max_points)
    present = np.empty(0)
    if unfinished(lane):
        value = float(lane.current(name))
        known = lane.executed is not None and lane.executed.phase in ("backward", "update")
        present = np.array([value]) if known or not np.isnan(value) else present

    def read(rows: NDArray[np.intp]) -> Array:
        there = np.array(lane.history.rows(name, rows[rows < len(kept)]), np.float64)
        return np.append(there, present) if len(rows) > len(there) else there

    x = kept[keep].astype(np.float64)
    if present.size:
        x, keep = np.append(x, float(lane.history.iterations)), np.append(keep, len(kept))
    return x, read(keep), smoothed_own(read, len(kept) + present.size, keep, own_from(shown, kept))


def own_from(shown: Shown, kept: NDArray[Any]) -> int:
    """The first of these iterations, ascending, that is a fork's own; 0 where the lane is none."""
    return int(np.searchsorted(kept, shown.branch)) if shown.branch else 0


def _bad_from(lane: Lane, name: str, x: Array, raw: Array) -> int | None:
    """The first iteration of those kept whose number is not finite, if a point that is shown is not."""
    bad = np.flatnonzero(~np.isfinite(raw))
    if not bad.size:
        return None
    last = float(x[bad[0]])
    before = float(x[bad[0] - 1]) if bad[0] else -1.0
    kept = lane.history.kept
    between = np.flatnonzero((kept > before) & (kept < last))
    skipped = np.flatnonzero(~np.isfinite(np.asarray(lane.history.rows(name, between), np.float64)))
    return int(kept[between[skipped[0]]]) if skipped.size else int(last)


def smoothed(read: Callable[[NDArray[np.intp]], Array], rows: range, at: NDArray[np.intp]) -> Array:
    """The mean of the value of each row `at` and its neighbors (see REACH) that are finite; NaN where it is not itself.

    Neighbors are all `rows`, also those that are not drawn: what is smoothed is the same however many points are.
    `read` gives the values of rows, ascending.
    """
    if not len(at):
        return np.empty(0)
    reach = min(REACH, len(rows) // SHARE)
    around = at[:, None] + np.arange(-reach, reach + 1)
    inside = (around >= rows.start) & (around < rows.stop)
    needed, places = np.unique(np.where(inside, around, at[:, None]), return_inverse=True)
    values = np.asarray(read(needed), np.float64)[places.reshape(around.shape)]
    there = inside & np.isfinite(values)
    means = np.where(there, values, 0.0).sum(axis=1) / np.maximum(there.sum(axis=1), 1)
    return np.where(there[:, reach], means, np.nan)


def smoothed_own(read: Callable[[NDArray[np.intp]], Array], rows: int, at: NDArray[np.intp], own: int = 0) -> Array:
    """The smoothed values of the rows `at`, of so many in all; of a fork rows before `own` are its source's.

    Of those only the first of `at` may be one, and has its value itself.
    """
    shared = int(len(at) > 0 and at[0] < own)
    return np.append(read(at[:shared]), smoothed(read, range(own, rows), at[shared:]))


def _joined(curves: Sequence[Curve]) -> list[Curve]:
    """The curves, the smoothed one of a fork beginning on that of its source."""
    by_place = {each.shown.place: each for each in curves}
    for place in sorted(by_place):
        each = by_place[place]
        source = by_place.get(each.shown.source)
        if source is not None and source.x.size and each.shown.shares(each.x):
            begin = np.interp(each.x[:1], source.x, source.smooth)
            by_place[place] = each._replace(smooth=frozen(np.append(begin, each.smooth[1:])))
    return list(by_place.values())


def lines(curves: Sequence[Curve], watch: Callable[[Shown], str] = lambda _shown: "") -> Iterator[Series]:
    """Of each lane the raw numbers, thin, the smoothed ones, and dashed those of the test part.

    A fork's begin where it leaves its source, at a mark. `watch` gives the expression of a lane's numbers.
    """
    for each in _joined(curves):
        name, role = each.shown.name, each.shown.role
        watches = tuple(filter(None, (watch(each.shown),)))
        single = np.isfinite(each.raw).sum() == 1
        yield Series(name, each.x, each.raw, role, weight="thin", watches=watches)
        yield Series(
            phrase("{line}, smoothed", line=name),
            each.x,
            each.smooth,
            role,
            label=f"{name}: {each.at_end}" if each.at_end else name,
            marker=each.shown.marker if single else "none",
            watches=watches,
        )
        yield from each.shown.fork_mark(each.x, each.smooth)
        if each.at_end and not single:
            yield _last_finite(each)
        if each.tests.size:
            marker = each.shown.marker if each.tests.size <= 2 * REACH else "none"
            yield Series(
                joined(", ", (name, each.part_name)), each.tests_x, each.tests, role, line="dashed", marker=marker
            )


def _last_finite(each: Curve) -> Series:
    """A marker at the last number that a lane had."""
    last = np.flatnonzero(np.isfinite(each.raw))[-1:]
    name = phrase("{line}, last number", line=each.shown.name)
    x, y = frozen(each.x[last]), frozen(each.smooth[last])
    return Series(name, x, y, each.shown.role, line="none", marker=each.shown.marker)


def axis(label: str, curves: Sequence[Curve]) -> tuple[Axis, list[Curve]]:
    """The y axis, and the curves that leave it at the top.

    Linear; logarithmic where numbers differ by more than a factor of 100 and none is 0 or below, which such an axis
    would hide.
    """
    values = [np.concatenate([each.raw[np.isfinite(each.raw)], each.tests[np.isfinite(each.tests)]]) for each in curves]
    whole = np.concatenate(values) if values else np.empty(0)
    if not whole.size:
        return Axis(label), []
    cap = CUT * min(_typical(each) for each in curves if np.isfinite(each.raw).any() or each.tests.size)
    seen = whole[whole <= cap]
    if cap <= 0 or not seen.size:
        cap, seen = np.inf, whole
    low, high = float(seen.min()), float(seen.max())
    cut = [each for each, own in zip(curves, values, strict=True) if own.size and own.max() > cap]
    if low > 0 and high / low > _RATIO:
        return Axis(label, scale="log", limits=(low / _LOG_ROOM, high * _LOG_ROOM)), cut
    bottom = min(low, 0.0)
    return Axis(label, limits=(bottom, bottom + 1.08 * (high - bottom) if high > bottom else bottom + 1.0)), cut


def _typical(each: Curve) -> float:
    """Where a curve begins, or its median if that is more."""
    finite = each.raw[np.isfinite(each.raw)]
    if not finite.size:
        finite = each.tests[np.isfinite(each.tests)]
    return float(max(finite[0], np.median(finite))) if finite.size else np.inf


def iterations_axis(curves: Sequence[Curve]) -> Axis:
    """The x axis from 0 to the last iteration."""
    last = max((float(x[-1]) for each in curves for x in (each.x, each.tests_x) if x.size), default=0.0)
    return iteration_axis(last)


def caption(what: str, drawn: Sequence[Curve]) -> str:
    """The caption of a figure of such curves: `what` was measured, and what the lines are."""
    if not any(each.raw.size for each in drawn):
        return ""
    words = [
        phrase(
            "{what}, thin; bold the mean of up to {number} points around each.", what=what, number=str(2 * REACH + 1)
        )
    ]
    parts = {each.part for each in drawn if each.tests.size}
    if "test" in parts:
        words.append(phrase("Dashed: the whole test part, in eval mode."))
    if "train" in parts:
        words.append(phrase("Dashed: the whole training part, in eval mode; there is no test part."))
    return joined(" ", words)


def change(first: float, last: float, points: int) -> str:
    """How numbers went from the first to the last, in words."""
    if points == 1:
        return phrase("starts at {number}", number=significant(first, 3))
    if first == last or (first and math.isfinite(last / first) and abs(last / first - 1) < STAYS):
        return phrase("stays at {number}", number=significant(last, 3))
    return phrase(
        "fell from {first} to {last}" if last < first else "rose from {first} to {last}",
        first=significant(first, 3),
        last=significant(last, 3),
    )
