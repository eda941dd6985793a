"""Smooth relatives of ReLU, and the error function. Slopes read the input: the output does not tell enough of it."""

from __future__ import annotations

import math
from typing import Any

from bnsim.engine.kernels.composed import bell, normal, normal_density, sigma, softplus
from bnsim.engine.kernels.elementary import absolute, erf, maximum, minimum, named, tanh, where
from bnsim.engine.kernels.elementwise import Elementwise
from bnsim.engine.kernels.exponential import exp
from bnsim.spec import activations

TANH_SLOPE, TANH_CUBIC = math.sqrt(2 / math.pi), 0.044715
"""GELU by tanh: Hendrycks and Gimpel 2016, and PyTorch."""
ERF_SLOPE = 2 / math.sqrt(math.pi)
MISH_END = 2000.0
"""exp of half of it is infinite in either precision."""


class Erf(Elementwise):
    """y = erf x; dx = g 2/√π exp(-x²)."""

    key = "erf"
    layer = activations.Erf
    slope_note = "c = 2/√π"

    @staticmethod
    def value(n: Any, x: Any) -> Any:
        return erf(x)

    @staticmethod
    def slope(n: Any, x: Any) -> Any:
        return n(ERF_SLOPE) * bell(n, x)

    @staticmethod
    def slope_formula(n: Any, x: Any) -> Any:
        return named("c", n(ERF_SLOPE)) * exp(-(x**2))


class GELU(Elementwise):
    """y = x Φ(x), Φ the standard normal distribution; dx = g (Φ(x) + x φ(x))."""

    key = "gelu"
    layer = activations.GELU
    source = "Hendrycks & Gimpel 2016"

    @classmethod
    def fits(cls, layer: Any) -> bool:
        return isinstance(layer, cls.layer) and layer.approximate == "none"

    @staticmethod
    def value(n: Any, x: Any) -> Any:
        return x * normal(n, x)

    @staticmethod
    def slope(n: Any, x: Any) -> Any:
        return normal(n, x) + x * normal_density(n, x)


class TanhGELU(Elementwise):
    """y = x (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2; dx = g ((1 + t)/2 + x (1 - t²) u'/2), where t = tanh u(x)."""

    key = "gelu by tanh"
    title = "gelu"
    layer = activations.GELU
    source = "Hendrycks & Gimpel 2016"
    note = "c = √(2/π)"
    slope_note = "t = tanh(c (x + 0.0447 x³)), c = √(2/π)"

    @classmethod
    def fits(cls, layer: Any) -> bool:
        return isinstance(layer, cls.layer) and layer.approximate == "tanh"

    @staticmethod
    def value(n: Any, x: Any) -> Any:
        return n(0.5) * x * (n(1) + tanh(n(TANH_SLOPE) * (x + n(TANH_CUBIC) * (x * x * x))))

    @staticmethod
    def slope(n: Any, x: Any) -> Any:
        t = tanh(n(TANH_SLOPE) * (x + n(TANH_CUBIC) * (x * x * x)))
        d_inner = n(TANH_SLOPE) * (n(1) + n(3 * TANH_CUBIC) * (x * x))
        return n(0.5) * (n(1) + t) + n(0.5) * x * ((n(1) - t * t) * d_inner)

    @staticmethod
    def formula(n: Any, x: Any) -> Any:
        c = named("c", n(TANH_SLOPE))
        return x / n(2) * (n(1) + tanh(c * (x + n(TANH_CUBIC) * x**3)))

    @staticmethod
    def slope_formula(n: Any, x: Any) -> Any:
        c = named("c", n(TANH_SLOPE))
        t = named("t", tanh(c * (x + n(TANH_CUBIC) * x**3)))
        return n(0.5) * (n(1) + t + x * (n(1) - t**2) * (c * (n(1) + n(3 * TANH_CUBIC) * x**2)))


