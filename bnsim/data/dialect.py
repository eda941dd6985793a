"""How a table is written: the delimiter of its columns, its decimal sign, whether its first line has names.

All of it is detected in the first lines, by the rules below and in docs/format.md; `FileData` may override them.

*Delimiter*: of tab, semicolon, comma, pipe and spaces those that divide all lines into equally many columns, two at
least; of these the one that leaves most cells a number, of equals the first. *Decimals*: commas if numbers with a comma
are there and none with a point (between commas, where such numbers must stand in quotes, "1,234" alone is no evidence:
it may be a thousand). *Header*: the first line names the columns if none of its cells is a number; if the target's cell
is a word and the lines below have numbers there, or the other cells count 0, 1, 2, ...; if all its cells count so, and
there are at least `COUNTED` columns, or three and a number with decimals below, as pandas writes a table without names.
*Words*: of the target they are classes; another column with words or dates in more than half of its cells is left out.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Literal

from msgspec import Struct

from bnsim.data.content import refusal
from bnsim.data.dataset import Column
from bnsim.spec.datasets import FileData

DELIMITERS = {"tab": "\t", "semicolon": ";", "comma": ",", "pipe": "|", "space": " "}
"""Delimiters by name, in the order in which they are tried."""
BOOLS = ("True", "False", "TRUE", "FALSE")
"""Words that are read as 1 and 0."""
SEEN_LINES = 500
COUNTED = 5
"""Columns from which a first line 0, 1, 2, ... is taken for names without further evidence."""

_COMMA = re.compile(r"[+-]?(\d+,\d*|,\d+)([eE][+-]?\d+)?")
_POINT = re.compile(r"[+-]?(\d+\.\d*|\.\d+)([eE][+-]?\d+)?")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+")
_NUMBER = re.compile(r"[+-]?(\d+[.,]?\d*|[.,]\d+)([eE][+-]?\d+)?")
_DATE = re.compile(r"\d{1,4}([-/.:])\d{1,2}\1\d{1,4}(\D|$)")
_WHOLE = re.compile(r"[+-]?\d+")


class Dialect(Struct, frozen=True):
    """`delimiter` and `decimal` are signs. `skipped`: lines before the first row. `width`: columns of every row.

    `names` are the columns' names, () without a header. `target` is the target's column; `row_numbers` and `empty` are
    those that are left out if what is below bears it out, -1 for none.
    """

    delimiter: str
    decimal: str
    names: tuple[str, ...]
    skipped: int
    width: int
    target: int
    row_numbers: int = -1
    empty: int = -1
    words: bool = False
    """Whether the target's cells are words."""
    texts: frozenset[int] = frozenset()
    """Other columns of words; no network reads them."""

    def is_number(self, cell: str) -> bool:
        """Whether a cell is a number in this dialect, finite or not."""
        try:
            self.number(cell)
        except ValueError:
            return False
        return True

    def number(self, cell: str) -> float:
        """The value of a cell; ValueError if it is no number."""
        if "_" in cell or (self.decimal == "," and "." in cell):
            raise ValueError(cell)
        return float(cell.replace(",", ".") if self.decimal == "," else cell)


def rows_of(lines: Iterable[str], delimiter: str, *, strict: bool = False) -> Iterator[tuple[int, list[str]]]:
    """(number of its last line, from 1; cells without spaces around them) of every row that is not blank.

    csv.Error where quotes are wrong, if `strict`, or a cell has more characters than csv allows.
    """
    spaces = delimiter == " "
    reader = csv.reader(lines, delimiter=delimiter, strict=strict, skipinitialspace=True)
    for row in reader:
        cells = [cell.strip() for cell in row]
        if spaces:
            cells = [cell for cell in cells if cell]
        if cells and (len(cells) > 1 or cells[0]):
            yield reader.line_num, cells


