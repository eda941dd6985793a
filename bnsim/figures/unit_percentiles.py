"""How the pre-activations of one layer move while it trains: their 15th, 50th and 85th percentile by iteration."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace

from bnsim.figures.branched import branched, past_of
from bnsim.figures.kind import figure
from bnsim.figures.lanes import Shown, shown_lanes
from bnsim.figures.measured import MAX_POINTS, Known, Session, iteration_axis, thin, unfinished, with_fork
from bnsim.figures.options import Choice, Number
from bnsim.figures.present import links
from bnsim.plot.figure import Axis, Figure
from bnsim.plot.marks import Array, Band, Mark, Marker, Series, frozen
from bnsim.spec.naming import layer_name
from bnsim.spec.numerals import count, significant
from bnsim.spec.phrases import joined, phrase
from bnsim.spec.tree import Path

_SHOW = Choice("show", "Show", (("percentiles", "percentiles"), ("shift", "how far they move in an iteration")))
_UNIT = Number("unit", "Unit", most=65536, words="all units", cost="up to 60 forward passes of a lane")
_MOST = 60
"""Moments at which one unit is measured."""
_PERCENTS = (15, 50, 85)
_WRONG = phrase("is given what is not a number")
_STILL = 1e-9
"""Percentiles this near to one another, by their size, are one."""
_TIMES = 10.0
"""From so many widths on a movement is told in widths, not in percent."""


class _Chosen(NamedTuple):
    """An activation that the history has percentiles of, and its number along their second axis."""

    shown: Shown
    path: Path
    column: int

    def title(self, lanes: int) -> str:
        """The activation's name, with that of its lane if there are several."""
        name = layer_name(self.shown.lane.stack, self.path)
        return joined(", ", (self.shown.name, name)) if lanes > 1 else name


@figure(
    title="Percentiles of pre-activations",
    shows="15th, 50th and 85th percentile of what one activation is given, by iteration, and how fast they move",
    section="At one layer",
    about="activation",
    source="Ioffe and Szegedy 2015, fig. 1",
    records=("percentiles",),
    options=(_SHOW, _UNIT),
    unwatched="percentiles over units and samples",
)
def unit_percentiles(
    session: Session,
    layer_id: int | None = None,
    *,
    max_points: int | None = MAX_POINTS,
    known: Known | None = None,
    show: str = "percentiles",
    unit: int = 0,
) -> Figure:
    """Percentiles over the mini-batch and all units of one activation's input by iteration.

    Ioffe and Szegedy (2015, figure 1) draw those of one typical unit of the last hidden layer; here they are of all
    units of the layer together. `layer_id` is the activation; for another layer the nearest one in its lane is taken,
    for None the last one of the first lane. The verdict says how far they moved from one iteration to the next.
    Iterations in which details were not measured are left out. `known` has no effect here.

    `unit`, counted from 1, draws the percentiles of that unit alone, as in the source: always of the rows of the
    present mini-batch, with the parameters at every moment where they were kept. `show` "shift" draws by how much each
    percentile changes from one point to the next, per iteration.
    """
    lanes = shown_lanes(session)
    chosen = _choose(lanes, layer_id)
    if chosen is None:
        return _figure(phrase("Add an activation to see what it is given"))
    title, lane, past = chosen.title(len(lanes)), chosen.shown.lane, past_of(session, chosen.shown.lane)
    if unit:
        found = _of_unit(session, chosen, unit)
        if isinstance(found, str):
            return _figure(joined(": ", (title, found)))
        x, values = found
        title = phrase("{layer}, unit {number}", layer=title, number=count(unit))
    else:
        x, values = _values(chosen, max_points)
        computed = lane.executed is not None and lane.executed.phase in ("backward", "update")
        if computed and not np.isfinite(lane.current("percentiles")[chosen.column]).all():
            marks = branched(past, tuple(_marks(chosen.shown, x, values))) if x.size else ()
            return _figure(joined(": ", (title, _WRONG)), marks)
    if not x.size:
        return _figure(joined(": ", (title, phrase("step or play to see what it is given"))))
    if show == "shift":
        drawn = _shift(title, chosen.shown, x, values, unit)
    else:
        caption = phrase("What {layer} is given: percentiles over {rows}.", layer=title, rows=_rows(unit))
        verdict = joined(": ", (title, _judged(x, values)))
        drawn = _figure(verdict, tuple(_marks(chosen.shown, x, values)), caption)
    if past is None or not drawn.marks or x[0] >= past.iteration:
        return drawn
    return replace(drawn, marks=branched(past, drawn.marks), caption=joined(" ", (drawn.caption, past.caption)))


def _rows(unit: int) -> str:
    if unit:
        return phrase(
            "the rows of the present mini-batch, with the parameters of each moment (Ioffe and Szegedy 2015, figure 1)"
        )
    return phrase(
        "the mini-batch and all units of the layer (after Ioffe and Szegedy 2015, figure 1, who draw one unit)"
    )


