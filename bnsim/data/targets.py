"""Decides what targets are, classes or numbers to predict, by one rule for every kind of file.

Words are classes; their numbers follow the order of the words, so that the order of rows does not matter. Whole numbers
are the classes' own numbers. Whether whole numbers are classes, a person says (`FileData.task`), or it is by what they
look like: at most `FEW` different ones, or every one from 0 or 1 up to the largest. Floats must be whole, and from 0 to
`LARGEST_FLOAT_LABEL`, as well. Anything else is numbers to predict.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from bnsim.data.content import MAX_CLASS, Classes, Floats, floats, refusal, refuse_non_finite
from bnsim.spec.numerals import count

FEW = 20
LARGEST_FLOAT_LABEL = 999

Task = Literal["auto", "classification", "regression"]


class Targets(Struct, frozen=True, eq=False):
    """`y`: classes (rows,) or numbers (rows, outputs). `class_names` are the classes' names, () if they have none."""

    y: Classes | Floats
    class_names: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def targets(path: Path, y: NDArray[Any], name: str = "y", task: Task = "auto") -> Targets:
    """The targets by the rule in the module's docstring; `name` is how errors call them."""
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    if y.ndim > 2:
        raise refusal(path, f"array {name} has {y.ndim} dimensions", "give it one or two")
    if y.dtype.kind in "UOST":
        return _of_words(path, y, name, task)
    if y.ndim == 2:
        if task == "classification":
            raise refusal(path, f"array {name} has {y.shape[1]} columns", "choose one column of classes")
        numbers = floats(y)
        refuse_non_finite(path, name, numbers)
        return Targets(numbers)
    if y.dtype.kind == "f":
        refuse_non_finite(path, name, floats(y)[:, None])
    if task == "regression":
        return Targets(floats(y)[:, None])
    if task == "classification":
        return _of_any_numbers(path, y)
    return _by_looks(path, y)


def _by_looks(path: Path, y: NDArray[Any]) -> Targets:
    if y.dtype.kind == "f":
        whole = np.all((y == np.floor(y)) & (y >= 0) & (y <= LARGEST_FLOAT_LABEL))
        if not whole:
            return Targets(floats(y)[:, None])
    different = np.unique(y)
    low, high = int(different[0]), int(different[-1])
    every_one = low in (0, 1) and len(different) == high - low + 1
    if len(different) > FEW and not every_one:
        note = (
            f"Targets are whole numbers, {count(len(different))} different ones from {count(low)} to {count(high)} "
            "with gaps: they are taken as numbers to predict, not as classes."
        )
        return Targets(floats(y)[:, None], notes=(note,))
    return Targets(_labels(path, y))


def _labels(path: Path, y: NDArray[Any]) -> Classes:
    low, high = int(y.min()), int(y.max())
    remedy = "number classes from 0 on, or say that it is a regression or a classification (task)"
    if low < 0:
        raise refusal(path, f"the class in row {int(y.argmin()) + 1} is {low}", remedy)
    if high > MAX_CLASS:
        raise refusal(path, f"the class in row {int(y.argmax()) + 1} is {high}, more than {MAX_CLASS}", remedy)
    _refuse_one_class(path, low == high, str(low))
    return y.astype(np.int64)


def _of_any_numbers(path: Path, y: NDArray[Any]) -> Targets:
    """Classes from any numbers: labels from 0 on stay, else each different number is a class."""
    if y.dtype.kind == "b" or (np.all(y == np.floor(y)) and y.min() >= 0 and y.max() <= MAX_CLASS):
        return Targets(_labels(path, y))
    different, classes = np.unique(y, return_inverse=True)
    _refuse_many(path, len(different), len(y))
    _refuse_one_class(path, len(different) == 1, f"{different[0]:g}")
    names = tuple(
        np.format_float_positional(value, trim="-") if y.dtype.kind == "f" else str(value) for value in different
    )
    return Targets(classes.astype(np.int64), names)


def _of_words(path: Path, y: NDArray[Any], name: str, task: Task) -> Targets:
    if y.ndim != 1:
        raise refusal(path, f"array {name} holds words in {y.ndim} dimensions", "give it one word a row")
    words = np.array([_word(value) for value in y], dtype=object)
    if task == "regression":
        row = next((row for row, word in enumerate(words) if not _is_number(word)), None)
        if row is None:
            numbers = words.astype(np.float64)[:, None]
            refuse_non_finite(path, name, numbers)
            return Targets(numbers)
        raise refusal(
            path, f"{name} has {words[row][:40]!r} in row {row + 1}, which is not a number", "make it a classification"
        )
    missing = np.flatnonzero(words == "")
    if len(missing):
        raise refusal(path, f"{name} has no value in row {missing[0] + 1}", "name a class there")
    names = sorted(set(words.tolist()))
    _refuse_many(path, len(names), len(words))
    _refuse_one_class(path, len(names) == 1, repr(names[0][:40]))
    number = {word: position for position, word in enumerate(names)}
    classes = np.array([number[word] for word in words], dtype=np.int64)
    return Targets(classes, tuple(names))


def _word(value: object) -> str:
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    return text.strip()


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _refuse_many(path: Path, different: int, rows: int) -> None:
    if different > FEW and 2 * different > rows:
        raise refusal(
            path,
            f"its targets are {count(different)} different ones in {count(rows)} rows",
            "choose a target with classes",
        )
    if different > MAX_CLASS:
        raise refusal(path, f"its targets are {count(different)} different ones", "choose a target with fewer classes")


def _refuse_one_class(path: Path, one: bool, name: str) -> None:
    if one:
        raise refusal(
            path,
            f"all its rows are of one class, {name}",
            "give it at least two, or say that it is a regression (task)",
        )
