"""What activations are written in. Each function takes arrays (twins), one number (kernels) or a symbol (equations).

`n` makes a constant of the right sort: the precision's number type, or what a constant is among symbols.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import numpy as np

Function = Callable[..., Any]


def symbolic(function: Function) -> Function:
    """Where an argument is a symbol, it says how the function is written: `argument.written(name, arguments)`."""

    @wraps(function)
    def call(*arguments: Any) -> Any:
        for argument in arguments:
            if hasattr(argument, "written"):
                return argument.written(function.__name__, arguments)
        return function(*arguments)

    return call


@symbolic
def where(condition: Any, yes: Any, no: Any) -> Any:
    """`yes` where the condition holds, else `no`; both are worked out."""
    return np.where(condition, yes, no)


@symbolic
def maximum(a: Any, b: Any) -> Any:
    """The larger one; in kernels `b` unless it is below `a`, so that its NaN passes."""
    return np.maximum(a, b)


@symbolic
def minimum(a: Any, b: Any) -> Any:
    """The smaller one; in kernels `b` unless it is above `a`, so that its NaN passes."""
    return np.minimum(a, b)


@symbolic
def tanh(x: Any) -> Any:
    """The hyperbolic tangent."""
    return np.tanh(x)


@symbolic
def erfc(x: Any) -> Any:
    """The complementary error function; SciPy is imported only when a twin needs it, since NumPy has none."""
    from scipy.special import erfc as erfc_of

    return erfc_of(x)


@symbolic
def through(n: Any, g: Any, slope: Any) -> Any:
    """A gradient `g` times a slope. A slope that is a condition chooses g or 0, where 0 times infinity would be NaN."""
    return np.where(slope, g, n(0)) if slope.dtype == bool else g * slope


@symbolic
def neither(one: Any, other: Any) -> Any:
    """Where neither condition holds, which is also where both compare with a NaN."""
    return ~(one | other)


@symbolic
def named(name: str, value: Any) -> Any:
    """`value`; an equation writes `name` for it. For formulas alone: kernels have no words."""
    return value