def _of_unit(session: Session, chosen: _Chosen, unit: int) -> tuple[Array, Array] | str:
    """Numbers of updates and percentiles of one unit, as `_values`; or why there are none."""
    lane = chosen.shown.lane
    probe = session.probe(lane)
    if probe is None:
        return phrase("step or play to see what it is given")
    link = next(link for link in links(lane.stack.layers) if link.path == chosen.path)
    at, rows = [], []
    for updates in probe.kept_at(_MOST):
        given = np.asarray(probe.given_after(updates, link.path, link.before), np.float64)
        if unit > given.shape[1]:
            return phrase(
                "has {units} unit, no unit {number}" if given.shape[1] == 1 else "has {units} units, no unit {number}",
                units=count(given.shape[1]),
                number=count(unit),
            )
        if np.isfinite(given[:, unit - 1]).all():
            at.append(float(updates))
            rows.append(np.percentile(given[:, unit - 1], _PERCENTS))
    return (np.array(at), np.array(rows, np.float64).reshape(-1, 3)) if at else _WRONG


def _shift(title: str, shown: Shown, x: Array, values: Array, unit: int) -> Figure:
    """How far each percentile moves from one point to the next, per iteration."""
    if x.size < 2:
        two = phrase("two moments are needed to see how far it moves: step or play")
        return _figure(joined(": ", (title, two)))
    moved = frozen(np.abs(np.diff(values, axis=0)) / np.diff(x)[:, None])
    later = frozen(x[1:].copy())
    marker: Marker = "circle" if later.size == 1 else "none"
    marks = [
        Series(
            f"shift.{percent}",
            later,
            frozen(np.ascontiguousarray(moved[:, k])),
            shown.role,
            label=f"{percent} %",
            line=("dotted", "solid", "dashed")[k],
            weight="bold" if percent == 50 else "normal",
            marker=marker,
        )
        for k, percent in enumerate(_PERCENTS)
    ]
    first, last = (
        (float(part.max(axis=1).mean()) for part in np.array_split(moved, 2)) if later.size > 1 else (0.0, 0.0)
    )
    words = phrase(
        "in the last step by up to {size} an iteration"
        if later.size <= 3
        else "moves by {first} an iteration in the first half, {last} in the second",
        size=significant(float(moved[-1].max()), 2),
        first=significant(first, 2),
        last=significant(last, 2),
    )
    caption = phrase(
        "What {layer} is given: change of each percentile per iteration; percentiles are over {rows}.",
        layer=title,
        rows=_rows(unit),
    )
    figure = _figure(joined(": ", (title, words)), tuple(marks), caption)
    return replace(figure, y=Axis(phrase("change of percentiles an iteration")))


def _figure(verdict: str, marks: tuple[Mark, ...] = (), caption: str = "") -> Figure:
    last = max((float(mark.x[-1]) for mark in marks if isinstance(mark, Series)), default=0.0)
    return Figure(
        name=unit_percentiles.name,
        title=unit_percentiles.title,
        verdict=verdict,
        x=iteration_axis(last),
        y=Axis(phrase("pre-activation")),
        marks=marks,
        caption=caption,
    )


def _choose(lanes: list[Shown], layer_id: int | None) -> _Chosen | None:
    last: _Chosen | None = None
    for shown in lanes:
        try:
            paths = shown.lane.history.paths("percentiles")
        except KeyError:
            continue
        order = {link.path: number for number, link in enumerate(links(shown.lane.stack.layers))}
        wanted = next((order[link.path] for link in links(shown.lane.stack.layers) if link.layer.id == layer_id), None)
        if wanted is not None:
            nearest = min(paths, key=lambda path: abs(order[path] - wanted))
            return _Chosen(shown, nearest, paths.index(nearest))
        if last is None:
            last = _Chosen(shown, paths[-1], len(paths) - 1)
    return last


def _values(chosen: _Chosen, max_points: int | None) -> tuple[Array, Array]:
    """Iterations (points,) and percentiles (points, 3), those of the present one last; without what is no number."""
    lane = chosen.shown.lane
    kept = lane.history.kept
    keep = with_fork(thin(len(kept), max_points), kept, chosen.shown.branch)
    x = kept[keep].astype(np.float64)
    values = np.array(lane.history.rows("percentiles", keep)[:, chosen.column], np.float64).reshape(-1, 3)
    if unfinished(lane):
        x = np.append(x, float(lane.history.iterations))
        values = np.vstack([values, np.asarray(lane.current("percentiles")[chosen.column], np.float64)])
    there = np.isfinite(values).all(axis=1)
    return x[there], values[there]


def _marks(shown: Shown, x: Array, values: Array) -> Iterator[Mark]:
    frozen(x)
    low, median, high = (frozen(np.ascontiguousarray(values[:, k])) for k in range(3))
    yield Band("middle", x, low, high, shown.role)
    marker: Marker = "circle" if x.size == 1 else "none"
    yield Series("percentile.15", x, low, shown.role, label="15 %", marker=marker)
    yield Series("percentile.50", x, median, shown.role, label="50 %", weight="bold", marker=marker)
    yield Series("percentile.85", x, high, shown.role, label="85 %", marker=marker)


def _judged(x: Array, values: Array) -> str:
    low, median, high = (significant(float(value), 2) for value in values[-1])
    words = phrase("median {median}, from {low} to {high}", median=median, low=low, high=high)
    width = values[-1, 2] - values[-1, 0]
    if width <= _STILL * np.abs(values[-1]).max():
        return joined(": ", (words, phrase("it does not vary over the mini-batch")))
    if x.size < 2:
        return words
    moved = np.abs(values[-1] - values[-2]).max() / (x[-1] - x[-2])
    share = float(moved / width)
    moves = phrase(
        "an iteration moves them by {size} % of that width"
        if share < _TIMES
        else "an iteration moves them by {size} times that width",
        size=significant(100 * share if share < _TIMES else share, 2),
    )
    return joined("; ", (words, moves))
