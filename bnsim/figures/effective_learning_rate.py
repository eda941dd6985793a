"""How fast weights before a BatchNorm turn: only their direction acts, so the rate counts relative to their size."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from bnsim.figures.kind import figure
from bnsim.figures.lanes import Shown, decades, drawable, forked_at, from_first_to_last, lane_rules, shown_lanes, where
from bnsim.figures.measured import MAX_POINTS, Known, Lane, Probe, Session, iteration_axis, quartiles
from bnsim.figures.options import Choice
from bnsim.figures.present import key_of, links
from bnsim.plot.figure import Axis, Figure
from bnsim.plot.marks import Array, Band, Mark, Series, frozen
from bnsim.spec.layers import BatchNorm, Linear
from bnsim.spec.numerals import factor, significant
from bnsim.spec.phrases import joined, phrase
from bnsim.spec.training import SGD, Optimizer, Training

_MANY = 60
"""Weight layers above which markers would run into one another."""
_CAPTION = phrase(
    "Learning rate divided by the squared norm of each row of a weight before a BatchNorm, which acts by its direction "
    "alone: median of the rows, shaded their middle half (van Laarhoven 2017)."
)


_OF_SGD = phrase("It is that of plain SGD; other optimizers scale their steps otherwise.")
_OVER = Choice(
    "over",
    "Over",
    (("depth", "depth, now"), ("iterations", "iterations")),
    costs=(("iterations", "reading the parameters of up to 200 moments"),),
)
_MOST = 200
"""Moments that are drawn over iterations."""


class _Rates(NamedTuple):
    """One lane's quartiles over rows by weight layer; `growth`: of the weight's norm since the first iteration kept."""

    shown: Shown
    layers: Array
    low: Array
    median: Array
    high: Array
    growth: Array
    bad: Array


@figure(
    title="Effective learning rate",
    shows="learning rate by the squared norm of each row of the weights before a BatchNorm",
    options=(_OVER,),
    section="By depth",
    source="van Laarhoven 2017",
    records=("weight_norm",),
    unwatched="medians over rows of weights",
)
def effective_learning_rate(
    session: Session,
    layer_id: int | None = None,
    *,
    max_points: int | None = MAX_POINTS,
    known: Known | None = None,
    over: str = "depth",
) -> Figure:
    """The rate lr / ‖w_k‖² over the rows w_k of every weight right before a BatchNorm, now, on a log axis.

    The line is the median of the rows, shaded their middle half, the rule the learning rate of the next update, by
    lane where they differ. Under plain SGD without decay ‖w_k‖² grows with every update, so that this rate falls by
    itself; the verdict says by how much the norms have grown. `over` "iterations" draws the same of all these rows of a
    lane together by iteration, wherever parameters were kept: the line is the median row. `layer_id`, `max_points` and
    `known` have no effect here.
    """
    if over == "iterations":
        return _over_iterations(session)
    lanes = shown_lanes(session)
    drawn = [each for each in map(_rates, lanes) if each.layers.size]
    deepest = max((float(each.layers[-1]) for each in drawn), default=2.0)
    rules = lane_rules(
        phrase("learning rate"), ((each.shown, _rate_now(each.shown.lane)) for each in drawn), len(drawn)
    )
    arrays = [*(a for each in drawn for a in (each.low, each.high)), np.array([rule.y for rule in rules])]
    plain = all(_is_plain(each.shown.lane.training.optimizer) for each in drawn)
    return Figure(
        name=effective_learning_rate.name,
        title=effective_learning_rate.title,
        verdict=_verdict(drawn, bool(lanes)),
        x=Axis(phrase("weight layer before a BatchNorm"), limits=(1.0, max(deepest, 2.0)), integer=True),
        y=Axis(phrase("lr / ‖w‖² of each row"), scale="log", limits=decades(arrays)),
        marks=(*(mark for each in drawn for mark in _marks(each)), *rules),
        caption=joined(" ", (_CAPTION, "" if plain else _OF_SGD)) if drawn else "",
    )


def learning_rate(training: Training, iteration: int) -> float:
    """The learning rate of an update, counted from 0, as the schedule's own operation computes it."""
    from bnsim.engine.lowering.update import SCHEDULES
    from bnsim.engine.operation import OPERATIONS  # the engine comes with it

    key, scalars = SCHEDULES[type(training.schedule)](training.schedule)
    operation, rate = OPERATIONS[key], np.zeros(())
    clock = (np.empty(0), iteration) if operation.clock else ()
    operation.twin(*clock, rate, training.optimizer.lr, *scalars)
    return float(rate)


