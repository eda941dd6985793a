"""A data set: read-only arrays with one row for each sample, and what they mean."""

from __future__ import annotations

from typing import Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from bnsim.data.draws import held_out
from bnsim.spec import budget
from bnsim.spec.datasets import DataShape
from bnsim.spec.printable import printable

Floats = NDArray[np.float64]
Classes = NDArray[np.int64]

MAX_CLASS = 65535
"""Largest class label; a loss needs an output for every number up to it."""

PREVIEW_ROWS = 8


class Column(Struct, frozen=True):
    """A column of a table as it is in the file: its name, what it holds and what it is used for."""

    name: str
    holds: Literal["numbers", "whole numbers", "words", "row numbers", "nothing"]
    use: Literal["input", "target", "left out"]


class Reading(Struct, frozen=True):
    """How a file was read, with what `FileData` leaves to "auto" settled, for a person who may want it otherwise.

    Of a table: what `delimiter`, `decimal` and `header` came to, and its `columns`. Of an .npz: the names and shapes of
    its `arrays`, and which one is the input (`x_name`). `notes` are sentences about what was left out or decided.
    """

    delimiter: str = ""
    decimal: str = ""
    header: str = ""
    columns: tuple[Column, ...] = ()
    arrays: tuple[tuple[str, tuple[int, ...]], ...] = ()
    x_name: str = ""
    notes: tuple[str, ...] = ()


NOT_READ = Reading()
"""The reading of data that is not from a file."""


class Preview(Struct, frozen=True, eq=False):
    """What was read, before rows are set apart or columns standardized, for a dialog.

    `names` are the features' names ("x₁", "x₂", ... if they have none), `target` the target's. `x` (rows, features) and
    `y` (rows,) or (rows, outputs) are the first rows. `class_counts[k]` rows are of class k, called `class_names[k]`
    where classes have names; both are empty for regression. `reading` says how a file was read.
    """

    names: tuple[str, ...]
    target: str
    x: Floats
    y: Classes | Floats
    rows: int
    class_counts: tuple[int, ...]
    class_names: tuple[str, ...] = ()
    reading: Reading = NOT_READ


UNCOUNTED = budget.Holding()
"""For a data set that is made of arrays of others."""


class Dataset(Struct, frozen=True, eq=False):
    """Inputs `x` (rows, features) and targets `y`: classes (rows,) int64, or numbers (rows, outputs) float64.

    These are to train on; `test_x` and `test_y`, alike but possibly of no rows, are not. `feature_shape` is how one
    row's features are laid out, such as (8, 8) for an image; `names` are the features' names, empty if they have none;
    `class_names` those of the classes. `holding` counts its arrays as long as anybody has the data set.
    """

    x: Floats
    y: Classes | Floats
    test_x: Floats
    test_y: Classes | Floats
    shape: DataShape
    feature_shape: tuple[int, ...]
    names: tuple[str, ...]
    preview: Preview
    class_names: tuple[str, ...] = ()
    holding: budget.Holding = UNCOUNTED

    @property
    def nbytes(self) -> int:
        """Number of bytes that its arrays take."""
        return sum(each.nbytes for each in (self.x, self.y, self.test_x, self.test_y))


def make_dataset(
    x: Floats,
    y: Classes | Floats,
    *,
    standardize: bool = False,
    test_fraction: float = 0.0,
    feature_shape: tuple[int, ...] | None = None,
    names: tuple[str, ...] = (),
    target: str = "",
    classes: int = 0,
    class_names: tuple[str, ...] = (),
    reading: Reading = NOT_READ,
) -> Dataset:
    """A data set of these arrays, split and standardized as asked.

    `classes` is the number of classes, 0 if it follows from the largest label in `y`. The data set may keep `x` and `y`
    without a copy: the caller must not change them afterwards.
    """
    classification = y.ndim == 1 and y.dtype.kind in "iu"
    outputs = max(int(y.max()) + 1, classes) if classification else y.shape[1]
    names, class_names = tuple(map(printable, names)), tuple(map(printable, class_names))
    preview = _preview(x, y, names, printable(target), outputs if classification else 0, class_names, reading)
    kept = np.ones(len(x), bool)
    kept[held_out(len(x), test_fraction)] = False
    part, rest = (x, x[:0]) if kept.all() else (x[kept], x[~kept])
    if standardize:
        part, rest = standardized(part, rest)
    kind = np.int64 if classification else np.float64
    arrays = [np.ascontiguousarray(values, np.float64) for values in (part, rest)]
    arrays += [np.ascontiguousarray(values, kind) for values in (y[kept], y[~kept])]
    for array in arrays:
        array.flags.writeable = False
    shape = DataShape(
        rows=len(part), features=x.shape[1], outputs=outputs, classification=classification, test_rows=len(rest)
    )
    layout = feature_shape or (x.shape[1],)
    holding = budget.Holding(sum(array.nbytes for array in arrays))
    return Dataset(arrays[0], arrays[2], arrays[1], arrays[3], shape, layout, names, preview, class_names, holding)


def standardized(x: Floats, rest: Floats) -> tuple[Floats, Floats]:
    """Every column of `x` with mean 0 and variance 1 (divided by n), and `rest` shifted and scaled alike.

    A column that is constant in `x` becomes 0. Columns are first divided by their largest magnitude, so that squares
    neither overflow nor vanish.
    """
    largest = np.abs(x).max(axis=0)
    largest[largest == 0.0] = 1.0
    constant = x.min(axis=0) == x.max(axis=0)
    scaled = x / largest
    mean = scaled.mean(axis=0)
    scaled -= mean
    spread = np.sqrt((scaled**2).mean(axis=0))
    # The mean of equal numbers may be off by a rounding error, which dividing by its own size would blow up.
    spread[constant | (spread == 0.0)] = 1.0
    scaled /= spread
    scaled[:, constant] = 0.0
    moved = (rest / largest - mean) / spread
    moved[:, constant] = 0.0
    return scaled, moved


def _preview(
    x: Floats,
    y: Classes | Floats,
    names: tuple[str, ...],
    target: str,
    classes: int,
    class_names: tuple[str, ...],
    reading: Reading,
) -> Preview:
    named = names or tuple(f"x{_lowered(number)}" for number in range(1, x.shape[1] + 1))
    counts = tuple(np.bincount(y.astype(np.int64), minlength=classes).tolist()) if classes else ()
    first = slice(PREVIEW_ROWS)
    return Preview(named, target or "y", x[first].copy(), y[first].copy(), len(x), counts, class_names, reading)


def _lowered(number: int) -> str:
    return str(number).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))
