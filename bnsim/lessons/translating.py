"""The words of a lesson in another language: `lesson.de.md` beside `lesson.md`, with the same steps and words alone.

What a step shows, asks for and measures stands in `lesson.md` only. A text that the translation leaves out stays as it
is there. Each text has to name the same measured numbers, so that no translation can tell others.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, NamedTuple, TypeVar

from msgspec import Meta, Struct
from msgspec.structs import replace

from bnsim.lessons.lesson import Front, Lesson, LessonClaim, Line, Name, Plan, Prediction, Step, Task, Text
from bnsim.lessons.lines import (
    RULE,
    Lines,
    block_at,
    check_sizes,
    content,
    read_table,
    record,
    title_in,
    without_comments,
)
from bnsim.lessons.reading import MAX_CLAIMS, MAX_STEPS
from bnsim.lessons.wording import named_in
from bnsim.spec.errors import InputError
from bnsim.spec.numerals import counted
from bnsim.spec.places import is_file_there

Many = Annotated[tuple[Text, ...], Meta(max_length=30)]


class _PlanWords(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    objectives: Many | None = None
    misconceptions: Many | None = None
    before: Text | None = None


class _FrontWords(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    title: Line | None = None
    question: Line | None = None
    hook: Line | None = None
    closing: Text | None = None
    sources: Many | None = None
    plan: _PlanWords = _PlanWords()
    claims: Annotated[dict[Name, Line], Meta(max_length=MAX_CLAIMS)] = {}


class _PredictionWords(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    ask: Text | None = None
    options: Annotated[tuple[Line, ...], Meta(max_length=8)] | None = None
    reveal: Text | None = None


class _TaskWords(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    say: Text | None = None
    hint: Text | None = None
    done: Text | None = None


_Words = TypeVar("_Words", bound=Struct)
_PARTS: dict[str, type[_PredictionWords | _TaskWords]] = {"predict": _PredictionWords, "task": _TaskWords}


class _StepWords(NamedTuple):
    """A step of the translation: its heading, the line that is on, its prose and its tables."""

    title: str
    line: int
    prose: str
    tables: dict[str, Struct]


def file_of(lesson: Lesson, language: str) -> Path:
    """Where the words of that language are, if there are any."""
    return lesson.folder / f"lesson.{language}.md"


def languages_of(lesson: Lesson) -> tuple[str, ...]:
    """The languages that a lesson is translated to."""
    found = (re.fullmatch(r"lesson\.([a-z]{2})\.md", path.name) for path in sorted(lesson.folder.glob("lesson.*.md")))
    return tuple(name[1] for name in found if name)


def translated(lesson: Lesson, language: str) -> Lesson:
    """The lesson in that language, as far as it has words in it; itself where it has none.

    InputError, with file and line, for words that are of other steps, questions or numbers than the lesson's.
    """
    path = file_of(lesson, language)
    if language == "en" or not is_file_there(path):
        return lesson
    return _Translation(path.name, content(lesson.folder, path.name).splitlines()).of(lesson)


class _Translation:
    """The lines of a translation, and what is said of them where they do not fit."""

    def __init__(self, name: str, lines: list[str]) -> None:
        self._name, self._lines = name, lines

    def of(self, lesson: Lesson) -> Lesson:
        """The lesson with these words."""
        front, begin = self._front()
        steps = self._steps(begin)
        if len(steps) != len(lesson.steps):
            there, here = counted(len(lesson.steps), "step"), counted(len(steps), "step")
            raise self._wrong(1, f"the lesson has {there}, and the translation {here}; give it the same ones")
        own = [self._step(step, words) for step, words in zip(lesson.steps, steps, strict=True)]
        claims = self._claims_of(lesson.claims, front.claims)
        said = replace(lesson, front=self._front_of(lesson.front, front), steps=tuple(own), claims=claims)
        said_at = [(step.title, words.line, step.texts) for step, words in zip(own, steps, strict=True)]
        check_sizes(self._name, [*said_at, ("the head", 1, said.front.texts)])
        return said

    # What it says

    def _front(self) -> tuple[_FrontWords, int]:
        ends = [at for at, line in enumerate(self._lines) if line.strip() == RULE][:2]
        if len(ends) < 2 or ends[0]:
            raise self._wrong(1, f"it begins with a line {RULE}, its title and more, and {RULE} again")
        return self._record(1, ends[1], _FrontWords, "the head of a translation"), ends[1] + 1

    def _steps(self, begin: int) -> list[_StepWords]:
        found: list[_StepWords] = []
        prose: list[str] = []
        number = begin
        while number < len(self._lines):
            line = self._lines[number]
            if block := block_at(self._name, self._lines, number, ("stage", *_PARTS)):
                kind, end = block
                if kind in ("stage", *_PARTS):
                    self._add_table(found, kind, number, end)
                else:
                    prose += self._lines[number : end + 1]
                number = end
            elif title := title_in(self._name, line, number):
                _finish(found, prose)
                found.append(_StepWords(title, number + 1, "", {}))
            elif found:
                prose.append(line)
            elif line.strip():
                raise self._wrong(number + 1, "text before the first step; put a line “# Title” above it")
            number += 1
        _finish(found, prose)
        return found[: MAX_STEPS + 1]

    def _add_table(self, found: list[_StepWords], kind: str, number: int, end: int) -> None:
        if kind == "stage":
            raise self._wrong(number + 1, "a translation has words alone; what a step shows stands in lesson.md")
        if not found or kind in found[-1].tables:
            raise self._wrong(number + 1, f"a `{kind}` belongs into a step, which has one of them at most")
        found[-1].tables[kind] = self._record(number + 1, end, _PARTS[kind], f"a `{kind}` of a translation")

    def _record(self, first: int, end: int, kind: type[_Words], what: str) -> _Words:
        """The table in the lines from `first` to before `end`, both counted from 0."""
        part = Lines(self._name, first + 1, self._lines[first:end])
        return record(part, read_table(part), kind, what)

    # Whether it fits

    def _front_of(self, front: Front, words: _FrontWords) -> Front:
        plan = replace(
            front.plan,
            objectives=self._texts("objectives", 1, front.plan.objectives, words.plan.objectives),
            misconceptions=self._texts("misconceptions", 1, front.plan.misconceptions, words.plan.misconceptions),
            before=self._text("before", 1, front.plan.before, words.plan.before),
        )
        return replace(
            front,
            title=self._text("title", 1, front.title, words.title),
            question=self._text("question", 1, front.question, words.question),
            hook=self._text("hook", 1, front.hook, words.hook),
            closing=self._text("closing", 1, front.closing, words.closing),
            sources=self._texts("sources", 1, front.sources, words.sources),
            plan=plan if front.plan != Plan() else front.plan,
        )

    def _claims_of(self, claims: Mapping[str, LessonClaim], words: Mapping[str, str]) -> Mapping[str, LessonClaim]:
        """The claims with what their numbers are, in words."""
        unknown = next((name for name in words if name not in claims), None)
        if unknown is not None:
            raise self._wrong(1, f"[claims] has {unknown!r}, and claims.toml has no such claim")
        return MappingProxyType({name: replace(each, says=words.get(name, each.says)) for name, each in claims.items()})

    def _step(self, step: Step, words: _StepWords) -> Step:
        for kind, has in (("predict", step.prediction is not None), ("task", step.task is not None)):
            if (kind in words.tables) and not has:
                raise self._wrong(words.line, f"the step {step.title!r} of the lesson has no `{kind}`")
        asked, task = words.tables.get("predict"), words.tables.get("task")
        prediction, done = step.prediction, step.task
        if prediction is not None and isinstance(asked, _PredictionWords):
            prediction = self._prediction(prediction, asked, words.line)
        if done is not None and isinstance(task, _TaskWords):
            done = self._task(done, task, words.line)
        return replace(
            step,
            title=self._text("the title", words.line, step.title, words.title),
            prose=self._text("the text", words.line, step.prose, words.prose or None),
            prediction=prediction,
            task=done,
        )

    def _prediction(self, prediction: Prediction, words: _PredictionWords, line: int) -> Prediction:
        return replace(
            prediction,
            ask=self._text("ask", line, prediction.ask, words.ask),
            options=self._texts("options", line, prediction.options, words.options),
            reveal=self._text("reveal", line, prediction.reveal, words.reveal),
        )

    def _task(self, task: Task, words: _TaskWords, line: int) -> Task:
        return replace(
            task,
            say=self._text("say", line, task.say, words.say),
            hint=self._text("hint", line, task.hint, words.hint),
            done=self._text("done", line, task.done, words.done),
        )

    def _texts(self, what: str, line: int, own: Sequence[str], words: Sequence[str] | None) -> tuple[str, ...]:
        if words is None:
            return tuple(own)
        if len(words) != len(own):
            raise self._wrong(line, f"`{what}` has {len(words)}, and in lesson.md {len(own)}")
        return tuple(self._text(what, line, *both) for both in zip(own, words, strict=True))

    def _text(self, what: str, line: int, own: str, words: str | None) -> str:
        if words is None:
            return own
        if sorted(named_in(own)) != sorted(named_in(words)):
            there, here = (", ".join(sorted(named_in(text))) or "none" for text in (own, words))
            raise self._wrong(line, f"{what} names other numbers than in lesson.md: {here}, there {there}")
        return words

    def _wrong(self, line: int, what: str) -> InputError:
        return InputError(f"{self._name}, line {line}: {what}.")


def _finish(found: list[_StepWords], prose: list[str]) -> None:
    """Give the last step the lines that were read for it."""
    if found:
        found[-1] = found[-1]._replace(prose=without_comments("\n".join(prose)).strip())
    prose.clear()