def _rate_now(lane: Lane) -> float:
    """The learning rate of the lane's next update."""
    return learning_rate(lane.training, lane.history.iterations)


def _is_plain(optimizer: Optimizer) -> bool:
    return isinstance(optimizer, SGD) and not optimizer.momentum


def _rates(shown: Shown) -> _Rates:
    lane, found, rate = shown.lane, links(shown.lane.stack.layers), _rate_now(shown.lane)
    state, growth = lane.state_dict(), _growth(shown)
    rows = []
    for link, after in pairwise(found):
        if not (isinstance(link.layer, Linear) and isinstance(after.layer, BatchNorm)):
            continue
        weight = np.asarray(state[f"{key_of(lane.stack.layers, link.path)}weight"], np.float64)
        with np.errstate(all="ignore"):
            low, median, high = quartiles((rate / np.square(weight).sum(axis=1))[None])
        bad = not (np.isfinite(weight).all() and np.isfinite(median[0]))
        rows.append((link.ordinal, low[0], median[0], high[0], growth.get(link.path, np.nan), bad))
    columns = np.array(rows, np.float64).reshape(-1, 6)
    return _Rates(shown, *(frozen(np.ascontiguousarray(columns[:, k])) for k in range(6)))


def _growth(shown: Shown) -> dict[tuple[int, ...], float]:
    """Norm of each weight in the last row of the history by that in the first, by path."""
    history = shown.lane.history
    try:
        paths = history.paths("weight_norm")
    except KeyError:
        return {}
    kept = len(history.kept)
    if kept < 2:
        return {}
    first, last = np.asarray(history.rows("weight_norm", np.array([0, kept - 1])), np.float64)
    with np.errstate(all="ignore"):
        return dict(zip(paths, (last / first).tolist(), strict=True))


class _Run(NamedTuple):
    """One lane over iterations: quartiles over rows of lr / ‖w_k‖², each (points,), and how the norms have grown.

    `growth`: quartiles over rows of ‖w_k‖ at the last point by that at the first. `forked`: the first is its source's.
    """

    shown: Shown
    x: Array
    low: Array
    median: Array
    high: Array
    growth: tuple[float, float, float]
    forked: bool = False


def _joined(runs: list[_Run]) -> list[_Run]:
    """The runs, that of a fork beginning with the last moment that its source has before it."""
    by_place = {each.shown.place: each for each in runs}
    for place in sorted(by_place):
        each = by_place[place]
        source = by_place.get(each.shown.source)
        shared = -1 if source is None else int(np.searchsorted(source.x, each.shown.branch, side="right")) - 1
        if source is None or shared < 0 or not each.x[0] > each.shown.branch:
            continue
        x, low, median, high = (
            frozen(np.append(before[shared], own)) for before, own in zip(source[1:5], each[1:5], strict=True)
        )
        by_place[place] = each._replace(x=x, low=low, median=median, high=high, forked=True)
    return list(by_place.values())


def _over_iterations(session: Session) -> Figure:
    lanes = shown_lanes(session)
    found = [_run(session, shown) for shown in lanes]
    drawn = _joined([each for each in found if each is not None])
    marks: list[Mark] = []
    for each in drawn:
        name, role = each.shown.name, each.shown.role
        marker = each.shown.marker if each.x.size < _MANY else "none"
        low, high = (frozen(drawable(part)) for part in (each.low, each.high))
        marks.append(Band(phrase("{line}, middle half", line=name), each.x, low, high, role))
        median = frozen(drawable(each.median))
        marks.append(Series(name, each.x, median, role, label=name, marker=marker))
        if each.forked:
            marks.append(forked_at(name, each.x, median, role))
    return Figure(
        name=effective_learning_rate.name,
        title=effective_learning_rate.title,
        verdict=_run_verdict(session, drawn),
        x=iteration_axis(max((float(each.x[-1]) for each in drawn), default=0.0)),
        y=Axis(
            phrase("lr / ‖w‖² of each row"),
            scale="log",
            limits=decades(a for each in drawn for a in (each.low, each.high)),
        ),
        marks=tuple(marks),
        caption=joined(
            " ", (_CAPTION, phrase("All such rows of a lane together, at moments whose parameters were kept."))
        )
        if drawn
        else "",
    )


