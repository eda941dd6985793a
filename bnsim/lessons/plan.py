"""A teacher's plan of a lesson, as Markdown, made from the lesson's own files: it cannot say what they do not say.

What is not the lesson's own is said in phrases, so that the plan of a translated lesson is in its language.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bnsim.figures import FIGURES
from bnsim.lessons.claims import Measurement
from bnsim.lessons.lesson import Lesson, Prediction, Step
from bnsim.lessons.plain import plain, sentences
from bnsim.lessons.wording import filled, quoted
from bnsim.spec.numerals import count
from bnsim.spec.phrases import Say, in_english, listed, phrase, said

_TELLING, _ASKING, _TASK, _WORDS = 1.0, 1.0, 3.0, 120.0
"""Shares of the time: of every step, of a prediction, of a task, and how many words are one share."""
_LONGEST = 130
"""Letters of a cell of the time table."""
_PAGES = {
    "equation": phrase("the equations"),
    "tensor": phrase("the tensor"),
    "xray": phrase("the X-ray"),
    "why": phrase("the page Why"),
}
"""What the window shows where a step has no figure."""
_ANSWERS = {
    "choice": phrase("chooses an answer"),
    "number": phrase("writes down a number"),
    "curve": phrase("draws a curve"),
}

THEN_SAY = phrase("Then say")


def plan_of(lesson: Lesson, measurements: Mapping[str, Measurement], say: Say = in_english) -> str:
    """The plan: what it is for, a time table by steps, questions with expected answers, misconceptions, numbers.

    `say` gives what is not the lesson's own in its language.
    """
    return "\n".join(_Plan(lesson, measurements, say).lines()) + "\n"


def minutes(lesson: Lesson) -> tuple[int, ...]:
    """Minutes for each step: as the lesson says, else its own minutes by what there is to read, say and do."""
    if lesson.front.plan.minutes:
        return lesson.front.plan.minutes
    shares = [_share(step) for step in lesson.steps]
    total = max(lesson.front.minutes, len(shares))
    ends = [round(total * sum(shares[: at + 1]) / sum(shares)) for at in range(len(shares))]
    found = [max(end - start, 1) for start, end in zip([0, *ends], ends, strict=False)]
    return tuple(found)


def _share(step: Step) -> float:
    words = sum(len(text.split()) for text in step.texts)
    return _TELLING + _ASKING * bool(step.prediction) + _TASK * bool(step.task) + words / _WORDS


class _Plan:
    """Says what is in a plan, part by part."""

    def __init__(self, lesson: Lesson, measurements: Mapping[str, Measurement], say: Say) -> None:
        self._lesson, self._measurements, self._say = lesson, measurements, say
        self._numbers = {name: each.shown for name, each in measurements.items()}

    def lines(self) -> Iterator[str]:
        front = self._lesson.front
        yield f"# {self._in(phrase('{lesson}: lesson plan', lesson=front.title))}"
        yield from ("", f"> {quoted(self._said(front.question), self._say)}", "")
        long, steps = str(sum(minutes(self._lesson))), str(len(self._lesson.steps))
        about = phrase("{minutes} minutes, {steps} steps.", minutes=long, steps=steps)
        yield f"{self._in(about)} {self._said(front.closing)}"
        yield from self._aims()
        yield from self._table()
        yield from self._questions()
        yield from self._tasks()
        yield from self._list(phrase("Misconceptions"), front.plan.misconceptions)
        yield from self._measured()
        yield from self._list(phrase("Sources"), front.sources)

    def _aims(self) -> Iterator[str]:
        plan, needs = self._lesson.front.plan, self._lesson.front.needs
        yield from self._list(phrase("Objectives"), plan.objectives)
        before = [self._said(plan.before)] if plan.before else []
        before += [self._in(phrase("Lessons: {names}.", names=", ".join(needs)))] if needs else []
        if before:
            yield from ("", f"## {self._in(phrase('To know before'))}", "", " ".join(before))

    def _table(self) -> Iterator[str]:
        yield from ("", f"## {self._in(phrase('Time table'))}", "")
        yield from self._head(phrase("minutes"), phrase("the step"), phrase("the class"), phrase("the window"))
        start = 0
        for number, (step, long) in enumerate(zip(self._lesson.steps, minutes(self._lesson), strict=True)):
            cells = [f"{start}–{start + long}", self._said(step.title), self._does(step), self._shows(number)]
            yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
            start += long

    def _does(self, step: Step) -> str:
        done = []
        if step.prediction is not None:
            done.append(self._in(_ANSWERS[step.prediction.kind]))
        if step.task is not None:
            done.append(self._in(phrase("tries it")))
        prose = plain(self._said(step.prose))
        told = sentences(prose, _LONGEST) if len(prose) <= _LONGEST else self._in(phrase("listens and looks"))
        return ", ".join(done) or told

    def _shows(self, number: int) -> str:
        stage = self._lesson.stage_at(number, revealed=True)
        figures = ", ".join(self._in(_title_of(each.kind)) for each in stage.panels or ())
        updates = phrase("after {number} updates", number=count(stage.iterations)) if stage.iterations else ""
        page = _PAGES.get(stage.view or "", phrase("the stack")) if not figures else ""
        return "; ".join(filter(None, (figures, self._in(page), self._in(updates))))

    def _questions(self) -> Iterator[str]:
        asked = [(step, step.prediction) for step in self._lesson.steps if step.prediction]
        if asked:
            yield from ("", f"## {self._in(phrase('Questions, and what is measured'))}")
        for step, prediction in asked:
            title = self._said(step.title)
            yield from ("", f"**{title}{'' if title[-1:] in '.?!' else '.'}** {self._said(prediction.ask)}")
            yield from ("", f"- {self._in(phrase('Expected'))}: {self._in(self._expected(prediction))}")
            yield f"- {self._in(THEN_SAY)}: {self._in_line(prediction.reveal)}"

    def _expected(self, asked: Prediction) -> str:
        if asked.right is not None:
            answer = self._said(asked.options[asked.right - 1])
            return phrase("“{answer}”, of {number} answers.", answer=answer, number=str(len(asked.options)))
        if asked.kind == "number" and asked.claim is not None:
            value, factor = self._numbers[asked.claim], f"{asked.within:g}"
            return phrase("{value}; off by a factor of {factor} at most is near.", value=value, factor=factor)
        return phrase("the line “{line}” of the figure; the handout has the empty axes.", line=asked.column or "")

    def _tasks(self) -> Iterator[str]:
        for step in self._lesson.steps:
            if step.task is not None:
                title = phrase("Task: {title}", title=self._said(step.title))
                yield from ("", f"## {self._in(title)}", "", self._said(step.task.say), "")
                yield f"- {self._in(phrase('Done when {condition}', condition=f'`{step.task.condition}`'))}."
                if step.task.hint:
                    yield f"- {self._in(phrase('Hint'))}: {self._said(step.task.hint)}"
                if step.task.done:
                    yield f"- {self._in(THEN_SAY)}: {self._said(step.task.done)}"

    def _measured(self) -> Iterator[str]:
        yield from ("", f"## {self._in(phrase('Numbers'))}", "")
        yield from self._head(phrase("measured"), phrase("what it is"), phrase("it has to be"))
        for name, each in self._measurements.items():
            yield f"| {each.shown} | {self._lesson.claims[name].says} | {self._in(each.limits)} |"

    def _list(self, heading: str, items: tuple[str, ...]) -> Iterator[str]:
        if items:
            yield from ("", f"## {self._in(heading)}", "")
            yield from (f"- {self._in_line(item)}" for item in items)

    def _in_line(self, text: str) -> str:
        """A text as one paragraph; a formula that stands on a line of its own is one of the words there."""
        return " ".join(self._said(text).replace("$$", "$").split())

    def _head(self, *cells: str) -> Iterator[str]:
        """The first rows of a table."""
        yield f"| {' | '.join(map(self._in, cells))} |"
        yield f"|{'---|' * len(cells)}"

    def _said(self, text: str) -> str:
        return filled(text, self._numbers)

    def _in(self, text: str) -> str:
        """A phrase in the lesson's language."""
        return said(text, self._say)


def _title_of(kind: str) -> str:
    """A kind of figure as it is called within a sentence."""
    words = kind.replace("_", " ")
    return listed(str(FIGURES[kind].title), words) if kind in FIGURES else words
