"""Reads a lesson from its folder: `lesson.md`, `claims.toml`, and experiments beside them.

Nothing in it is ever executed. Sizes have limits, unknown keys are errors, and an error names file and line in a
sentence.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

import msgspec
from msgspec.structs import replace

from bnsim.lessons.lesson import EXPERIMENT_ENDING, Front, Lesson, LessonClaim, Prediction, Stage, Step, Task
from bnsim.lessons.mistakes import in_words
from bnsim.lessons.wording import FORMULA, named_in
from bnsim.spec.comparisons import comparisons
from bnsim.spec.errors import InputError
from bnsim.spec.files import cannot
from bnsim.spec.numerals import count
from bnsim.spec.places import is_file_there, place, regular

TEXT, CLAIMS = "lesson.md", "claims.toml"
MAX_BYTES = 256 * 1024
"""Of each of the two files."""
MAX_STEPS, MAX_CLAIMS = 60, 200
MAX_LINE = 12_000
"""Letters of a line: the longest text that a key may have fits."""
MAX_FORMULAS, MAX_FORMULA = 200, 800
"""Formulas of a step, and letters of one: setting them takes the window tens of milliseconds each."""
_RULE = "+++"
_PARTS: Mapping[str, type[Stage | Prediction | Task]] = MappingProxyType(
    {"stage": Stage, "predict": Prediction, "task": Task}
)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
_AT_LINE = re.compile(r"(?P<what>.*) \(at (line (?P<line>\d+), column \d+|end of document)\)", re.DOTALL)
_TOML_MENDS = (
    (r"unescaped '\' in a string", r"write a backslash twice, or the text in single quotation marks"),
    ("invalid value", "a text stands in quotation marks"),
)
_Read = TypeVar("_Read", bound=msgspec.Struct)


class _Lines(NamedTuple):
    """Some lines of a file, and what number the first of them has in it."""

    file: str
    first: int
    lines: list[str]

    def wrong(self, what: str, line: int | None = None) -> InputError:
        """The error that something in them is not as it has to be."""
        return InputError(f"{self.file}, line {self.first if line is None else line}: {what}")

    def line_of(self, key: str) -> int:
        """The line on which a key is set, else the first."""
        said = re.compile(rf"\s*(\[+\s*)?(\w+\.)*[\"']?{re.escape(key)}[\"']?\s*(=|\.|\])")
        return next((self.first + at for at, line in enumerate(self.lines) if said.match(line)), self.first)


def read(folder: Path) -> Lesson:
    """The lesson in a folder. InputError, with file and line, if it is none."""
    folder = place(folder)
    text = _content(folder, TEXT)
    claims = _claims(_Lines(CLAIMS, 1, _content(folder, CLAIMS).splitlines()), folder)
    lines = text.splitlines()
    front, begin = _front(lines)
    steps = _steps(lines, begin)
    lesson = Lesson(name=folder.resolve().name, folder=folder, front=front, steps=steps, claims=claims)
    planned = front.plan.minutes
    if planned and len(planned) != len(steps):
        at = _line_from(lines, lines.index("[plan]") + 1 if "[plan]" in lines else 1, "minutes")
        raise InputError(f"{TEXT}, line {at}: the plan has {len(planned)} `minutes`, and there are {len(steps)} steps.")
    _check_formulas(lesson)
    _check_names(lesson, lines)
    _check_stages(lesson, lines)
    return lesson


def _content(folder: Path, name: str) -> str:
    path = folder / name
    try:
        there = regular(path)
        if there is None:
            raise InputError(f"There is no {name} in {folder}; a lesson is a folder with {TEXT} and {CLAIMS} in it.")
        if there.st_size > MAX_BYTES:
            raise InputError(f"{name} has {count(there.st_size)} bytes, more than {count(MAX_BYTES)}; shorten it.")
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{name} is not UTF-8 at byte {error.start}; save it as UTF-8.") from error
    except OSError as error:
        raise InputError(cannot("open", path, error)) from error
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > MAX_LINE:
            raise InputError(f"{name}, line {number}: it has more than {count(MAX_LINE)} letters; break it in two.")
    return text


def _claims(part: _Lines, folder: Path) -> Mapping[str, LessonClaim]:
    tables = _table(part)
    if len(tables) > MAX_CLAIMS:
        raise part.wrong(f"there are {len(tables)} claims, more than {MAX_CLAIMS}; make two lessons of it.")
    found = {}
    for name, table in tables.items():
        line = part.line_of(name)
        if not _NAME.fullmatch(name) or not isinstance(table, dict):
            raise part.wrong(
                f"{name!r} is no claim: a claim is a table [name], its name of a-z, 0-9 and _, a letter first.", line
            )
        own = _Lines(part.file, line, part.lines[line - 1 :])
        claim = _record(own, table, LessonClaim, f"the claim {name!r}")
        if not is_file_there(folder / f"{claim.experiment}{EXPERIMENT_ENDING}"):
            raise own.wrong(
                f"there is no experiment {claim.experiment + EXPERIMENT_ENDING!r} beside this file.",
                own.line_of("experiment"),
            )
        found[name] = claim
    return MappingProxyType(found)


def _front(lines: list[str]) -> tuple[Front, int]:
    """The table at the head, and the index of the first line behind it."""
    if not lines or lines[0].strip() != _RULE:
        raise InputError(f"{TEXT}, line 1: a lesson begins with a line {_RULE}, its title and more, and {_RULE} again.")
    end = next((at for at, line in enumerate(lines) if at and line.strip() == _RULE), None)
    if end is None:
        raise InputError(f"{TEXT}, line 1: the table at the head does not end; put a line {_RULE} behind it.")
    part = _Lines(TEXT, 2, lines[1:end])
    return _record(part, _table(part), Front, "the head of a lesson"), end + 1


def _steps(lines: list[str], begin: int) -> tuple[Step, ...]:
    steps: list[Step] = []
    title, at, prose = "", begin, list[str]()
    tables: dict[str, Any] = {}

    def end() -> None:
        if title:
            steps.append(
                Step(
                    title=title,
                    prose=_without_comments("\n".join(prose)).strip(),
                    line=at + 1,
                    stage=tables.get("stage", Stage()),
                    prediction=tables.get("predict"),
                    task=tables.get("task"),
                )
            )

    number = begin
    while number < len(lines):
        line = lines[number]
        fence = re.match(r"\s{0,3}(`{3,})\s*(\w*)\s*$", line)
        if fence:
            stop = _end_of_fence(lines, number, fence[1])
            if fence[2] not in _PARTS and (like := get_close_matches(fence[2].lower(), _PARTS)):
                raise InputError(
                    f"{TEXT}, line {number + 1}: there is no block {fence[2]!r}; did you mean {like[0]!r}?"
                )
            if fence[2] in _PARTS:
                if not title or fence[2] in tables:
                    what = f"a second `{fence[2]}` in a step" if title else f"a `{fence[2]}` before the first heading"
                    raise InputError(f"{TEXT}, line {number + 1}: {what}; begin a step with a line “# Its title”.")
                tables[fence[2]] = _part(_Lines(TEXT, number + 2, lines[number + 1 : stop]), fence[2])
            else:
                prose += lines[number : stop + 1]
            number = stop + 1
            continue
        if re.match(r"#\s+\S", line):
            end()
            title, at, prose, tables = line[1:].strip(), number, [], {}
        elif not title and line.strip():
            raise InputError(f"{TEXT}, line {number + 1}: text before the first step; put a line “# Title” above it.")
        else:
            prose.append(line)
        number += 1
    end()
    if not 1 <= len(steps) <= MAX_STEPS:
        raise InputError(f"{TEXT}: a lesson has 1 to {MAX_STEPS} steps, each begins with “# Title”; not {len(steps)}.")
    return tuple(steps)


def _without_comments(text: str) -> str:
    """The text without what stands between <!-- and -->."""
    said, at = list[str](), 0
    while (begin := text.find("<!--", at)) >= 0 and (end := text.find("-->", begin)) >= 0:
        said.append(text[at:begin])
        at = end + len("-->")
    return "".join([*said, text[at:]])


def _end_of_fence(lines: list[str], number: int, fence: str) -> int:
    closing = (at for at in range(number + 1, len(lines)) if re.match(rf"\s{{0,3}}{fence}`*\s*$", lines[at]))
    end = next(closing, None)
    begins_another = any(re.match(r"\s{0,3}```+\s*\w", line) for line in lines[number + 1 : end])
    if end is None or begins_another:
        raise InputError(f"{TEXT}, line {number + 1}: this block does not end; put a line {fence} behind it.")
    return end


def _part(part: _Lines, kind: str) -> Stage | Prediction | Task:
    made = _record(part, _table(part), _PARTS[kind], f"a `{kind}`")
    if isinstance(made, Task):
        try:
            comparisons(made.condition)
        except InputError as error:
            raise part.wrong(f"`condition`: {error}", part.line_of("condition")) from error
    return made


def _table(part: _Lines) -> dict[str, Any]:
    try:
        return tomllib.loads("\n".join(part.lines) + "\n")
    except tomllib.TOMLDecodeError as error:
        found = _AT_LINE.fullmatch(str(error))
        what, line = (found["what"], found["line"]) if found else (str(error), None)
        at = part.first + (int(line) - 1 if line else max(len(part.lines) - 1, 0))
        what = f"{what[:1].lower()}{what[1:]}"
        mend = next((f"; {mend}" for said, mend in _TOML_MENDS if said in what), "")
        raise part.wrong(f"this cannot be read as TOML: {what}{mend}.", at) from error
    except RecursionError as error:
        raise part.wrong("this cannot be read as TOML: too much is inside one another.") from error
    except ValueError as error:  # of a number with thousands of digits
        there = next((at for at, line in enumerate(part.lines, part.first) if re.search(r"\d[\d_]{999}", line)), None)
        raise part.wrong("this cannot be read as TOML: a number has too many digits.", there) from error


def _record(part: _Lines, table: dict[str, Any], kind: type[_Read], what: str) -> _Read:
    try:
        return msgspec.convert(table, kind)
    except msgspec.ValidationError as error:
        said, _, path = str(error).partition(" - at `$")
        keys = re.findall(r"[^\W\d]\w*", path)
        key = next(iter(keys), "")
        if unknown := re.search(r"unknown field `(.*?)`", said):
            has = ", ".join(kind.__struct_fields__) if not key else "other keys"
            problem = f"{what} has no key {unknown[1]!r}; it has {has}."
            raise part.wrong(problem, part.line_of(unknown[1])) from error
        if missing := re.search(r"missing required field `(.*?)`", said):
            raise part.wrong(f"{what} needs a key {missing[1]!r}.", part.line_of(key) if key else None) from error
        if key:
            raise part.wrong(f"{keys[-1]!r} of {what}{in_words(said, kind, keys)}.", part.line_of(key)) from error
        about = re.search(r"`(\w+)`", said)
        raise part.wrong(f"{what}: {said}.", part.line_of(about[1]) if about else None) from error


def _check_formulas(lesson: Lesson) -> None:
    """No step's formulas may be more than a window sets while one waits for it."""
    texts = [(step.title, step.line, step.texts) for step in lesson.steps]
    for where, line, said in [*texts, ("the head", 1, lesson.front.texts)]:
        formulas = [found for text in said for found in FORMULA.findall(text)]
        if len(formulas) > MAX_FORMULAS:
            raise InputError(
                f"{TEXT}, line {line}: {where!r} has more than {MAX_FORMULAS} formulas; make two steps of it."
            )
        if any(len(formula) > MAX_FORMULA for formula in formulas):
            raise InputError(
                f"{TEXT}, line {line}: {where!r} has a formula of more than {MAX_FORMULA} letters; shorten it."
            )


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
    return _Lines(TEXT, first, lines[first - 1 :]).line_of(key)
