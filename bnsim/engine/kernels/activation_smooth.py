"""Smooth relatives of ReLU. Gradients read the input: the output does not determine it."""

from __future__ import annotations

import math

import numpy as np

from bnsim.engine.kernels.exponential import exp
from bnsim.engine.kernels.logarithm import log1p_below
from bnsim.engine.kernels.views import vec
from bnsim.engine.operation import Array, Operation

ROOT_HALF = math.sqrt(0.5)
"""Φ(x) = (1 + erf(x / √2)) / 2."""
DENSITY = 1 / math.sqrt(2 * math.pi)
"""φ(0) of the standard normal density."""
TANH_SLOPE, TANH_CUBIC = math.sqrt(2 / math.pi), 0.044715
"""GELU by tanh: Hendrycks and Gimpel 2016, and PyTorch."""


def _erf(x: Array) -> Array:
    """SciPy's, imported only when a twin needs it: NumPy has none."""
    from scipy.special import erf

    return np.asarray(erf(x))


class GELU(Operation):
    """y = x Φ(x), Φ the standard normal distribution."""

    key = "gelu"
    title = "gelu"
    equation = r"y = x\, \Phi(x) = \tfrac{x}{2} \Big(1 + \mathrm{erf} \tfrac{x}{\sqrt2}\Big)"
    reads = ("x",)
    writes = ("y",)

    @staticmethod
    def twin(x: Array, y: Array) -> None:
        kind = x.dtype.type
        y[...] = x * (kind(0.5) * (1 + _erf(x * kind(ROOT_HALF))))

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        x = vec(memory, at, 0)
        y = vec(memory, at, 1)
        one = memory.dtype.type(1)
        half = memory.dtype.type(0.5)
        root = memory.dtype.type(ROOT_HALF)
        for i in range(x.shape[0]):
            y[i] = x[i] * (half * (one + math.erf(x[i] * root)))


class GELUGradient(Operation):
    """dx = g (Φ(x) + x φ(x))."""

    key = "gelu dx"
    title = "dx"
    equation = r"\frac{\partial \ell}{\partial x} = g\, (\Phi(x) + x\, \varphi(x))"
    reads = ("g", "x")
    writes = ("dx",)

    @staticmethod
    def twin(g: Array, x: Array, d_x: Array) -> None:
        kind = x.dtype.type
        below = kind(0.5) * (1 + _erf(x * kind(ROOT_HALF)))
        d_x[...] = g * (below + x * (np.exp(x * x * kind(-0.5)) * kind(DENSITY)))

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        g = vec(memory, at, 0)
        x = vec(memory, at, 1)
        d_x = vec(memory, at, 2)
        one = memory.dtype.type(1)
        half = memory.dtype.type(0.5)
        root = memory.dtype.type(ROOT_HALF)
        density = memory.dtype.type(DENSITY)
        for i in range(g.shape[0]):
            below = half * (one + math.erf(x[i] * root))
            d_x[i] = g[i] * (below + x[i] * (exp(x[i] * x[i] * -half) * density))


class TanhGELU(Operation):
    """y = x (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2."""

    key = "gelu by tanh"
    title = "gelu"
    equation = r"y = \tfrac{x}{2} \Big(1 + \tanh \sqrt{\tfrac{2}{\pi}} (x + 0.044715\, x^3)\Big)"
    reads = ("x",)
    writes = ("y",)

    @staticmethod
    def twin(x: Array, y: Array) -> None:
        kind = x.dtype.type
        inner = kind(TANH_SLOPE) * (x + kind(TANH_CUBIC) * (x * x * x))
        y[...] = kind(0.5) * x * (1 + np.tanh(inner))

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        x = vec(memory, at, 0)
        y = vec(memory, at, 1)
        one = memory.dtype.type(1)
        half = memory.dtype.type(0.5)
        slope = memory.dtype.type(TANH_SLOPE)
        cubic = memory.dtype.type(TANH_CUBIC)
        for i in range(x.shape[0]):
            inner = slope * (x[i] + cubic * (x[i] * x[i] * x[i]))
            y[i] = half * x[i] * (one + np.tanh(inner))


