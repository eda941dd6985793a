"""Reads the user's tables with pandas; errors name the line and the column.

pandas is imported when the first table is read. Read with suspicion: the file's size, its longest line and the numbers
it has are checked before memory is taken for them, and a packed file is unpacked no further than its limit.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import math
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from bnsim.data.content import Content, Floats, ask_for, name_of_non_finite, read_at_most, refusal, refuse_value
from bnsim.data.dataset import Reading
from bnsim.data.dialect import BOOLS, DELIMITERS, Dialect, columns_of, find_dialect, rows_of
from bnsim.data.targets import targets
from bnsim.spec import budget
from bnsim.spec.datasets import FileData
from bnsim.spec.errors import InputError
from bnsim.spec.numerals import count
from bnsim.spec.places import regular

if TYPE_CHECKING:
    import pandas as pd

MAX_BYTES = 2**28
MAX_LINE = 2**22
"""Most bytes of one line."""
MAX_COLUMNS = 100_000
SAMPLE = 2**16
MOST_NAMED = 6
"""Columns that one note names."""
CHUNK = 2**21
"""Numbers that are read at a time."""

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# Thin, narrow and no-break spaces between digits set off thousands; a true minus is one.
_SPACE_IN_NUMBER = re.compile(rb"(?<=\d)(?:\xe2\x80\x89|\xe2\x80\xaf|\xc2\xa0)(?=\d)")
_SPACES = re.compile(rb"\xe2\x80\x89|\xe2\x80\xaf|\xc2\xa0")
_MINUS = re.compile(rb"\xe2\x88\x92(?=[\d.,])")


class _StumbledError(Exception):
    """Something in a chunk is not as expected; the place is searched for afterwards."""


def read_table(path: Path, data: FileData) -> Content:
    """Inputs and target of a table, read as `data` says or, where it is silent, by the rules of `dialect`."""
    raw = _cleaned(_text(path))
    longest = _longest_line(raw)
    if longest > MAX_LINE:
        raise refusal(
            path, f"one of its lines has {count(longest)} bytes, more than {count(MAX_LINE)}", "put a row on each line"
        )
    sample = _sample(raw)
    dialect = find_dialect(path, sample.decode("utf-8"), data, whole=len(sample) == len(raw))
    if dialect.width > MAX_COLUMNS:
        raise refusal(
            path, f"it has {count(dialect.width)} columns, more than {count(MAX_COLUMNS)}", "take fewer columns"
        )
    try:
        table = _Table(path, raw, dialect)
    except _StumbledError as error:
        raise _fault(path, raw, dialect, str(error)) from error
    found = targets(path, table.target, dialect.names[dialect.target] if dialect.names else "y", data.task)
    kept = [number for number in range(dialect.width) if number not in table.left_out and number != dialect.target]
    names = tuple(dialect.names[number] or f"column {number + 1}" for number in kept) if dialect.names else ()
    reading = Reading(
        delimiter=next(name for name, sign in DELIMITERS.items() if sign == dialect.delimiter),
        decimal="comma" if dialect.decimal == "," else "point",
        header="yes" if dialect.names else "no",
        columns=columns_of(dialect, table.left_out, table.whole),
        notes=(*_notes(dialect, table.left_out), *found.notes),
    )
    called = dialect.names[dialect.target] if dialect.names else ""
    return Content(table.inputs, found.y, (len(kept),), names, called, found.class_names, reading)


def names_in(path: Path, data: FileData) -> tuple[str, ...]:
    """The columns' names, as far as the first lines tell them: of a file that cannot be used, too."""
    try:
        regular(path)
        sample = _sample(_cleaned(_text(path)))
        return find_dialect(path, sample.decode("utf-8"), replace(data, target=""), whole=False).names
    except (OSError, InputError):
        return ()


