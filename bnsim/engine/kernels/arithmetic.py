"""Plain arithmetic that blocks, shared parameters and accumulation need."""

from __future__ import annotations

import numpy as np

from bnsim.engine.kernels.views import vec
from bnsim.engine.operation import Array, Operation


class Add(Operation):
    """c = a + b."""

    key = "add"
    title = "add"
    reads = ("a", "b")
    writes = ("c",)

    @staticmethod
    def twin(a: Array, b: Array, c: Array) -> None:
        np.add(a, b, out=c)

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        a = vec(memory, at, 0)
        b = vec(memory, at, 1)
        c = vec(memory, at, 2)
        for i in range(c.shape[0]):
            c[i] = a[i] + b[i]


class Scale(Operation):
    """b = k a."""

    key = "scale"
    title = "scale"
    reads = ("a",)
    writes = ("b",)
    scalars = ("k",)

    @staticmethod
    def twin(a: Array, b: Array, k: float) -> None:
        np.multiply(a, a.dtype.type(k), out=b)

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        a = vec(memory, at, 0)
        b = vec(memory, at, 1)
        k = memory.dtype.type(s[0])
        for i in range(b.shape[0]):
            b[i] = k * a[i]


class Copy(Operation):
    """b = a."""

    key = "copy"
    title = "copy"
    reads = ("a",)
    writes = ("b",)

    @staticmethod
    def twin(a: Array, b: Array) -> None:
        b[...] = a

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        a = vec(memory, at, 0)
        b = vec(memory, at, 1)
        for i in range(b.shape[0]):
            b[i] = a[i]
