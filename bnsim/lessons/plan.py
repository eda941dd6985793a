"""A teacher's plan of a lesson, as Markdown, made from the lesson's own files: it cannot say what they do not say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bnsim.lessons.claims import Measurement
from bnsim.lessons.lesson import Lesson, Prediction, Step
from bnsim.lessons.plain import plain, sentences
from bnsim.lessons.wording import filled

_TELLING, _ASKING, _TASK, _WORDS = 1.0, 1.0, 3.0, 120.0
"""Shares of the time: of every step, of a prediction, of a task, and how many words are one share."""
_LONGEST = 130
"""Letters of a cell of the time table."""
_PAGES = {"equation": "the equations", "tensor": "the tensor", "xray": "the X-ray", "why": "the page Why"}
"""What the window shows where a step has no figure."""


def plan_of(lesson: Lesson, measurements: Mapping[str, Measurement]) -> str:
    """The plan: what it is for, a time table by steps, questions with expected answers, misconceptions, numbers."""
    return "\n".join(_Plan(lesson, measurements).lines()) + "\n"


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

    def __init__(self, lesson: Lesson, measurements: Mapping[str, Measurement]) -> None:
        self._lesson, self._measurements = lesson, measurements
        self._numbers = {name: each.shown for name, each in measurements.items()}

    def lines(self) -> Iterator[str]:
        front = self._lesson.front
        yield from (f"# {front.title}: lesson plan", "", f"> “{self._said(front.question)}”", "")
        yield f"{sum(minutes(self._lesson))} minutes, {len(self._lesson.steps)} steps. {self._said(front.closing)}"
        yield from self._aims()
        yield from self._table()
        yield from self._questions()
        yield from self._tasks()
        yield from self._list("Misconceptions", front.plan.misconceptions)
        yield from self._measured()
        yield from self._list("Sources", front.sources)

    def _aims(self) -> Iterator[str]:
        plan, needs = self._lesson.front.plan, self._lesson.front.needs
        yield from self._list("Objectives", plan.objectives)
        before = [*([plan.before] if plan.before else []), *([f"Lessons: {', '.join(needs)}."] if needs else [])]
        if before:
            yield from ("", "## To know before", "", self._said(" ".join(before)))

    def _table(self) -> Iterator[str]:
        yield from ("", "## Time table", "", "| min | step | the class | the window |", "|---|---|---|---|")
        start = 0
        for number, (step, long) in enumerate(zip(self._lesson.steps, minutes(self._lesson), strict=True)):
            cells = [f"{start}–{start + long}", self._said(step.title), self._does(step), self._shows(number)]
            yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
            start += long

    def _does(self, step: Step) -> str:
        done = []
        if step.prediction is not None:
            said = {"choice": "chooses an answer", "number": "writes down a number", "curve": "draws a curve"}
            done.append(said[step.prediction.kind])
        if step.task is not None:
            done.append("tries it")
        prose = plain(self._said(step.prose))
        return ", ".join(done) or (sentences(prose, _LONGEST) if len(prose) <= _LONGEST else "listens and looks")

    def _shows(self, number: int) -> str:
        stage = self._lesson.stage_at(number, revealed=True)
        figures = ", ".join(each.kind.replace("_", " ") for each in stage.panels or ())
        updates = f"after {stage.iterations:,} updates" if stage.iterations else ""
        page = _PAGES.get(stage.view or "", "the stack") if not figures else ""
        return "; ".join(filter(None, (figures, page, updates)))

    def _questions(self) -> Iterator[str]:
        asked = [(step, step.prediction) for step in self._lesson.steps if step.prediction]
        if asked:
            yield from ("", "## Questions, and what is measured")
        for step, prediction in asked:
            title = self._said(step.title)
            yield from ("", f"**{title}{'' if title[-1:] in '.?!' else '.'}** {self._said(prediction.ask)}")
            yield from ("", f"- Expected: {self._expected(prediction)}")
            yield f"- Then say: {self._in_line(prediction.reveal)}"

    def _expected(self, asked: Prediction) -> str:
        if asked.right is not None:
            others = len(asked.options) - 1
            return f"“{self._said(asked.options[asked.right - 1])}”, of {others + 1} answers."
        if asked.kind == "number" and asked.claim is not None:
            return f"{self._numbers[asked.claim]}; off by a factor of {asked.within:g} at most is near."
        return f"the line “{asked.column}” of the figure; the handout has the empty axes."

    def _tasks(self) -> Iterator[str]:
        for step in self._lesson.steps:
            if step.task is not None:
                yield from ("", f"## Task: {self._said(step.title)}", "", self._said(step.task.say), "")
                yield f"- Done when `{step.task.condition}`."
                if step.task.hint:
                    yield f"- Hint: {self._said(step.task.hint)}"
                if step.task.done:
                    yield f"- Then say: {self._said(step.task.done)}"

    def _measured(self) -> Iterator[str]:
        yield from ("", "## Numbers", "", "| measured | what it is | it has to be |", "|---|---|---|")
        for name, each in self._measurements.items():
            yield f"| {each.shown} | {self._lesson.claims[name].says} | {each.limits} |"

    def _list(self, heading: str, items: tuple[str, ...]) -> Iterator[str]:
        if items:
            yield from ("", f"## {heading}", "")
            yield from (f"- {self._in_line(item)}" for item in items)

    def _in_line(self, text: str) -> str:
        """A text as one paragraph; a formula that stands on a line of its own is one of the words there."""
        return " ".join(self._said(text).replace("$$", "$").split())

    def _said(self, text: str) -> str:
        return filled(text, self._numbers)
