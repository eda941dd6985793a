"""Sums in one fixed order: BLOCK terms one after another, and the totals of such blocks added up in double precision.

The order is part of what an operation computes: fast and stepped runs have it, and twins too. Up to BLOCK terms a sum
is the plain one. Of more, no total in the network's own precision grows beyond BLOCK terms, so that the error does not
grow with their number: in float32 it is what BLOCK additions make, and a rounding at the end.

Sums over the batch go over STRIP columns at a time; their totals stand on the stack.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bnsim.engine.operation import Array

BLOCK = 64
STRIP = 256


def strip(memory: Array) -> Array:
    """Room for totals of STRIP columns over a block, in the precision of `memory`; gone when the kernel ends."""
    raise TypeError("replaced when compiled")


def wide_strip(memory: Array) -> Array:
    """The same in float64, for totals of blocks."""
    raise TypeError("replaced when compiled")


def clear(totals: Array, count: int) -> None:
    """The first `count` become 0 (kernels)."""
    for j in range(count):
        totals[j] = 0


def gather(totals: Array, wide: Array, count: int) -> None:
    """A block is done: its totals are added to the wide ones and become 0 (kernels)."""
    for j in range(count):
        wide[j] += totals[j]
        totals[j] = 0


def total_of(terms: Array, axis: int) -> Array:
    """Sum along an axis, in float64 (twins)."""
    ordered = np.moveaxis(terms, axis, 0)
    total: Any = np.zeros(ordered.shape[1:], np.result_type(terms.dtype, np.float64))
    for start in range(0, len(ordered), BLOCK):
        total = total + np.sum(ordered[start : start + BLOCK], axis=0)
    return np.asarray(total)


def mean_of(x: Array, axis: int) -> Array:
    """Mean along an axis, which is kept with length 1 (twins).

    A second pass adds the mean of what is left: then the mean of equal numbers is that number.
    """
    count, number = x.shape[axis], x.dtype.type
    first = np.expand_dims((total_of(x, axis) / count).astype(number), axis)
    rest = np.expand_dims(total_of(x - first, axis) / count, axis)
    return np.where(np.isfinite(rest), first + rest, first).astype(number)
