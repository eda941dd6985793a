"""The content of a user's file after it is read, and the checks that all formats share."""

from __future__ import annotations

import math
from io import BufferedIOBase
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from bnsim.data.dataset import MAX_CLASS, NOT_READ, Classes, Floats, Reading
from bnsim.spec import budget
from bnsim.spec.errors import InputError
from bnsim.spec.numerals import count

MAX_NUMBERS = budget.DATA.most // 8
"""Largest number of values in one array, as float64; `budget` may allow fewer on this machine."""
PART = 2**22
"""Bytes that are read at a time."""

__all__ = ["MAX_CLASS", "Classes", "Floats"]


class Content(Struct, frozen=True, eq=False):
    """What a file holds, checked and finite. `target` is the target's name, empty if it has none."""

    x: Floats
    y: Classes | Floats
    feature_shape: tuple[int, ...]
    names: tuple[str, ...] = ()
    target: str = ""
    class_names: tuple[str, ...] = ()
    reading: Reading = NOT_READ


def ask_for(path: Path, numbers: int, what: str = "it") -> None:
    """Ask for memory for that many float64 before it is allocated; InputError, with the numbers, if it is too much."""
    if numbers > MAX_NUMBERS:
        raise refusal(path, f"{what} has {count(numbers)} numbers, more than {count(MAX_NUMBERS)}", "take fewer rows")
    budget.request(8 * numbers, budget.DATA)


def read_at_most(file: BufferedIOBase, most: int) -> bytes:
    """The next bytes of a file, no more than `most`; memory is taken as they come, whatever `most` is."""
    parts: list[bytes] = []
    while most > 0 and (part := file.read(min(most, PART))):
        parts.append(part)
        most -= len(part)
    return b"".join(parts)


def refusal(path: Path, what: str, remedy: str) -> InputError:
    """An InputError about a file: what is wrong, and what to do."""
    return InputError(f"Cannot read {path}: {what}; {remedy}.")


def floats(values: NDArray[Any]) -> Floats:
    """The values as float64; a value out of range becomes infinite."""
    # A long double may be; it is then refused by its place.
    with np.errstate(over="ignore"):
        return values.astype(np.float64)


def refuse_non_finite(path: Path, name: str, values: Floats) -> None:
    """Raise InputError if a value is NaN or infinite; it names the row and column of the first one."""
    finite = np.isfinite(values)
    if not finite.all():
        row, column = np.argwhere(~finite)[0]
        refuse_value(
            path, f"{name} has {name_of_non_finite(float(values[row, column]))} in row {row + 1}, column {column + 1}"
        )


def refuse_value(path: Path, what: str) -> NoReturn:
    """Raise InputError about one value of a file."""
    raise refusal(path, what, "put a finite number there")


def name_of_non_finite(value: float) -> str:
    """The name of a number that is not finite: "NaN" or "an infinity"."""
    return "NaN" if math.isnan(value) else "an infinity"