def _run(session: Session, shown: Shown) -> _Run | None:
    lane = shown.lane
    keys = [
        f"{key_of(lane.stack.layers, link.path)}weight"
        for link, after in pairwise(links(lane.stack.layers))
        if isinstance(link.layer, Linear) and isinstance(after.layer, BatchNorm)
    ]
    probe = session.probe(lane) if keys else None
    if probe is None:
        return None
    moments = [(at, probe.kept(at)[1]) for at in probe.kept_at(_MOST)]
    now = lane.history.iterations
    if now > moments[-1][0]:
        moments.append((now, probe.theta))
    sizes = np.array([_row_norms(probe, theta, keys) for _, theta in moments])
    x = np.array([at for at, _ in moments], np.float64)
    rates = np.array([learning_rate(lane.training, at) for at, _ in moments])
    with np.errstate(all="ignore"):
        low, median, high = quartiles(rates[:, None] / sizes**2)
        growth = quartiles((sizes[-1] / sizes[0])[None])
    first, middle, last = (float(part[0]) for part in growth)
    return _Run(shown, frozen(x), frozen(low), frozen(median), frozen(high), (first, middle, last))


def _row_norms(probe: Probe, theta: Array, keys: list[str]) -> Array:
    """The norms of all rows of these weights, (rows,)."""
    found, start = [], 0
    for key, shape in probe.shapes.items():
        stop = start + int(np.prod(shape))
        if key in keys:
            with np.errstate(over="ignore"):
                found.append(np.linalg.norm(np.asarray(theta[start:stop], np.float64).reshape(shape), axis=1))
        start = stop
    return np.concatenate(found)


def _run_verdict(session: Session, drawn: list[_Run]) -> str:
    if not drawn:
        with_any = any(_rates(shown).layers.size for shown in shown_lanes(session))
        return phrase("No mini-batch yet: step or play") if with_any else _verdict([], bool(session.lanes))
    words = []
    for each in drawn:
        first, last = each.median[int(each.forked)], each.median[-1]
        if not (np.isfinite(first) and np.isfinite(last)):
            words.append(joined(" ", (each.shown.name, phrase("is not a number"))))
            continue
        said = f"{each.shown.name} {significant(float(first), 2)}"
        if each.x.size > 1:
            grown = phrase(
                "norms {factor} (middle half {first} to {last})",
                factor=factor(each.growth[1]),
                first=factor(each.growth[0]),
                last=factor(each.growth[2]),
            )
            said = joined(", ", (f"{said} → {significant(float(last), 2)}", grown))
        words.append(said)
    return joined(" · ", words)


def _marks(each: _Rates) -> Iterator[Mark]:
    name, role = each.shown.name, each.shown.role
    marker = each.shown.marker if each.layers.size <= _MANY else "none"
    named = phrase("{line}, middle half", line=name)
    yield Band(named, each.layers, frozen(drawable(each.low)), frozen(drawable(each.high)), role)
    yield Series(name, each.layers, frozen(drawable(each.median)), role, label=name, marker=marker)


def _verdict(drawn: list[_Rates], any_lane: bool) -> str:
    if not drawn:
        return phrase(
            "Add a BatchNorm right after a Linear: only then does the size of its weight not act"
            if any_lane
            else "Add a stack to see its effective learning rates"
        )
    return joined(" · ", (_judged(each) for each in drawn))


def _judged(each: _Rates) -> str:
    name, there = each.shown.name, np.flatnonzero(np.isfinite(each.median))
    bad = where(each.layers[each.bad > 0], each.bad.size) if each.bad.any() else ""
    if not there.size:
        return joined(" ", (name, phrase("has no number {where}", where=bad)))
    words = from_first_to_last(each.layers[there], each.median[there])
    grown = ""
    if np.isfinite(each.growth).any():
        grown = phrase("norms up to {factor}", factor=factor(float(np.nanmax(each.growth))))
    wrong = phrase("no number {where}", where=bad) if bad else ""
    return joined(", ", (joined(" ", (name, words)), grown, wrong))
