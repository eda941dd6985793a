"""A watch by iteration, lanes over one another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from msgspec.structs import replace

from bnsim.figures import curves
from bnsim.figures.curves import Curve
from bnsim.figures.kind import figure
from bnsim.figures.lanes import Shown, shown_lanes
from bnsim.figures.measured import MAX_POINTS, Known, thin
from bnsim.figures.options import Expression
from bnsim.plot.figure import Axis, Figure
from bnsim.plot.marks import frozen
from bnsim.spec.errors import InputError
from bnsim.spec.numerals import count
from bnsim.spec.phrases import joined, phrase

if TYPE_CHECKING:  # the engine comes with them, which a window imports only after its first paint
    from bnsim.session.bound import Bound
    from bnsim.session.lane import Lane
    from bnsim.session.session import Session

WATCH = "watch"
_RATIO, _LOG_ROOM, _ROOM = 100.0, 1.25, 0.05


@figure(
    title="Watch",
    shows="any number of the run by iteration, by its expression",
    section="Over iterations",
    options=(Expression("expression", "Expression", "loss"),),
)
def watch(
    session: Session,
    layer_id: int | None = None,
    *,
    max_points: int | None = MAX_POINTS,
    known: Known | None = None,
    expression: str = "loss",
) -> Figure:
    """A watch by iteration: thin its values, bold the mean of the 15 points around each.

    What was not recorded is replayed at the iterations that are drawn; a live panel, which has `known`, has of such a
    watch what was replayed by now, or says why there is none. `layer_id` has no effect here.
    """
    try:
        followed = session.watch(expression)
    except InputError as error:
        if known is None:
            raise
        return Figure(WATCH, watch.title, str(error), Axis(phrase("iteration")), Axis(""))
    lanes = {shown.lane: shown for shown in shown_lanes(session)}
    drawn = []
    for lane, bound in followed.bound.items():
        shown = lanes[lane] if followed.per_lane else lanes[lane]._replace(name=expression, branch=0)
        drawn.append(_curve(session, lane, shown, bound, max_points, live=known is not None))
    marks = tuple(curves.lines(drawn, lambda _shown: expression))
    if not followed.per_lane:
        marks = tuple(replace(mark, role="lane5") for mark in marks)
    return Figure(
        name=WATCH,
        title=watch.title,
        verdict=_verdict(drawn),
        x=curves.iterations_axis(drawn),
        y=_axis(expression, drawn),
        marks=marks,
        caption=_caption(expression, followed.how, drawn, live=known is not None),
    )


def _curve(session: Session, lane: Lane, shown: Shown, bound: Bound, max_points: int | None, *, live: bool) -> Curve:
    """What was recorded of it; of others what is replayed at the points that are drawn, or is known if it is live."""
    watches, kept = session.watches, lane.history.kept
    if bound.is_recorded:
        iterations, values, at = kept, watches.at_kept(bound, lane), shown.rows(max_points)
    elif live:
        iterations, values = watches.known_past(bound, lane)
        at = thin(len(iterations), max_points)
        at = at[max(np.searchsorted(iterations[at], shown.branch) - 1, 0) :]
    else:
        iterations = kept[shown.rows(max_points)]
        values, at = watches.values(bound, iterations), np.arange(len(iterations))
    smooth = curves.smoothed_own(values.__getitem__, len(values), at, curves.own_from(shown, iterations))
    x, raw = iterations[at], values[at]
    bad = np.flatnonzero(~np.isfinite(raw))
    return Curve(
        shown,
        x=frozen(x.astype(np.float64)),
        raw=frozen(np.array(raw)),
        smooth=frozen(smooth),
        tests_x=frozen(np.empty(0)),
        tests=frozen(np.empty(0)),
        part="",
        bad_from=int(x[bad[0]]) if len(bad) else None,
    )


def _axis(label: str, drawn: Sequence[Curve]) -> Axis:
    """Logarithmic where positive values differ by more than a factor of 100."""
    whole = np.concatenate([np.empty(0), *(each.raw[np.isfinite(each.raw)] for each in drawn)])
    if not whole.size:
        return Axis(label)
    low, high = float(whole.min()), float(whole.max())
    if low > 0 and high / low > _RATIO:
        return Axis(label, scale="log", limits=(low / _LOG_ROOM, high * _LOG_ROOM))
    room = _ROOM * (high - low) or abs(high) * _ROOM or 1.0
    return Axis(label, limits=(low - room, high + room))


def _verdict(drawn: Sequence[Curve]) -> str:
    if not drawn:
        return phrase("Add a stack to watch a number of it")
    if not any(each.raw.size for each in drawn):
        return phrase("No value yet: step or play")
    return joined(" · ", map(_judged, drawn))


def _judged(each: Curve) -> str:
    finite = np.flatnonzero(np.isfinite(each.raw))
    if each.bad_from is not None and each.at_end:
        said = phrase("is {number} at the end", number=each.at_end)
    elif not finite.size:
        said = phrase("has no value yet")
    else:
        said = curves.change(float(each.raw[finite[0]]), float(each.smooth[finite[-1]]), finite.size)
    return joined(" ", (each.shown.name, said))


def _caption(expression: str, how: str, drawn: Sequence[Curve], *, live: bool) -> str:
    words = curves.caption(phrase("{expression}, as each update begins", expression=expression), drawn)
    if not words or how != "sampled":
        return words
    first = min((each.x[0] for each in drawn if each.x.size), default=0.0)
    replayed = phrase(
        "Replayed from iteration {number} on, as it is not recorded." if live else "Replayed, as it is not recorded.",
        number=count(int(first)),
    )
    return joined(" ", (words, replayed))
