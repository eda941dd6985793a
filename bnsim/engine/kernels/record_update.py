"""The update of a weight with what is recorded of it, in one go; for fast runs, to the bits of the single operations.

Weight and gradient pass through the nearest cache twice instead of six times, and no copy of the old weight is kept.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bnsim.engine.kernels.record import BLOCK, is_ordinary, root_of, sum_of_squares
from bnsim.engine.kernels.views import vec
from bnsim.engine.operation import Array, Operation


def descend(w: Array, d_w: Array, lr: Any, norms: tuple[Array, Array, Array], move: Array) -> None:
    """W <- w - lr dw; ‖w‖ before it, ‖dw‖ and the update ratio into `norms` (kernels)."""
    size = w.shape[0]
    total = 0.0
    total_d = 0.0
    total_moved = 0.0
    for start in range(0, size, BLOCK):
        stop = min(start + BLOCK, size)
        before = w[start:stop]
        d = d_w[start:stop]
        part = move[: stop - start]
        for i in range(part.shape[0]):
            part[i] = (before[i] - lr * d[i]) - before[i]
        total += sum_of_squares(before)
        total_d += sum_of_squares(d)
        total_moved += sum_of_squares(part)
    if not is_ordinary(total_moved, w.itemsize == 4):
        for i in range(size):
            move[i] = (w[i] - lr * d_w[i]) - w[i]
    norms[0][0] = root_of(total, w)
    norm = norms[0][0]
    norms[1][0] = root_of(total_d, d_w)
    moved = w.dtype.type(root_of(total_moved, move))
    norms[2][0] = moved / norm if norm > 0 else np.inf
    for i in range(size):
        w[i] -= lr * d_w[i]


class RecordedSGD(Operation):
    """‖w‖, ‖dw‖, w <- w - lr dw, update ratio."""

    key = "norms + sgd + update ratio"
    title = "recorded sgd"
    reads = ("dw", "w")
    writes = ("w", "‖w‖", "‖dw‖", "ρ")
    scratch = ("move",)
    scalars = ("η",)

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        norms = (vec(memory, at, 2), vec(memory, at, 3), vec(memory, at, 4))
        descend(vec(memory, at, 1), vec(memory, at, 0), memory.dtype.type(s[0]), norms, vec(memory, at, 5))


class RecordedScheduledSGD(Operation):
    """The same, the rate read from its place."""

    key = "norms + sgd scheduled + update ratio"
    title = "recorded sgd"
    reads = ("dw", "η", "w")
    writes = ("w", "‖w‖", "‖dw‖", "ρ")
    scratch = ("move",)

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        norms = (vec(memory, at, 3), vec(memory, at, 4), vec(memory, at, 5))
        descend(vec(memory, at, 2), vec(memory, at, 0), vec(memory, at, 1)[0], norms, vec(memory, at, 6))
