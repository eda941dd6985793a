"""Optimizers: the only operations that overwrite a parameter. Their arithmetic is `torch.optim`'s, in its order.

What an optimizer keeps from one update to the next (v, s, m, t) is updated in place too.
"""

from __future__ import annotations

import numpy as np

from bnsim.engine.kernels.views import vec
from bnsim.engine.operation import Array, Operation


class SGD(Operation):
    """w <- w - lr dw."""

    key = "sgd"
    title = "sgd"
    reads = ("dw", "w")
    writes = ("w",)
    scalars = ("η",)

    @staticmethod
    def twin(d_w: Array, w: Array, lr: float) -> None:
        w -= w.dtype.type(lr) * d_w

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        d_w = vec(memory, at, 0)
        w = vec(memory, at, 1)
        lr = memory.dtype.type(s[0])
        for i in range(w.shape[0]):
            w[i] -= lr * d_w[i]


class ScheduledSGD(Operation):
    """w <- w - lr dw, the rate read from its place."""

    key = "sgd scheduled"
    title = "sgd"
    reads = ("dw", "η", "w")
    writes = ("w",)

    @staticmethod
    def twin(d_w: Array, lr: Array, w: Array) -> None:
        w -= lr * d_w

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        d_w = vec(memory, at, 0)
        lr = vec(memory, at, 1)[0]
        w = vec(memory, at, 2)
        for i in range(w.shape[0]):
            w[i] -= lr * d_w[i]


class WeightDecay(Operation):
    """d = dw + λ w: the gradient of the loss plus (λ/2) ‖w‖²."""

    key = "weight decay"
    title = "weight decay"
    reads = ("dw", "w")
    writes = ("d",)
    scalars = ("λ",)

    @staticmethod
    def twin(d_w: Array, w: Array, d: Array, decay: float) -> None:
        d[...] = d_w + w.dtype.type(decay) * w

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        d_w = vec(memory, at, 0)
        w = vec(memory, at, 1)
        d = vec(memory, at, 2)
        decay = memory.dtype.type(s[0])
        for i in range(w.shape[0]):
            d[i] = d_w[i] + decay * w[i]


class DecoupledDecay(Operation):
    """w <- (1 - lr λ) w, apart from the gradient (Loshchilov and Hutter 2019)."""

    key = "decoupled decay"
    title = "weight decay"
    reads = ("η", "w")
    writes = ("w",)
    scalars = ("λ",)

    @staticmethod
    def twin(lr: Array, w: Array, decay: float) -> None:
        w *= w.dtype.type(1 - float(lr) * decay)

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        factor = memory.dtype.type(1.0 - np.float64(vec(memory, at, 0)[0]) * s[0])
        w = vec(memory, at, 1)
        for i in range(w.shape[0]):
            w[i] *= factor


class Momentum(Operation):
    """v <- μ v + d. From v = 0 the first step gives v = d, where PyTorch starts its average."""

    key = "momentum"
    title = "momentum"
    reads = ("d", "v")
    writes = ("v",)
    scalars = ("μ",)

    @staticmethod
    def twin(d: Array, v: Array, momentum: float) -> None:
        v *= v.dtype.type(momentum)
        v += d

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        d = vec(memory, at, 0)
        v = vec(memory, at, 1)
        momentum = memory.dtype.type(s[0])
        for i in range(v.shape[0]):
            v[i] = momentum * v[i] + d[i]


class LookAhead(Operation):
    """u = d + μ v, Nesterov's step as `torch.optim.SGD` has it (Sutskever et al. 2013)."""

    key = "nesterov"
    title = "nesterov"
    reads = ("d", "v")
    writes = ("u",)
    scalars = ("μ",)

    @staticmethod
    def twin(d: Array, v: Array, u: Array, momentum: float) -> None:
        u[...] = d + v.dtype.type(momentum) * v

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        d = vec(memory, at, 0)
        v = vec(memory, at, 1)
        u = vec(memory, at, 2)
        momentum = memory.dtype.type(s[0])
        for i in range(u.shape[0]):
            u[i] = d[i] + momentum * v[i]