class _Table:
    """`inputs` (rows, inputs) and `target` (rows,), numbers or words; `left_out` and `whole` are columns."""

    def __init__(self, path: Path, raw: bytes, dialect: Dialect) -> None:
        self._path = path
        self._dialect = dialect
        blocks: list[Floats] = []
        target: list[NDArray[Any]] = []
        counted: list[NDArray[Any]] = []
        aside = {dialect.target, dialect.row_numbers, dialect.empty, *dialect.texts}
        inputs = [number for number in range(dialect.width) if number not in aside]
        self.whole = set(range(dialect.width))
        numbers = 0
        words = dialect.words
        for frame in _frames(raw, dialect, words=words):
            if not len(frame):
                continue
            numbers += len(frame) * dialect.width
            ask_for(path, numbers)
            if frame[dialect.width].notna().any() or not isinstance(frame.index[0], int | np.integer):
                raise _StumbledError("a line has too many values")
            blocks.append(self._numbers(frame, inputs))
            target.append(self._words(frame) if words else self._column(frame, dialect.target))
            if dialect.row_numbers >= 0:
                counted.append(self._column(frame, dialect.row_numbers))
            if dialect.empty >= 0 and frame[dialect.empty].notna().any():
                raise refusal(
                    path, f"column {dialect.empty + 1} has a value in some rows alone", "fill it or take it out"
                )
        if not numbers:
            raise refusal(path, "it has no rows of numbers", "put at least two in")
        self.inputs = blocks[0] if len(blocks) == 1 else np.concatenate(blocks)
        self.target = np.concatenate(target)
        if not words and not np.isfinite(self.target).all():
            raise _StumbledError("a number is not finite")
        self.left_out = {dialect.empty, *dialect.texts} - {-1}
        if counted:
            self._leave_out_row_numbers(np.concatenate(counted))
        if not self.inputs.shape[1]:
            raise refusal(path, "it has no column of inputs that are numbers", "put one in beside the target")

    def _leave_out_row_numbers(self, counted: NDArray[Any]) -> None:
        """Leave out the column without a name if it counts rows to the end; else it stays an input."""
        if np.array_equal(counted, np.arange(len(counted)) + counted[0]):
            self.left_out.add(self._dialect.row_numbers)
        else:
            self.inputs = np.column_stack((counted.astype(np.float64), self.inputs))

    def _numbers(self, frame: pd.DataFrame, columns: list[int]) -> Floats:
        part = frame[columns]
        kinds = {kind.kind for kind in part.dtypes}
        if kinds - set("if"):
            values = np.column_stack([self._column(frame, number).astype(np.float64) for number in columns])
        else:
            self.whole -= {number for number in columns if part[number].dtype.kind == "f"}
            values = part.to_numpy(np.float64)
        if not np.isfinite(values).all():
            raise _StumbledError("a number is not finite")
        return np.ascontiguousarray(values)

    def _words(self, frame: pd.DataFrame) -> NDArray[Any]:
        """The target's words, one for each row."""
        column = frame[self._dialect.target]
        if column.isna().any():
            raise _StumbledError("a class has no name")
        return np.array([str(cell).strip() for cell in column], dtype=object)

    def _column(self, frame: pd.DataFrame, number: int) -> NDArray[Any]:
        """A column as whole numbers if they are all written so, else as floats."""
        column = frame[number]
        if column.dtype.kind in "if":
            values: NDArray[Any] = column.to_numpy()
        elif column.dtype.kind == "b":
            values = column.to_numpy(np.int64)
        else:  # such as a space behind a number, or one beyond the range of integers
            try:
                values = np.array([self._dialect.number(str(cell).strip()) for cell in column], np.float64)
            except ValueError as error:
                raise _StumbledError(str(error)) from error
            cells = [str(cell).strip().lstrip("+-") for cell in column]
            if all(cell.isdecimal() for cell in cells) and np.abs(values).max(initial=0.0) < 2.0**63:
                values = values.astype(np.int64)
        if values.dtype.kind == "f":
            self.whole.discard(number)
        return values


