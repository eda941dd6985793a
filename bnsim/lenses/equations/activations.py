"""Formulas of activations: every element for itself."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from bnsim.engine.kernels.activation_smooth import TANH_CUBIC, TANH_SLOPE
from bnsim.lenses.equations.expression import Expr, Num, Sym
from bnsim.lenses.equations.functions import Choice, Exp, Func, Is, Let, Sqrt
from bnsim.lenses.equations.setting import Equation, Setting, equation

Formula = Callable[[Setting], list[Equation]]
Shape = Callable[[Setting, Sym], Expr]


def maximum(*items: Expr) -> Expr:
    """The larger one."""
    return Func(r"\max", "max", np.maximum, items)


def minimum(*items: Expr) -> Expr:
    """The smaller one."""
    return Func(r"\min", "min", np.minimum, items)


def logistic(x: Expr) -> Expr:
    """Written out."""
    return Num(1) / (Num(1) + Exp(-x))


def _erf(x: float) -> float:
    from scipy.special import erf

    return float(erf(x))


def positive(x: Expr) -> Is:
    """Above zero."""
    return Is((">",), (x, Num(0)))


def not_positive(x: Expr) -> Is:
    """At zero or below."""
    return Is(("≤",), (x, Num(0)))


def forward(of: Shape, note: str = "") -> Formula:
    """Y = f(x)."""

    def formula(o: Setting) -> list[Equation]:
        x, y = o.take("x", "y")
        return [equation(y("i", "j"), of(o, x("i", "j")), note=note)]

    return formula


def backward(of: Shape, by: str, note: str = "") -> Formula:
    """Dx = g f'(x), from the input or from the output."""

    def formula(o: Setting) -> list[Equation]:
        g, read, d_x = o.take("g", by, "dx")
        return [equation(d_x("i", "j"), g("i", "j") * of(o, read("i", "j")), note=note)]

    return formula


def below_zero(scale: bool, derivative: bool) -> Shape:
    """ELU, and SELU with its scale."""

    def shape(o: Setting, x: Sym) -> Expr:
        alpha, factor = o.scalar("α", r"\alpha"), o.scalar("λ", r"\lambda")
        above: Expr = Num(1) if derivative else x
        below = alpha * Exp(x) if derivative else alpha * (Exp(x) - 1)
        choice = Choice(((above, positive(x)), (below, not_positive(x))))
        return factor * choice if scale else choice

    return shape


def _leaky(o: Setting, x: Sym) -> Expr:
    return Choice(((x, positive(x)), (o.scalar("a") * x, not_positive(x))))


def _leaky_slope(o: Setting, x: Sym) -> Expr:
    return Choice(((Num(1), positive(x)), (o.scalar("a"), not_positive(x))))


def _hardtanh(o: Setting, x: Sym) -> Expr:
    return minimum(maximum(x, o.scalar("a")), o.scalar("b"))


def _hardtanh_slope(o: Setting, x: Sym) -> Expr:
    return Is(("<", "<"), (o.scalar("a"), x, o.scalar("b")))


def _softplus(o: Setting, x: Sym) -> Expr:
    beta, threshold = o.scalar("β", r"\beta"), o.scalar("threshold", r"\tau")
    bent = Num(1) / beta * Func(r"\log", "log", np.log, (Num(1) + Exp(beta * x),))
    return Choice(((bent, Is(("≤",), (beta * x, threshold))), (x, Is((">",), (beta * x, threshold)))))


def _softplus_slope(o: Setting, x: Sym) -> Expr:
    beta, threshold = o.scalar("β", r"\beta"), o.scalar("threshold", r"\tau")
    bent = Num(1) / (Num(1) + Exp(-(beta * x)))
    return Choice(((bent, Is(("≤",), (beta * x, threshold))), (Num(1), Is((">",), (beta * x, threshold)))))


def _normal(o: Setting, x: Sym) -> Expr:
    return Num(0.5, text="½") * (Num(1) + Func(r"\mathrm{erf}", "erf", _erf, (x / Sqrt(Num(2)),)))


def _normal_density(x: Sym) -> Expr:
    return Exp(-(x**2) / Num(2)) / Sqrt(Num(2) * Num(np.pi, r"\pi"))


def _gelu(o: Setting, x: Sym) -> Expr:
    return x * _normal(o, x)


def _gelu_slope(o: Setting, x: Sym) -> Expr:
    return _normal(o, x) + x * _normal_density(x)


def _tanh(x: Expr) -> Expr:
    return Func(r"\tanh", "tanh", np.tanh, (x,))


def _inner(x: Sym) -> Expr:
    return Num(TANH_SLOPE, r"c") * (x + Num(TANH_CUBIC) * x**3)


def _gelu_by_tanh(o: Setting, x: Sym) -> Expr:
    return x / 2 * (Num(1) + _tanh(_inner(x)))


SLOPE_NOTE = "t = tanh(c (x + 0.0447 x³)), c = √(2/π)"


def _gelu_by_tanh_slope(o: Setting, x: Sym) -> Expr:
    t = Let("t", _tanh(_inner(x)))
    return Num(0.5, text="½") * (
        Num(1) + t + x * (Num(1) - t**2) * (Num(TANH_SLOPE, "c") * (Num(1) + Num(3 * TANH_CUBIC) * x**2))
    )


def _silu(o: Setting, x: Sym) -> Expr:
    return x / (Num(1) + Exp(-x))


def _silu_slope(o: Setting, x: Sym) -> Expr:
    sigma = Func(r"\sigma", "σ", _logistic, (x,))
    return sigma * (Num(1) + x * (Num(1) - sigma))


def _logistic(x: float) -> float:
    return float(1 / (1 + np.exp(-x)))


ACTIVATIONS: dict[str, Formula] = {
    "sigmoid": forward(lambda o, x: logistic(x)),
    "sigmoid dx": backward(lambda o, y: y * (Num(1) - y), "y"),
    "tanh": forward(lambda o, x: _tanh(x)),
    "tanh dx": backward(lambda o, y: Num(1) - y**2, "y"),
    "relu": forward(lambda o, x: maximum(Num(0), x)),
    "relu dx": backward(lambda o, y: positive(y), "y"),
    "leaky relu": forward(_leaky),
    "leaky relu dx": backward(_leaky_slope, "x"),
    "elu": forward(below_zero(False, False)),
    "elu dx": backward(below_zero(False, True), "x"),
    "selu": forward(below_zero(True, False)),
    "selu dx": backward(below_zero(True, True), "x"),
    "hardtanh": forward(_hardtanh),
    "hardtanh dx": backward(_hardtanh_slope, "x"),
    "softplus": forward(_softplus, "τ is the threshold, above which it is linear"),
    "softplus dx": backward(_softplus_slope, "x"),
    "gelu": forward(_gelu),
    "gelu dx": backward(_gelu_slope, "x"),
    "gelu by tanh": forward(_gelu_by_tanh, "c = √(2/π)"),
    "gelu by tanh dx": backward(_gelu_by_tanh_slope, "x", SLOPE_NOTE),
    "silu": forward(_silu),
    "silu dx": backward(_silu_slope, "x"),
}
