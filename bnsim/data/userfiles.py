"""The user's own .npz and .csv, read with suspicion: sizes are checked before memory is taken, no pickle is opened."""

from __future__ import annotations

import csv
import lzma
import math
import struct
import tokenize
import zipfile
import zlib
from array import array
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bnsim.data.content import MAX_NUMBERS, Content, floats, refusal, refuse_non_finite, refuse_value, said, targets
from bnsim.spec.errors import InputError
from bnsim.spec.numerals import count

MAX_CSV_BYTES = 2**28

_BROKEN_ARCHIVE = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    OverflowError,
    MemoryError,
    EOFError,
    ValueError,
    TypeError,
    SyntaxError,
    tokenize.TokenError,
    NotImplementedError,
    RuntimeError,
    KeyError,
)


def read_npz(path: Path, target: str = "y") -> Content:
    """Arrays `x` (rows, features...) and, called `target`, (rows,) or (rows, outputs)."""
    try:
        archive = zipfile.ZipFile(path)
    except _BROKEN_ARCHIVE as error:
        raise refusal(path, "it is not an .npz archive", "save it with numpy.savez(path, x=..., y=...)") from error
    with archive:
        shapes = {name: _checked_shape(path, archive, name) for name in ("x", target)}
        if shapes["x"][0] != shapes[target][0]:
            rows = f"x has {count(shapes['x'][0])} rows and {target} has {count(shapes[target][0])}"
            raise refusal(path, rows, "make them equal")
        x, y = (_array(path, archive, name) for name in ("x", target))
    numbers = floats(x).reshape(len(x), -1)
    refuse_non_finite(path, "x", numbers)
    return Content(numbers, targets(path, y, target), x.shape[1:] if x.ndim > 1 else (1,), target=target)


def read_csv(path: Path, target: str = "", header: str = "auto") -> Content:
    """Comma-separated numbers; the target is the column called `target`, or the last.

    `header` says whether the first line names the columns: "yes", "no", or "auto": by what is in it.
    """
    size = path.stat().st_size
    if size > MAX_CSV_BYTES:
        raise refusal(
            path,
            f"it has {count(size)} bytes, more than {count(MAX_CSV_BYTES)}",
            "save it as .npz, or take fewer rows",
        )
    cells = array("d")
    names: list[str] = []
    columns, at, whole = 0, -1, True
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            lines = csv.reader(file, strict=True, skipinitialspace=True)
            for row in lines:
                if not row or (len(row) == 1 and not row[0].strip()):
                    continue
                line = lines.line_num
                if not columns:
                    columns = _columns(path, row)
                    if header == "yes" or (header == "auto" and (target or _is_header(row))):
                        names = [cell.strip() for cell in row]
                        at = _target_column(path, names, target)
                        continue
                    if target:
                        raise refusal(path, f"no line names a column {target!r}", "say that it has a header")
                if len(row) != columns:
                    raise refusal(
                        path,
                        f"line {line} has {len(row)} values and the first line has {columns}",
                        "make every line equal",
                    )
                cells.extend(_number(path, text, line, column) for column, text in enumerate(row, start=1))
                whole = whole and row[at].strip().lstrip("+-").isdecimal()
                if len(cells) > MAX_NUMBERS:
                    raise refusal(path, f"it has more than {count(MAX_NUMBERS)} numbers", "take fewer rows or columns")
    except UnicodeDecodeError as error:
        raise refusal(path, f"it is not UTF-8 text at byte {error.start}", "save it again as UTF-8") from error
    except csv.Error as error:
        raise refusal(
            path, f"line {lines.line_num} is not comma-separated values ({error})", "mend that line"
        ) from error
    if not cells:
        raise refusal(path, "it has no rows of numbers", "put at least two in")
    table = np.array(cells).reshape(-1, columns)
    y = table[:, at]
    if whole and np.abs(y).max() < 2.0**63:
        y = y.astype(np.int64)
    called = names.pop(at) if names else ""
    return Content(np.delete(table, at, axis=1), targets(path, y), (columns - 1,), tuple(names), called)


def _checked_shape(path: Path, archive: zipfile.ZipFile, name: str) -> tuple[int, ...]:
    """The shape of one array, read from its header alone."""
    try:
        info = archive.getinfo(f"{name}.npy")
    except KeyError as error:
        raise refusal(path, f"it has no array called {name}", "save it with numpy.savez(path, x=..., y=...)") from error
    try:
        with archive.open(info) as file:
            version = np.lib.format.read_magic(file)
            read_header = (
                np.lib.format.read_array_header_1_0 if version[0] == 1 else np.lib.format.read_array_header_2_0
            )
            shape, _, dtype = read_header(file)
            header = file.tell()
    except _BROKEN_ARCHIVE as error:
        raise _broken(path, name, error) from error
    if dtype.kind not in "buif":
        kind = "Python objects" if dtype.hasobject else f"values of type {dtype}"
        raise refusal(path, f"array {name} holds {kind}", "store plain numbers")
    if any(length < 0 for length in shape):
        raise refusal(path, f"array {name} has the impossible shape {shape}", "save it again")
    amount = math.prod(shape)
    if not shape or amount == 0:
        raise refusal(path, f"array {name} is empty, shape {shape}", "put at least two rows in")
    if amount > MAX_NUMBERS:
        raise refusal(
            path,
            f"array {name} has {count(amount)} numbers, more than {count(MAX_NUMBERS)}",
            "take fewer rows",
        )
    if info.file_size != header + amount * dtype.itemsize:
        raise refusal(
            path,
            f"array {name} says shape {shape} but holds {count(info.file_size - header)} bytes",
            "save it again",
        )
    return tuple(shape)


def _array(path: Path, archive: zipfile.ZipFile, name: str) -> NDArray[Any]:
    try:
        with archive.open(f"{name}.npy") as file:
            values: NDArray[Any] = np.lib.format.read_array(file, allow_pickle=False)
    except _BROKEN_ARCHIVE as error:
        raise _broken(path, name, error) from error
    return values


def _broken(path: Path, name: str, error: Exception) -> InputError:
    reason = str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__
    return refusal(path, f"array {name} cannot be read ({reason[:120]})", "save it again")


def _columns(path: Path, row: list[str]) -> int:
    if len(row) < 2:
        raise refusal(path, "it has one column", "separate columns with commas, the last one being the target")
    return len(row)


def _target_column(path: Path, names: list[str], target: str) -> int:
    if not target:
        return -1
    if target not in names:
        there = ", ".join(names[:6]) + (", ..." if len(names) > 6 else "")
        raise refusal(path, f"it has no column called {target!r}", f"choose one of {there}"[:300])
    return names.index(target)


def _is_header(row: list[str]) -> bool:
    """The first line names columns if the target's cell is a word, or if no cell is a number."""
    last = row[-1].strip()
    return bool(last and not _is_number(last)) or not any(_is_number(cell) for cell in row)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text


def _number(path: Path, text: str, line: int, column: int) -> float:
    if not _is_number(text):
        what = f"{text.strip()[:40]!r} is not a number" if text.strip() else "there is no value"
        refuse_value(path, f"{what} at line {line}, column {column}")
    value = float(text)
    if not math.isfinite(value):
        refuse_value(path, f"there is {said(value)} at line {line}, column {column}")
    return value
