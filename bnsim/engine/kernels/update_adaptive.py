"""Optimizers that divide by the root of what squared gradients add up to: RMSprop, Adam, Adagrad.

The order of operations is `torch.optim`'s.
"""

from __future__ import annotations

import numpy as np

from bnsim.engine.kernels.views import vec
from bnsim.engine.operation import Array, Operation


class MeanSquare(Operation):
    """s <- β s + (1 - β) d²."""

    key = "mean square"
    title = "mean square"
    reads = ("d", "s")
    writes = ("s",)
    scalars = ("β",)

    @staticmethod
    def twin(d: Array, square: Array, beta: float) -> None:
        square *= square.dtype.type(beta)
        square += square.dtype.type(1 - beta) * d * d

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        d = vec(memory, at, 0)
        square = vec(memory, at, 1)
        old = memory.dtype.type(s[0])
        new = memory.dtype.type(1.0 - s[0])
        for i in range(square.shape[0]):
            square[i] = old * square[i] + new * d[i] * d[i]


class RMSpropStep(Operation):
    """w <- w - lr d / (√s + ε)."""

    key = "rmsprop"
    title = "rmsprop"
    reads = ("d", "s", "η", "w")
    writes = ("w",)
    scalars = ("ε",)

    @staticmethod
    def twin(d: Array, square: Array, lr: Array, w: Array, eps: float) -> None:
        w -= lr * d / (np.sqrt(square) + w.dtype.type(eps))

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        d = vec(memory, at, 0)
        square = vec(memory, at, 1)
        lr = vec(memory, at, 2)[0]
        w = vec(memory, at, 3)
        eps = memory.dtype.type(s[0])
        for i in range(w.shape[0]):
            w[i] -= lr * d[i] / (np.sqrt(square[i]) + eps)


class RMSpropDirection(Operation):
    """u = d / (√s + ε), which momentum then averages."""

    key = "rmsprop direction"
    title = "rmsprop"
    reads = ("d", "s")
    writes = ("u",)
    scalars = ("ε",)

    @staticmethod
    def twin(d: Array, square: Array, u: Array, eps: float) -> None:
        u[...] = d / (np.sqrt(square) + d.dtype.type(eps))

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        d = vec(memory, at, 0)
        square = vec(memory, at, 1)
        u = vec(memory, at, 2)
        eps = memory.dtype.type(s[0])
        for i in range(u.shape[0]):
            u[i] = d[i] / (np.sqrt(square[i]) + eps)


class RunningMean(Operation):
    """m <- m + (1 - β)(d - m); from the other end where 1 - β is at least a half, as `torch.lerp`."""

    key = "running mean"
    title = "mean"
    reads = ("d", "m")
    writes = ("m",)
    scalars = ("β",)

    @staticmethod
    def twin(d: Array, m: Array, beta: float) -> None:
        share = 1 - beta
        if share < 0.5:
            m += m.dtype.type(share) * (d - m)
        else:
            m[...] = d - (d - m) * m.dtype.type(1 - share)

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        d = vec(memory, at, 0)
        m = vec(memory, at, 1)
        share = memory.dtype.type(1.0 - s[0])
        rest = memory.dtype.type(1.0 - (1.0 - s[0]))
        if 1.0 - s[0] < 0.5:
            for i in range(m.shape[0]):
                m[i] += share * (d[i] - m[i])
        else:
            for i in range(m.shape[0]):
                m[i] = d[i] - (d[i] - m[i]) * rest


class Centered(Operation):
    """c = s - m², what of the mean square is no mean; 0 where rounding leaves less, of which PyTorch's root is NaN."""

    key = "centered"
    title = "centered"
    reads = ("s", "m")
    writes = ("c",)

    @staticmethod
    def twin(square: Array, m: Array, centered: Array) -> None:
        left = square - m * m
        centered[...] = np.where(left < 0, left.dtype.type(0), left)

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        square = vec(memory, at, 0)
        m = vec(memory, at, 1)
        centered = vec(memory, at, 2)
        zero = memory.dtype.type(0)
        for i in range(centered.shape[0]):
            left = square[i] - m[i] * m[i]
            centered[i] = zero if left < zero else left


class AdagradRate(Operation):
    """Counts updates, t from 0 on; η' = η / (1 + t λ) with the decay λ of the rate."""

    key = "adagrad rate"
    title = "rate decay"
    reads = ("η", "t")
    writes = ("t", "η'")
    scalars = ("λ",)

    @staticmethod
    def twin(lr: Array, t: Array, step: Array, decay: float) -> None:
        step[...] = float(lr) / (1 + float(t) * decay)
        t += 1

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        t = vec(memory, at, 1)
        vec(memory, at, 2)[0] = np.float64(vec(memory, at, 0)[0]) / (1.0 + np.float64(t[0]) * s[0])
        t[0] += memory.dtype.type(1)


class SquareSum(Operation):
    """s <- s + d²."""

    key = "square sum"
    title = "sum of squares"
    reads = ("d", "s")
    writes = ("s",)

    @staticmethod
    def twin(d: Array, total: Array) -> None:
        total += d * d

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        d = vec(memory, at, 0)
        total = vec(memory, at, 1)
        for i in range(total.shape[0]):
            total[i] += d[i] * d[i]


class AdagradStep(RMSpropStep):
    """w <- w - lr d / (√s + ε), s the sum of all squares so far; the arithmetic is RMSprop's."""

    key = "adagrad"
    title = "adagrad"


class AdamCount(Operation):
    """Counts updates, and from the count corrects for averages that started at zero (Kingma and Ba 2015, section 3).

    Powers are taken in float64 whatever the network's precision. In float32 the count is exact up to 2^24; by then
    both corrections are 1.
    """

    key = "adam correction"
    title = "bias correction"
    reads = ("η", "t")
    writes = ("t", "η'", "r")
    scalars = ("β₁", "β₂")

    @staticmethod
    def twin(lr: Array, t: Array, step: Array, root: Array, beta1: float, beta2: float) -> None:
        t += 1
        step[...] = float(lr) / (1 - beta1 ** float(t))
        root[...] = (1 - beta2 ** float(t)) ** 0.5

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        t = vec(memory, at, 1)
        t[0] += memory.dtype.type(1)
        count = np.float64(t[0])
        vec(memory, at, 2)[0] = np.float64(vec(memory, at, 0)[0]) / (1.0 - s[0] ** count)
        vec(memory, at, 3)[0] = np.sqrt(1.0 - s[1] ** count)


class AdamMean(RunningMean):
    """m <- m + (1 - β₁)(d - m)."""

    key = "adam mean"
    scalars = ("β₁",)


class AdamStep(Operation):
    """w <- w - η' m / (√s / r + ε)."""

    key = "adam"
    title = "adam"
    reads = ("m", "s", "η'", "r", "w")
    writes = ("w",)
    scalars = ("ε",)

    @staticmethod
    def twin(m: Array, square: Array, step: Array, root: Array, w: Array, eps: float) -> None:
        w -= step * m / (np.sqrt(square) / root + w.dtype.type(eps))

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        m = vec(memory, at, 0)
        square = vec(memory, at, 1)
        step = vec(memory, at, 2)[0]
        root = vec(memory, at, 3)[0]
        w = vec(memory, at, 4)
        eps = memory.dtype.type(s[0])
        for i in range(w.shape[0]):
            w[i] -= step * m[i] / (np.sqrt(square[i]) / root + eps)
