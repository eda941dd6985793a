"""What a user's file holds once it is read, and the checks that every kind of file shares.

Targets are classes if they are stored as whole numbers (in a CSV: written without a decimal point), or if they
are floats that look like classes: all of them whole, from 0 to 999. Anything else is numbers to predict.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from bnsim.data.dataset import MAX_CLASS, Classes, Floats
from bnsim.spec import budget
from bnsim.spec.errors import InputError

MAX_NUMBERS = budget.DATA.most // 8
"""Largest number of values in one array: 512 MiB as float64."""

_LOOKS_LIKE_CLASS = 999


class Content(Struct, frozen=True):
    """What a file holds, checked and finite. `target` is the target's name, empty if it has none."""

    x: Floats
    y: Classes | Floats
    feature_shape: tuple[int, ...]
    names: tuple[str, ...] = ()
    target: str = ""


def refusal(path: Path, what: str, remedy: str) -> InputError:
    """The error in this module's one form."""
    return InputError(f"Cannot read {path}: {what}; {remedy}.")


def floats(values: NDArray[Any]) -> Floats:
    """As float64; what is out of its range becomes infinite."""
    # A long double may be; it is then refused by its place.
    with np.errstate(over="ignore"):
        return values.astype(np.float64)


def targets(path: Path, y: NDArray[Any], name: str = "y") -> Classes | Floats:
    """Classes (rows,) or numbers (rows, outputs), by the rule on top of this file; `name` is how errors call them."""
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    if y.ndim > 2:
        raise refusal(path, f"array {name} has {y.ndim} dimensions", "give it one or two")
    if y.ndim == 2:
        numbers = floats(y)
        refuse_non_finite(path, name, numbers)
        return numbers
    if y.dtype.kind in "bui":
        return _classes(path, y)
    numbers = floats(y)
    refuse_non_finite(path, name, numbers[:, None])
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


def refuse_non_finite(path: Path, name: str, values: Floats) -> None:
    """InputError that names the first place of a NaN or an infinity in `values` (rows, columns)."""
    finite = np.isfinite(values)
    if not finite.all():
        row, column = np.argwhere(~finite)[0]
        refuse_value(path, f"{name} has {said(float(values[row, column]))} in row {row + 1}, column {column + 1}")


def refuse_value(path: Path, what: str) -> NoReturn:
    """InputError about one number."""
    raise refusal(path, what, "put a finite number there")


def said(value: float) -> str:
    """What a number that is not finite is called."""
    return "NaN" if math.isnan(value) else "an infinity"
