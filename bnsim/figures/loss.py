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
from bnsim.spec.phrases import joined, phrase

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
    y, cut = curves.axis(phrase("loss"), drawn)
    return Figure(
        name=loss.name,
        title=loss.title,
        verdict=_verdict(drawn, cut),
        x=curves.iterations_axis(drawn),
        y=y,
        marks=tuple(curves.lines(drawn, lambda shown: shown.spelling.recorded("loss"))),
        caption=curves.caption(phrase("Loss of each mini-batch"), drawn),
    )


def _verdict(drawn: list[Curve], cut: list[Curve]) -> str:
    if not drawn:
        return phrase("Add a stack to see its loss")
    if not any(each.raw.size for each in drawn):
        return phrase("No loss yet: step or play")
    return joined(" · ", (_judged(each, each in cut, brief=len(drawn) > _FEW) for each in drawn))


def _judged(each: Curve, is_cut: bool, brief: bool) -> str:
    name = each.shown.name
    finite = np.flatnonzero(np.isfinite(each.raw))
    if each.bad_from is not None and each.at_end:
        bad = phrase("is {number} from iteration {iteration} on", number=each.at_end, iteration=count(each.bad_from))
        return joined(" ", (name, bad))
    if not finite.size:
        return joined(" ", (name, phrase("has no loss yet")))
    first, last = float(each.raw[finite[0]]), float(each.smooth[finite[-1]])
    words = [joined(" ", (name, significant(last, 3) if brief else curves.change(first, last, finite.size)))]
    if is_cut:
        words.append(phrase("over the top up to {number}", number=significant(float(each.raw[finite].max()), 2)))
    if each.tests.size:
        words.append(joined(" ", (each.part_name, significant(float(each.tests[-1]), 3))))
    return joined(", ", words)
