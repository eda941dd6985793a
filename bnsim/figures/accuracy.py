"""How many are classified right, by iteration, lanes over one another."""

from __future__ import annotations

import numpy as np

from bnsim.figures import curves
from bnsim.figures.curves import Curve
from bnsim.figures.kind import figure
from bnsim.figures.lanes import Shown, shown_lanes
from bnsim.figures.measured import MAX_POINTS, Known, Session
from bnsim.plot.figure import Axis, Figure
from bnsim.spec.numerals import percent
from bnsim.spec.phrases import joined, phrase


@figure(
    title="Accuracy",
    shows="share of each mini-batch classified right, by iteration; of the test part too if it is measured",
    section="Over iterations",
    records=("accuracy",),
)
def accuracy(
    session: Session,
    layer_id: int | None = None,
    *,
    max_points: int | None = MAX_POINTS,
    known: Known | None = None,
) -> Figure:
    """The mini-batch's accuracy in percent by iteration: thin the numbers, bold the mean of the 15 around each.

    Dashed is the accuracy in eval mode on the test part, where `Training.evaluate_every` measures it. `layer_id` and
    `known` have no effect here.
    """
    found = [curves.curve(shown, "accuracy", max_points, scale=100.0) for shown in shown_lanes(session)]
    drawn = [each for each in found if each is not None]
    return Figure(
        name=accuracy.name,
        title=accuracy.title,
        verdict=_verdict(drawn, lanes=len(found)),
        x=curves.iterations_axis(drawn),
        y=Axis(phrase("classified right, %"), limits=(0.0, 103.0)),
        marks=tuple(curves.lines(drawn, _watch)),
        caption=curves.caption(phrase("Share of each mini-batch that is classified right"), drawn),
    )


def _watch(shown: Shown) -> str:
    """Of the percents that are drawn."""
    accuracy = shown.spelling.recorded("accuracy")
    return f"100 * {accuracy}" if accuracy else ""


def _verdict(drawn: list[Curve], lanes: int) -> str:
    if not lanes:
        return phrase("Add a stack to see its accuracy")
    if not drawn:
        return phrase("The data has no classes, so there is no accuracy; choose data with classes to see it")
    if not any(each.raw.size for each in drawn):
        return phrase("No accuracy yet: step or play")
    return joined(" · ", map(_judged, drawn))


def _judged(each: Curve) -> str:
    finite = each.smooth[np.isfinite(each.smooth)]
    if not finite.size:
        return joined(" ", (each.shown.name, phrase("has no accuracy yet")))
    words = f"{each.shown.name} {percent(float(finite[-1]) / 100)}"
    if not each.tests.size:
        return words
    return joined(", ", (words, joined(" ", (each.part_name, percent(float(each.tests[-1]) / 100)))))
