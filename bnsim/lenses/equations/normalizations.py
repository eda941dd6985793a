"""Formulas of batch, layer, group and RMS normalization.

With virtual devices the letter p is the device, whose samples are m in a row; it follows from the sample. With groups
the letter g is the group, whose units are n in a row; it follows from the unit.
"""

from __future__ import annotations

from typing import Any

from bnsim.lenses.equations.expression import Expr, Inverse, Num
from bnsim.lenses.equations.functions import Sqrt, Sum
from bnsim.lenses.equations.setting import Equation, Ref, Setting, equation


def _device(o: Setting, statistic: str) -> tuple[Any, ...]:
    """The index letters of a statistic: device and unit with virtual devices, else the unit alone."""
    return ("p", "j") if len(o.place(statistic).shape) == 2 else ("j",)


def samples(o: Setting, rows: str, statistic: str) -> int:
    """How many samples the statistic is computed from."""
    shape = o.place(statistic).shape
    return o.size(rows, 0) // (shape[0] if len(shape) == 2 else 1)


def _over(o: Setting, rows: str, statistic: str, body: Expr) -> Sum:
    """The sum over the samples of the batch, or of one virtual device."""
    count = samples(o, rows, statistic)
    return Sum("i", body, (count,), ("first",) if len(o.place(statistic).shape) == 2 else ())


def _m(o: Setting, rows: str, statistic: str) -> Num:
    return Num(samples(o, rows, statistic), "m")


def _inverse(s: Ref, at: tuple[Any, ...], power: int = 1) -> Inverse:
    return Inverse(s(*at), power)


def mean(o: Setting) -> list[Equation]:
    """The mean of each feature over the batch: μ = 1/m Σ x."""
    x, mu = o.take("x", "μ")
    at = _device(o, "μ")
    return [equation(mu(*at), Num(1) / _m(o, "x", "μ") * _over(o, "x", "μ", x("i", "j")))]


def variance(o: Setting) -> list[Equation]:
    """The biased variance of each feature over the batch: σ² = 1/m Σ (x - μ)²."""
    x, mu, var = o.take("x", "μ", "σ²")
    at = _device(o, "μ")
    squares = _over(o, "x", "μ", (x("i", "j") - mu(*at)) ** 2)
    return [equation(var(*at), Num(1) / _m(o, "x", "μ") * squares)]


def normalize(o: Setting) -> list[Equation]:
    """The normalized input x̂ = (x - μ) / √(σ² + ε), by statistics of the batch or by running ones."""
    x, mu, var, x_hat = o.take("x", "μ", "σ²", "x̂")
    if o.place("μ").name == "running_mean":
        mu, var = mu.called(r"\bar\mu_{%}"), var.called(r"\bar\sigma^2_{%}")
    at = _device(o, "μ")
    root = Sqrt(var(*at) + o.scalar("ε", r"\varepsilon"))
    return [equation(x_hat("i", "j"), (x("i", "j") - mu(*at)) / root)]


def scale_and_shift(o: Setting) -> list[Equation]:
    """The output y = γ x̂ + β."""
    x_hat, gamma, beta, y = o.take("x̂", "γ", "β", "y")
    return [equation(y("i", "j"), gamma("j") * x_hat("i", "j") + beta("j"))]


def scale(o: Setting) -> list[Equation]:
    """The output y = γ x̂."""
    x_hat, gamma, y = o.take("x̂", "γ", "y")
    return [equation(y("i", "j"), gamma("j") * x_hat("i", "j"))]


def beta_gradient(o: Setting) -> list[Equation]:
    """The gradient of β, summed over the batch: dβ = Σ g."""
    g, d_beta = o.take("g", "dβ")
    return [equation(d_beta("j"), o.sum("i", g("i", "j"), o.size("g", 0)))]


def gamma_gradient(o: Setting) -> list[Equation]:
    """The gradient of γ, summed over the batch: dγ = Σ g x̂."""
    g, x_hat, d_gamma = o.take("g", "x̂", "dγ")
    return [equation(d_gamma("j"), o.sum("i", g("i", "j") * x_hat("i", "j"), o.size("g", 0)))]


def normalized_gradient(o: Setting) -> list[Equation]:
    """The gradient of the normalized input: dx̂ = g γ."""
    g, gamma, d_x_hat = o.take("g", "γ", "dx̂")
    return [equation(d_x_hat("i", "j"), g("i", "j") * gamma("j"))]


