"""Functions that several activations share, written in elementary ones; kernels compile them as they stand."""

from __future__ import annotations

import math
from typing import Any

from bnsim.engine.kernels.elementary import Function, absolute, erfc, maximum, minimum, symbolic, where
from bnsim.engine.kernels.exponential import exp
from bnsim.engine.kernels.logarithm import log1p_below

ROOT_HALF = math.sqrt(0.5)
DENSITY = 1 / math.sqrt(2 * math.pi)
"""φ(0) of the standard normal density."""

BELL_END = 30.0
"""Where exp(-x²) is zero in either precision."""
ROUND_32, ROUND_64 = 1.5 * 2.0**18, 1.5 * 2.0**47
"""Added and taken off again in float32 or float64, they round a number below a thousand to 32nds."""

COMPOSED: dict[Function, Function] = {}
"""By the function that is called, the one that is compiled."""


def composed(function: Function) -> Function:
    """Makes it known to the kernels, and lets a symbol say how it is written."""
    call = symbolic(function)
    COMPOSED[call] = function
    return call


@composed
def sigma(n: Any, x: Any) -> Any:
    """1 / (1 + exp(-x)), by the exponential that does not overflow: far below zero it is exp(x), to its last digit."""
    below = x < n(0)
    u = exp(where(below, x, -x))
    return where(below, u, n(1)) / (n(1) + u)


@composed
def softplus(n: Any, x: Any) -> Any:
    """log(1 + exp(x)), written so that nothing overflows."""
    return maximum(n(0), x) + log1p_below(exp(-absolute(x)))


@composed
def normal(n: Any, x: Any) -> Any:
    """Φ(x), the share of a standard normal variable that is below x: (1 + erf(x / √2)) / 2, without a difference."""
    return n(0.5) * erfc(x * n(-ROOT_HALF))


@composed
def normal_density(n: Any, x: Any) -> Any:
    """φ(x), the density of a standard normal variable."""
    return exp(x * x * n(-0.5)) * n(DENSITY)


@composed
def bell(n: Any, x: Any) -> Any:
    """exp(-x²) to its last digits: of x² rounded, exp would make many units in the last place where it is large.

    So x is a multiple of 1/32, whose square is exact, and a small rest (Cody 1969).
    """
    size = minimum(n(BELL_END), absolute(x))
    magic = where(n(1) + n(1e-9) > n(1), n(ROUND_64), n(ROUND_32))
    whole = (size + magic) - magic
    return exp(-whole * whole) * exp(-(size - whole) * (size + whole))
