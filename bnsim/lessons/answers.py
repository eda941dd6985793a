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
from bnsim.spec.phrases import Say, in_english, phrase, said
from bnsim.spec.places import place
from bnsim.spec.whole_file import written_whole

DIGITS = 3
_MOST_POINTS = 20
"""Of a curve so many are written."""


def text_of(lesson: Lesson, done: Done, numbers: Mapping[str, str], learner: str = "", say: Say = in_english) -> str:
    """Markdown: every question and task of the lesson with what `learner` made of it.

    `say` gives what is not the lesson's own in its language.
    """
    return "\n".join(said(line, say) for line in _lines(lesson, done, numbers, learner)) + "\n"


def save(
    lesson: Lesson,
    done: Done,
    numbers: Mapping[str, str],
    path: str | os.PathLike[str],
    learner: str = "",
    say: Say = in_english,
) -> None:
    """Write the answers to a file, whole or not at all. InputError if the place cannot be written."""
    target = place(path)
    try:
        with written_whole(target) as file:
            file.write(text_of(lesson, done, numbers, learner, say).encode())
    except OSError as error:
        raise InputError(cannot("save", target, error)) from error


def _lines(lesson: Lesson, done: Done, numbers: Mapping[str, str], learner: str) -> Iterator[str]:
    yield phrase(
        "# {lesson}: answers of {learner}" if learner else "# {lesson}: answers", lesson=lesson.title, learner=learner
    )
    yield ""
    asked = [step for step in lesson.steps if step.prediction]
    near = sum(done.answers[step.key].near for step in asked if step.key in done.answers)
    answered = sum(step.key in done.answers for step in asked)
    yield phrase(
        "{answered} of {asked} questions answered, {near} of them right or near; {steps}.",
        answered=str(answered),
        asked=str(len(asked)),
        near=str(near),
        steps=_steps(lesson, done),
    )
    for step in lesson.steps:
        if step.prediction is not None:
            yield from ("", f"## {step.title}", "", filled(step.prediction.ask, numbers), "")
            yield from _answer(step.prediction, done.answers.get(step.key), numbers)
        if step.task is not None:
            yield from ("", f"## {step.title}", "", filled(step.task.say, numbers), "")
            yield phrase("- done" if step.key in done.tasks else "- not done")


def _steps(lesson: Lesson, done: Done) -> str:
    return phrase(
        "{seen} of {steps} steps seen, finished" if done.finished else "{seen} of {steps} steps seen",
        seen=str(sum(step.key in done.seen for step in lesson.steps)),
        steps=str(len(lesson.steps)),
    )


def _answer(asked: Prediction, answer: Answer | None, numbers: Mapping[str, str]) -> Iterator[str]:
    if answer is None:
        yield phrase("- not answered")
        return
    yield phrase(
        "- answer: {answer} (right or near)" if answer.near else "- answer: {answer} (not near)",
        answer=_said(asked, answer, numbers),
    )
    truth = answer.truth or (numbers.get(asked.claim, "") if asked.claim and asked.kind == "number" else "")
    if truth:
        yield phrase("- measured: {truth}", truth=truth)
    if answer.when:
        yield phrase("- when: {when}", when=answer.when)


def _said(asked: Prediction, answer: Answer, numbers: Mapping[str, str]) -> str:
    if answer.option is not None and 1 <= answer.option <= len(asked.options):
        return filled(asked.options[answer.option - 1], numbers)
    if answer.number is not None:
        return number(answer.number, DIGITS)
    points = answer.curve or ()
    few = points[:: max(1, -(-len(points) // _MOST_POINTS))]
    return phrase(
        "a curve through {points}",
        points=", ".join(f"({number(x, DIGITS)}, {number(y, DIGITS)})" for x, y in few),
    )
