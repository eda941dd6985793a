"""Linear layers: z = x Wᵀ + b and its three gradients."""

from __future__ import annotations

import numpy as np

from bnsim.engine.kernels.products import multiply, multiply_by_turned, multiply_turned
from bnsim.engine.kernels.subnormal import has_vanished, lower, raise_to
from bnsim.engine.kernels.sums import BLOCK, STRIP, add_rows, clear, gather, strip, total_over_batch, wide_strip
from bnsim.engine.kernels.views import mat, piece, vec
from bnsim.engine.operation import Array, Operation


class Forward(Operation):
    """Weight of shape (units, in), as PyTorch has it. Wᵀ is a copy to multiply with, empty where none is made."""

    key = "linear"
    title = "linear"
    reads = ("x", "W", "b")
    writes = ("z",)
    scratch = ("Wᵀ",)

    @staticmethod
    def twin(x: Array, weight: Array, bias: Array, z: Array, scratch: Array) -> None:
        np.matmul(x, weight.T, out=z)
        z += bias

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        bias = vec(memory, at, 2)
        z = mat(memory, at, 3)
        multiply_by_turned(mat(memory, at, 0), mat(memory, at, 1), z, mat(memory, at, 4), clock[1])
        for i in range(z.shape[0]):
            for j in range(z.shape[1]):
                z[i, j] += bias[j]


class ForwardWithoutBias(Operation):
    """z = x Wᵀ."""

    key = "linear without bias"
    title = "linear"
    reads = ("x", "W")
    writes = ("z",)
    scratch = ("Wᵀ",)

    @staticmethod
    def twin(x: Array, weight: Array, z: Array, scratch: Array) -> None:
        np.matmul(x, weight.T, out=z)

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        z, turned = mat(memory, at, 2), mat(memory, at, 3)
        multiply_by_turned(mat(memory, at, 0), mat(memory, at, 1), z, turned, clock[1])


class WeightGradient(Operation):
    """dW = gᵀ x, summed over the batch."""

    key = "linear dW"
    title = "dW"
    reads = ("g", "x")
    writes = ("dW",)
    scratch = ("raised g",)

    @staticmethod
    def twin(g: Array, x: Array, d_weight: Array, scratch: Array) -> None:
        np.matmul(g.T, x, out=d_weight)

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        g = mat(memory, at, 0)
        vanished = has_vanished(g)
        if vanished:
            g = mat(memory, at, 3)
            raise_to(vec(memory, at, 0), vec(memory, at, 3))
        multiply_turned(g, mat(memory, at, 1), mat(memory, at, 2), clock[1])
        if vanished:
            lower(vec(memory, at, 2))


def sum_over_batch(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
    """Operand 1 = sum of the rows of operand 0."""
    g = mat(memory, at, 0)
    total = vec(memory, at, 1)
    part = strip(memory)
    wide = wide_strip(memory)
    rows, columns = g.shape
    for first in range(0, columns, STRIP):
        width = min(STRIP, columns - first)
        clear(part, width)
        clear(wide, width)
        for start in range(0, rows, BLOCK):
            add_rows(g, start, min(start + BLOCK, rows), first, part, width)
            gather(part, wide, width)
        out = piece(total, first, width)
        for j in range(width):
            out[j] = wide[j]


class BiasGradient(Operation):
    """db = sum of g over the batch."""

    key = "linear db"
    title = "db"
    reads = ("g",)
    writes = ("db",)

    @staticmethod
    def twin(g: Array, d_bias: Array) -> None:
        d_bias[...] = total_over_batch(g, 0)

    kernel = staticmethod(sum_over_batch)


class InputGradient(Operation):
    """dx = g W."""

    key = "linear dx"
    title = "dx"
    reads = ("g", "W")
    writes = ("dx",)
    scratch = ("raised g",)

    @staticmethod
    def twin(g: Array, weight: Array, d_x: Array, scratch: Array) -> None:
        np.matmul(g, weight, out=d_x)

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        g = mat(memory, at, 0)
        vanished = has_vanished(g)
        if vanished:
            g = mat(memory, at, 3)
            raise_to(vec(memory, at, 0), vec(memory, at, 3))
        multiply(g, mat(memory, at, 1), mat(memory, at, 2), clock[1])
        if vanished:
            lower(vec(memory, at, 2))
