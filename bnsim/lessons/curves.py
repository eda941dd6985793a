"""The measured curve that a prediction is held against, and the figure that it is in."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from bnsim.lessons.asked_figures import figure_of, records_of
from bnsim.lessons.lines import TEXT
from bnsim.lessons.standing import stand
from bnsim.session.recording import LEVELS
from bnsim.spec.errors import InputError

if TYPE_CHECKING:
    from bnsim.lessons.lesson import Lesson
    from bnsim.plot.figure import Figure


def measured_curves(lesson: Lesson, go_on: Callable[[], bool] = lambda: True) -> dict[int, Figure]:
    """The figures of all curves that a lesson asks for, by the number of the step, once that is revealed.

    `go_on` is asked every few updates whether to. InputError for a figure that has no line of that name.
    """
    found = {}
    for number, step in enumerate(lesson.steps):
        if step.prediction is not None and step.prediction.kind == "curve" and go_on():
            found[number] = _figure(lesson, number, go_on)
    return found


def _figure(lesson: Lesson, number: int, go_on: Callable[[], bool]) -> Figure:
    from bnsim.session.session import Session  # the engine comes with it

    prediction, stage = lesson.steps[number].prediction, lesson.stage_at(number, revealed=True)
    assert prediction is not None
    asked = prediction.asked
    assert asked is not None
    assert stage.experiment is not None
    experiment = lesson.document(stage.experiment).experiment
    session = Session(experiment, recording=LEVELS["norms"].union(records_of(asked)))
    try:
        stand(session, stage, lambda: not go_on())
        figure = figure_of(session, asked)
    finally:
        session.close()
    drawn = [line.name for line in figure.series if line.has_data]
    if prediction.column not in drawn:
        step = lesson.steps[number]
        raise InputError(
            f"{TEXT}, the step {step.title!r} in line {step.line}: the figure {asked.kind!r} has no line "
            f"{prediction.column!r} to draw; it has "
            f"{', '.join(map(repr, drawn)) or 'none yet: say by `at` where the program goes on'}."
        )
    return figure
