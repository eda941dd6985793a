"""Rows of numbers by iteration, in a bounded amount of memory: the longer a run, the fewer of its old rows are kept.

When that memory is used up, or what other things in the process leave of it, the newest quarter of the rows stays as it
is, and of those before it only iterations that are multiples of a stride do. The stride doubles when that no longer
makes room. So the whole run stays covered evenly, its end is complete, and a curve that grows keeps the points it had.
Numbers that are kept are never averaged.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from bnsim.engine.operation import Array
from bnsim.spec import budget

FIRST_CAPACITY = 64
FEWEST = 4
"""However little memory there is, this many rows are kept."""


class KeptRows(NamedTuple):
    """Copies of what `BoundedRows` has: `at` (rows,), `rows` (rows, width), and the stride of its older part."""

    at: Array
    rows: Array
    stride: int


class BoundedRows:
    """Row k belongs to iteration `kept[k]`; at most `limit_bytes` are used, a row being `width` numbers wide."""

    def __init__(self, width: int, dtype: np.dtype, limit_bytes: int) -> None:
        self._row_bytes = width * dtype.itemsize + 8
        self.most = max(FEWEST, limit_bytes // self._row_bytes)
        self.stride = 1
        self._rows: Array = np.empty((min(FIRST_CAPACITY, self.most), width), dtype)
        self._at: Array = np.empty(len(self._rows), np.int64)
        self._count = 0
        self._holding = budget.Holding(self._rows.nbytes + self._at.nbytes)

    def __len__(self) -> int:
        return self._count

    @property
    def kept(self) -> Array:
        """Iteration numbers of the rows, ascending; not to be written to."""
        kept = self._at[: self._count]
        kept.flags.writeable = False
        return kept

    @property
    def rows(self) -> Array:
        """All rows there are, shape (rows, width); a view, which the next write may change."""
        return self._rows[: self._count]

    def write(self, first: int, rows: Array, step: int = 1) -> None:
        """Rows of iterations `first`, `first + step`, ...; what was there from `first` on is dropped."""
        self.truncate(first)
        self.append(first + step * np.arange(len(rows)), rows)

    def append(self, at: Array, rows: Array) -> None:
        """Rows of iterations `at`, ascending and later than all there are."""
        done = 0
        while done < len(rows):
            if self._count == self.most:
                self._thin()
            taken = min(len(rows) - done, self.most - self._count)
            if not self._reserve(self._count + taken):
                continue
            end = self._count + taken
            self._rows[self._count : end] = rows[done : done + taken]
            self._at[self._count : end] = at[done : done + taken]
            self._count = end
            done += taken

    def copy(self) -> KeptRows:
        """All rows there are."""
        return KeptRows(self.kept.copy(), self.rows.copy(), self.stride)

    def restore(self, kept: KeptRows) -> None:
        """Have these rows in place of all there are."""
        self.truncate(0)
        self.stride = kept.stride
        self.append(kept.at, kept.rows)

    def count_before(self, iterations: int) -> int:
        """Number of rows of iterations before that one."""
        return int(np.searchsorted(self._at[: self._count], iterations))

    def truncate(self, iterations: int) -> None:
        """Drop every row from iteration number `iterations` on."""
        self._count = self.count_before(iterations)

    def release(self) -> None:
        """Give the memory back; nothing can be written any more."""
        self._count = 0
        self._rows, self._at = self._rows[:0].copy(), self._at[:0].copy()
        self._holding.release()

    def _thin(self) -> None:
        recent = self._count - max(self.most // 4, 1)
        at = self._at[: self._count]
        while True:
            chosen = np.flatnonzero((at % self.stride == 0) | (np.arange(self._count) >= recent))
            if len(chosen) <= self.most - max(self.most // 8, 1):
                break
            self.stride *= 2
        self._rows[: len(chosen)] = self._rows[chosen]
        self._at[: len(chosen)] = at[chosen]
        self._count = len(chosen)

    def _reserve(self, count: int) -> bool:
        """Make place for `count` rows; if others have taken the memory, False, and there will be no more than now."""
        if count <= len(self._rows):
            return True
        capacity = min(max(count, 2 * len(self._rows)), self.most)
        if (capacity - len(self._rows)) * self._row_bytes > budget.room() and len(self._rows) >= FEWEST:
            self.most = len(self._rows)
            return False
        rows = np.empty((capacity, self._rows.shape[1]), self._rows.dtype)
        at = np.empty(capacity, np.int64)
        rows[: self._count] = self._rows[: self._count]
        at[: self._count] = self._at[: self._count]
        self._rows, self._at = rows, at
        self._holding.change(rows.nbytes + at.nbytes)
        return True
