"""Optimizers: the only operations that overwrite a parameter."""

from __future__ import annotations

from bnsim.engine.kernels.views import vec
from bnsim.engine.operation import Array, Operation


class SGD(Operation):
    """w <- w - lr dw."""

    key = "sgd"
    title = "sgd"
    equation = r"w \leftarrow w - \eta\, \frac{\partial \ell}{\partial w}"
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
