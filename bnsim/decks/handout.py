"""A lesson on paper: text, formulas and room for predictions first; what is measured on the sheets behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
from msgspec.structs import replace

from bnsim.decks.flow import SMALL, TEXT, Flow
from bnsim.decks.lesson_pictures import DIAGRAM, Pictures
from bnsim.lessons.lesson import Lesson, Prediction, Task
from bnsim.lessons.markdown import runs
from bnsim.lessons.wording import filled, quoted
from bnsim.plot.diagram import Diagram, Words
from bnsim.plot.figure import Figure
from bnsim.plot.pages import LEAST_HELD
from bnsim.plot.paper import PAGE, Paper
from bnsim.plot.style import STYLES
from bnsim.spec.phrases import Say, in_english, phrase, said
from bnsim.version import __version__

PREDICT, TASK, MEASURED = phrase("Before you look"), phrase("Your turn"), phrase("What is measured")
SAY_FIRST = phrase("Say what you expect before you look; what is measured is on the last pages.")
_NUMBER = phrase("A number:")
_CURVE = phrase("Draw it:")
_FIGURE, _EMPTY = 178.0, 196.0
"""Heights of pictures, in points."""
ON_PAPER = replace(STYLES["figure"], least=LEAST_HELD)
"""How figures are drawn on the sheets."""
_SHARE = 0.86
"""Of the width, of a picture of what is measured."""
_WITH_WORDS = 90.0
"""Room for the words above a picture, which are to be on its sheet."""


def handout(lesson: Lesson, numbers: Mapping[str, str], steps: Sequence[Pictures], say: Say = in_english) -> Paper:
    """The sheets; `numbers` are the measured ones by the claims' names, `steps` what each step shows.

    `say` gives what is not the lesson's own in its language.
    """
    return _Handout(lesson, numbers, say).of(steps)


class _Handout:
    """One handout while it is made."""

    def __init__(self, lesson: Lesson, numbers: Mapping[str, str], say: Say) -> None:
        self._lesson, self._numbers, self._say = lesson, numbers, say
        self._flow = Flow(f"{lesson.title} · bnsim {__version__}", page=said(PAGE, say))
        self._last: Figure | Diagram | None = None

    def of(self, steps: Sequence[Pictures]) -> Paper:
        flow, front = self._flow, self._lesson.front
        flow.text(runs(self._said(front.title)), 22.0, bold=True)
        flow.text(runs(quoted(self._said(front.question), self._say)), 12.5, "text-muted")
        minutes = said(phrase("{minutes} minutes", minutes=str(front.minutes)), self._say)
        flow.text(f"{minutes}. {said(SAY_FIRST, self._say)}", SMALL)
        flow.rule()
        for number, each in enumerate(steps, start=1):
            self._step(number, each)
        if any(each.step.prediction for each in steps):
            flow.page()
            flow.heading(said(MEASURED, self._say))
        for number, each in enumerate(steps, start=1):
            self._measured(number, each)
        flow.together(self._end)
        return flow.paper(front.title, front.question)

    def _step(self, number: int, pictures: Pictures) -> None:
        flow, step = self._flow, pictures.step
        if pictures.empty is not None:
            flow.need(_EMPTY + 2 * _WITH_WORDS)
        if step.task is None:
            self._told(number, pictures)
        else:
            flow.together(partial(self._tried, number, pictures, step.task))

    def _told(self, number: int, pictures: Pictures) -> None:
        flow, step = self._flow, pictures.step
        flow.heading(runs(f"{number}  {self._said(step.title)}"), 2)
        flow.markdown(self._said(step.prose))
        if step.prediction is not None:
            self._asked(step.prediction, pictures)
        elif pictures.shown and step.task is None:
            self._picture(pictures.on_paper or pictures.shown[0])

    def _tried(self, number: int, pictures: Pictures, task: Task) -> None:
        """A step with its task, and lines to write on."""
        flow = self._flow
        self._told(number, pictures)
        flow.heading(said(TASK, self._say), 3)
        flow.markdown(self._said(task.say))
        if task.hint:
            flow.text(runs(f"{said(phrase('Hint'), self._say)}: {self._said(task.hint)}"), SMALL, "text-muted")
        flow.rows_to_write(2)

    def _asked(self, asked: Prediction, pictures: Pictures) -> None:
        flow = self._flow
        flow.heading(said(PREDICT, self._say), 3)
        flow.markdown(self._said(asked.ask))
        if asked.kind == "choice":
            flow.ticks([runs(self._said(each)) for each in asked.options])
        elif pictures.empty is not None:
            flow.text(said(_CURVE, self._say), SMALL, "text-muted")
            flow.picture(pictures.empty, _EMPTY)
        else:
            flow.text(said(_NUMBER, self._say), SMALL, "text-muted")
            flow.rows_to_write(1)

    def _measured(self, number: int, pictures: Pictures) -> None:
        flow, asked = self._flow, pictures.step.prediction
        if asked is None:
            return
        picture = pictures.on_paper or (pictures.shown[0] if pictures.shown else None)
        if isinstance(picture, Figure) and self._last is not None and is_same(picture, self._last):
            picture = None
        if picture is not None:
            flow.need(_FIGURE + _WITH_WORDS)
        flow.heading(runs(f"{number}  {self._said(pictures.step.title)}"), 2)
        if asked.right is not None:
            flow.text(runs(self._said(asked.options[asked.right - 1])), bold=True)
        flow.markdown(self._said(asked.reveal))
        if picture is not None:
            self._picture(picture)
            self._last = picture
        if pictures.step.task is not None and pictures.step.task.done:
            flow.markdown(self._said(pictures.step.task.done))

    def _picture(self, picture: Figure | Diagram) -> None:
        """A figure in its usual size, a diagram as wide as the sheet if neither it nor its words are too tall then."""
        flow = self._flow
        if isinstance(picture, Figure):
            flow.picture(picture, _FIGURE, share=_SHARE)
        else:
            words = min((each.size for each in picture.shapes if isinstance(each, Words)), default=TEXT)
            by = min(flow.across / picture.width, TEXT / words)
            flow.picture(picture, min(DIAGRAM, by * picture.height))

    def _end(self) -> None:
        """The last sentence, and the sources."""
        flow = self._flow
        flow.rule()
        flow.text(runs(self._said(self._lesson.front.closing)), 11.5, bold=True)
        flow.heading(said(phrase("Sources"), self._say), 3)
        for source in self._lesson.front.sources:
            flow.text(runs(self._said(source)), SMALL, "text-muted")

    def _said(self, text: str) -> str:
        return filled(text, self._numbers)


def is_same(figure: Figure, other: Figure | Diagram) -> bool:
    """Whether a figure shows the same numbers of the same kind as another picture."""
    if not isinstance(other, Figure) or figure.name != other.name:
        return False
    mine, theirs = figure.data(), other.data()
    return mine.keys() == theirs.keys() and all(
        np.array_equal(mine[name], theirs[name], equal_nan=True) for name in mine
    )
