"""How far an update moves each weight, beside the weight's own size, by iteration."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from bnsim.figures.kind import figure
from bnsim.figures.lanes import Shown, decades, drawable, shown_lanes, where, with_zeros
from bnsim.figures.measured import Known, Session, iteration_axis
from bnsim.figures.present import links
from bnsim.plot.figure import Axis, Figure
from bnsim.plot.marks import Array, Rule, Series, frozen
from bnsim.spec.numerals import significant
from bnsim.spec.phrases import joined, phrase

THUMB = 1e-3
"""The rule of thumb of the course CS231n (Stanford) for weights that learn well."""
MAX_DRAWN = 64
"""Weight layers of a lane that are drawn; of more, every so many-th, evenly spread. Median and verdict are of all."""
MAX_POINTS = 250
_CAPTION = phrase(
    "Norm of what each update adds to a weight, divided by the weight's norm before it: thin a line a weight layer, "
    "bold each lane's median. Around 1e−3 is a rule of thumb (CS231n)."
)
_TOP = 100.0
"""The axis ends here: an update so many times the weight leaves nothing of it, and would flatten what is beside it."""


class _Ratios(NamedTuple):
    """One lane's ratios, shape (points, weights), at iterations `x`; `layers`: which weight layer each weight is.

    `watches` has the expression of each weight's ratio.
    """

    shown: Shown
    x: Array
    ratios: Array
    layers: tuple[int, ...]
    watches: tuple[str, ...]


@figure(
    title="Update to weight",
    shows="how far each update moves each weight layer, as a share of the weight's norm, by iteration",
    section="Over iterations",
    source="CS231n; makemore",
    records=("update_ratio",),
    fast_points=64,  # the lines are many
)
def update_to_weight(
    session: Session,
    layer_id: int | None = None,
    *,
    max_points: int | None = MAX_POINTS,
    known: Known | None = None,
) -> Figure:
    """‖ΔW‖ / ‖W‖ of every weight by iteration on a log axis: thin a line a weight layer, bold each lane's median.

    The rule at 1e-3 is a rule of thumb. The verdict says which layers moved least and most in the last update. Zeros,
    which have no place on a log axis, and NaN are gaps; the verdict names them. `layer_id` and `known` have no
    effect here.
    """
    found = [_ratios(shown, max_points) for shown in shown_lanes(session)]
    drawn = [each for each in found if each is not None]
    some = [each for each in drawn if each.x.size]
    last = max((float(each.x[-1]) for each in some), default=0.0)
    low, high = decades([*(each.ratios for each in some), np.array([THUMB])], least=4)
    return Figure(
        name=update_to_weight.name,
        title=update_to_weight.title,
        verdict=_verdict(drawn),
        x=iteration_axis(last),
        y=Axis("‖ΔW‖ / ‖W‖", scale="log", limits=(low, max(min(high, _TOP), low * 1e4))),
        marks=(
            *(line for each in some for line in _lines(each)),
            *([Rule(THUMB, phrase("rule of thumb"))] if some else []),
        ),
        caption=_CAPTION if some else "",
    )


def _ratios(shown: Shown, max_points: int | None) -> _Ratios | None:
    history = shown.lane.history
    try:
        paths = history.paths("update_ratio")
    except KeyError:
        return None
    kept, keep = history.kept, shown.rows(max_points)
    ordinals = {link.path: link.ordinal for link in links(shown.lane.stack.layers)}
    layers = tuple(ordinals[path] for path in paths)
    watches = tuple(shown.spelling.recorded("update_ratio", path) for path in paths)
    ratios = np.array(history.rows("update_ratio", keep), np.float64)
    return _Ratios(shown, frozen(kept[keep].astype(np.float64)), ratios, layers, watches)


def _lines(each: _Ratios) -> Iterator[Series]:
    name, role, count = each.shown.name, each.shown.role, len(each.layers)
    by_layer = frozen(np.ascontiguousarray(drawable(each.ratios).T))
    single = each.x.size == 1
    for row in np.unique(np.linspace(0, count - 1, min(count, MAX_DRAWN)).round().astype(int)) if count > 1 else ():
        own = each.watches[row : row + 1]
        named = phrase("{line}, layer {number}", line=name, number=str(each.layers[row]))
        yield Series(named, each.x, by_layer[row], role, weight="thin", watches=own)
    median = frozen(with_zeros(np.median(each.ratios, axis=1)))
    marker = each.shown.marker if single else "none"
    own = each.watches if count == 1 else ()
    named = phrase("{line}, median", line=name)
    yield Series(named, each.x, median, role, label=name, weight="bold", marker=marker, watches=own)
    yield from each.shown.fork_mark(each.x, median)


def _verdict(drawn: list[_Ratios]) -> str:
    if not drawn:
        return phrase("Add a Linear layer to see how far updates move it")
    if not any(each.x.size for each in drawn):
        return phrase("No update yet: step or play")
    return joined(" · ", (_judged(each) for each in drawn))


def _judged(each: _Ratios) -> str:
    name, last, layers = each.shown.name, each.ratios[-1], np.array(each.layers)
    bad = ~np.isfinite(last)
    if bad.any():
        return joined(" ", (name, phrase("is not a number {where}", where=where(layers[bad], len(layers)))))
    zero = phrase("zero {where}", where=where(layers[last == 0], len(layers))) if (last == 0).any() else ""
    moved = np.flatnonzero(last > 0)
    if not moved.size:
        return joined(" ", (name, phrase("is {zero}", zero=zero)))
    least, most = moved[np.argmin(last[moved])], moved[np.argmax(last[moved])]
    words = significant(float(last[least]), 2)
    if most != least:
        words = phrase(
            "{start} (layer {first}) to {end} (layer {last})",
            start=words,
            first=str(layers[least]),
            end=significant(float(last[most]), 2),
            last=str(layers[most]),
        )
    over = phrase("over the top") if last[most] > _TOP else ""
    return joined(", ", (joined(" ", (name, words)), over, zero))
