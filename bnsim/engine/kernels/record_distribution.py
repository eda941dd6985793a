"""Percentiles and histogram of all elements of an array, in four passes over it.

Elements are counted into narrow slots between the smallest and the largest; those in the slots that hold a wanted
rank are then gathered, a hundredth of all or fewer, and put in order. So the percentiles are exact, nothing is sorted.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bnsim.engine.kernels.precision import Forms
from bnsim.engine.kernels.views import vec
from bnsim.engine.operation import Array, Operation

PERCENTS = (15.0, 50.0, 85.0)
BINS = 32
SLOTS = 4096
"""Powers of two times BINS, like FEW_SLOTS: the histogram comes out the same with either."""
FEW_SLOTS = 1024
MANY = 8192
"""Up to that many elements, few slots are enough: they are emptied and added up every time."""
UP32, UP64 = 2.0**100, 2.0**600
"""A range too narrow to be divided by is first raised by this, which is exact."""
_BLOCK = 64


def range_of(x: Array, out: Array) -> None:
    """Smallest and largest element into out[0] and out[1]; a NaN wins on either side (kernels).

    Compared as whole numbers, whose minimum has no order of evaluation and vectorizes. Bits of negative numbers
    are turned around so that they sort as their values do.
    """
    raise TypeError("replaced by the precision's own when compiled")


def _range(whole: Any) -> Forms:
    sign, size = whole(np.iinfo(whole).bits - 1), whole(np.iinfo(whole).max)
    least = whole(~size)

    def turned(bits: Any) -> Any:
        """Bits of a number as a whole number that sorts as it does; and back."""
        return whole(bits ^ whole(whole(bits >> sign) & size))

    def _range_of(x: Array, out: Array) -> None:
        bits = x.view(whole)
        low, high = size, least
        for i in range(bits.shape[0]):
            key = turned(bits[i])
            low = min(low, key)
            high = max(high, key)
        ends = out.view(whole)
        ends[0] = turned(low)
        ends[1] = turned(high)

    return Forms({range_of: _range_of}, (turned,))


DOUBLE, SINGLE = _range(np.int64), _range(np.int32)


def count_slots(x: Array, low: Any, high: Any, slots: Array, counts: Array, count: int) -> None:
    """The slot of every element, and how many are in each of the `count` slots (kernels)."""
    last = x.dtype.type(count - 1)
    up = x.dtype.type(1)
    scale = x.dtype.type(count) / (high - low)
    if not scale < np.inf:
        up = x.dtype.type(UP32 if x.itemsize == 4 else UP64)
        scale = x.dtype.type(count) / ((high - low) * up)
    for k in range(count):
        counts[k] = 0
    for i in range(x.shape[0]):
        at = (x[i] - low) * up * scale
        slots[i] = np.uint16(np.int32(at if at < last else last))
    for i in range(x.shape[0]):
        counts[slots[i]] += np.int32(1)


def find_slots(counts: Array, totals: Array, size: int, last: int, chosen: Array) -> None:
    """Where the wanted ranks are (kernels): `totals` are sums over `size` slots each, `last` is the largest rank.

    `chosen` gets the slots of the ranks just below the three percentiles, those of the ranks just above, and how many
    elements are in slots before the first three.
    """
    group = 0
    before: Any = 0
    for k in range(3):
        rank: Any = np.int64(PERCENTS[k] / 100 * last)
        while before + totals[group] <= rank:
            before += totals[group]
            group += 1
        slot: Any = group * size
        upto: Any = before + counts[slot]
        while upto <= rank:
            slot += 1
            upto += counts[slot]
        chosen[k] = slot
        chosen[6 + k] = upto - counts[slot]
        while upto <= min(rank + 1, last):
            slot += 1
            upto += counts[slot]
        chosen[3 + k] = slot


def gather(x: Array, slots: Array, counts: Array, chosen: Array, out: Array) -> Any:
    """The elements in the chosen slots, into the beginning of `out`; how many there are (kernels).

    Between the two slots of a percentile no other one holds anything. Counts of chosen slots must be negative.
    """
    a = np.uint16(chosen[0])
    b = np.uint16(chosen[1])
    c = np.uint16(chosen[2])
    to_a = np.uint16(chosen[3] - chosen[0])
    to_b = np.uint16(chosen[4] - chosen[1])
    to_c = np.uint16(chosen[5] - chosen[2])
    count: Any = 0
    whole = x.shape[0] - x.shape[0] % _BLOCK
    for start in range(0, whole, _BLOCK):
        # Most blocks have none. Asking about a whole one vectorizes: its length is a constant.
        some = np.uint16(0)
        for i in range(start, start + _BLOCK):
            slot = slots[i]
            inside = (np.uint16(slot - a) <= to_a) | (np.uint16(slot - b) <= to_b) | (np.uint16(slot - c) <= to_c)
            some = np.uint16(some | np.uint16(inside))
        if some != 0:
            for i in range(start, start + _BLOCK):
                out[count] = x[i]
                count += np.int64(counts[slots[i]] < 0)
    for i in range(whole, x.shape[0]):
        out[count] = x[i]
        count += np.int64(counts[slots[i]] < 0)
    return count


def select(a: Array, left: int, right: int, rank: Any) -> Any:
    """The element of a rank among a[left] to a[right], after which none is smaller then (kernels).

    Hoare's quickselect. Ranks count from a[0]; what stands before a[left] is no larger than the rest.
    """
    while left < right:
        pivot = a[(left + right) // 2]
        i = left
        j = right
        while i <= j:
            while a[i] < pivot:
                i += 1
            while a[j] > pivot:
                j -= 1
            if i <= j:
                kept = a[i]
                a[i] = a[j]
                a[j] = kept
                i += 1
                j -= 1
        if rank <= j:
            right = j
        elif rank >= i:
            left = i
        else:
            break
    return a[rank]


def before_slot(counts: Array, chosen: Array, wanted: int) -> Any:
    """How many gathered elements are in slots before the wanted one (kernels); chosen slots' counts are negative."""
    before: Any = 0
    for m in range(6):
        slot = chosen[m]
        fresh = slot < wanted
        for other in range(m):
            fresh = fresh and chosen[other] != slot
        if fresh:
            before -= counts[slot]
    return before