def variance_gradient(o: Setting) -> list[Equation]:
    """The gradient of the variance, summed over the batch: dσ² = -½ Σ dx̂ (x - μ) / s³."""
    d_x_hat, x, mu, s, d_var = o.take("dx̂", "x", "μ", "1/s", "dσ²")
    at = _device(o, "μ")
    total = _over(o, "x", "μ", d_x_hat("i", "j") * (x("i", "j") - mu(*at)))
    return [equation(d_var(*at), -(Num(0.5, text="½") * _inverse(s, at, 3) * total))]


def mean_gradient(o: Setting) -> list[Equation]:
    """The gradient of the mean, summed over the batch. The part through σ² is zero but for rounding."""
    d_x_hat, x, mu, s, d_var, d_mu = o.take("dx̂", "x", "μ", "1/s", "dσ²", "dμ")
    at = _device(o, "μ")
    direct = -(_inverse(s, at) * _over(o, "x", "μ", d_x_hat("i", "j")))
    rest = d_var(*at) * (Num(2) / _m(o, "x", "μ")) * _over(o, "x", "μ", x("i", "j") - mu(*at))
    return [equation(d_mu(*at), direct - rest)]


def input_gradient(o: Setting) -> list[Equation]:
    """The gradient of the input: directly, through the variance and through the mean."""
    d_x_hat, x, mu, s, d_var, d_mu, d_x = o.take("dx̂", "x", "μ", "1/s", "dσ²", "dμ", "dx")
    at, m = _device(o, "μ"), _m(o, "x", "μ")
    direct = d_x_hat("i", "j") * _inverse(s, at)
    through_var = d_var(*at) * ((Num(2) * (x("i", "j") - mu(*at))) / m)
    return [equation(d_x("i", "j"), direct + through_var + Num(1) / m * d_mu(*at))]


def fixed_input_gradient(o: Setting) -> list[Equation]:
    """The gradient of the input, dx = dx̂ / s, where running statistics are constants."""
    d_x_hat, s, d_x = o.take("dx̂", "1/s", "dx")
    return [equation(d_x("i", "j"), d_x_hat("i", "j") * _inverse(s.called(r"\bar s_{%}"), ("j",)))]


def _first(o: Setting, name: str) -> tuple[Any, ...]:
    """The index letters of a batch statistic; running statistics follow the first virtual device."""
    return (0, "j") if len(o.place(name).shape) == 2 else ("j",)


def running(o: Setting) -> list[Equation]:
    """The next running statistics: (1 - ρ) of the old ones and ρ of the batch's, with the unbiased variance."""
    mu, var, old_mu, old_var = o.take("μ", "σ²", "running mean", "running var")
    share, m = o.scalar("ρ", r"\rho"), o.scalar("m")
    at = _first(o, "μ")
    unbiased = m / (m - 1) * var(*at)
    return [
        equation(o["next mean"]("j"), (Num(1) - share) * old_mu("j") + share * mu(*at)),
        equation(o["next var"]("j"), (Num(1) - share) * old_var("j") + share * unbiased),
        equation(o["next batches"](), o["batches"]() + 1),
    ]


def running_average(o: Setting) -> list[Equation]:
    """The next running statistics as plain averages over all batches so far."""
    mu, var, old_mu, old_var, batches = o.take("μ", "σ²", "running mean", "running var", "batches")
    m, at = o.scalar("m"), _first(o, "μ")
    count = batches() + 1
    unbiased = m / (m - 1) * var(*at)
    return [
        equation(o["next mean"]("j"), old_mu("j") + (mu(*at) - old_mu("j")) / count),
        equation(o["next var"]("j"), old_var("j") + (unbiased - old_var("j")) / count),
        equation(o["next batches"](), count),
    ]


def commit(o: Setting) -> list[Equation]:
    """The running statistics take the next values that were computed for them."""
    return [equation(o[f"running {name}"]("j"), o[f"next {name}"]("j"), arrow=True) for name in ("mean", "var")] + [
        equation(o["batches"](), o["next batches"](), arrow=True)
    ]


def _own(o: Setting) -> tuple[Any, ...]:
    """The index letters of a statistic of a sample: the sample, and with groups the group."""
    return ("i", "g") if o.of_groups else ("i",)


def _over_own(o: Setting, body: Expr) -> Sum:
    """The sum over the features of the sample, or of one group."""
    return Sum("j", body, (o.sharing,), ("first",) if o.of_groups else ())


def _n(o: Setting) -> Num:
    return Num(o.sharing, "n")


