"""Formulas of the update: rates, clipping, weight decay, optimizers."""

from __future__ import annotations

import math

import numpy as np

from bnsim.lenses.equations.activations import maximum, minimum
from bnsim.lenses.equations.expression import Expr, Num
from bnsim.lenses.equations.functions import Func, Sqrt
from bnsim.lenses.equations.setting import Equation, Setting, equation, tex_of

EPS = r"\epsilon"


def _t(o: Setting) -> Num:
    return Num(o.iteration, "t")


def rate(o: Setting) -> list[Equation]:
    """A constant learning rate: η = η₀."""
    return [equation(o["η"](), o.scalar("η₀", r"\eta"))]


def rate_step(o: Setting) -> list[Equation]:
    """A learning rate that drops by the factor γ every k iterations."""
    drops = Func("", "", np.floor, (_t(o) / o.scalar("k"),), ("⌊", "⌋"))
    return [equation(o["η"](), o.scalar("η₀", r"\eta") * o.scalar("γ", r"\gamma") ** drops)]


def rate_cosine(o: Setting) -> list[Equation]:
    """A learning rate that falls along half a cosine wave."""
    low, high = o.scalar(o.instruction.operation.scalars[2], r"\eta_{\min}"), o.scalar("η₀", r"\eta")
    period = o.scalar(o.instruction.operation.scalars[1], "T")
    wave = Func(r"\cos", "cos", np.cos, ((Num(math.pi, r"\pi") * _t(o)) / period,))
    return [equation(o["η"](), low + Num(0.5, text="½") * (high - low) * (Num(1) + wave))]


def rate_warm_up(o: Setting) -> list[Equation]:
    """A learning rate that grows in equal steps from a η₀ to η₀, over n iterations."""
    start, count = o.scalar("a"), o.scalar("n")
    done = minimum(_t(o), count) / count
    return [equation(o["η"](), o.scalar("η₀", r"\eta") * (start + (Num(1) - start) * done))]


def clip_value(o: Setting) -> list[Equation]:
    """Clipping by value: every number of the gradient is limited to the range from -c to c."""
    d_w, d = o.take("dw", "d")
    at, limit = o.letters("d"), o.scalar("c")
    return [equation(d(*at), minimum(maximum(d_w(*at), -limit), limit))]


def norm(o: Setting) -> list[Equation]:
    """The norm of the first gradient; the others join in after it, and N is the norm of all."""
    g, total = o.take("g", "‖g‖")
    at = o.letters("g")
    squares = o.sum(at, g.called(r"g_{%}")(*at) ** 2, *g.place.shape)
    note = "the norms of all other gradients join in, square by square"
    return [equation(total.called(r"\lVert g \rVert")(), Sqrt(squares), note=note)]


def total_norm(o: Setting) -> list[Equation]:
    """The norm of two parts together: N = √(n² + m²)."""
    before, one, total = o.take("n", "m", "N")
    return [equation(total(), Sqrt(before.called("n")() ** 2 + one.called("m")() ** 2))]


def clip_factor(o: Setting) -> list[Equation]:
    """The clipping factor: f = min(1, c / N)."""
    share = o.scalar("c") / (o["N"]() + Num(1e-6))
    return [equation(o["f"](), minimum(Num(1), share))]


def clip_norm(o: Setting) -> list[Equation]:
    """Clipping by norm: all gradients are multiplied by the factor f."""
    d_w, d = o.take("dw", "d")
    at = o.letters("d")
    return [equation(d(*at), o["f"]() * d_w(*at))]


def sgd(o: Setting) -> list[Equation]:
    """Gradient descent at a constant rate: w ← w - η g."""
    at = o.letters("w")
    return [equation(o["w"](*at), o.old("w")(*at) - o.scalar("η", r"\eta") * _slope(o, at), arrow=True)]


def sgd_scheduled(o: Setting) -> list[Equation]:
    """Gradient descent at the rate of this iteration: w ← w - η g."""
    at = o.letters("w")
    return [equation(o["w"](*at), o.old("w")(*at) - o["η"]() * _slope(o, at), arrow=True)]


def _slope(o: Setting, at: str) -> Expr:
    """The gradient of the loss, or what clipping, weight decay and momentum made of it."""
    d_w = o["dw"]
    return d_w(*at) if d_w.place.name.startswith("d") and d_w.place.name != "d" else d_w.called("d_{%}")(*at)


def weight_decay(o: Setting) -> list[Equation]:
    """The gradient with weight decay added: d = g + λ w."""
    d_w, w, d = o["dw"], o.old("w"), o["d"]
    at = o.letters("d")
    return [equation(d(*at), d_w(*at) + o.scalar("λ", r"\lambda") * w(*at))]


