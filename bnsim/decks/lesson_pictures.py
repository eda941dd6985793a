"""What each step of a lesson shows, by running it: its figures as they stand once its prediction is made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace

from bnsim.decks.flow import ACROSS
from bnsim.lessons.asked_figures import figure_of, records_of
from bnsim.lessons.lesson import Lesson, Stage, Step
from bnsim.lessons.standing import stand
from bnsim.plot.diagram import Diagram
from bnsim.plot.figure import Figure
from bnsim.plot.marks import Mark, Series
from bnsim.plot.pages import SLIDE, Size, held
from bnsim.plot.spoken import spoken
from bnsim.session import Session
from bnsim.session.recording import LEVELS
from bnsim.spec.phrases import Say

DrawStep = Callable[[Session, Stage, Size], Diagram]
"""Makes the diagram of what a step shows besides figures, for a page: it is of the window's rooms, and is handed in."""
DIAGRAM = 210.0
"""Height of a diagram on a sheet at most, in points."""


class Pictures(NamedTuple):
    """The pictures of a step, the most telling first. `empty`: the figure to draw a curve on, without it.

    `on_paper`: the diagram that is the first of them, laid out for a sheet. A step about the equation of one layer has
    that first; one that has no figure with anything in it has the canvas.
    """

    number: int
    step: Step
    shown: tuple[Figure | Diagram, ...] = ()
    empty: Figure | None = None
    on_paper: Diagram | None = None


def told(pictures: Pictures, say: Say) -> Pictures:
    """The pictures with their words in a language."""
    empty = None if pictures.empty is None else spoken(pictures.empty, say)
    paper = None if pictures.on_paper is None else spoken(pictures.on_paper, say)
    return pictures._replace(shown=tuple(spoken(each, say) for each in pictures.shown), empty=empty, on_paper=paper)


def pictures(
    lesson: Lesson, draw: DrawStep | None = None, report: Callable[[int], None] = lambda done: None
) -> Iterator[Pictures]:
    """The pictures of one step after another; `report` is told how many are made, and what it raises ends the work.

    InputError for an experiment that cannot run, and a figure or layer that there is not.
    """
    with ExitStack() as stack:
        sessions: dict[str, Session] = {}
        for number, step in enumerate(lesson.steps):
            stage = lesson.stage_at(number, revealed=True)
            if stage.experiment is None:
                yield Pictures(number, step)
                continue
            if stage.experiment not in sessions:
                session = Session(
                    lesson.document(stage.experiment).experiment, recording=_records(lesson, stage.experiment)
                )
                stack.callback(session.close)
                sessions[stage.experiment] = session
            yield _of_step(sessions[stage.experiment], number, step, stage, draw)
            report(number + 1)


def _of_step(session: Session, number: int, step: Step, stage: Stage, draw: DrawStep | None) -> Pictures:
    stand(session, stage)
    asked = step.prediction.asked if step.prediction else None
    wanted = list(stage.panels or ())
    point = stage.pointed
    first = asked.kind if asked else point.name if point is not None and point.kind == "figure" else ""
    if asked is not None and asked.kind not in [each.kind for each in wanted]:
        wanted.append(asked)
    made = {each.kind: figure_of(session, each) for each in sorted(wanted, key=lambda each: each.kind != first)}
    shown: list[Figure | Diagram] = [figure for figure in made.values() if figure.has_data]
    of_layer = stage.view == "equation" and stage.place is not None and stage.place.layer and not first
    paper = None
    if draw is not None and (of_layer or not shown):
        shown.insert(0, draw(session, stage, SLIDE))
        paper = draw(session, stage, held((ACROSS, DIAGRAM)))
    column = step.prediction.column if step.prediction else None
    empty = without(made[asked.kind], column) if asked is not None and column is not None else None
    return Pictures(number, step, tuple(shown), empty, paper)


def _records(lesson: Lesson, experiment: str) -> frozenset[str]:
    """The names of all records that figures of an experiment read."""
    needed: set[str] = set(LEVELS["norms"])
    for number, step in enumerate(lesson.steps):
        stage = lesson.stage_at(number)
        asked = step.prediction.asked if step.prediction else None
        if stage.experiment == experiment:
            for each in (*(stage.panels or ()), *([asked] if asked else ())):
                needed |= set(records_of(each))
    return frozenset(needed)


def without(figure: Figure, column: str) -> Figure:
    """The figure on the same axes without the line of that name, and what else belongs to it; without a verdict."""
    lines = [mark for mark in figure.marks if isinstance(mark, Series) and mark.name == column]
    role = lines[0].role if lines else None
    kept = tuple(mark for mark in figure.marks if role is None or getattr(mark, "role", None) != role)
    return replace(
        figure,
        marks=kept,
        verdict="",
        x=replace(figure.x, limits=figure.x.limits or _limits(figure, "xs")),
        y=replace(figure.y, limits=figure.y.limits or _limits(figure, "ys", log=figure.y.scale == "log")),
    )


def _limits(figure: Figure, which: str, *, log: bool = False) -> tuple[float, float] | None:
    """The range of what is drawn of a figure along one of its axes; None for nothing."""

    def of(mark: Mark) -> tuple[np.ndarray[tuple[int, ...], np.dtype[np.float64]], ...]:
        return mark.xs() if which == "xs" else mark.ys()

    values = np.concatenate([np.ravel(each) for mark in figure.marks for each in of(mark)] or [np.empty(0)])
    values = values[np.isfinite(values) & ((values > 0) | (not log))]
    if not values.size or values.min() == values.max():
        return None
    return float(values.min()), float(values.max())
