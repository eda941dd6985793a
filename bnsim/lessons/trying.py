"""Tries what a reader of a lesson is asked to do: that curves can be drawn, and that tasks are not done yet."""

from __future__ import annotations

from bnsim.lessons.curves import measured_curves
from bnsim.lessons.lesson import Lesson, Step
from bnsim.lessons.lines import TEXT
from bnsim.lessons.standing import stand
from bnsim.lessons.tasks import cannot_be_asked, state
from bnsim.spec.errors import InputError


def try_steps(lesson: Lesson) -> None:
    """InputError for a curve that its figure does not have, a task about what is not there, and one that is done."""
    measured_curves(lesson)
    for number, step in enumerate(lesson.steps):
        if step.task is not None:
            _try_task(lesson, number, step, step.task.condition)


def _try_task(lesson: Lesson, number: int, step: Step, condition: str) -> None:
    from bnsim.session.session import Session  # the engine comes with it

    stage = lesson.stage_at(number, revealed=True)
    assert stage.experiment is not None  # a lesson that was read has one
    session = Session(lesson.document(stage.experiment).experiment)
    where = f"{TEXT}, the step {step.title!r} in line {step.line}"
    try:
        if problem := cannot_be_asked(session, condition):
            raise InputError(f"{where}: `condition`: {problem}")
        stand(session, stage)
        if session.between_iterations:
            session.run(1)
        if state(session, condition).done:
            raise InputError(f"{where}: the task is done before the reader has done anything; change `condition`.")
    finally:
        session.close()
