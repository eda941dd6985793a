"""Summary, histogram and small map of an array of any size."""

from __future__ import annotations

import math

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from bnsim.engine.operation import Array

CHUNK = 1 << 16
"""Elements processed at a time, so that they stay in the caches."""
BINS = 60
CELLS = 256
"""Most rows, and most columns, of a grid."""


class Summary(Struct, frozen=True):
    """A summary of `size` elements. Mean, standard deviation (divided by n), extremes and Euclidean norm are those of
    the finite elements, and NaN if there are none; the other fields are counts.
    """

    size: int
    mean: float
    std: float
    low: float
    high: float
    norm: float
    zeros: int
    subnormals: int
    non_finite: int


class Histogram(Struct, frozen=True, eq=False):
    """A histogram: `counts` (bins,) of the finite elements between `edges` (bins + 1,)."""

    counts: NDArray[np.int64]
    edges: NDArray[np.float64]


class Grid(Struct, frozen=True, eq=False):
    """`cells` (rows, columns): each the element of largest magnitude of `step` rows and columns; NaN where one of them
    is not finite, which `infinite` tells from a NaN.
    """

    cells: NDArray[np.float64]
    step: tuple[int, int]
    infinite: NDArray[np.bool_]


def summary(array: Array) -> Summary:
    """The summary of an array, computed in float64; squares neither overflow nor vanish."""
    flat = array.reshape(-1)
    tiny = np.finfo(array.dtype).tiny
    low, high = math.inf, -math.inf
    zeros = subnormals = finite = 0
    for part in _parts(flat):
        part = _finite(part)
        finite += part.size
        if not part.size:
            continue
        magnitude = np.abs(part)
        least = int(np.count_nonzero(part == 0))
        zeros += least
        subnormals += int(np.count_nonzero(magnitude < tiny)) - least
        low, high = min(low, float(part.min())), max(high, float(part.max()))
    if not finite:
        return Summary(flat.size, math.nan, math.nan, math.nan, math.nan, math.nan, 0, 0, flat.size)
    largest = max(abs(low), abs(high))
    scale = 1.0 if largest == 0 else 2.0 ** math.frexp(largest)[1] if largest < 2.0**1022 else largest
    mean, squares = _moments(flat, scale)
    return Summary(
        flat.size,
        scale * mean,
        scale * math.sqrt(squares / finite),
        low,
        high,
        scale * math.sqrt(squares + finite * mean * mean),
        zeros,
        subnormals,
        flat.size - finite,
    )


def _moments(flat: Array, scale: float) -> tuple[float, float]:
    """Mean and sum of squared deviations from it, of the finite elements divided by `scale`; parts are merged."""
    count, mean, squares = 0, 0.0, 0.0
    for part in _parts(flat):
        scaled = _finite(part).astype(np.float64)
        if not scaled.size:
            continue
        scaled /= scale
        own = float(scaled.mean())
        scaled -= own
        # Not a BLAS product: its threads cost more than they save, and would be another session's.
        np.square(scaled, out=scaled)
        both = count + scaled.size
        squares += float(scaled.sum()) + (own - mean) ** 2 * count * scaled.size / both
        mean += (own - mean) * scaled.size / both
        count = both
    return mean, squares


def histogram(array: Array, seen: Summary) -> Histogram:
    """Equal bins from the least to the largest finite element; around one value if all are the same."""
    if math.isnan(seen.low):
        return Histogram(np.zeros(BINS, np.int64), np.linspace(-1.0, 1.0, BINS + 1))
    low, high = seen.low, seen.high
    if low == high:
        half = max(abs(low) * 0.5, float(np.finfo(np.float64).tiny)) if low else 0.5
        low, high = low - half, high + half
    # Divided before anything is subtracted: from -1e308 to 1e308 is no number.
    scale = max(abs(low), abs(high))
    bottom, top = low / scale, high / scale
    edges = np.linspace(bottom, top, BINS + 1)
    counts = np.zeros(BINS, np.int64)
    for part in _parts(array.reshape(-1)):
        places = ((_finite(part).astype(np.float64) / scale - bottom) / (top - bottom) * BINS).astype(np.int64)
        counts += np.bincount(np.clip(places, 0, BINS - 1), minlength=BINS)
    return Histogram(counts, edges * scale)


def grid(matrix: Array, most: int = CELLS) -> Grid:
    """The map of a matrix, in at most `most` rows and columns."""
    rows, columns = matrix.shape
    step = (-(-rows // most), -(-columns // most))
    high, low = matrix, matrix
    if step[0] > 1:
        # Rows of a block one under another: NumPy is much faster at that than at `reduceat` along the first axis.
        blocks = [matrix[start : start + step[0]] for start in range(0, rows, step[0])]
        high, low = np.array([block.max(axis=0) for block in blocks]), np.array([block.min(axis=0) for block in blocks])
    if step[1] > 1:
        starts = np.arange(0, columns, step[1])
        high, low = np.maximum.reduceat(high, starts, axis=1), np.minimum.reduceat(low, starts, axis=1)
    cells = np.where(high >= -low, high, low).astype(np.float64)
    infinite = np.isinf(high) | np.isinf(low)
    cells[~(np.isfinite(high) & np.isfinite(low))] = np.nan
    return Grid(cells, step, infinite)


def _parts(flat: Array) -> list[Array]:
    return [flat[start : start + CHUNK] for start in range(0, flat.size, CHUNK)]


def _finite(part: Array) -> Array:
    kept = np.isfinite(part)
    return part if kept.all() else part[kept]
