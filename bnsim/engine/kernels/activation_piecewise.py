"""Activations with a corner at zero or at chosen ends. Gradients read the input, whose sign is certain."""

from __future__ import annotations

import numpy as np

from bnsim.engine.kernels.exponential import exp, expm1_below
from bnsim.engine.kernels.views import vec
from bnsim.engine.operation import Array, Operation


class LeakyReLU(Operation):
    """y = x where x > 0, else a x."""

    key = "leaky relu"
    title = "leaky relu"
    equation = r"y = \max(0, x) + a \min(0, x)"
    reads = ("x",)
    writes = ("y",)
    scalars = ("a",)

    @staticmethod
    def twin(x: Array, y: Array, slope: float) -> None:
        y[...] = np.where(x > 0, x, x * x.dtype.type(slope))

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        x = vec(memory, at, 0)
        y = vec(memory, at, 1)
        zero = memory.dtype.type(0)
        slope = memory.dtype.type(s[0])
        for i in range(x.shape[0]):
            y[i] = x[i] if x[i] > zero else x[i] * slope


class LeakyReLUGradient(Operation):
    """dx = g where x > 0, else a g."""

    key = "leaky relu dx"
    title = "dx"
    equation = r"\frac{\partial \ell}{\partial x} = g\, ([\,x > 0\,] + a\, [\,x \le 0\,])"
    reads = ("g", "x")
    writes = ("dx",)
    scalars = ("a",)

    @staticmethod
    def twin(g: Array, x: Array, d_x: Array, slope: float) -> None:
        d_x[...] = np.where(x > 0, g, g * g.dtype.type(slope))

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        g = vec(memory, at, 0)
        x = vec(memory, at, 1)
        d_x = vec(memory, at, 2)
        zero = memory.dtype.type(0)
        slope = memory.dtype.type(s[0])
        for i in range(g.shape[0]):
            d_x[i] = g[i] if x[i] > zero else g[i] * slope


def exponential_below_zero(x: Array, y: Array, alpha: float, scale: float) -> None:
    """Twin of ELU and SELU."""
    kind = x.dtype.type
    with np.errstate(over="ignore"):
        y[...] = np.where(x > 0, x * kind(scale), np.expm1(x) * kind(alpha * scale))


def exponential_below_zero_gradient(g: Array, x: Array, d_x: Array, alpha: float, scale: float) -> None:
    """Twin of their gradients."""
    kind = x.dtype.type
    d_x[...] = g * np.where(x > 0, kind(scale), np.exp(np.minimum(x, 0)) * kind(alpha * scale))


def exponential_below_zero_kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
    """Kernel of ELU and SELU."""
    x = vec(memory, at, 0)
    y = vec(memory, at, 1)
    zero = memory.dtype.type(0)
    scale = memory.dtype.type(s[1])
    below = memory.dtype.type(s[0] * s[1])
    for i in range(x.shape[0]):
        bent = expm1_below(x[i]) * below
        y[i] = x[i] * scale if x[i] > zero else bent


def exponential_below_zero_gradient_kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
    """Kernel of their gradients."""
    g = vec(memory, at, 0)
    x = vec(memory, at, 1)
    d_x = vec(memory, at, 2)
    zero = memory.dtype.type(0)
    scale = memory.dtype.type(s[1])
    below = memory.dtype.type(s[0] * s[1])
    for i in range(g.shape[0]):
        bent = exp(x[i]) * below
        d_x[i] = g[i] * (scale if x[i] > zero else bent)


class ELU(Operation):
    """y = x where x > 0, else α (exp(x) - 1)."""

    key = "elu"
    title = "elu"
    equation = r"y = \begin{cases} x & x > 0 \\ \alpha\, (e^x - 1) & x \le 0 \end{cases}"
    reads = ("x",)
    writes = ("y",)
    scalars = ("α", "λ")
    twin = staticmethod(exponential_below_zero)
    kernel = staticmethod(exponential_below_zero_kernel)


class ELUGradient(Operation):
    """dx = g where x > 0, else g α exp(x)."""

    key = "elu dx"
    title = "dx"
    equation = r"\frac{\partial \ell}{\partial x} = g \begin{cases} 1 & x > 0 \\ \alpha\, e^x & x \le 0 \end{cases}"
    reads = ("g", "x")
    writes = ("dx",)
    scalars = ("α", "λ")
    twin = staticmethod(exponential_below_zero_gradient)
    kernel = staticmethod(exponential_below_zero_gradient_kernel)


class SELU(Operation):
    """y = λ x where x > 0, else λ α (exp(x) - 1)."""

    key = "selu"
    title = "selu"
    equation = r"y = \lambda \begin{cases} x & x > 0 \\ \alpha\, (e^x - 1) & x \le 0 \end{cases}"
    reads = ("x",)
    writes = ("y",)
    scalars = ("α", "λ")
    twin = staticmethod(exponential_below_zero)
    kernel = staticmethod(exponential_below_zero_kernel)


class SELUGradient(Operation):
    """dx = g λ where x > 0, else g λ α exp(x)."""

    key = "selu dx"
    title = "dx"
    equation = (
        r"\frac{\partial \ell}{\partial x} = g\, \lambda \begin{cases} 1 & x > 0 \\ \alpha\, e^x & x \le 0 \end{cases}"
    )
    reads = ("g", "x")
    writes = ("dx",)
    scalars = ("α", "λ")
    twin = staticmethod(exponential_below_zero_gradient)
    kernel = staticmethod(exponential_below_zero_gradient_kernel)


class Hardtanh(Operation):
    """y = x between a and b, clamped outside."""

    key = "hardtanh"
    title = "hardtanh"
    equation = r"y = \min(\max(x, a), b)"
    reads = ("x",)
    writes = ("y",)
    scalars = ("a", "b")

    @staticmethod
    def twin(x: Array, y: Array, low: float, high: float) -> None:
        np.clip(x, x.dtype.type(low), x.dtype.type(high), out=y)

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        x = vec(memory, at, 0)
        y = vec(memory, at, 1)
        low = memory.dtype.type(s[0])
        high = memory.dtype.type(s[1])
        for i in range(x.shape[0]):
            # NaN must pass through: both comparisons are false for it, as wanted.
            y[i] = low if x[i] < low else (high if x[i] > high else x[i])


class HardtanhGradient(Operation):
    """dx = g where a < x < b, else 0; 0 at the ends, as PyTorch has it."""

    key = "hardtanh dx"
    title = "dx"
    equation = r"\frac{\partial \ell}{\partial x} = g\, [\,a < x < b\,]"
    reads = ("g", "x")
    writes = ("dx",)
    scalars = ("a", "b")

    @staticmethod
    def twin(g: Array, x: Array, d_x: Array, low: float, high: float) -> None:
        kind = x.dtype.type
        d_x[...] = np.where((x <= kind(low)) | (x >= kind(high)), 0, g)

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        g = vec(memory, at, 0)
        x = vec(memory, at, 1)
        d_x = vec(memory, at, 2)
        low = memory.dtype.type(s[0])
        high = memory.dtype.type(s[1])
        zero = memory.dtype.type(0)
        for i in range(g.shape[0]):
            outside = x[i] <= low or x[i] >= high
            d_x[i] = zero if outside else g[i]