def find_dialect(path: Path, text: str, data: FileData, *, whole: bool) -> Dialect:
    """The dialect of a file, from its first lines; InputError if it is no table. `whole`: `text` is the whole file."""
    text, declared, before, comment = _without_comments(text)
    delimiter = DELIMITERS.get(data.delimiter, "") or declared or _delimiter(text)
    try:
        rows = list(islice(rows_of(io.StringIO(text, newline=""), delimiter), SEEN_LINES))
    except csv.Error:  # reported with its line when the whole file is read
        rows = _first_row(text, delimiter)
    if not rows:
        raise refusal(path, "it has no rows of numbers", "put at least two in")
    if not whole and len(rows) > 1:
        rows.pop()  # may be cut off
    first, below = rows[0][1], [cells for _, cells in rows[1:]]
    if len(first) < 2:
        raise refusal(
            path, "it has one column", "separate columns with commas, semicolons or tabs, the last one being the target"
        )
    dialect = Dialect(delimiter, _decimal(data, delimiter, rows), (), before, len(first), len(first) - 1)
    empty = len(first) - 1 if below and all(len(row) == len(first) and not row[-1] for row in below) else -1
    last = len(first) - (2 if empty >= 0 and not first[-1] else 1)
    empty = empty if last < len(first) - 1 else -1
    commented = _cells(comment, delimiter)
    if data.header != "no" and len(commented) == len(first) and not any(map(dialect.is_number, commented)):
        names, skipped, rest = tuple(commented), before, [first, *below]
    elif data.header == "yes" or (data.header == "auto" and (data.target or _is_header(dialect, first, below, last))):
        names, skipped, rest = tuple(first), before + rows[0][0], below
    else:
        if data.target:
            raise refusal(path, f"no line names a column {data.target!r}", "say that it has a header")
        names, skipped, rest = (), before, [first, *below]
    target = _target(path, names, data.target) if data.target else last
    texts = {
        number for number in range(len(first)) if number not in (target, empty) and _are_texts(dialect, rest, number)
    }
    return Dialect(
        delimiter,
        dialect.decimal,
        names,
        skipped,
        len(first),
        target,
        row_numbers=_row_numbers(names, rest, target),
        empty=empty,
        words=data.task != "regression" and _are_words(dialect, rest, target, data.task == "classification"),
        texts=frozenset(texts),
    )


def columns_of(dialect: Dialect, left_out: set[int], whole: set[int]) -> tuple[Column, ...]:
    """The columns of the table as records; `whole` are those that hold whole numbers."""

    def column(number: int) -> Column:
        name = dialect.names[number] if dialect.names else f"column {number + 1}"
        if number in left_out:
            holds = "nothing" if number == dialect.empty else "words" if number in dialect.texts else "row numbers"
            return Column(name, holds, "left out")  # type: ignore[arg-type]
        if number == dialect.target:
            return Column(name, "words" if dialect.words else _held(number in whole), "target")
        return Column(name, _held(number in whole), "input")

    return tuple(column(number) for number in range(dialect.width))


def _held(whole: bool) -> Literal["whole numbers", "numbers"]:
    return "whole numbers" if whole else "numbers"


def _without_comments(text: str) -> tuple[str, str, int, str]:
    """The text from its first row on; the delimiter that Excel's "sep=;" says; how many lines were before.

    Those begin with "#"; the last of them, without the sign, may name the columns, as NumPy writes it.
    """
    declared, before, comment = "", 0, ""
    lines = text.splitlines(keepends=True)
    if lines and re.fullmatch(r"sep=.\s*", lines[0]):
        declared, before = lines[0][4], 1
    while before < len(lines) and lines[before].lstrip().startswith("#"):
        comment = lines[before].lstrip().lstrip("#")
        before += 1
    return "".join(lines[before:]), declared, before, comment


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next((cells for _, cells in rows_of([line], delimiter)), [])
    except csv.Error:
        return []


def _first_row(text: str, delimiter: str) -> list[tuple[int, list[str]]]:
    line = text.lstrip("\r\n").splitlines()[:1]
    return [(1, [cell.strip() for cell in line[0].split(delimiter)])] if line else []


