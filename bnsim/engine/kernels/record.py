"""Norms, fractions and accuracy: measured along the way, never read by the network. All are hidden operations."""

from __future__ import annotations

from typing import Any

import numpy as np

from bnsim.engine.kernels.views import mat, vec
from bnsim.engine.operation import Array, Operation

SATURATED = 0.01
"""A sigmoid or tanh counts as saturated where its derivative is below this share of its maximum."""


BLOCK = 2048
"""Squares are summed over so many elements at a time: they stay in the nearest cache when others pass over them too."""


def sum_of_squares(g: Array) -> Any:
    """Of all elements, in one order (kernels get `squares.vector_sum` for it)."""
    return np.dot(g, g)


def norm_of(g: Array) -> Any:
    """Euclidean norm that neither underflows nor overflows on the way (kernels)."""
    total = g.dtype.type(0)
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
    zero = g.dtype.type(0)
    s0, s1, s2, s3 = zero, zero, zero, zero
    whole = g.shape[0] - g.shape[0] % 4
    for i in range(0, whole, 4):
        a = g[i] * scale
        b = g[i + 1] * scale
        c = g[i + 2] * scale
        d = g[i + 3] * scale
        s0 += a * a
        s1 += b * b
        s2 += c * c
        s3 += d * d
    for i in range(whole, g.shape[0]):
        a = g[i] * scale
        s0 += a * a
    return np.sqrt((s0 + s1) + (s2 + s3)) / scale


def norm_twin(g: Array) -> float:
    """The same in plain NumPy: scaled by the largest element."""
    top = np.max(np.abs(g))
    return float(top * np.sqrt(np.sum((g / top) ** 2)) if 0 < top < np.inf else top)


class Norm(Operation):
    """Euclidean norm over all elements."""

    key = "norm"
    title = "norm"
    equation = r"\lVert g \rVert = \sqrt{\textstyle\sum_{ij} g_{ij}^2}"
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
    equation = r"\rho = \frac{\lVert w' - w \rVert}{\lVert w \rVert}"
    reads = ("w'", "w", "‖w‖")
    writes = ("ρ", "move")

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
        moved = norm_of(move)
        vec(memory, at, 3)[0] = moved / norm if norm > 0 else np.inf


class SaturatedSigmoid(Operation):
    """Fraction of outputs where y (1 - y) is below 1 % of its maximum 1/4."""

    key = "saturated sigmoid"
    title = "saturated"
    equation = r"\frac{1}{mn}\, \#\{\, y (1 - y) < 0.01 \cdot \tfrac14 \,\}"
    reads = ("y",)
    writes = ("saturated",)

    @staticmethod
    def twin(y: Array, saturated: Array) -> None:
        saturated[...] = np.mean(y * (1 - y) < y.dtype.type(0.25 * SATURATED))

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        y = vec(memory, at, 0)
        one = memory.dtype.type(1)
        limit = memory.dtype.type(0.25 * SATURATED)
        count = np.int32(0)
        for i in range(y.shape[0]):
            count = np.int32(count + np.int32(y[i] * (one - y[i]) < limit))
        vec(memory, at, 1)[0] = count / y.shape[0]


class SaturatedTanh(Operation):
    """Fraction of outputs where 1 - y² is below 1 % of its maximum 1."""

    key = "saturated tanh"
    title = "saturated"
    equation = r"\frac{1}{mn}\, \#\{\, 1 - y^2 < 0.01 \,\}"
    reads = ("y",)
    writes = ("saturated",)

    @staticmethod
    def twin(y: Array, saturated: Array) -> None:
        saturated[...] = np.mean(1 - y * y < y.dtype.type(SATURATED))

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        y = vec(memory, at, 0)
        one = memory.dtype.type(1)
        limit = memory.dtype.type(SATURATED)
        count = np.int32(0)
        for i in range(y.shape[0]):
            count = np.int32(count + np.int32(one - y[i] * y[i] < limit))
        vec(memory, at, 1)[0] = count / y.shape[0]


class Silent(Operation):
    """Of a ReLU: the fraction of units that are 0 on the whole batch (dead), and of all outputs that are 0."""

    key = "silent"
    title = "silent"
    equation = r"\frac1n\, \#\{\, j : \max_i y_{ij} = 0 \,\},\quad \frac{1}{mn}\, \#\{\, y_{ij} = 0 \,\}"
    reads = ("y",)
    writes = ("dead", "zero", "top")

    @staticmethod
    def twin(y: Array, dead: Array, zero: Array, top: Array) -> None:
        dead[...] = np.mean((y == 0).all(axis=0))
        zero[...] = np.mean(y == 0)

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        y = mat(memory, at, 0)
        zeros_of = vec(memory, at, 3)
        zero = memory.dtype.type(0)
        one = memory.dtype.type(1)
        for j in range(y.shape[1]):
            zeros_of[j] = zero
        # Whole numbers this small are exact in either precision.
        for i in range(y.shape[0]):
            for j in range(y.shape[1]):
                zeros_of[j] += one if y[i, j] == zero else zero
        silent = 0
        total: Any = 0
        for j in range(y.shape[1]):
            count = np.int64(zeros_of[j])
            total += count
            silent += 1 if count == y.shape[0] else 0
        vec(memory, at, 1)[0] = silent / y.shape[1]
        vec(memory, at, 2)[0] = total / (y.shape[0] * y.shape[1])


class Accuracy(Operation):
    """Share of rows whose largest output is that of their class; with one output, whose sign says the class."""

    key = "accuracy"
    title = "accuracy"
    equation = r"\frac1m\, \#\{\, i : \arg\max_k z_{ik} = t_i \,\}"
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
