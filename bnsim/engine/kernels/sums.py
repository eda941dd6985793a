"""Sums in one fixed order: blocks of BLOCK terms, and the totals of such blocks added up in double precision.

The order is part of what an operation computes: fast and stepped runs have it, and twins too. No total in the network's
own precision grows beyond BLOCK terms, so that the error does not grow with their number: in float32 it is what a few
additions make, and a rounding at the end.

Sums along a row, and those of losses, add up eight terms after eight of a block in pairs, and then to its total. What
is left over is added up by itself, one after another, and then to the total. So eight additions in a row make a block's
total, and none waits long for the one before it.

Sums over the batch go over STRIP columns at a time; their totals stand on the stack. Of a block four rows after four
are added up in pairs, and then to the totals, which are so loaded and stored a quarter as often, and rounded a quarter
as often; rows that are left over are added one by one.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from typing import Any

import numpy as np

from bnsim.engine.kernels.views import piece
from bnsim.engine.operation import Array

BLOCK = 64
STRIP = 256
EIGHT = 8


def strip(memory: Array) -> Array:
    """Room for totals of STRIP columns over a block, in the precision of `memory`; gone when the kernel ends."""
    raise TypeError("replaced when compiled")


def wide_strip(memory: Array) -> Array:
    """The same in float64, for totals of blocks."""
    raise TypeError("replaced when compiled")


def block_total(terms: Array, start: int, count: int) -> Any:
    """Sum of `count` terms from number `start` on, at most BLOCK of them, in their own precision (kernels)."""
    eights = count - count % EIGHT
    total = terms.dtype.type(0)
    for j in range(0, eights, EIGHT):
        a = piece(terms, start + j, EIGHT)
        total += ((a[0] + a[1]) + (a[2] + a[3])) + ((a[4] + a[5]) + (a[6] + a[7]))
    rest = terms.dtype.type(0)
    left = piece(terms, start + eights, count - eights)
    for j in range(count - eights):
        rest += left[j]
    return total + rest


def row_total(terms: Array, start: int, count: int) -> float:
    """Sum of `count` terms from number `start` on, in float64 (kernels)."""
    total = 0.0
    for first in range(0, count, BLOCK):
        total += block_total(terms, start + first, min(BLOCK, count - first))
    return total


def clear(totals: Array, count: int) -> None:
    """The first `count` become 0 (kernels)."""
    for j in range(count):
        totals[j] = 0


def gather(totals: Array, wide: Array, count: int) -> None:
    """A block is done: its totals are added to the wide ones and become 0 (kernels)."""
    for j in range(count):
        wide[j] += totals[j]
        totals[j] = 0


def add_rows(x: Array, start: int, stop: int, first: int, totals: Array, width: int) -> None:
    """Rows `start` to `stop - 1` are added to the totals, `width` columns from `first` on (kernels)."""
    columns = x.shape[1]
    fours = stop - (stop - start) % 4
    for i in range(start, fours, 4):
        one = piece(x, i * columns + first, width)
        two = piece(x, (i + 1) * columns + first, width)
        three = piece(x, (i + 2) * columns + first, width)
        four = piece(x, (i + 3) * columns + first, width)
        for j in range(width):
            totals[j] += (one[j] + two[j]) + (three[j] + four[j])
    for i in range(fours, stop):
        one = piece(x, i * columns + first, width)
        for j in range(width):
            totals[j] += one[j]


def add_deviations(x: Array, start: int, stop: int, first: int, mean: Array, totals: Array, width: int) -> None:
    """As `add_rows`, of x - mean; `mean` has the numbers of these columns (kernels)."""
    columns = x.shape[1]
    fours = stop - (stop - start) % 4
    for i in range(start, fours, 4):
        one = piece(x, i * columns + first, width)
        two = piece(x, (i + 1) * columns + first, width)
        three = piece(x, (i + 2) * columns + first, width)
        four = piece(x, (i + 3) * columns + first, width)
        for j in range(width):
            mu = mean[j]
            totals[j] += ((one[j] - mu) + (two[j] - mu)) + ((three[j] - mu) + (four[j] - mu))
    for i in range(fours, stop):
        one = piece(x, i * columns + first, width)
        for j in range(width):
            totals[j] += one[j] - mean[j]


def add_squares(x: Array, start: int, stop: int, first: int, mean: Array, totals: Array, width: int) -> None:
    """As `add_rows`, of (x - mean)² (kernels)."""
    columns = x.shape[1]
    fours = stop - (stop - start) % 4
    for i in range(start, fours, 4):
        one = piece(x, i * columns + first, width)
        two = piece(x, (i + 1) * columns + first, width)
        three = piece(x, (i + 2) * columns + first, width)
        four = piece(x, (i + 3) * columns + first, width)
        for j in range(width):
            a, b, c, d = one[j] - mean[j], two[j] - mean[j], three[j] - mean[j], four[j] - mean[j]
            totals[j] += (a * a + b * b) + (c * c + d * d)
    for i in range(fours, stop):
        one = piece(x, i * columns + first, width)
        for j in range(width):
            deviation = one[j] - mean[j]
            totals[j] += deviation * deviation


def add_products(a: Array, b: Array, start: int, stop: int, first: int, totals: Array, width: int) -> None:
    """As `add_rows`, of a b (kernels)."""
    columns = a.shape[1]
    fours = stop - (stop - start) % 4
    for i in range(start, fours, 4):
        at = i * columns + first
        one_a, one_b = piece(a, at, width), piece(b, at, width)
        two_a, two_b = piece(a, at + columns, width), piece(b, at + columns, width)
        three_a, three_b = piece(a, at + 2 * columns, width), piece(b, at + 2 * columns, width)
        four_a, four_b = piece(a, at + 3 * columns, width), piece(b, at + 3 * columns, width)
        for j in range(width):
            before = one_a[j] * one_b[j] + two_a[j] * two_b[j]
            totals[j] += before + (three_a[j] * three_b[j] + four_a[j] * four_b[j])
    for i in range(fours, stop):
        one_a, one_b = piece(a, i * columns + first, width), piece(b, i * columns + first, width)
        for j in range(width):
            totals[j] += one_a[j] * one_b[j]


def add_by_deviations(
    a: Array, x: Array, start: int, stop: int, first: int, mean: Array, totals: Array, width: int
) -> None:
    """As `add_rows`, of a (x - mean) (kernels)."""
    columns = x.shape[1]
    fours = stop - (stop - start) % 4
    for i in range(start, fours, 4):
        at = i * columns + first
        one_a, one = piece(a, at, width), piece(x, at, width)
        two_a, two = piece(a, at + columns, width), piece(x, at + columns, width)
        three_a, three = piece(a, at + 2 * columns, width), piece(x, at + 2 * columns, width)
        four_a, four = piece(a, at + 3 * columns, width), piece(x, at + 3 * columns, width)
        for j in range(width):
            mu = mean[j]
            before = one_a[j] * (one[j] - mu) + two_a[j] * (two[j] - mu)
            totals[j] += before + (three_a[j] * (three[j] - mu) + four_a[j] * (four[j] - mu))
    for i in range(fours, stop):
        one_a, one = piece(a, i * columns + first, width), piece(x, i * columns + first, width)
        for j in range(width):
            totals[j] += one_a[j] * (one[j] - mean[j])


def total_over_batch(terms: Array, axis: int) -> Array:
    """Sum along the axis of the batch, in float64 (twins)."""
    ordered = np.moveaxis(terms, axis, 0)
    total: Any = np.zeros(ordered.shape[1:], np.result_type(terms.dtype, np.float64))
    for start in range(0, len(ordered), BLOCK):
        block = ordered[start : start + BLOCK]
        fours = len(block) - len(block) % 4
        one, two, three, four = (block[number:fours:4] for number in range(4))
        total = total + np.sum(np.concatenate([(one + two) + (three + four), block[fours:]]), axis=0)
    return np.asarray(total)


def total_of(terms: Array, axis: int) -> Array:
    """Sum along an axis, in float64, in the order of `row_total` (twins)."""
    ordered = np.moveaxis(terms, axis, 0)
    total: Any = np.zeros(ordered.shape[1:], np.result_type(terms.dtype, np.float64))
    for start in range(0, len(ordered), BLOCK):
        block = ordered[start : start + BLOCK]
        eights = len(block) - len(block) % EIGHT
        pairs = block[:eights]
        for _ in range(3):
            pairs = pairs[0::2] + pairs[1::2]
        total = total + (_one_by_one(pairs) + _one_by_one(block[eights:]))
    return np.asarray(total)


def _one_by_one(terms: Array) -> Any:
    """Their sum; NumPy's own adds up a vector in an order that is not ours."""
    return reduce(np.add, terms, np.zeros(terms.shape[1:], terms.dtype))


def mean_of(x: Array, axis: int, total: Callable[[Array, int], Array] = total_of) -> Array:
    """Mean along an axis, which is kept with length 1 (twins); `total` is how it is summed.

    A second pass adds the mean of what is left: then the mean of equal numbers is that number.
    """
    count, number = x.shape[axis], x.dtype.type
    first = np.expand_dims((total(x, axis) / count).astype(number), axis)
    rest = np.expand_dims(total(x - first, axis) / count, axis)
    return np.where(np.isfinite(rest), first + rest, first).astype(number)
