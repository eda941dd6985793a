"""Reads a lesson from its folder: `lesson.md`, `claims.toml`, and experiments beside them.

Nothing in it is ever executed. Sizes have limits, unknown keys are errors, and an error names file and line in a
sentence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from msgspec.structs import replace

from bnsim.lessons.lesson import EXPERIMENT_ENDING, Front, Lesson, LessonClaim, Prediction, Stage, Step, Task
from bnsim.lessons.lines import (
    CLAIMS,
    RULE,
    TEXT,
    Lines,
    block_at,
    check_sizes,
    content,
    read_table,
    record,
    title_in,
    without_comments,
)
from bnsim.lessons.wording import named_in
from bnsim.spec.comparisons import comparisons
from bnsim.spec.errors import InputError
from bnsim.spec.places import is_file_there, place

MAX_STEPS, MAX_CLAIMS = 60, 200
_PARTS: Mapping[str, type[Stage | Prediction | Task]] = MappingProxyType(
    {"stage": Stage, "predict": Prediction, "task": Task}
)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")


def read(folder: Path) -> Lesson:
    """The lesson in a folder. InputError, with file and line, if it is none."""
    folder = place(folder)
    text = content(folder, TEXT)
    claims = _claims(Lines(CLAIMS, 1, content(folder, CLAIMS).splitlines()), folder)
    lines = text.splitlines()
    front, begin = _front(lines)
    steps = _steps(lines, begin)
    lesson = Lesson(name=folder.resolve().name, folder=folder, front=front, steps=steps, claims=claims)
    planned = front.plan.minutes
    if planned and len(planned) != len(steps):
        at = _line_from(lines, lines.index("[plan]") + 1 if "[plan]" in lines else 1, "minutes")
        raise InputError(f"{TEXT}, line {at}: the plan has {len(planned)} `minutes`, and there are {len(steps)} steps.")
    said_at = [(step.title, step.line, step.texts) for step in steps]
    check_sizes(TEXT, [*said_at, ("the head", 1, front.texts)])
    _check_names(lesson, lines)
    _check_stages(lesson, lines)
    return lesson


def _claims(part: Lines, folder: Path) -> Mapping[str, LessonClaim]:
    tables = read_table(part)
    if len(tables) > MAX_CLAIMS:
        raise part.wrong(f"there are {len(tables)} claims, more than {MAX_CLAIMS}; make two lessons of it.")
    found = {}
    for name, table in tables.items():
        line = part.line_of(name)
        if not _NAME.fullmatch(name) or not isinstance(table, dict):
            raise part.wrong(
                f"{name!r} is no claim: a claim is a table [name], its name of a-z, 0-9 and _, a letter first.", line
            )
        own = Lines(part.file, line, part.lines[line - 1 :])
        claim = record(own, table, LessonClaim, f"the claim {name!r}")
        if not is_file_there(folder / f"{claim.experiment}{EXPERIMENT_ENDING}"):
            raise own.wrong(
                f"there is no experiment {claim.experiment + EXPERIMENT_ENDING!r} beside this file.",
                own.line_of("experiment"),
            )
        found[name] = claim
    return MappingProxyType(found)


def _front(lines: list[str]) -> tuple[Front, int]:
    """The table at the head, and the index of the first line behind it."""
    if not lines or lines[0].strip() != RULE:
        raise InputError(f"{TEXT}, line 1: a lesson begins with a line {RULE}, its title and more, and {RULE} again.")
    end = next((at for at, line in enumerate(lines) if at and line.strip() == RULE), None)
    if end is None:
        raise InputError(f"{TEXT}, line 1: the table at the head does not end; put a line {RULE} behind it.")
    part = Lines(TEXT, 2, lines[1:end])
    return record(part, read_table(part), Front, "the head of a lesson"), end + 1


def _steps(lines: list[str], begin: int) -> tuple[Step, ...]:
    steps: list[Step] = []
    title, at, prose = "", begin, list[str]()
    tables: dict[str, Any] = {}

    def end() -> None:
        if title:
            steps.append(
                Step(
                    title=title,
                    prose=without_comments("\n".join(prose)).strip(),
                    line=at + 1,
                    stage=tables.get("stage", Stage()),
                    prediction=tables.get("predict"),
                    task=tables.get("task"),
                )
            )

    number = begin
    while number < len(lines):
        line = lines[number]
        if block := block_at(TEXT, lines, number, _PARTS):
            kind, stop = block
            if kind in _PARTS:
                if not title or kind in tables:
                    what = f"a second `{kind}` in a step" if title else f"a `{kind}` before the first heading"
                    raise InputError(f"{TEXT}, line {number + 1}: {what}; begin a step with a line “# Its title”.")
                tables[kind] = _part(Lines(TEXT, number + 2, lines[number + 1 : stop]), kind)
            else:
                prose += lines[number : stop + 1]
            number = stop + 1
            continue
        if begun := title_in(TEXT, line, number):
            end()
            title, at, prose, tables = begun, number, [], {}
        elif not title and line.strip():
            raise InputError(f"{TEXT}, line {number + 1}: text before the first step; put a line “# Title” above it.")
        else:
            prose.append(line)
        number += 1
    end()
    if not 1 <= len(steps) <= MAX_STEPS:
        raise InputError(f"{TEXT}: a lesson has 1 to {MAX_STEPS} steps, each begins with “# Title”; not {len(steps)}.")
    return tuple(steps)


def _part(part: Lines, kind: str) -> Stage | Prediction | Task:
    made = record(part, read_table(part), _PARTS[kind], f"a `{kind}`")
    if isinstance(made, Task):
        try:
            comparisons(made.condition)
        except InputError as error:
            raise part.wrong(f"`condition`: {error}", part.line_of("condition")) from error
    return made


def _check_names(lesson: Lesson, lines: list[str]) -> None:
    """Every claim that is named has to be there."""
    named = [(1, f"{{{name}}}", name) for text in lesson.front.texts for name in named_in(text)]
    for step in lesson.steps:
        named += [(step.line, f"{{{name}}}", name) for text in step.texts for name in named_in(text)]
        if step.prediction is not None and step.prediction.claim is not None:
            named.append((step.line, f'"{step.prediction.claim}"', step.prediction.claim))
    for first, spelled, name in named:
        if name not in lesson.claims:
            line = next((at for at in range(first, len(lines) + 1) if spelled in lines[at - 1]), first)
            mend = f"it has {', '.join(lesson.claims)}" if lesson.claims else "it has none"
            if len(re.findall(r"(?<!\\)\$", lines[line - 1])) % 2:
                mend = "or does a formula in this line lack its second $?"
            raise InputError(
                f"{TEXT}, line {line}: there is no claim {name!r} in {CLAIMS}; {mend}{'' if mend[-1] == '?' else '.'}"
            )


def _check_stages(lesson: Lesson, lines: list[str]) -> None:
    """Every experiment has to be there, and one opened before anything is shown of it."""
    for number, step in enumerate(lesson.steps):
        experiment = step.stage.experiment
        if experiment is not None and not is_file_there(lesson.folder / f"{experiment}{EXPERIMENT_ENDING}"):
            at = _line_from(lines, step.line, "experiment")
            file = experiment + EXPERIMENT_ENDING
            raise InputError(f"{TEXT}, line {at}: there is no experiment {file!r} beside this file.")
        shows = replace(step.stage, point=None) != Stage()
        wants = shows or step.task or (step.prediction and step.prediction.kind == "curve")
        if wants and lesson.stage_at(number).experiment is None:
            raise InputError(
                f"{TEXT}, line {step.line}: no experiment is open yet in the step {step.title!r}; "
                "name one in its `stage` or in that of a step before."
            )


def _line_from(lines: list[str], first: int, key: str) -> int:
    return Lines(TEXT, first, lines[first - 1 :]).line_of(key)
