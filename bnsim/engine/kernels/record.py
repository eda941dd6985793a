"""Norms, fractions and accuracy: measured along the way, never read by the network. All are hidden operations."""

from __future__ import annotations

from typing import Any

import numpy as np

from bnsim.engine.kernels import sums
from bnsim.engine.kernels.views import mat, vec
from bnsim.engine.operation import Array, Operation

BLOCK = 2048
"""Squares are summed over so many elements at a time: they stay in the nearest cache when others pass over them too."""


def sum_of_squares(g: Array) -> Any:
    """Of all elements, in one order (kernels get `squares.vector_sum` for it)."""
    return np.dot(g, g)


def norm_of(g: Array) -> Any:
    """Euclidean norm that neither underflows nor overflows on the way (kernels)."""
    total = 0.0
    for start in range(0, g.shape[0], BLOCK):
        total += sum_of_squares(g[start : min(start + BLOCK, g.shape[0])])
    return root_of(total, g)


def is_ordinary(total: Any, single: bool) -> Any:
    """Whether nothing of a sum of squares, in single precision or not, has left the range of the numbers (kernels)."""
    tiny, huge = (1e-30, 1e30) if single else (1e-280, 1e280)
    return total > tiny and total < huge


def root_of(total: Any, g: Array) -> Any:
    """Norm of `g`, the sum of whose squares is `total` (kernels).

    Squares of a vanished gradient, or of an exploding one, leave the range of the numbers: then it is scaled by a
    power of two, which is exact, and summed again.
    """
    if is_ordinary(total, g.itemsize == 4):
        return np.sqrt(total)
    up = 2.0**100 if g.itemsize == 4 else 2.0**600
    scale = g.dtype.type(up if total < 1 else 1 / up)
    scaled = 0.0
    for start in range(0, g.shape[0], sums.BLOCK):
        part = g.dtype.type(0)
        for i in range(start, min(start + sums.BLOCK, g.shape[0])):
            a = g[i] * scale
            part += a * a
        scaled += part
    return np.sqrt(scaled) / scale


def norm_twin(g: Array) -> float:
    """The same in plain NumPy: scaled by the largest element."""
    top = np.max(np.abs(g))
    return float(top * np.sqrt(np.sum((g / top) ** 2)) if 0 < top < np.inf else top)


class Norm(Operation):
    """Euclidean norm over all elements."""

    key = "norm"
    title = "norm"
    reads = ("g",)
    writes = ("‖g‖",)

    @staticmethod
    def twin(g: Array, norm: Array) -> None:
        norm[...] = norm_twin(g)

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        vec(memory, at, 1)[0] = norm_of(vec(memory, at, 0))


class UpdateRatio(Operation):
    """How far an update moved a weight, as a share of its norm before it; infinity for a weight of zero."""

    key = "update ratio"
    title = "update ratio"
    reads = ("w'", "w", "‖w‖")
    writes = ("ρ",)
    scratch = ("move",)

    @staticmethod
    def twin(after: Array, before: Array, norm: Array, ratio: Array, move: Array) -> None:
        move[...] = (after - before).ravel()
        ratio[...] = norm_twin(move) / norm if norm > 0 else np.inf

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        after = vec(memory, at, 0)
        before = vec(memory, at, 1)
        norm = vec(memory, at, 2)[0]
        move = vec(memory, at, 4)
        for i in range(move.shape[0]):
            move[i] = after[i] - before[i]
        moved = memory.dtype.type(norm_of(move))
        vec(memory, at, 3)[0] = moved / norm if norm > 0 else np.inf


class Saturated(Operation):
    """Fraction of an activation's inputs, or of its outputs, on the flat stretches outside of two limits."""

    key = "saturated"
    title = "saturated"
    reads = ("x",)
    writes = ("saturated",)
    scalars = ("low", "high")

    @staticmethod
    def twin(x: Array, saturated: Array, low: float, high: float) -> None:
        kind = x.dtype.type
        saturated[...] = np.mean((x <= kind(low)) | (x >= kind(high)))

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        x = vec(memory, at, 0)
        low = memory.dtype.type(s[0])
        high = memory.dtype.type(s[1])
        count = np.int32(0)
        for i in range(x.shape[0]):
            count = np.int32(count + np.int32((x[i] <= low) | (x[i] >= high)))
        vec(memory, at, 1)[0] = count / x.shape[0]


class Dead(Operation):
    """Fraction of units that stand outside of two limits on the whole batch (dead), and of all that stand there."""

    key = "dead"
    title = "dead"
    reads = ("x",)
    writes = ("dead", "zero")
    scratch = ("counts",)
    scalars = ("low", "high")

    @staticmethod
    def twin(x: Array, dead: Array, zero: Array, counts: Array, low: float, high: float) -> None:
        kind = x.dtype.type
        outside = (x <= kind(low)) | (x >= kind(high))
        dead[...] = np.mean(outside.all(axis=0))
        zero[...] = np.mean(outside)

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        x = mat(memory, at, 0)
        counts = vec(memory, at, 3)
        low = memory.dtype.type(s[0])
        high = memory.dtype.type(s[1])
        zero = memory.dtype.type(0)
        one = memory.dtype.type(1)
        for j in range(x.shape[1]):
            counts[j] = zero
        # Whole numbers this small are exact in either precision.
        for i in range(x.shape[0]):
            for j in range(x.shape[1]):
                counts[j] += one if (x[i, j] <= low) | (x[i, j] >= high) else zero
        dead = 0
        total: Any = 0
        for j in range(x.shape[1]):
            count = np.int64(counts[j])
            total += count
            dead += 1 if count == x.shape[0] else 0
        vec(memory, at, 1)[0] = dead / x.shape[1]
        vec(memory, at, 2)[0] = total / (x.shape[0] * x.shape[1])


class Accuracy(Operation):
    """Share of rows whose largest output is that of their class; with one output, whose sign says the class."""

    key = "accuracy"
    title = "accuracy"
    reads = ("z", "t")
    writes = ("accuracy",)

    @staticmethod
    def twin(z: Array, t: Array, accuracy: Array) -> None:
        accuracy[...] = np.mean(predicted(z) == t[:, 0])

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        z = mat(memory, at, 0)
        t = mat(memory, at, 1)
        right = 0
        for i in range(z.shape[0]):
            best = 0
            for j in range(1, z.shape[1]):
                if z[i, j] > z[i, best]:
                    best = j
            if z.shape[1] == 1 and z[i, 0] > 0:
                best = 1
            right += 1 if best == np.int64(t[i, 0]) else 0
        vec(memory, at, 2)[0] = right / z.shape[0]


def predicted(z: Array) -> Array:
    """The class each row of outputs says, shape (rows,)."""
    chosen: Array = (z[:, 0] > 0).astype(np.int64) if z.shape[1] == 1 else np.argmax(z, axis=1)
    return chosen
