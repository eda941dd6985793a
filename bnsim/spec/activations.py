"""Activations: one number in, one out; arguments and defaults are PyTorch's."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from msgspec import Meta

from bnsim.spec.layer_base import LayerBase

__all__ = [
    "ELU",
    "GELU",
    "SELU",
    "Erf",
    "Hardtanh",
    "Identity",
    "LeakyReLU",
    "Mish",
    "ReLU",
    "SiLU",
    "Sigmoid",
    "Softplus",
    "Tanh",
]


class Sigmoid(LayerBase, frozen=True, kw_only=False):
    """y = 1 / (1 + exp(-x)); its derivative y (1 - y) is at most 1/4."""

    group = "activation"
    short = "Sig"
    formula = "y = 1 / (1 + e⁻ˣ)"
    meaning = "saturates on both sides; derivative at most ¼"
    hint = "saturates; slope ≤ ¼"


class Tanh(LayerBase, frozen=True, kw_only=False):
    """y = tanh(x); its derivative 1 - y^2 is at most 1."""

    group = "activation"
    formula = "y = tanh x"
    meaning = "saturates on both sides; derivative at most 1"
    hint = "saturates; slope ≤ 1"


class Erf(LayerBase, frozen=True, kw_only=False):
    """y = erf(x), the error function of `torch.erf`; its derivative 2/√π exp(-x²) is at most 1.13.

    Its means over normal inputs have closed forms, which is why mean field theory likes it (Poole et al. 2016).
    """

    group = "activation"
    formula = "y = erf x"
    meaning = "saturates on both sides; its theory is exact"
    hint = "saturates; exact theory"


class ReLU(LayerBase, frozen=True, kw_only=False):
    """y = max(0, x); derivative 0 at 0, as PyTorch has it."""

    group = "activation"
    formula = "y = max(0, x)"
    meaning = "derivative 0 or 1"
    hint = "derivative 0 or 1"


class LeakyReLU(LayerBase, frozen=True, kw_only=False):
    """y = x where x > 0, else slope x; as `torch.nn.LeakyReLU`."""

    group = "activation"
    short = "LReLU"
    formula = "y = max(0, x) + a min(0, x)"
    meaning = "a small slope for negative inputs"
    hint = "a small slope below 0"
    main = "negative_slope"

    negative_slope: Annotated[float, Meta(ge=-10, le=10, title="Slope", description="For negative inputs.")] = 0.01


class ELU(LayerBase, frozen=True, kw_only=False):
    """y = x where x > 0, else alpha (exp(x) - 1); Clevert et al. 2016."""

    group = "activation"
    formula = "y = x, or α (eˣ − 1) below 0"
    meaning = "smooth; saturates at −α"
    hint = "smooth; saturates at −α"
    main = "alpha"

    alpha: Annotated[float, Meta(ge=0, le=100, title="α", description="Where it saturates, below zero.")] = 1.0


class SELU(LayerBase, frozen=True, kw_only=False):
    """ELU with the two constants that keep mean 0 and variance 1; Klambauer et al. 2017."""

    group = "activation"
    formula = "y = λ x, or λ α (eˣ − 1) below 0"
    meaning = "normalizes itself in wide nets"
    hint = "normalizes itself"


class GELU(LayerBase, frozen=True, kw_only=False):
    """y = x Φ(x), exact or by tanh; Hendrycks and Gimpel 2016, as `torch.nn.GELU`."""

    group = "activation"
    formula = "y = x Φ(x)"
    meaning = "smooth; weighs an input by its rank"
    hint = "smooth; weighs by rank"

    approximate: Annotated[
        Literal["none", "tanh"],
        Meta(title="Approximate", description="none: exact, by erf; tanh: as early code had it."),
    ] = "none"


class SiLU(LayerBase, frozen=True, kw_only=False):
    """y = x sigmoid(x), also called swish; as `torch.nn.SiLU`."""

    group = "activation"
    formula = "y = x / (1 + e⁻ˣ)"
    meaning = "smooth; also called swish"
    hint = "smooth; also swish"


class Mish(LayerBase, frozen=True, kw_only=False):
    """y = x tanh(softplus(x)), where softplus(x) is log(1 + exp(x)); Misra 2019, as `torch.nn.Mish`."""

    group = "activation"
    formula = "y = x tanh(log(1 + eˣ))"
    meaning = "smooth; dips below 0, then nearly the input itself"
    hint = "smooth; dips below 0"


class Softplus(LayerBase, frozen=True, kw_only=False):
    """y = log(1 + exp(beta x)) / beta, and x itself where beta x > threshold; as `torch.nn.Softplus`."""

    group = "activation"
    short = "SoftP"
    formula = "y = log(1 + eᵝˣ) / β"
    meaning = "a smooth ReLU"
    hint = "a smooth ReLU"
    main = "beta"

    beta: Annotated[float, Meta(gt=0, le=1e3, title="β", description="How sharp the bend is.")] = 1.0
    threshold: Annotated[float, Meta(ge=0, le=1e3, title="Threshold", description="Linear above this β x.")] = 20.0


class Hardtanh(LayerBase, frozen=True, kw_only=False):
    """y = x between min_val and max_val, clamped outside; derivative 0 at the ends, as PyTorch has it."""

    group = "activation"
    short = "HTanh"
    formula = "y = min(max(x, a), b)"
    meaning = "linear inside, flat outside"
    hint = "linear; flat outside"
    main = "max_val"

    min_val: Annotated[float, Meta(ge=-1e6, le=1e6, title="Min", description="Lowest output.")] = -1.0
    max_val: Annotated[float, Meta(ge=-1e6, le=1e6, title="Max", description="Highest output.")] = 1.0


class Identity(LayerBase, frozen=True, kw_only=False):
    """y = x; a placeholder, as `torch.nn.Identity`."""

    group = "activation"
    short = "Id"
    formula = "y = x"
    meaning = "nothing changes"
    hint = "nothing changes"


Activation = Sigmoid | Tanh | Erf | ReLU | LeakyReLU | ELU | SELU | GELU | SiLU | Mish | Softplus | Hardtanh | Identity

ACTIVATIONS: tuple[type[LayerBase], ...] = get_args(Activation)