def layer_mean(o: Setting) -> list[Equation]:
    """The mean over the features of a sample, or of a group of them: μ = 1/n Σ x."""
    x, mu = o.take("x", "μ")
    note = "the units of one group are summed; g is that of unit j" if o.of_groups else ""
    return [equation(mu(*_own(o)), Num(1) / _n(o) * _over_own(o, x("i", "j")), note=note)]


def layer_variance(o: Setting) -> list[Equation]:
    """The biased variance over the features of a sample, or of a group of them: σ² = 1/n Σ (x - μ)²."""
    x, mu, var = o.take("x", "μ", "σ²")
    at = _own(o)
    return [equation(var(*at), Num(1) / _n(o) * _over_own(o, (x("i", "j") - mu(*at)) ** 2))]


def layer_normalize(o: Setting) -> list[Equation]:
    """The normalized input x̂ = (x - μ) / √(σ² + ε), by the sample's own statistics, or its group's."""
    x, mu, var, x_hat = o.take("x", "μ", "σ²", "x̂")
    at = _own(o)
    root = Sqrt(var(*at) + o.scalar("ε", r"\varepsilon"))
    return [equation(x_hat("i", "j"), (x("i", "j") - mu(*at)) / root)]


def layer_variance_gradient(o: Setting) -> list[Equation]:
    """The gradient of the variance of a sample or a group: dσ² = -½ Σ dx̂ (x - μ) / s³, over its features."""
    d_x_hat, x, mu, s, d_var = o.take("dx̂", "x", "μ", "1/s", "dσ²")
    at = _own(o)
    total = _over_own(o, d_x_hat("i", "j") * (x("i", "j") - mu(*at)))
    return [equation(d_var(*at), -(Num(0.5, text="½") * _inverse(s, at, 3) * total))]


def layer_mean_gradient(o: Setting) -> list[Equation]:
    """The gradient of the mean of a sample or a group: dμ = -Σ dx̂ / s, over its features."""
    d_x_hat, s, d_mu = o.take("dx̂", "1/s", "dμ")
    at = _own(o)
    return [equation(d_mu(*at), -(_inverse(s, at) * _over_own(o, d_x_hat("i", "j"))))]


def layer_input_gradient(o: Setting) -> list[Equation]:
    """The gradient of the input: directly, through the variance and through the mean."""
    d_x_hat, x, mu, s, d_var, d_mu, d_x = o.take("dx̂", "x", "μ", "1/s", "dσ²", "dμ", "dx")
    at, n = _own(o), _n(o)
    direct = d_x_hat("i", "j") * _inverse(s, at)
    through_var = d_var(*at) * ((Num(2) * (x("i", "j") - mu(*at))) / n)
    return [equation(d_x("i", "j"), direct + through_var + Num(1) / n * d_mu(*at))]


def mean_square(o: Setting) -> list[Equation]:
    """The mean square over the features of a sample: q = 1/n Σ x²."""
    x, q = o.take("x", "q")
    count = o.size("x", 1)
    return [equation(q("i"), Num(1) / Num(count, "n") * o.sum("j", x("i", "j") ** 2, count))]


def root_normalize(o: Setting) -> list[Equation]:
    """The normalized input x̂ = x / √(q + ε), by the sample's mean square."""
    x, q, x_hat = o.take("x", "q", "x̂")
    return [equation(x_hat("i", "j"), x("i", "j") / Sqrt(q("i") + o.scalar("ε", r"\varepsilon")))]


def mean_square_gradient(o: Setting) -> list[Equation]:
    """The gradient of the mean square of a sample: dq = -½ Σ dx̂ x / s³, over its features."""
    d_x_hat, x, s, d_q = o.take("dx̂", "x", "1/s", "dq")
    total = o.sum("j", d_x_hat("i", "j") * x("i", "j"), o.size("x", 1))
    return [equation(d_q("i"), -(Num(0.5, text="½") * _inverse(s, ("i",), 3) * total))]


def root_input_gradient(o: Setting) -> list[Equation]:
    """The gradient of the input: directly and through the mean square."""
    d_x_hat, x, s, d_q, d_x = o.take("dx̂", "x", "1/s", "dq", "dx")
    n = Num(o.size("x", 1), "n")
    through = d_q("i") * ((Num(2) * x("i", "j")) / n)
    return [equation(d_x("i", "j"), d_x_hat("i", "j") * _inverse(s, ("i",)) + through)]
