"""Tries what a reader of a lesson is asked to do: that curves can be drawn, and that tasks are not done yet."""

from __future__ import annotations

from bnsim.figures import FIGURES
from bnsim.figures.options import settings
from bnsim.lessons.lesson import FigureAsked, Lesson, Stage, Step
from bnsim.lessons.numbers import id_of
from bnsim.lessons.reading import TEXT
from bnsim.lessons.standing import stand
from bnsim.lessons.tasks import cannot_be_asked, state
from bnsim.plot.figure import Series
from bnsim.session.recording import LEVELS
from bnsim.spec.errors import InputError


def try_steps(lesson: Lesson) -> None:
    """InputError for a curve that its figure does not have, a task about what is not there, and one that is done."""
    for number, step in enumerate(lesson.steps):
        if step.task is not None or (step.prediction is not None and step.prediction.kind == "curve"):
            _try(lesson, lesson.stage_at(number, revealed=True), step)


def _try(lesson: Lesson, stage: Stage, step: Step) -> None:
    from bnsim.session.session import Session

    assert stage.experiment is not None  # a lesson that was read has one
    asked = step.prediction.asked if step.prediction else None
    session = Session(lesson.document(stage.experiment).experiment, recording=LEVELS["norms"] | _records(asked))
    where = f"{TEXT}, the step {step.title!r} in line {step.line}"
    try:
        stand(session, stage)
        if asked is not None and step.prediction is not None and step.prediction.column is not None:
            layer = id_of(session.experiment, asked.layer) if asked.layer else None
            figure = FIGURES[asked.kind](session, layer, **asked.options)
            lines = [mark.name for mark in figure.marks if isinstance(mark, Series) and mark.has_data]
            if step.prediction.column not in lines:
                raise InputError(
                    f"{where}: the figure {asked.kind!r} has no line {step.prediction.column!r} to draw; it has "
                    f"{', '.join(map(repr, lines)) or 'none yet: say by `at` where the program goes on'}."
                )
        if step.task is not None:
            if problem := cannot_be_asked(session, step.task.condition):
                raise InputError(f"{where}: `condition`: {problem}")
            if session.between_iterations:
                session.run(1)
            if state(session, step.task.condition).done:
                raise InputError(f"{where}: the task is done before the reader has done anything; change `condition`.")
    finally:
        session.close()


def _records(asked: FigureAsked | None) -> set[str]:
    if asked is None:
        return set()
    kind = FIGURES[asked.kind]
    return set(kind.needs(settings(kind.name, kind.options, asked.options)))
