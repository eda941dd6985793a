"""Formulas of losses and of where the gradient starts."""

from __future__ import annotations

import numpy as np

from bnsim.lenses.equations.activations import maximum
from bnsim.lenses.equations.expression import Expr, Num
from bnsim.lenses.equations.functions import Carefully, Exp, Func, Is, Largest, Letter
from bnsim.lenses.equations.setting import Equation, Setting, equation


def softmax(o: Setting) -> list[Equation]:
    """Softmax probabilities and their logarithms; worked out without the largest logit, since e^z may overflow."""
    z, p, log_p = o.take("z", "p", "log p")
    classes = o.size("z", 1)
    total = o.sum("k", Exp(z("i", "k")), classes)
    largest = Largest("l", z("i", "l"), classes)
    rest = o.sum("k", Exp(z("i", "k") - largest), classes)
    careful = z("i", "j") - largest - Func(r"\log", "log", np.log, (rest,))
    return [
        equation(p("i", "j"), Carefully(Exp(z("i", "j")) / total, Exp(careful))),
        equation(log_p("i", "j"), Carefully(z("i", "j") - Func(r"\log", "log", np.log, (total,)), careful)),
    ]


def cross_entropy(o: Setting) -> list[Equation]:
    """The mean cross-entropy of the batch, from the log-probability of the right class."""
    log_p, t, loss = o.take("log p", "t", "ℓ")
    terms = o.sum("i", log_p("i", t("i", 0)), o.size("t", 0))
    return [equation(loss(), -(Num(1) / o.scalar("n") * terms))]


def cross_entropy_gradient(o: Setting) -> list[Equation]:
    """The gradient of the logits: (p - 1) / n at the right class, p / n elsewhere."""
    p, t, d_z = o.take("p", "t", "dz")
    truth = Is(("=",), (t("i", 0), Letter("j")))
    return [equation(d_z("i", "j"), (p("i", "j") - truth) / o.scalar("n"))]


def _all(o: Setting, body: Expr) -> Expr:
    shape = o.place("z").shape
    return o.sum("ij", body, *shape)


def mse(o: Setting) -> list[Equation]:
    """The mean squared error over all samples and outputs."""
    z, t, loss = o.take("z", "t", "ℓ")
    return [equation(loss(), Num(1) / o.scalar("n") * _all(o, (z("i", "j") - t("i", "j")) ** 2))]


def mse_gradient(o: Setting) -> list[Equation]:
    """The gradient of the outputs: dz = 2 (z - t) / n."""
    z, t, d_z = o.take("z", "t", "dz")
    return [equation(d_z("i", "j"), Num(2) / o.scalar("n") * (z("i", "j") - t("i", "j")))]


def bce(o: Setting) -> list[Equation]:
    """The mean binary cross-entropy, written with logits in the form that cannot overflow."""
    z, t, loss = o.take("z", "t", "ℓ")
    at = z("i", "j")
    size = Func("", "", np.abs, (at,), ("|", "|"))
    terms = maximum(at, Num(0)) - at * t("i", "j") + Func(r"\log", "log", np.log, (Num(1) + Exp(-size),))
    return [equation(loss(), Num(1) / o.scalar("n") * _all(o, terms))]


def bce_gradient(o: Setting) -> list[Equation]:
    """The gradient of the logits: dz = (p - t) / n."""
    p, t, d_z = o.take("p", "t", "dz")
    return [equation(d_z("i", "j"), (p("i", "j") - t("i", "j")) / o.scalar("n"))]
