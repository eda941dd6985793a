"""A learner's answers as a file for the teacher: what was asked, what was said, what was measured."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from bnsim.lessons.claims import number
from bnsim.lessons.lesson import Lesson, Prediction
from bnsim.lessons.progress import Answer, Done
from bnsim.lessons.wording import filled
from bnsim.spec.errors import InputError
from bnsim.spec.files import cannot
from bnsim.spec.places import place
from bnsim.spec.whole_file import written_whole

DIGITS = 3
_MOST_POINTS = 20
"""Of a curve so many are written."""


def text_of(lesson: Lesson, done: Done, numbers: Mapping[str, str], learner: str = "") -> str:
    """Markdown: every question and task of the lesson with what `learner` made of it."""
    return "\n".join(_lines(lesson, done, numbers, learner)) + "\n"


def save(
    lesson: Lesson, done: Done, numbers: Mapping[str, str], path: str | os.PathLike[str], learner: str = ""
) -> None:
    """Write the answers to a file, whole or not at all. InputError if the place cannot be written."""
    target = place(path)
    try:
        with written_whole(target) as file:
            file.write(text_of(lesson, done, numbers, learner).encode())
    except OSError as error:
        raise InputError(cannot("save", target, error)) from error


def _lines(lesson: Lesson, done: Done, numbers: Mapping[str, str], learner: str) -> Iterator[str]:
    yield f"# {lesson.title}: answers{f' of {learner}' if learner else ''}"
    yield ""
    asked = [step for step in lesson.steps if step.prediction]
    near = sum(done.answers[step.title].near for step in asked if step.title in done.answers)
    answered = sum(step.title in done.answers for step in asked)
    yield f"{answered} of {len(asked)} questions answered, {near} of them right or near; {_steps(lesson, done)}."
    for step in lesson.steps:
        if step.prediction is not None:
            yield from ("", f"## {step.title}", "", filled(step.prediction.ask, numbers), "")
            yield from _answer(step.prediction, done.answers.get(step.title), numbers)
        if step.task is not None:
            yield from ("", f"## {step.title}", "", filled(step.task.say, numbers), "")
            yield f"- {'done' if step.title in done.tasks else 'not done'}"


def _steps(lesson: Lesson, done: Done) -> str:
    seen = sum(step.title in done.seen for step in lesson.steps)
    return f"{seen} of {len(lesson.steps)} steps seen{', finished' if done.finished else ''}"


def _answer(asked: Prediction, answer: Answer | None, numbers: Mapping[str, str]) -> Iterator[str]:
    if answer is None:
        yield "- not answered"
        return
    yield f"- answer: {_said(asked, answer, numbers)} ({'right or near' if answer.near else 'not near'})"
    truth = answer.truth or (numbers.get(asked.claim, "") if asked.claim and asked.kind == "number" else "")
    if truth:
        yield f"- measured: {truth}"
    if answer.when:
        yield f"- when: {answer.when}"


def _said(asked: Prediction, answer: Answer, numbers: Mapping[str, str]) -> str:
    if answer.option is not None and 1 <= answer.option <= len(asked.options):
        return filled(asked.options[answer.option - 1], numbers)
    if answer.number is not None:
        return number(answer.number, DIGITS)
    points = answer.curve or ()
    few = points[:: max(1, -(-len(points) // _MOST_POINTS))]
    return "a curve through " + ", ".join(f"({number(x, DIGITS)}, {number(y, DIGITS)})" for x, y in few)
