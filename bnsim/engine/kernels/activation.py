"""Activations: an output from every input, and the gradient through it."""

from __future__ import annotations

import numpy as np

from bnsim.engine.kernels.exponential import exp_beside_one
from bnsim.engine.kernels.views import vec
from bnsim.engine.operation import Array, Operation


class Sigmoid(Operation):
    """y = 1 / (1 + exp(-x))."""

    key = "sigmoid"
    title = "sigmoid"
    equation = r"y = \frac{1}{1 + e^{-x}}"
    reads = ("x",)
    writes = ("y",)

    @staticmethod
    def twin(x: Array, y: Array) -> None:
        with np.errstate(over="ignore"):
            y[...] = 1 / (1 + np.exp(-x))

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        x = vec(memory, at, 0)
        y = vec(memory, at, 1)
        one = memory.dtype.type(1)
        for i in range(x.shape[0]):
            y[i] = one / (one + exp_beside_one(-x[i]))


class SigmoidGradient(Operation):
    """dx = g y (1 - y)."""

    key = "sigmoid dx"
    title = "dx"
    equation = r"\frac{\partial \ell}{\partial x} = g\, y\, (1 - y)"
    reads = ("g", "y")
    writes = ("dx",)

    @staticmethod
    def twin(g: Array, y: Array, d_x: Array) -> None:
        d_x[...] = g * (y * (1 - y))

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        g = vec(memory, at, 0)
        y = vec(memory, at, 1)
        d_x = vec(memory, at, 2)
        one = memory.dtype.type(1)
        for i in range(g.shape[0]):
            d_x[i] = g[i] * (y[i] * (one - y[i]))


class Tanh(Operation):
    """y = tanh x."""

    key = "tanh"
    title = "tanh"
    equation = r"y = \tanh x"
    reads = ("x",)
    writes = ("y",)

    @staticmethod
    def twin(x: Array, y: Array) -> None:
        np.tanh(x, out=y)

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        x = vec(memory, at, 0)
        y = vec(memory, at, 1)
        for i in range(x.shape[0]):
            y[i] = np.tanh(x[i])


class TanhGradient(Operation):
    """dx = g (1 - y²)."""

    key = "tanh dx"
    title = "dx"
    equation = r"\frac{\partial \ell}{\partial x} = g\, (1 - y^2)"
    reads = ("g", "y")
    writes = ("dx",)

    @staticmethod
    def twin(g: Array, y: Array, d_x: Array) -> None:
        d_x[...] = g * (1 - y * y)

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        g = vec(memory, at, 0)
        y = vec(memory, at, 1)
        d_x = vec(memory, at, 2)
        one = memory.dtype.type(1)
        for i in range(g.shape[0]):
            d_x[i] = g[i] * (one - y[i] * y[i])


class ReLU(Operation):
    """y = max(0, x)."""

    key = "relu"
    title = "relu"
    equation = r"y = \max(0, x)"
    reads = ("x",)
    writes = ("y",)

    @staticmethod
    def twin(x: Array, y: Array) -> None:
        np.maximum(x, 0, out=y)

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        x = vec(memory, at, 0)
        y = vec(memory, at, 1)
        zero = memory.dtype.type(0)
        for i in range(x.shape[0]):
            # NaN must pass through: the comparison is false for it, as wanted.
            y[i] = zero if x[i] < zero else x[i]


class ReLUGradient(Operation):
    """dx = g where y > 0, else 0; 0 at 0, as PyTorch has it."""

    key = "relu dx"
    title = "dx"
    equation = r"\frac{\partial \ell}{\partial x} = g\, [\,y > 0\,]"
    reads = ("g", "y")
    writes = ("dx",)

    @staticmethod
    def twin(g: Array, y: Array, d_x: Array) -> None:
        d_x[...] = np.where(y > 0, g, 0)

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        g = vec(memory, at, 0)
        y = vec(memory, at, 1)
        d_x = vec(memory, at, 2)
        zero = memory.dtype.type(0)
        for i in range(g.shape[0]):
            d_x[i] = g[i] if y[i] > zero else zero
