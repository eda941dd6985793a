"""The lines of a lesson's files, and what is said of those that are not as they have to be.

Nothing in them is ever executed. Sizes have limits, and an error names file and line in a sentence.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import msgspec

from bnsim.lessons.mistakes import in_words
from bnsim.lessons.wording import FORMULA
from bnsim.spec.errors import InputError
from bnsim.spec.files import cannot
from bnsim.spec.numerals import count
from bnsim.spec.places import regular

TEXT, CLAIMS = "lesson.md", "claims.toml"
MAX_BYTES = 256 * 1024
"""Of each of the files."""
MAX_LINE = 12_000
"""Letters of a line: the longest text that a key may have fits."""
MAX_TITLE = 400
"""Letters of a step's title."""
MAX_PROSE = 20_000
"""Letters of a step's text: one paragraph of so many is set in a fraction of a second, ten times as many in many."""
MAX_FORMULAS, MAX_FORMULA = 200, 800
"""Formulas of a step, and letters of one: setting them takes the window tens of milliseconds each."""
RULE = "+++"
_FENCE = re.compile(r"\s{0,3}(`{3,})\s*(\w*)\s*$")
"""The first line of a block, with its marks and its kind."""
_HEADING = re.compile(r"#\s+\S")
_AT_LINE = re.compile(r"(?P<what>.*) \(at (line (?P<line>\d+), column \d+|end of document)\)", re.DOTALL)
_TOML_MENDS = (
    (r"unescaped '\' in a string", r"write a backslash twice, or the text in single quotation marks"),
    ("invalid value", "a text stands in quotation marks"),
)
_Read = TypeVar("_Read", bound=msgspec.Struct)


class Lines(NamedTuple):
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


def content(folder: Path, name: str) -> str:
    """What stands in that file of a lesson's folder. InputError if it is not there, too large or no text."""
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


def without_comments(text: str) -> str:
    """The text without what stands between <!-- and -->."""
    said, at = list[str](), 0
    while (begin := text.find("<!--", at)) >= 0 and (end := text.find("-->", begin)) >= 0:
        said.append(text[at:begin])
        at = end + len("-->")
    return "".join([*said, text[at:]])


def block_at(file: str, lines: list[str], number: int, kinds: Collection[str]) -> tuple[str, int] | None:
    """The kind of the block that begins on the line of that index, and the index of its last line; None for no block.

    One whose kind is almost one of `kinds` is an error, as is one without an end.
    """
    fence = _FENCE.match(lines[number])
    if fence is None:
        return None
    marks, kind = fence[1], fence[2]
    closing = (at for at in range(number + 1, len(lines)) if re.match(rf"\s{{0,3}}{marks}`*\s*$", lines[at]))
    end = next(closing, None)
    begins_another = any(re.match(r"\s{0,3}```+\s*\w", line) for line in lines[number + 1 : end])
    if end is None or begins_another:
        raise InputError(f"{file}, line {number + 1}: this block does not end; put a line {marks} behind it.")
    if kind not in kinds and (like := get_close_matches(kind.lower(), kinds)):
        raise InputError(f"{file}, line {number + 1}: there is no block {kind!r}; did you mean {like[0]!r}?")
    return kind, end


def title_in(file: str, line: str, number: int) -> str:
    """The title of the step that begins on that line, the index of which is `number`; "" if none does."""
    if not _HEADING.match(line):
        return ""
    title = line[1:].strip()
    if len(title) > MAX_TITLE:
        raise InputError(f"{file}, line {number + 1}: the title has more than {MAX_TITLE} letters; shorten it.")
    return title


def read_table(part: Lines) -> dict[str, Any]:
    """The lines as TOML. InputError, with the line, if they are none."""
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


def record(part: Lines, table: dict[str, Any], kind: type[_Read], what: str) -> _Read:
    """The table of these lines as a record of that kind; `what` is what an error calls it."""
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


def check_sizes(file: str, said_at: Iterable[tuple[str, int, Sequence[str]]]) -> None:
    """No step's text and formulas may be more than a window sets while one waits for it.

    `said_at`: for each step its title, the number of its line, and all that is said in it.
    """
    for where, line, texts in said_at:
        if any(len(text) > MAX_PROSE for text in texts):
            most = count(MAX_PROSE)
            raise InputError(f"{file}, line {line}: {where!r} has more than {most} letters of text; make two of it.")
        formulas = [found for text in texts for found in FORMULA.findall(text)]
        if len(formulas) > MAX_FORMULAS:
            raise InputError(
                f"{file}, line {line}: {where!r} has more than {MAX_FORMULAS} formulas; make two steps of it."
            )
        if any(len(formula) > MAX_FORMULA for formula in formulas):
            raise InputError(
                f"{file}, line {line}: {where!r} has a formula of more than {MAX_FORMULA} letters; shorten it."
            )
