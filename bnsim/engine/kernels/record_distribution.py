"""Percentiles and histogram of all elements of an array, in three passes over it.

Elements are counted into narrow slots between the smallest and the largest; the slots that hold a wanted rank are
then looked at element by element. So the percentiles are exact and nothing is sorted.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bnsim.engine.kernels.views import vec
from bnsim.engine.operation import Array, Operation

PERCENTS = (15.0, 50.0, 85.0)
BINS = 32
SLOTS = 1024
"""A multiple of BINS that fits in a 16-bit word."""
NONE = 65535
"""Instead of a slot: none."""
_BLOCK = 64


def range_of(x: Array, out: Array) -> None:
    """Smallest and largest element into out[0] and out[1]; a NaN wins on either side (kernels).

    Compared as whole numbers, whose minimum has no order of evaluation and vectorizes. Bits of negative numbers
    are turned around so that they sort as their values do.
    """
    if x.itemsize == 4:
        short = x.view(np.int32)
        low32 = np.int32(0x7FFFFFFF)
        high32 = np.int32(-0x80000000)
        for i in range(short.shape[0]):
            bits32 = short[i]
            key32 = np.int32(bits32 ^ np.int32(np.int32(bits32 >> 31) & np.int32(0x7FFFFFFF)))
            low32 = min(low32, key32)
            high32 = max(high32, key32)
        ends32 = out.view(np.int32)
        ends32[0] = np.int32(low32 ^ np.int32(np.int32(low32 >> 31) & np.int32(0x7FFFFFFF)))
        ends32[1] = np.int32(high32 ^ np.int32(np.int32(high32 >> 31) & np.int32(0x7FFFFFFF)))
    else:
        long = x.view(np.int64)
        low64 = np.int64(0x7FFFFFFFFFFFFFFF)
        high64 = np.int64(-0x7FFFFFFFFFFFFFFF)
        for i in range(long.shape[0]):
            key64 = long[i] ^ ((long[i] >> 63) & np.int64(0x7FFFFFFFFFFFFFFF))
            low64 = min(low64, key64)
            high64 = max(high64, key64)
        ends64 = out.view(np.int64)
        ends64[0] = low64 ^ ((low64 >> 63) & np.int64(0x7FFFFFFFFFFFFFFF))
        ends64[1] = high64 ^ ((high64 >> 63) & np.int64(0x7FFFFFFFFFFFFFFF))


def slots_of(x: Array, low: float, high: float, slots: Array) -> None:
    """The slot of every element (kernels); a range too narrow to be divided by is first divided into."""
    scale = x.dtype.type(SLOTS) / (high - low)
    last = np.uint16(SLOTS - 1)
    if scale < np.inf:
        for i in range(x.shape[0]):
            slots[i] = np.uint16(np.int32((x[i] - low) * scale))
    else:
        for i in range(x.shape[0]):
            slots[i] = np.uint16(np.int32((x[i] - low) / (high - low) * x.dtype.type(SLOTS)))
    for i in range(x.shape[0]):
        slots[i] = min(slots[i], last)


def select(a: Array, count: int, rank: Any) -> Any:
    """The element of that rank among the first `count`, which are reordered (kernels). Hoare's quickselect."""
    left = 0
    right = count - 1
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


def gather(x: Array, slots: Array, a: float, b: float, c: float, out: Array, count: int) -> int:
    """Append the elements in three slots to the first `count` of `out`; how many it holds then (kernels)."""
    first = np.uint16(a)
    second = np.uint16(b)
    third = np.uint16(c)
    blocks = x.shape[0] // _BLOCK
    for block in range(blocks + 1):
        start = block * _BLOCK
        # Most blocks have none. Asking about a whole one vectorizes if its length is a constant.
        found = np.uint16(block == blocks)
        if block < blocks:
            for i in range(start, start + _BLOCK):
                found = np.uint16(found | np.uint16((slots[i] == first) | (slots[i] == second) | (slots[i] == third)))
        if found != 0:
            for i in range(start, min(start + _BLOCK, x.shape[0])):
                if slots[i] == first or slots[i] == second or slots[i] == third:
                    out[count] = x[i]
                    count += 1
    return count