def _frames(raw: bytes, dialect: Dialect, *, words: bool) -> Iterator[pd.DataFrame]:
    """The rows in chunks; columns are named by their numbers."""
    import pandas as pd

    try:
        reader = pd.read_csv(
            io.BytesIO(raw),
            sep=r"\s+" if dialect.delimiter == " " else dialect.delimiter,
            header=None,
            names=range(dialect.width + 1),  # the last one is for what is too much
            skiprows=dialect.skipped,
            decimal=dialect.decimal,
            dtype=dict.fromkeys([*dialect.texts, *([dialect.target] if words else [])], str),
            keep_default_na=False,
            na_values=[""],
            skipinitialspace=True,
            chunksize=max(CHUNK // dialect.width, 1),
            low_memory=False,
            encoding="utf-8",
        )
        with reader:
            yield from reader
    except pd.errors.EmptyDataError:
        return
    except (pd.errors.ParserError, ValueError, OverflowError) as error:
        if isinstance(error, InputError):
            raise
        raise _StumbledError(str(error)) from error


def _fault(path: Path, raw: bytes, dialect: Dialect, reason: str) -> InputError:
    """The InputError for the first wrong value, with its line and column."""
    lines = io.TextIOWrapper(io.BytesIO(raw), encoding="utf-8", newline="")
    for _ in range(dialect.skipped):
        lines.readline()
    line = 0
    try:
        for line, cells in rows_of(lines, dialect.delimiter, strict=True):
            _check_row(path, cells, line + dialect.skipped, dialect)
    except csv.Error as error:
        there = line + dialect.skipped + 1
        return refusal(path, f"line {there} is not a row of values ({error})", "mend that line")
    except InputError as error:
        return error
    return refusal(path, f"it is no table ({reason.splitlines()[0][:120]})", "save it again as comma-separated values")


def _check_row(path: Path, cells: list[str], line: int, dialect: Dialect) -> None:
    if len(cells) != dialect.width:
        what = f"line {line} has {len(cells)} values and the first line has {dialect.width}"
        raise refusal(path, what, "make every line equal")
    for column, cell in enumerate(cells):
        if column == dialect.empty or column in dialect.texts or (column == dialect.target and dialect.words and cell):
            continue
        if not cell:
            refuse_value(path, f"there is no value at line {line}, column {column + 1}")
        if cell in BOOLS:
            continue
        try:
            value = dialect.number(cell)
        except ValueError:
            refuse_value(path, f"{cell[:40]!r} is not a number at line {line}, column {column + 1}")
        if not math.isfinite(value):
            refuse_value(path, f"there is {name_of_non_finite(value)} at line {line}, column {column + 1}")


def _text(path: Path) -> bytes:
    """The file's content as UTF-8 without byte order mark; InputError if it is too large or in another encoding."""
    size = path.stat().st_size
    too_large = ("save it as .npz, or take fewer rows", f"bytes, more than {count(MAX_BYTES)}")
    if size > MAX_BYTES:
        raise refusal(path, f"it has {count(size)} {too_large[1]}", too_large[0])
    budget.request(2 * size, budget.DATA)
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    try:
        with gzip.open(path, "rb") if packed else path.open("rb") as file:
            raw = read_at_most(file, MAX_BYTES + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise refusal(path, "it is packed, and broken or cut off", "fetch it again") from error
    if len(raw) > MAX_BYTES:
        raise refusal(path, f"it has more than {count(MAX_BYTES)} bytes", too_large[0])
    try:
        if raw[:2] in _UTF16:
            return raw.decode("utf-16").encode()
        raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise refusal(path, f"it is not UTF-8 text at byte {error.start}", "save it again as UTF-8") from error
    return raw.removeprefix(codecs.BOM_UTF8)


def _cleaned(raw: bytes) -> bytes:
    """The content with numbers in plain digits: without thin spaces and true minus signs."""
    if not (b"\xe2" in raw or b"\xc2\xa0" in raw):
        return raw
    return _MINUS.sub(b"-", _SPACES.sub(b" ", _SPACE_IN_NUMBER.sub(b"", raw)))


def _longest_line(raw: bytes) -> int:
    longest = since = 0
    block = 2**24
    for start in range(0, len(raw), block):
        signs = np.frombuffer(raw, np.uint8, min(block, len(raw) - start), start)
        ends = np.flatnonzero((signs == 10) | (signs == 13)) + start
        if len(ends):
            gaps = np.diff(ends, prepend=since)
            longest = max(longest, int(gaps.max()))
            since = int(ends[-1]) + 1
    return max(longest, len(raw) - since)


def _sample(raw: bytes) -> bytes:
    """The first lines of the content, at least two."""
    end = SAMPLE
    while end < len(raw):
        cut = raw.rfind(b"\n", 0, end)
        if cut > 0 and raw.find(b"\n", 0, cut) >= 0:
            return raw[: cut + 1]
        end *= 4
    return raw


def _notes(dialect: Dialect, left_out: set[int]) -> tuple[str, ...]:
    notes = []
    if dialect.row_numbers in left_out:
        notes.append(f"Column {dialect.row_numbers + 1} has no name and counts the rows: it is left out.")
    if dialect.empty in left_out:
        notes.append(f"Column {dialect.empty + 1} is empty: it is left out.")
    texts = sorted(dialect.texts)
    if texts:
        called = ", ".join(_called(dialect, number) for number in texts[:MOST_NAMED])
        if len(texts) > MOST_NAMED:
            called = f"{called} and {count(len(texts) - MOST_NAMED)} more"
        notes.append(
            f"Column {called} holds words, which no network reads: it is left out."
            if len(texts) == 1
            else f"Columns {called} hold words, which no network reads: they are left out."
        )
    if dialect.names and all(name == str(number) for number, name in enumerate(filter(None, dialect.names))):
        notes.append("The first line counts 0, 1, 2, …: it is taken for the columns' names.")
    return tuple(notes)


def _called(dialect: Dialect, number: int) -> str:
    """A column by its number, and by its name if it has one."""
    name = dialect.names[number] if dialect.names else ""
    return f"{number + 1} ({name[:40]})" if name else str(number + 1)