class SiLU(Elementwise):
    """y = x / (1 + exp(-x)); dx = g σ(x) (1 + x (1 - σ(x)))."""

    key = "silu"
    layer = activations.SiLU

    @staticmethod
    def value(n: Any, x: Any) -> Any:
        above = x > n(0)
        # As in Mish: the exponential by its root, twice, since x times it may be a number where it is 0.
        root = exp(n(-0.5) * absolute(x))
        share = n(1) / (n(1) + root * root)
        below = maximum(n(-MISH_END), minimum(n(0), x))
        return where(above, x * share, below * root * share * root)

    @staticmethod
    def formula(n: Any, x: Any) -> Any:
        return x / (n(1) + exp(-x))

    @staticmethod
    def slope(n: Any, x: Any) -> Any:
        p = sigma(n, x)
        return p * (n(1) + x * (n(1) - p))


class Mish(Elementwise):
    """y = x tanh(softplus(x)); dx = g (t + x σ(x) (1 - t²)), where t = tanh(softplus(x)).

    With u = exp(-|x|), t is (1 + 2u) / (1 + 2u + 2u²) above zero and u (2 + u) / (2 + 2u + u²) below: sums of positive
    numbers, whose digits do not cancel as those of 1 - t² do, and one exp, which does not overflow. Below zero the
    factor u comes last and by its root, twice: x u may still be a number where u alone is 0. Nothing changes any more
    beyond ±MISH_END, where infinity times 0 would be NaN.
    """

    key = "mish"
    layer = activations.Mish
    source = "Misra 2019"
    slope_note = "t = tanh(log(1 + eˣ))"

    @staticmethod
    def value(n: Any, x: Any) -> Any:
        above = x > n(0)
        root = exp(n(-0.5) * absolute(x))
        u = root * root
        bottom = where(above, n(1) + n(2) * u * (n(1) + u), n(2) + u * (n(2) + u))
        share = where(above, n(1) + n(2) * u, n(2) + u) / bottom
        below = maximum(n(-MISH_END), minimum(n(0), x))
        return where(above, x * share, below * root * share * root)

    @staticmethod
    def slope(n: Any, x: Any) -> Any:
        above = x > n(0)
        root = exp(n(-0.5) * absolute(x))
        u = root * root
        bottom = where(above, n(1) + n(2) * u * (n(1) + u), n(2) + u * (n(2) + u))
        top = where(above, n(1) + n(2) * u, n(2) + u)
        bend = maximum(n(-MISH_END), minimum(n(MISH_END), x)) * where(above, u * u, n(1)) * (n(4) * (n(1) + u))
        slope = (top * bottom + bend) / (bottom * bottom)
        return where(above, slope, root * slope * root)

    @staticmethod
    def formula(n: Any, x: Any) -> Any:
        return x * tanh(softplus(n, x))

    @staticmethod
    def slope_formula(n: Any, x: Any) -> Any:
        t = named("t", tanh(softplus(n, x)))
        return t + x * sigma(n, x) * (n(1) - t**2)


class Softplus(Elementwise):
    """y = log(1 + exp(β x)) / β, and x itself where β x is above the threshold τ; dx = g σ(β x), and g there."""

    key = "softplus"
    layer = activations.Softplus
    scalars = ("β", "τ")
    note = "τ is the threshold, above which it is linear"

    @staticmethod
    def value(n: Any, x: Any, beta: Any, threshold: Any) -> Any:
        u = n(beta) * x
        return where(u > n(threshold), x, softplus(n, u) / n(beta))

    @staticmethod
    def slope(n: Any, x: Any, beta: Any, threshold: Any) -> Any:
        u = n(beta) * x
        return where(u > n(threshold), n(1), sigma(n, u))

    @staticmethod
    def formula(n: Any, x: Any, beta: Any, threshold: Any) -> Any:
        u = n(beta) * x
        return where(u <= n(threshold), n(1) / n(beta) * softplus(n, u), x)

    @staticmethod
    def slope_formula(n: Any, x: Any, beta: Any, threshold: Any) -> Any:
        u = n(beta) * x
        return where(u <= n(threshold), n(1) / (n(1) + exp(-u)), n(1))

    @staticmethod
    def kinks(beta: float, threshold: float) -> tuple[float, ...]:
        return (threshold / beta,)
