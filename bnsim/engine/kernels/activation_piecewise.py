"""Activations with a corner at zero or at chosen ends. Slopes read the input, whose sign is certain."""

from __future__ import annotations

from typing import Any

from bnsim.engine.kernels.elementary import maximum, minimum, neither, where
from bnsim.engine.kernels.elementwise import Elementwise
from bnsim.engine.kernels.exponential import exp, expm1_below
from bnsim.spec import activations

SELU_ALPHA, SELU_SCALE = 1.6732632423543772, 1.0507009873554805
"""Klambauer et al. 2017; the digits are PyTorch's."""


class LeakyReLU(Elementwise):
    """y = x where x > 0, else a x; dx = g where x > 0, else a g."""

    key = "leaky relu"
    layer = activations.LeakyReLU
    scalars = ("a",)

    @staticmethod
    def value(n: Any, x: Any, a: Any) -> Any:
        return where(x > n(0), x, n(a) * x)

    @staticmethod
    def slope(n: Any, x: Any, a: Any) -> Any:
        return where(x > n(0), n(1), n(a))

    @staticmethod
    def kinks(a: float) -> tuple[float, ...]:
        return (0.0,)


class ELU(Elementwise):
    """y = x where x > 0, else α (exp(x) - 1); dx = g where x > 0, else g α exp(x)."""

    key = "elu"
    layer = activations.ELU
    scalars = ("α",)
    source = "Clevert et al. 2016"

    @staticmethod
    def value(n: Any, x: Any, alpha: Any) -> Any:
        return where(x > n(0), x, n(alpha) * expm1_below(x))

    @staticmethod
    def slope(n: Any, x: Any, alpha: Any) -> Any:
        return where(x > n(0), n(1), n(alpha) * exp(x))

    @staticmethod
    def kinks(alpha: float) -> tuple[float, ...]:
        return (0.0,)


class SELU(Elementwise):
    """y = λ x where x > 0, else λ α (exp(x) - 1); dx = g λ where x > 0, else g λ α exp(x)."""

    key = "selu"
    layer = activations.SELU
    scalars = ("α", "λ")
    source = "Klambauer et al. 2017"

    @classmethod
    def numbers(cls, layer: Any) -> tuple[float, ...]:
        return SELU_ALPHA, SELU_SCALE

    @staticmethod
    def value(n: Any, x: Any, alpha: Any, scale: Any) -> Any:
        return where(x > n(0), n(scale) * x, n(alpha * scale) * expm1_below(x))

    @staticmethod
    def slope(n: Any, x: Any, alpha: Any, scale: Any) -> Any:
        return where(x > n(0), n(scale), n(alpha * scale) * exp(x))

    @staticmethod
    def formula(n: Any, x: Any, alpha: Any, scale: Any) -> Any:
        return n(scale) * ELU.value(n, x, alpha)

    @staticmethod
    def slope_formula(n: Any, x: Any, alpha: Any, scale: Any) -> Any:
        return n(scale) * ELU.slope(n, x, alpha)

    @staticmethod
    def kinks(alpha: float, scale: float) -> tuple[float, ...]:
        return (0.0,)


class Hardtanh(Elementwise):
    """y = x between a and b, clamped outside; dx = g where a < x < b, else 0; 0 at the ends, as PyTorch has it."""

    key = "hardtanh"
    layer = activations.Hardtanh
    scalars = ("a", "b")

    @staticmethod
    def value(n: Any, x: Any, low: Any, high: Any) -> Any:
        return minimum(n(high), maximum(n(low), x))

    @staticmethod
    def slope(n: Any, x: Any, low: Any, high: Any) -> Any:
        return neither(x <= n(low), x >= n(high))

    @staticmethod
    def formula(n: Any, x: Any, low: Any, high: Any) -> Any:
        return minimum(maximum(x, n(low)), n(high))

    @staticmethod
    def slope_formula(n: Any, x: Any, low: Any, high: Any) -> Any:
        return (n(low) < x) & (x < n(high))

    @staticmethod
    def kinks(low: float, high: float) -> tuple[float, ...]:
        return low, high
