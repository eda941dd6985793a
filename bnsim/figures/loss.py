"""The loss by iteration, lanes over one another."""

from __future__ import annotations

import numpy as np

from bnsim.figures import curves
from bnsim.figures.curves import Curve
from bnsim.figures.kind import figure
from bnsim.figures.lanes import shown_lanes
from bnsim.figures.measured import MAX_POINTS, Known, Session
from bnsim.plot.figure import Figure
from bnsim.spec.numerals import count, significant

_FEW = 2
"""With up to this many lanes, the verdict says where each began."""


@figure(
    title="Loss",
    shows="the loss of every mini-batch by iteration, raw and smoothed; of the test part too if it is measured",
    section="Over iterations",
    records=("loss",),
)
def loss(
    session: Session,
    layer_id: int | None = None,
    *,
    max_points: int | None = MAX_POINTS,
    known: Known | None = None,
) -> Figure:
    """The mini-batch's loss by iteration: thin the numbers themselves, bold the mean of the 15 points around each.

    Dashed is the loss in eval mode on the test part, where `Training.evaluate_every` measures it. The axis is
    logarithmic where the losses differ by more than a factor of 100 and none is zero; a lane at more than 20 times
    of where the lowest began leaves the axis at the top, and the verdict says so. `layer_id` and `known` have no
    effect here.
    """
    found = [curves.curve(shown, "loss", max_points) for shown in shown_lanes(session)]
    drawn = [each for each in found if each is not None]
    y, cut = curves.axis("loss", drawn)
    return Figure(
        name=loss.name,
        title=loss.title,
        verdict=_verdict(drawn, cut),
        x=curves.iterations_axis(drawn),
        y=y,
        marks=tuple(curves.lines(drawn, lambda shown: shown.spelling.recorded("loss"))),
        caption=curves.caption("Loss of each mini-batch", drawn),
    )


def _verdict(drawn: list[Curve], cut: list[Curve]) -> str:
    if not drawn:
        return "Add a stack to see its loss"
    if not any(each.raw.size for each in drawn):
        return "No loss yet: step or play"
    return " · ".join(_judged(each, each in cut, brief=len(drawn) > _FEW) for each in drawn)


def _judged(each: Curve, is_cut: bool, brief: bool) -> str:
    name = each.shown.name
    finite = np.flatnonzero(np.isfinite(each.raw))
    if each.bad_from is not None and each.at_end:
        return f"{name} is {each.at_end} from iteration {count(each.bad_from)} on"
    if not finite.size:
        return f"{name} has no loss yet"
    first, last = float(each.raw[finite[0]]), float(each.smooth[finite[-1]])
    words = f"{name} {curves.change(first, last, finite.size)}" if not brief else f"{name} {significant(last, 3)}"
    if is_cut:
        words += f", over the top up to {significant(float(each.raw[finite].max()), 2)}"
    if each.tests.size:
        words += f", {each.part_name} {significant(float(each.tests[-1]), 3)}"
    return words
