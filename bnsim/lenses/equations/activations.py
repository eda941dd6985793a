"""Formulas of elementwise activations, traced from the functions that the engine computes: none is written here.

A function of `bnsim.engine.kernels.elementwise` is called with symbols for its numbers; what comes back is the formula.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from bnsim.engine.kernels.elementwise import ELEMENTWISE, Elementwise
from bnsim.lenses.equations.expression import WRITTEN, Expr, Num, Sym
from bnsim.lenses.equations.functions import Choice, Exp, Func, Is, Let, Sqrt
from bnsim.lenses.equations.setting import Equation, Setting, equation

Formula = Callable[[Setting], list[Equation]]
Function = Callable[..., Any]

SCALARS = {"α": r"\alpha", "β": r"\beta", "λ": r"\lambda", "τ": r"\tau"}
"""LaTeX of scalars that are no Latin letters."""


def constant(value: float | Expr) -> Expr:
    """A number as an expression; an expression is returned as it is."""
    return value if isinstance(value, Expr) else Num(value, text="½" if value == 0.5 else "")


def maximum(*items: Expr) -> Expr:
    """The largest of the items, written max(a, b)."""
    return Func(r"\max", "max", np.maximum, items)


def minimum(*items: Expr) -> Expr:
    """The smallest of the items, written min(a, b)."""
    return Func(r"\min", "min", np.minimum, items)


def _where(condition: Is, yes: Expr, no: Expr) -> Expr:
    return Choice(((yes, condition), (no, condition.opposite())))


def _named(name: str, value: Expr) -> Expr:
    return Num(value.number, name) if isinstance(value, Num) else Let(name, value)


def _erf(x: float) -> float:
    from scipy.special import erf

    return float(erf(x))


def _logistic(x: float) -> float:
    return float(1 / (1 + np.exp(-x)))


def _normal(n: Function, x: Expr) -> Expr:
    below: Expr = n(0.5) * (n(1) + Func(r"\mathrm{erf}", "erf", _erf, (x / Sqrt(n(2)),)))
    return below


def _normal_density(n: Function, x: Expr) -> Expr:
    return Exp(-(x**2) / n(2)) / Sqrt(n(2) * Num(np.pi, r"\pi"))


WRITTEN.update(
    {
        **{sign: lambda left, right, sign=sign: Is((sign,), (left, right)) for sign in ("<", ">", "≤", "≥")},
        "where": _where,
        "maximum": maximum,
        "minimum": minimum,
        "named": _named,
        "exp": Exp,
        "exp_beside_one": Exp,
        "expm1_below": lambda x: Exp(x) - 1,
        "erf": lambda x: Func(r"\mathrm{erf}", "erf", _erf, (x,)),
        "tanh": lambda x: Func(r"\tanh", "tanh", np.tanh, (x,)),
        "sigma": lambda n, x: Func(r"\sigma", "σ", _logistic, (x,)),
        "softplus": lambda n, x: Func(r"\log", "log", np.log, (n(1) + Exp(x),)),
        "normal": _normal,
        "normal_density": _normal_density,
    }
)


def _traced(function: Function, known: type[Elementwise], o: Setting, symbol: Sym) -> Expr:
    found: Expr = function(constant, symbol, *(o.scalar(name, SCALARS.get(name, "")) for name in known.scalars))
    return found


def _forward(known: type[Elementwise]) -> Formula:
    """The output: y = f(x)."""

    def formula(o: Setting) -> list[Equation]:
        x, y = o.take("x", "y")
        return [equation(y("i", "j"), _traced(known.formula, known, o, x("i", "j")), note=known.note)]

    return formula


def _backward(known: type[Elementwise]) -> Formula:
    """The gradient: dx = g f'(x), from the input or from the output."""

    def formula(o: Setting) -> list[Equation]:
        g, read, d_x = o.take("g", known.reads, "dx")
        slope = _traced(known.slope_formula, known, o, read("i", "j"))
        return [equation(d_x("i", "j"), g("i", "j") * slope, note=known.slope_note)]

    return formula


ACTIVATIONS: dict[str, Formula] = {known.key: _forward(known) for known in ELEMENTWISE}
ACTIVATIONS |= {f"{known.key} dx": _backward(known) for known in ELEMENTWISE}
