"""A lesson as a talk: what people believe, a slide a step, each prediction before what it is about, the sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from bnsim.decks.formulas import formulas_diagram
from bnsim.decks.lesson_pictures import Pictures
from bnsim.lessons.lesson import Lesson, Prediction, Step, Task
from bnsim.lessons.markdown import Formula, blocks
from bnsim.lessons.plain import plain, sentences
from bnsim.lessons.wording import filled, quoted
from bnsim.plot.deck import Deck, Paragraph, Slide
from bnsim.plot.paper import PAGE
from bnsim.spec.phrases import Say, in_english, phrase, said
from bnsim.version import __version__

ROOM = 230
"""Letters of a line below a title: more is said in the notes."""
WRITE_IT_DOWN = phrase("Write down a number before the next slide.")
DRAW_IT = phrase("Draw it before the next slide.")
_DISPLAYED = re.compile(r"\$\$.*?\$\$", re.DOTALL)
TASK, TO_TRY = phrase("Your turn"), phrase("To try in bnsim")


def lesson_deck(lesson: Lesson, numbers: Mapping[str, str], steps: Iterable[Pictures], say: Say = in_english) -> Deck:
    """The deck; `numbers` are the measured ones by the claims' names, `steps` what each step shows.

    `say` gives what is not the lesson's own in its language.
    """
    talk = _Talk(lesson, numbers, say)
    slides = [talk.opening(), *(slide for each in steps for slide in talk.of_step(each)), talk.closing()]
    return Deck(lesson.title, tuple(slides), lesson.front.question, said(PAGE, say))


class _Talk:
    """Makes slides of what a lesson says."""

    def __init__(self, lesson: Lesson, numbers: Mapping[str, str], say: Say) -> None:
        self._lesson, self._numbers, self._say = lesson, numbers, say

    def opening(self) -> Slide:
        front = self._lesson.front
        hook = Paragraph(self._said(front.hook), "large")
        minutes = said(phrase("{minutes} minutes", minutes=str(front.minutes)), self._say)
        about = Paragraph(f"{minutes} · bnsim {__version__}", "small", "text-muted")
        plan = front.plan
        objective, before = said(phrase("Objective"), self._say), said(phrase("Before"), self._say)
        notes = [f"{objective}: {each}" for each in plan.objectives]
        notes += [f"{before}: {plan.before}"] * bool(plan.before)
        notes = [self._said(each) for each in notes]
        return Slide(
            self._said(front.title),
            quoted(self._said(front.question), self._say),
            words=(hook, about),
            notes="\n".join(notes),
            opening=True,
        )

    def of_step(self, pictures: Pictures) -> Iterator[Slide]:
        step = pictures.step
        title, prose = self._said(step.title), self._said(step.prose)
        yield from self._formulas(step, title, prose)
        if step.prediction is not None:
            yield self._asking(step.prediction, title, pictures, prose)
            yield self._revealing(step.prediction, title, pictures)
        elif step.task is None:
            yield self._telling(title, pictures, prose)
        if step.task is not None:
            yield self._task(step.task, title, "" if step.prediction else prose)

    def closing(self) -> Slide:
        front = self._lesson.front
        notes = [f"{said(phrase('Sources'), self._say)}:", *map(self._said, front.sources)]
        words = (Paragraph(self._said(front.closing), "large", bold=True),)
        return Slide(quoted(self._said(front.question), self._say), "", words=words, notes="\n".join(notes))

    def _formulas(self, step: Step, title: str, prose: str) -> Iterator[Slide]:
        """The formulas that stand on lines of their own."""
        found = [each.latex for each in blocks(filled(step.prose, self._numbers)) if isinstance(each, Formula)]
        picture = formulas_diagram(found, title) if found else None
        if picture is not None:
            without = self._said(_DISPLAYED.sub("", step.prose))
            yield Slide(title, sentences(without, ROOM), picture, notes=prose)

    def _telling(self, title: str, pictures: Pictures, prose: str) -> Slide:
        if not pictures.shown:
            return Slide(title, words=tuple(map(Paragraph, prose.splitlines())), notes=prose)
        return Slide(title, sentences(prose, ROOM) if prose else "", pictures.shown[0], notes=prose)

    def _asking(self, asked: Prediction, title: str, pictures: Pictures, prose: str) -> Slide:
        line = self._said(asked.ask)
        options = [
            Paragraph(f"{chr(ord('A') + at)})  {self._said(each)}", "large") for at, each in enumerate(asked.options)
        ]
        before = said(DRAW_IT if asked.kind == "curve" else WRITE_IT_DOWN, self._say)
        words = options or [Paragraph(before, "large", "text-muted")]
        notes = f"{prose}\n{said(phrase('Ask, and wait for answers before you go on.'), self._say)}"
        if pictures.empty is not None:
            return Slide(title, line, pictures.empty, notes=notes)
        return Slide(title, line, words=tuple(words), notes=notes)

    def _revealing(self, asked: Prediction, title: str, pictures: Pictures) -> Slide:
        reveal = self._said(asked.reveal)
        right = f"{chr(ord('A') + asked.right - 1)}) " if asked.right is not None else ""
        line = f"{right}{sentences(reveal, ROOM)}"
        if pictures.shown:
            return Slide(title, line, pictures.shown[0], notes=reveal)
        return Slide(title, words=tuple(map(Paragraph, f"{right}{reveal}".splitlines())), notes=reveal)

    def _task(self, task: Task, title: str, prose: str) -> Slide:
        hint, done = self._said(task.hint), self._said(task.done)
        when = said(phrase("Done when {condition}", condition=task.condition), self._say)
        notes = [prose, when, f"{said(phrase('Hint'), self._say)}: {hint}" if hint else ""]
        notes += [f"{said(phrase('Then'), self._say)}: {done}" if done else ""]
        to_try = said(TO_TRY, self._say)
        words = (Paragraph(self._said(task.say), "large"), Paragraph(to_try, "small", "text-muted"))
        line = sentences(prose, ROOM) if prose else ""
        return Slide(f"{said(TASK, self._say)}: {title}", line, words=words, notes="\n".join(filter(None, notes)))

    def _said(self, text: str) -> str:
        return plain(filled(text, self._numbers))
