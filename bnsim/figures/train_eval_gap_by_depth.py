"""How far eval mode is from train mode: the gap between what layers give in both, by depth."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from bnsim.figures.kind import figure
from bnsim.figures.lanes import Shown, decades, drawable, shown_lanes, where
from bnsim.figures.measured import MAX_POINTS, Known, Session
from bnsim.figures.present import links
from bnsim.lenses.norm import norm
from bnsim.plot.figure import Axis, Figure
from bnsim.plot.marks import Array, Series, frozen
from bnsim.spec.numerals import percent
from bnsim.spec.phrases import joined, phrase

_MANY = 60
"""Weight layers above which markers would run into one another."""
_CAPTION = phrase(
    "‖eval − train‖ / ‖train‖ of what each weight layer and the layers up to the next one give together, for the rows "
    "of one mini-batch at the same parameters: eval mode normalizes by running statistics and drops nothing."
)


class _Gaps(NamedTuple):
    """One lane's gaps by weight layer, NaN where values are no numbers; empty `gaps` while nothing is computed."""

    shown: Shown
    layers: Array
    gaps: Array


@figure(
    title="Train and eval mode by depth",
    shows="how far what layers give in eval mode is from train mode, for the same rows, by depth",
    section="By depth",
    cost="two forward passes of each lane",
    unwatched="of passes beside the run",
)
def train_eval_gap_by_depth(
    session: Session,
    layer_id: int | None = None,
    *,
    max_points: int | None = MAX_POINTS,
    known: Known | None = None,
) -> Figure:
    """‖h_eval − h_train‖ / ‖h_train‖ by weight layer on a log axis, h what the layers before the next one give.

    Both modes run on the present mini-batch at the present parameters. Running statistics that lag behind add up along
    a chain of BatchNorms (pytorch/pytorch#100048). Where both are equal the gap is zero, which has no place on a log
    axis; the verdict says so. `layer_id`, `max_points` and `known` have no effect here.
    """
    drawn = [_gaps(session, shown) for shown in shown_lanes(session)]
    some = [each for each in drawn if (drawable(each.gaps) > 0).any()]
    deepest = max((float(each.layers[-1]) for each in drawn if each.layers.size), default=2.0)
    lines = []
    for each in some:
        marker = each.shown.marker if each.layers.size <= _MANY else "none"
        y, name = frozen(drawable(each.gaps)), each.shown.name
        lines.append(Series(name, each.layers, y, each.shown.role, label=name, marker=marker))
    return Figure(
        name=train_eval_gap_by_depth.name,
        title=train_eval_gap_by_depth.title,
        verdict=_verdict(drawn),
        x=Axis(
            phrase("weight layer, with the layers up to the next one"), limits=(1.0, max(deepest, 2.0)), integer=True
        ),
        y=Axis("‖eval − train‖ / ‖train‖", scale="log", limits=decades(each.gaps for each in some)),
        marks=tuple(lines),
        caption=_CAPTION if some else "",
    )


def _gaps(session: Session, shown: Shown) -> _Gaps:
    outputs = session.in_both_modes(shown.lane)
    by_layer: dict[int, float] = {}
    for link in links(shown.lane.stack.layers) if outputs is not None else ():
        if link.ordinal and outputs is not None and link.path in outputs:
            train, evaluated = (np.asarray(each, np.float64) for each in outputs[link.path])
            with np.errstate(all="ignore"):
                apart, size = norm(evaluated - train), norm(train)
                by_layer[link.ordinal] = apart / size if size else np.nan if apart else 0.0
    layers, gaps = np.array([*by_layer], np.float64), np.array([*by_layer.values()], np.float64)
    return _Gaps(shown, frozen(layers), frozen(gaps))


def _verdict(drawn: list[_Gaps]) -> str:
    if not drawn:
        return phrase("Add a stack to see how far eval mode is from train mode")
    if not any(each.gaps.size for each in drawn):
        return phrase("No mini-batch yet: step or play")
    if all(each.gaps.size and not each.gaps.any() for each in drawn):
        return phrase("Both modes give the same: add a BatchNorm or a Dropout to see a gap")
    return joined(" · ", (_judged(each) for each in drawn))


def _judged(each: _Gaps) -> str:
    name, gaps = each.shown.name, each.gaps
    bad = ~np.isfinite(gaps)
    if bad.any():
        return joined(" ", (name, phrase("is not a number {where}", where=where(each.layers[bad], gaps.size))))
    if not gaps.any():
        return joined(" ", (name, phrase("has no gap")))
    first, last = np.flatnonzero(gaps)[[0, -1]]
    words = phrase(
        "eval mode is off by {start} in layer {first}"
        if first == last
        else "eval mode is off by {start} in layer {first}, {end} in layer {last}",
        start=percent(float(gaps[first])),
        first=f"{each.layers[first]:.0f}",
        end=percent(float(gaps[last])),
        last=f"{each.layers[last]:.0f}",
    )
    return joined(": ", (name, words))