class Distribution(Operation):
    """15th, 50th and 85th percentile over all elements (NumPy's "linear" convention), and a histogram of 32 bins.

    The histogram is 34 numbers: smallest element, largest element, and how many are in each of 32 equal bins between
    them, the last one closed. All are NaN where an element is not finite.
    """

    key = "distribution"
    title = "distribution"
    reads = ("x",)
    writes = ("percentiles", "histogram")
    scratch = ("slots", "counts", "gathered", "chosen")

    @staticmethod
    def twin(x: Array, percentiles: Array, histogram: Array, *scratch: Array) -> None:
        low, high = x.min(), x.max()
        histogram[:2] = low, high
        if not np.isfinite(high - low):
            percentiles[...] = histogram[...] = np.nan
            return
        percentiles[...] = np.percentile(x.astype(np.float64), PERCENTS)
        kind = x.dtype.type
        up = kind(1)
        with np.errstate(over="ignore", divide="ignore"):
            scale = kind(SLOTS) / (high - low)
            if not scale < np.inf:
                up = kind(UP32 if x.itemsize == 4 else UP64)
                scale = kind(SLOTS) / ((high - low) * up)
        slot = np.zeros(x.size, np.int64) if high == low else ((x.ravel() - low) * up * scale).astype(np.int64)
        histogram[2:] = np.bincount(np.minimum(slot, SLOTS - 1) // (SLOTS // BINS), minlength=BINS)

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        x = vec(memory, at, 0)
        percentiles = vec(memory, at, 1)
        histogram = vec(memory, at, 2)
        range_of(x, histogram)
        low = histogram[0]
        high = histogram[1]
        if not (high - low) < np.inf:
            for k in range(3):
                percentiles[k] = np.nan
            for k in range(2 + BINS):
                histogram[k] = np.nan
            return
        if high == low:
            for k in range(3):
                percentiles[k] = low
            for k in range(BINS):
                histogram[2 + k] = 0
            histogram[2] = x.shape[0]
            return
        slots = vec(memory, at, 3).view(np.uint16)
        counts = vec(memory, at, 4).view(np.int32)
        gathered = vec(memory, at, 5)
        chosen = vec(memory, at, 6).view(np.int32)
        totals = chosen[9:]
        slot_count = FEW_SLOTS if x.shape[0] <= MANY else SLOTS
        count_slots(x, low, high, slots, counts, slot_count)
        size = slot_count // BINS
        for k in range(BINS):
            total = np.int32(0)
            group = counts[k * size : (k + 1) * size]
            for j in range(group.shape[0]):
                total = np.int32(total + group[j])
            totals[k] = total
            histogram[2 + k] = total
        last = x.shape[0] - 1
        find_slots(counts, totals, size, last, chosen)
        for k in range(6):
            counts[chosen[k]] = -abs(counts[chosen[k]])
        found = gather(x, slots, counts, chosen, gathered)
        left = 0
        # Not over a constant: nothing of this is worth compiling three times.
        for k in range(percentiles.shape[0]):
            place = PERCENTS[k] / 100 * last
            rank = np.int64(place)
            among = rank - chosen[6 + k] + before_slot(counts, chosen, chosen[k])
            lower = select(gathered, left, found - 1, among)
            upper = lower
            if rank < last:
                upper = gathered[among + 1]
                for i in range(among + 2, found):
                    upper = min(upper, gathered[i])
            percentiles[k] = lower + (upper - lower) * memory.dtype.type(place - rank)
            left = among