def decoupled_decay(o: Setting) -> list[Equation]:
    """Decoupled weight decay: w ← (1 - η λ) w, apart from the gradient."""
    at = o.letters("w")
    factor = Num(1) - o["η"]() * o.scalar("λ", r"\lambda")
    return [equation(o["w"](*at), factor * o.old("w")(*at), arrow=True)]


def momentum(o: Setting) -> list[Equation]:
    """Momentum: v ← μ v + d, a share of the last step and the gradient."""
    at = o.letters("v")
    return [equation(o["v"](*at), o.scalar("μ", r"\mu") * o.old("v")(*at) + o["d"](*at), arrow=True)]


def nesterov(o: Setting) -> list[Equation]:
    """Nesterov momentum: u = d + μ v, a step that looks ahead along the momentum."""
    at = o.letters("u")
    return [equation(o["u"](*at), o["d"](*at) + o.scalar("μ", r"\mu") * o["v"](*at))]


def mean_square(o: Setting) -> list[Equation]:
    """The running average of the squared gradient: s ← β s + (1 - β) d²."""
    at, beta = o.letters("s"), o.scalar("β", r"\beta")
    return [equation(o["s"](*at), beta * o.old("s")(*at) + (Num(1) - beta) * o["d"](*at) ** 2, arrow=True)]


def running_mean(o: Setting) -> list[Equation]:
    """The running average of the gradient: m ← β m + (1 - β) d."""
    at, beta = o.letters("m"), o.scalar("β", r"\beta")
    return [equation(o["m"](*at), beta * o.old("m")(*at) + (Num(1) - beta) * o["d"](*at), arrow=True)]


def centered(o: Setting) -> list[Equation]:
    """The running variance of the gradient: c = s - m², never below zero."""
    at = o.letters("c")
    return [equation(o["c"](*at), maximum(Num(0), o["s"](*at) - o["m"](*at) ** 2))]


def rmsprop(o: Setting) -> list[Equation]:
    """RMSprop: w ← w - η d / (√s + ε)."""
    at = o.letters("w")
    step = o["d"](*at) / (Sqrt(o["s"](*at)) + o.scalar("ε", EPS))
    return [equation(o["w"](*at), o.old("w")(*at) - o["η"]() * step, arrow=True)]


def rmsprop_direction(o: Setting) -> list[Equation]:
    """The direction of RMSprop: u = d / (√s + ε)."""
    at = o.letters("u")
    return [equation(o["u"](*at), o["d"](*at) / (Sqrt(o["s"](*at)) + o.scalar("ε", EPS)))]


def adagrad_rate(o: Setting) -> list[Equation]:
    """Adagrad's rate after t updates: η' = η / (1 + t λ)."""
    t, before = o["t"].called("t")(), o.old("t").called("t")()
    falling = o["η"]() / (Num(1) + before * o.scalar("λ", r"\lambda"))
    return [equation(o["η'"](), falling), equation(t, before + 1, arrow=True)]


def square_sum(o: Setting) -> list[Equation]:
    """The sum of the squared gradients of all updates: s ← s + d²."""
    at = o.letters("s")
    return [equation(o["s"](*at), o.old("s")(*at) + o["d"](*at) ** 2, arrow=True)]


def adagrad(o: Setting) -> list[Equation]:
    """Adagrad: w ← w - η d / (√s + ε)."""
    at, rate = o.letters("w"), o["η"]
    if rate.place.name == "η'":
        rate = rate.called(tex_of("η'"))
    step = o["d"](*at) / (Sqrt(o["s"](*at)) + o.scalar("ε", EPS))
    return [equation(o["w"](*at), o.old("w")(*at) - rate() * step, arrow=True)]


def adam_correction(o: Setting) -> list[Equation]:
    """Adam's bias correction, since both averages start at zero: of the rate, and of the root."""
    t = o["t"].called("t")()
    old = o.old("t").called("t")()
    beta1, beta2 = o.scalar("β₁", r"\beta_1"), o.scalar("β₂", r"\beta_2")
    return [
        equation(t, old + 1, arrow=True),
        equation(o["η'"](), o["η"]() / (Num(1) - beta1**t)),
        equation(o["r"](), Sqrt(Num(1) - beta2**t)),
    ]


def adam_mean(o: Setting) -> list[Equation]:
    """The running average of the gradient: m ← β₁ m + (1 - β₁) d."""
    at, beta = o.letters("m"), o.scalar("β₁", r"\beta_1")
    return [equation(o["m"](*at), beta * o.old("m")(*at) + (Num(1) - beta) * o["d"](*at), arrow=True)]


def adam(o: Setting) -> list[Equation]:
    """Adam: w ← w - η' m / (√s / r + ε)."""
    at = o.letters("w")
    step = o["m"](*at) / (Sqrt(o["s"](*at)) / o["r"]() + o.scalar("ε", EPS))
    return [equation(o["w"](*at), o.old("w")(*at) - o["η'"]() * step, arrow=True)]