def _delimiter(text: str) -> str:
    """The delimiter by the rule in the module's docstring; if none divides all lines alike, the most frequent one."""
    best, most = ",", (0.0, 0.0)
    for sign in DELIMITERS.values():
        try:
            rows = [cells for _, cells in islice(rows_of(io.StringIO(text, newline=""), sign), SEEN_LINES)]
        except csv.Error:
            continue
        widths = Counter(len(cells) for cells in rows)
        agree = max((count for width, count in widths.items() if width > 1), default=0)
        if not agree:
            continue
        cells = [cell for row in (rows[1:] or rows) for cell in row]
        numbers = sum(bool(_NUMBER.fullmatch(cell)) for cell in cells)
        found = (agree / len(rows), numbers / len(cells))
        if found > most:
            best, most = sign, found
    return best


def _decimal(data: FileData, delimiter: str, rows: list[tuple[int, list[str]]]) -> str:
    if data.decimal != "auto":
        return "," if data.decimal == "comma" else "."
    comma = False
    for _, cells in rows:
        for cell in cells:
            if _POINT.fullmatch(cell):
                return "."
            if _COMMA.fullmatch(cell) and not (delimiter == "," and _THOUSANDS.fullmatch(cell)):
                comma = True
    return "," if comma else "."


def _is_header(dialect: Dialect, first: list[str], below: list[list[str]], last: int) -> bool:
    numbers = [dialect.is_number(cell) for cell in first]
    if not any(numbers):
        return True
    inputs = first[:last]
    if first[last] and not numbers[last]:
        under = [row[last] for row in below if len(row) == len(first)]
        return _counts(inputs) or not under or all(dialect.is_number(cell) for cell in under)
    decimals = any(_POINT.fullmatch(cell) or _COMMA.fullmatch(cell) for row in below for cell in row)
    # An index column of pandas has no name.
    counted = first[1:] if not first[0] else first
    return bool(below) and _counts(counted) and (len(counted) >= COUNTED or (len(counted) >= 3 and decimals))


def _counts(cells: list[str]) -> bool:
    """Whether the cells are 0, 1, 2, ... in order."""
    return len(cells) > 1 and all(cell == str(number) for number, cell in enumerate(cells))


def _are_words(dialect: Dialect, rows: list[list[str]], target: int, any_will_do: bool) -> bool:
    cells = [row[target] for row in rows if len(row) == dialect.width]
    words = [cell for cell in cells if cell and not dialect.is_number(cell)]
    # A single typing error among numbers is reported with its place, and not taken for a class.
    return bool(words) and (any_will_do or 2 * len(words) >= len(cells))


def _are_texts(dialect: Dialect, rows: list[list[str]], column: int) -> bool:
    """Whether a column that is not the target holds words or dates, in more than half of its cells; less is a slip.

    What has digits and signs alone, such as "1,234", is a number that cannot be read, and no word.
    """
    cells = [row[column] for row in rows if len(row) == dialect.width and row[column]]
    words = [cell for cell in cells if any(map(str.isalpha, cell)) or _DATE.match(cell)]
    return bool(words) and 2 * sum(not (dialect.is_number(cell) or cell in BOOLS) for cell in words) > len(cells)


def _row_numbers(names: tuple[str, ...], rows: list[list[str]], target: int) -> int:
    """A first column without a name that counts rows from 0 or 1: how pandas and R write a table's index."""
    if not names or target == 0 or len(names) < 3 or not re.fullmatch(r"(Unnamed: 0)?", names[0]):
        return -1
    cells = [row[0] for row in rows]
    counts = bool(cells) and cells[0] in ("0", "1") and all(_WHOLE.fullmatch(cell) for cell in cells)
    return 0 if counts and [int(cell) - int(cells[0]) for cell in cells] == list(range(len(cells))) else -1


def _target(path: Path, names: tuple[str, ...], target: str) -> int:
    if target not in names:
        there = ", ".join(name[:40] for name in names[:6]) + (" and others" if len(names) > 6 else "")
        raise refusal(path, f"it has no column called {target!r}", f"choose one of {there}")
    return names.index(target)
