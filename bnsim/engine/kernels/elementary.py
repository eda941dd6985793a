"""What activations are written in. Each function takes arrays (twins), one number (kernels) or a symbol (equations).

`n` makes a constant of the right sort: the precision's number type, or what a constant is among symbols.

Arrays may be complex, for derivatives by a complex step: the imaginary part is a change too small to be seen in the
real part, and comparisons go by the real part, as NumPy orders complex numbers.
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


def along(x: Any, value: Function, slope: Function) -> Any:
    """f(x) for an array, given f and f'; of a complex one f(Re x) + i Im x f'(Re x), exact to first order in Im x.

    NumPy's own complex functions lose digits of one part or the other (log1p), or have no such form (erfc, abs).
    """
    if not np.iscomplexobj(x):
        return value(x)
    found = np.empty(np.shape(x), np.complex128)
    found.real = value(x.real)
    found.imag = x.imag * slope(x.real)
    return found


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
    return along(x, np.tanh, lambda real: np.cosh(real) ** -2.0)


@symbolic
def absolute(x: Any) -> Any:
    """The size of a real number."""
    return along(x, np.abs, lambda real: np.where(real < 0, -1.0, 1.0))


@symbolic
def erfc(x: Any) -> Any:
    """The complementary error function; SciPy is imported only when a twin needs it, since NumPy has none."""
    from scipy.special import erfc as erfc_of

    return along(x, erfc_of, lambda real: -2 / np.sqrt(np.pi) * np.exp(-real * real))


@symbolic
def erf(x: Any) -> Any:
    """The error function."""
    from scipy.special import erf as erf_of

    return along(x, erf_of, lambda real: 2 / np.sqrt(np.pi) * np.exp(-real * real))


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
