"""The update of a weight with what is recorded of it, in one go; for fast runs, to the bits of the single operations.

Weight and gradient come into the cache once instead of four times, and no copy of the old weight is kept.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bnsim.engine.kernels.record import norm_of
from bnsim.engine.kernels.views import vec
from bnsim.engine.operation import Array, Operation


def descend(w: Array, d_w: Array, lr: Any, norms: tuple[Array, Array, Array], move: Array) -> None:
    """w <- w - lr dw; ‖w‖ before it, ‖dw‖ and the update ratio into `norms` (kernels)."""
    norm = norm_of(w)
    norms[0][0] = norm
    norms[1][0] = norm_of(d_w)
    for i in range(w.shape[0]):
        before = w[i]
        after = before - lr * d_w[i]
        w[i] = after
        move[i] = after - before
    moved = norm_of(move)
    norms[2][0] = moved / norm if norm > 0 else np.inf


class RecordedSGD(Operation):
    """‖w‖, ‖dw‖, w <- w - lr dw, update ratio."""

    key = "norms + sgd + update ratio"
    title = "recorded sgd"
    reads = ("dw", "w")
    writes = ("w", "‖w‖", "‖dw‖", "ρ", "move")
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
    writes = ("w", "‖w‖", "‖dw‖", "ρ", "move")

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        norms = (vec(memory, at, 3), vec(memory, at, 4), vec(memory, at, 5))
        descend(vec(memory, at, 2), vec(memory, at, 0), vec(memory, at, 1)[0], norms, vec(memory, at, 6))
