"""Formulas of weight layers, of plain arithmetic, and of the data."""

from __future__ import annotations

from bnsim.engine.mates import loaded_rows
from bnsim.lenses.equations.expression import Sym
from bnsim.lenses.equations.functions import Is, Letter, Lookup
from bnsim.lenses.equations.setting import Equation, Setting, equation


def linear(o: Setting) -> list[Equation]:
    """A linear layer: z = Σ x w + b, over all inputs."""
    x, w, b, z = o.take("x", "W", "b", "z")
    total = o.sum("k", x("i", "k") * w("j", "k"), o.size("x", 1))
    return [equation(z("i", "j"), total + b("j"))]


def linear_without_bias(o: Setting) -> list[Equation]:
    """A linear layer without bias: z = Σ x w, over all inputs."""
    x, w, z = o.take("x", "W", "z")
    return [equation(z("i", "j"), o.sum("k", x("i", "k") * w("j", "k"), o.size("x", 1)))]


def weight_gradient(o: Setting) -> list[Equation]:
    """The gradient of the weights, summed over the batch: dW = Σ g x."""
    g, x, d_w = o.take("g", "x", "dW")
    return [equation(d_w("j", "k"), o.sum("i", g("i", "j") * x("i", "k"), o.size("x", 0)))]


def bias_gradient(o: Setting) -> list[Equation]:
    """The gradient of the biases, summed over the batch: db = Σ g."""
    g, d_b = o.take("g", "db")
    return [equation(d_b("j"), o.sum("i", g("i", "j"), o.size("g", 0)))]


def input_gradient(o: Setting) -> list[Equation]:
    """The gradient of a linear layer's input: dx = Σ g W, over all units of the layer."""
    g, w, d_x = o.take("g", "W", "dx")
    total = o.sum("k", g("i", "k") * w("k", "j"), o.size("W", 0))
    return [equation(d_x("i", "j"), total, words=(("j", "input"),))]


def add(o: Setting) -> list[Equation]:
    """The sum of two arrays, element by element."""
    a, b, c = o.take("a", "b", "c")
    at = o.letters("c")
    return [equation(c(*at), a(*at) + b.called("b_{%}")(*at))]


def scale(o: Setting) -> list[Equation]:
    """An array times a constant, element by element."""
    a, b = o.take("a", "b")
    at = o.letters("b")
    return [equation(b.called("b_{%}")(*at), o.scalar("k") * a(*at))]


def copy(o: Setting) -> list[Equation]:
    """A copy of an array, element by element."""
    a, b = o.take("a", "b")
    at = o.letters("b")
    return [equation(b.called("b_{%}")(*at), a(*at))]


def batch(o: Setting) -> list[Equation]:
    """The rows of the data set that make up the mini-batch, and their targets."""
    x, t = o.take("x", "t")
    order = loaded_rows(o.lane.program, o.iteration, o.position)
    row = Sym(r"\pi_{%}", order, ("i",))
    return [
        equation(x("i", "j"), Lookup("data", row, "j", x("i", "j"))),
        equation(t("i", 0), Lookup("targets", row, "", t("i", 0))),
    ]


def one_hot(o: Setting) -> list[Equation]:
    """One-hot targets: 1 at the sample's class, 0 elsewhere."""
    t, target = o.take("t", "target")
    return [equation(target("i", "j"), Is(("=",), (t("i", 0), Letter("j"))))]
