"""An activation under a normal distribution: means of its value and of its derivative."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from bnsim.engine.flat import flat_of
from bnsim.engine.kernels.elementwise import elementwise_of
from bnsim.spec.activations import Activation
from bnsim.theory.gaussian import Array, mean


class Function:
    """An activation φ with its derivative, and their means over inputs from N(0, q)."""

    def __init__(self, activation: Activation) -> None:
        known = elementwise_of(activation)
        self._known = known
        self._scalars = () if known is None else known.numbers(activation)
        self._kinks = (0.0,) if known is None else (0.0, *known.kinks(*self._scalars))

    def variance(self, q: float) -> float:
        """Var[φ(√q z)]."""
        return self.mean_square(q) - self.mean(q) ** 2

    def _value(self, x: Array) -> Array:
        return x if self._known is None else np.asarray(self._known.value(np.float64, x, *self._scalars), np.float64)

    def _slope(self, x: Array) -> Array:
        if self._known is None:
            return np.ones_like(x)
        read = x if self._known.reads == "x" else self._value(x)
        return np.asarray(self._known.slope(np.float64, read, *self._scalars), np.float64) * np.ones_like(x)

    def _mean(self, f: Callable[[Array], Array], q: float) -> float:
        root = math.sqrt(q)
        with np.errstate(over="ignore", under="ignore"):
            return mean(lambda z: f(root * z), [kink / root for kink in self._kinks])

    def mean(self, q: float) -> float:
        """E[φ(√q z)]."""
        return self._mean(self._value, q)

    def mean_square(self, q: float) -> float:
        """E[φ(√q z)²]."""
        return self._mean(lambda x: self._value(x) ** 2, q)

    def mean_square_slope(self, q: float) -> float:
        """E[φ'(√q z)²]."""
        return self._mean(lambda x: self._slope(x) ** 2, q)


def largest_slope(activation: Activation) -> float:
    """The largest size of its derivative, by which at most it multiplies a gradient: sigmoid 1/4, tanh and ReLU 1.

    Above 1 are erf 2/√π, SELU 1.758, GELU 1.129, SiLU 1.100 and Mish 1.089, at some point each.
    """
    flat = flat_of(activation)
    return 1.0 if flat is None else flat.top