def slot_of_rank(upto: Array, rank: Any) -> int:
    """The slot that holds the element of a rank; `upto` is how many are in it and those before it (kernels)."""
    low = 0
    high = SLOTS - 1
    while low < high:
        middle = (low + high) // 2
        if upto[middle] > rank:
            high = middle
        else:
            low = middle + 1
    return low


def rank_among(upto: Array, rank: Any, chosen: Array) -> Any:
    """The rank that the element of a rank has among those in the chosen slots (kernels)."""
    slot = slot_of_rank(upto, rank)
    among = rank - (upto[slot - 1] if slot > 0 else 0)
    for k in range(6):
        other = np.int64(chosen[k])
        if other < slot:
            among += upto[other] - (upto[other - 1] if other > 0 else 0)
    return among


class Distribution(Operation):
    """15th, 50th and 85th percentile over all elements (NumPy's "linear" convention), and a histogram of 32 bins.

    The histogram is 34 numbers: smallest element, largest element, and how many are in each of 32 equal bins between
    them, the last one closed. All are NaN where an element is not finite.
    """

    key = "distribution"
    title = "distribution"
    equation = r"P_{15},\, P_{50},\, P_{85};\quad \#\{\, x \in \mathrm{bin}_k \,\}"
    reads = ("x",)
    writes = ("percentiles", "histogram", "slots", "counts", "gathered", "chosen")

    @staticmethod
    def twin(x: Array, percentiles: Array, histogram: Array, *scratch: Array) -> None:
        low, high = x.min(), x.max()
        histogram[:2] = low, high
        if not np.isfinite(high - low):
            percentiles[...] = histogram[...] = np.nan
            return
        percentiles[...] = np.percentile(x.astype(np.float64), PERCENTS)
        scale = x.dtype.type(SLOTS) / (high - low)
        if high == low:
            slot = np.zeros(x.size, np.int64)
        elif scale < np.inf:
            slot = ((x.ravel() - low) * scale).astype(np.int64)
        else:
            slot = ((x.ravel() - low) / (high - low) * x.dtype.type(SLOTS)).astype(np.int64)
        slot = np.minimum(slot, SLOTS - 1) // (SLOTS // BINS)
        histogram[2:] = np.bincount(slot, minlength=BINS)

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        x = vec(memory, at, 0)
        percentiles = vec(memory, at, 1)
        histogram = vec(memory, at, 2)
        gathered = vec(memory, at, 5)
        chosen = vec(memory, at, 6)
        range_of(x, histogram)
        low = histogram[0]
        high = histogram[1]
        count = x.shape[0]
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
            histogram[2] = count
            return
        slots = vec(memory, at, 3).view(np.uint16)
        counts = vec(memory, at, 4).view(np.int32)
        slots_of(x, low, high, slots)
        for k in range(SLOTS):
            counts[k] = 0
        for i in range(count):
            counts[slots[i]] += np.int32(1)
        total = 0
        for k in range(BINS):
            before = total
            for j in range(k * (SLOTS // BINS), (k + 1) * (SLOTS // BINS)):
                total += counts[j]
                counts[j] = np.int32(total)
            histogram[2 + k] = total - before
        # Two ranks for each percentile, which nearly always are in the same slot: that one is taken once.
        last = count - 1
        for k in range(3):
            rank = np.int64(PERCENTS[k] / 100 * last)
            chosen[k] = slot_of_rank(counts, rank)
            chosen[3 + k] = slot_of_rank(counts, min(rank + 1, last))
        for k in range(1, 6):
            for j in range(k):
                if chosen[j] == chosen[k]:
                    chosen[k] = NONE
        found = gather(x, slots, chosen[0], chosen[1], chosen[2], gathered, 0)
        if min(chosen[3], chosen[4], chosen[5]) < NONE:
            found = gather(x, slots, chosen[3], chosen[4], chosen[5], gathered, found)
        for k in range(3):
            place = PERCENTS[k] / 100 * last
            rank = np.int64(place)
            lower = select(gathered, found, rank_among(counts, rank, chosen))
            upper = select(gathered, found, rank_among(counts, min(rank + 1, last), chosen))
            percentiles[k] = lower + (upper - lower) * memory.dtype.type(place - rank)