class TanhGELUGradient(Operation):
    """dx = g ((1 + t)/2 + x (1 - t²) u'/2), where t = tanh u(x)."""

    key = "gelu by tanh dx"
    title = "dx"
    equation = (
        r"\frac{\partial \ell}{\partial x} = \tfrac{g}{2} \big(1 + t + x\, (1 - t^2)\, u'\big),\quad"
        r" t = \tanh u,\ u' = \sqrt{\tfrac{2}{\pi}} (1 + 0.134145\, x^2)"
    )
    reads = ("g", "x")
    writes = ("dx",)

    @staticmethod
    def twin(g: Array, x: Array, d_x: Array) -> None:
        kind = x.dtype.type
        t = np.tanh(kind(TANH_SLOPE) * (x + kind(TANH_CUBIC) * (x * x * x)))
        d_inner = kind(TANH_SLOPE) * (1 + kind(3 * TANH_CUBIC) * (x * x))
        d_x[...] = g * (kind(0.5) * (1 + t) + kind(0.5) * x * ((1 - t * t) * d_inner))

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        g = vec(memory, at, 0)
        x = vec(memory, at, 1)
        d_x = vec(memory, at, 2)
        one = memory.dtype.type(1)
        half = memory.dtype.type(0.5)
        slope = memory.dtype.type(TANH_SLOPE)
        cubic = memory.dtype.type(TANH_CUBIC)
        three_cubic = memory.dtype.type(3.0 * TANH_CUBIC)
        for i in range(g.shape[0]):
            t = np.tanh(slope * (x[i] + cubic * (x[i] * x[i] * x[i])))
            d_inner = slope * (one + three_cubic * (x[i] * x[i]))
            d_x[i] = g[i] * (half * (one + t) + half * x[i] * ((one - t * t) * d_inner))


class SiLU(Operation):
    """y = x / (1 + exp(-x))."""

    key = "silu"
    title = "silu"
    equation = r"y = \frac{x}{1 + e^{-x}}"
    reads = ("x",)
    writes = ("y",)

    @staticmethod
    def twin(x: Array, y: Array) -> None:
        with np.errstate(over="ignore"):
            y[...] = x / (1 + np.exp(-x))

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        x = vec(memory, at, 0)
        y = vec(memory, at, 1)
        one = memory.dtype.type(1)
        for i in range(x.shape[0]):
            y[i] = x[i] / (one + exp(-x[i]))


class SiLUGradient(Operation):
    """dx = g σ(x) (1 + x (1 - σ(x)))."""

    key = "silu dx"
    title = "dx"
    equation = r"\frac{\partial \ell}{\partial x} = g\, \sigma(x)\, \big(1 + x\, (1 - \sigma(x))\big)"
    reads = ("g", "x")
    writes = ("dx",)

    @staticmethod
    def twin(g: Array, x: Array, d_x: Array) -> None:
        with np.errstate(over="ignore"):
            p = 1 / (1 + np.exp(-x))
        d_x[...] = g * (p * (1 + x * (1 - p)))

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        g = vec(memory, at, 0)
        x = vec(memory, at, 1)
        d_x = vec(memory, at, 2)
        one = memory.dtype.type(1)
        for i in range(g.shape[0]):
            p = one / (one + exp(-x[i]))
            d_x[i] = g[i] * (p * (one + x[i] * (one - p)))


class Softplus(Operation):
    """y = log(1 + exp(β x)) / β, and x itself where β x is above the threshold; written so that nothing overflows."""

    key = "softplus"
    title = "softplus"
    equation = r"y = \tfrac{1}{\beta} \log (1 + e^{\beta x})"
    reads = ("x",)
    writes = ("y",)
    scalars = ("β", "threshold")

    @staticmethod
    def twin(x: Array, y: Array, beta: float, threshold: float) -> None:
        kind = x.dtype.type
        u = x * kind(beta)
        bent = (np.maximum(u, 0) + np.log1p(np.exp(-np.abs(u)))) / kind(beta)
        y[...] = np.where(u > kind(threshold), x, bent)

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        x = vec(memory, at, 0)
        y = vec(memory, at, 1)
        zero = memory.dtype.type(0)
        beta = memory.dtype.type(s[0])
        threshold = memory.dtype.type(s[1])
        for i in range(x.shape[0]):
            u = x[i] * beta
            above = u if u > zero else zero
            bent = (above + log1p_below(exp(-abs(u)))) / beta
            y[i] = x[i] if u > threshold else bent


class SoftplusGradient(Operation):
    """dx = g σ(β x), and g where β x is above the threshold."""

    key = "softplus dx"
    title = "dx"
    equation = r"\frac{\partial \ell}{\partial x} = \frac{g}{1 + e^{-\beta x}}"
    reads = ("g", "x")
    writes = ("dx",)
    scalars = ("β", "threshold")

    @staticmethod
    def twin(g: Array, x: Array, d_x: Array, beta: float, threshold: float) -> None:
        kind = x.dtype.type
        u = x * kind(beta)
        with np.errstate(over="ignore"):
            d_x[...] = np.where(u > kind(threshold), g, g * (1 / (1 + np.exp(-u))))

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        g = vec(memory, at, 0)
        x = vec(memory, at, 1)
        d_x = vec(memory, at, 2)
        one = memory.dtype.type(1)
        beta = memory.dtype.type(s[0])
        threshold = memory.dtype.type(s[1])
        for i in range(g.shape[0]):
            u = x[i] * beta
            bent = g[i] * (one / (one + exp(-u)))
            d_x[i] = g[i] if u > threshold else bent
