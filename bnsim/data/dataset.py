"""A data set is two arrays with the same number of rows, never written to, and what they mean."""

from __future__ import annotations

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from bnsim.spec.datasets import DataShape

Floats = NDArray[np.float64]
Classes = NDArray[np.int64]

MAX_CLASS = 65535
"""Largest class label; a loss needs an output for every number up to it."""


class Dataset(Struct, frozen=True, eq=False):
    """Inputs `x` (rows, features) and targets `y`: classes (rows,) int64, or numbers (rows, outputs) float64.

    `feature_shape` is how one row's features are laid out, such as (8, 8) for an image; `names` are the
    features' names, empty if they have none.
    """

    x: Floats
    y: Classes | Floats
    shape: DataShape
    feature_shape: tuple[int, ...]
    names: tuple[str, ...] = ()


def make_dataset(
    x: Floats,
    y: Classes | Floats,
    *,
    standardize: bool = False,
    feature_shape: tuple[int, ...] | None = None,
    names: tuple[str, ...] = (),
) -> Dataset:
    """A data set of read-only C-ordered arrays; one-dimensional `y` of whole numbers are classes."""
    x = np.array(standardized(x) if standardize else x, dtype=np.float64, order="C")
    classification = y.ndim == 1 and y.dtype.kind in "iu"
    targets: Classes | Floats
    if classification:
        targets = np.array(y, dtype=np.int64)
        outputs = int(targets.max()) + 1
    else:
        targets = np.array(y, dtype=np.float64, order="C")
        outputs = targets.shape[1]
    x.flags.writeable = targets.flags.writeable = False
    shape = DataShape(rows=x.shape[0], features=x.shape[1], outputs=outputs, classification=classification)
    return Dataset(x, targets, shape, feature_shape or (x.shape[1],), names)


def standardized(x: Floats) -> Floats:
    """Every column with mean 0 and variance 1 (divided by n); a column that is constant becomes 0.

    Columns are first divided by their largest magnitude, so that squares neither overflow nor vanish.
    """
    largest = np.abs(x).max(axis=0)
    scaled = x / np.where(largest > 0.0, largest, 1.0)
    centered = scaled - scaled.mean(axis=0)
    constant = x.min(axis=0) == x.max(axis=0)
    spread = np.sqrt((centered**2).mean(axis=0))
    # The mean of equal numbers may be off by a rounding error, which dividing by its own size would blow up.
    result: Floats = np.where(constant, 0.0, centered / np.where(constant | (spread == 0.0), 1.0, spread))
    return result
