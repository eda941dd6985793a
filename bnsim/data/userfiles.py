"""The user's own .npz and .csv, read with suspicion: sizes are checked before memory is taken, no pickle is opened.

Targets are classes if they are stored as whole numbers (in a CSV: written without a decimal point), or if they
are floats that look like classes: all of them whole, from 0 to 999. Anything else is numbers to predict.
"""

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
from typing import Any, NoReturn

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from bnsim.data.dataset import MAX_CLASS, Classes, Floats
from bnsim.spec.errors import InputError

MAX_NUMBERS = 2**26
"""Largest number of values in one array: 512 MiB as float64."""

MAX_CSV_BYTES = 2**28

_LOOKS_LIKE_CLASS = 999
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


class Content(Struct, frozen=True):
    """What a file holds, checked and finite."""

    x: Floats
    y: Classes | Floats
    feature_shape: tuple[int, ...]
    names: tuple[str, ...] = ()


def read_npz(path: Path) -> Content:
    """Arrays `x` (rows, features...) and `y` (rows,) or (rows, outputs)."""
    try:
        archive = zipfile.ZipFile(path)
    except _BROKEN_ARCHIVE as error:
        raise refusal(path, "it is not an .npz archive", "save it with numpy.savez(path, x=..., y=...)") from error
    with archive:
        shapes = {name: _checked_shape(path, archive, name) for name in ("x", "y")}
        if shapes["x"][0] != shapes["y"][0]:
            raise refusal(path, f"x has {shapes['x'][0]:,} rows and y has {shapes['y'][0]:,}", "make them equal")
        x, y = (_array(path, archive, name) for name in ("x", "y"))
    numbers = _floats(x).reshape(len(x), -1)
    _refuse_non_finite(path, "x", numbers)
    return Content(numbers, _targets(path, y), x.shape[1:] if x.ndim > 1 else (1,))


def read_csv(path: Path) -> Content:
    """Comma-separated numbers, the last column the target. The first line may name the columns."""
    size = path.stat().st_size
    if size > MAX_CSV_BYTES:
        raise refusal(
            path, f"it has {size:,} bytes, more than {MAX_CSV_BYTES:,}", "save it as .npz, or take fewer rows"
        )
    cells = array("d")
    names: tuple[str, ...] = ()
    columns, whole = 0, True
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            lines = csv.reader(file, strict=True, skipinitialspace=True)
            for row in lines:
                if not row or (len(row) == 1 and not row[0].strip()):
                    continue
                line = lines.line_num
                if not columns:
                    columns = _columns(path, row)
                    if _is_header(row):
                        names = tuple(cell.strip() for cell in row[:-1])
                        continue
                if len(row) != columns:
                    raise refusal(
                        path,
                        f"line {line} has {len(row)} values and the first line has {columns}",
                        "make every line equal",
                    )
                cells.extend(_number(path, text, line, column) for column, text in enumerate(row, start=1))
                whole = whole and row[-1].strip().lstrip("+-").isdecimal()
                if len(cells) > MAX_NUMBERS:
                    raise refusal(path, f"it has more than {MAX_NUMBERS:,} numbers", "take fewer rows or columns")
    except UnicodeDecodeError as error:
        raise refusal(path, f"it is not UTF-8 text at byte {error.start}", "save it again as UTF-8") from error
    except csv.Error as error:
        raise refusal(
            path, f"line {lines.line_num} is not comma-separated values ({error})", "mend that line"
        ) from error
    if not cells:
        raise refusal(path, "it has no rows of numbers", "put at least two in")
    table = np.array(cells).reshape(-1, columns)
    target = table[:, -1]
    if whole and np.abs(target).max() < 2.0**63:
        target = target.astype(np.int64)
    return Content(table[:, :-1], _targets(path, target), (columns - 1,), names)


def refusal(path: Path, what: str, remedy: str) -> InputError:
    """The error in this module's one form."""
    return InputError(f"Cannot read {path}: {what}; {remedy}.")


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
    count = math.prod(shape)
    if not shape or count == 0:
        raise refusal(path, f"array {name} is empty, shape {shape}", "put at least two rows in")
    if count > MAX_NUMBERS:
        raise refusal(path, f"array {name} has {count:,} numbers, more than {MAX_NUMBERS:,}", "take fewer rows")
    if info.file_size != header + count * dtype.itemsize:
        raise refusal(
            path, f"array {name} says shape {shape} but holds {info.file_size - header:,} bytes", "save it again"
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


def _floats(values: NDArray[Any]) -> Floats:
    # A long double may be out of float64's range; it then becomes infinite, which is refused by its place.
    with np.errstate(over="ignore"):
        return values.astype(np.float64)


def _targets(path: Path, y: NDArray[Any]) -> Classes | Floats:
    """Classes (rows,) or numbers (rows, outputs), by the rule on top of this file."""
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    if y.ndim > 2:
        raise refusal(path, f"array y has {y.ndim} dimensions", "give it one or two")
    if y.ndim == 2:
        numbers = _floats(y)
        _refuse_non_finite(path, "y", numbers)
        return numbers
    if y.dtype.kind in "bui":
        return _classes(path, y)
    numbers = _floats(y)
    _refuse_non_finite(path, "y", numbers[:, None])
    if np.all((numbers == np.floor(numbers)) & (numbers >= 0) & (numbers <= _LOOKS_LIKE_CLASS)):
        return _classes(path, numbers)
    return numbers[:, None]


def _classes(path: Path, y: NDArray[Any]) -> Classes:
    low, high = int(y.min()), int(y.max())
    if low < 0:
        row = int(y.argmin()) + 1
        raise refusal(
            path,
            f"the class in row {row} is {low}",
            "number classes from 0 on, or write targets to predict as decimals",
        )
    if high > MAX_CLASS:
        raise refusal(
            path,
            f"the class in row {int(y.argmax()) + 1} is {high}, more than {MAX_CLASS}",
            "number classes from 0 on, or write targets to predict as decimals",
        )
    if low == high:
        raise refusal(path, f"all its rows are of one class, {low}", "give it at least two")
    return y.astype(np.int64)


def _refuse_non_finite(path: Path, name: str, values: Floats) -> None:
    finite = np.isfinite(values)
    if not finite.all():
        row, column = np.argwhere(~finite)[0]
        _refuse_value(path, f"{name} has {_said(float(values[row, column]))} in row {row + 1}, column {column + 1}")


def _refuse_value(path: Path, what: str) -> NoReturn:
    raise refusal(path, what, "put a finite number there")


def _said(value: float) -> str:
    return "NaN" if math.isnan(value) else "an infinity"


def _columns(path: Path, row: list[str]) -> int:
    if len(row) < 2:
        raise refusal(path, "it has one column", "separate columns with commas, the last one being the target")
    return len(row)


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
        said = f"{text.strip()[:40]!r} is not a number" if text.strip() else "there is no value"
        _refuse_value(path, f"{said} at line {line}, column {column}")
    value = float(text)
    if not math.isfinite(value):
        _refuse_value(path, f"there is {_said(value)} at line {line}, column {column}")
    return value
