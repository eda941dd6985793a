"""Random draws for data sets: functions of a key alone, from counter-based generators."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bnsim.spec.giving_up import check

PART = 2**20
"""Numbers that are drawn at a stretch: some ten milliseconds."""

SPIRALS, BLOBS, MOONS, CIRCLES, XOR, INPUTS, LABELS, CURVE, SPLIT = range(1988, 1997)


def normals(key: int, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Standard normal numbers of that shape, float64; drawn in parts, so that `giving_up` can end it."""
    generator = np.random.Generator(np.random.Philox(key=key))
    drawn = np.empty(shape)
    flat = drawn.reshape(-1)
    for start in range(0, flat.size, PART):
        check()
        generator.standard_normal(out=flat[start : start + PART])
    return drawn


def permutation(key: int, count: int) -> NDArray[np.int64]:
    """A random order of range(count), from raw words, whose stream NumPy promises to keep."""
    order: NDArray[np.int64] = np.argsort(np.random.Philox(key=key).random_raw(count), kind="stable").astype(np.int64)
    return order


def held_out(rows: int, fraction: float) -> NDArray[np.int64]:
    """Which rows are kept back: `fraction` of them, drawn without looking at them, in order; always the same ones.

    At least one if the fraction is above 0, and never all of them.
    """
    count = min(max(round(rows * fraction), 1), rows - 1) if fraction > 0.0 else 0
    return np.sort(permutation(SPLIT, rows)[:count])
