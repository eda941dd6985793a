"""The names that an expression may use: of a session's arrays as the window shows them, of recorded numbers, functions.

Greek and ASCII spellings are one: "γ" and "gamma", "x̂" and "xhat", "σ²" and "sigma2".
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from difflib import get_close_matches
from types import MappingProxyType

from msgspec import Struct

from bnsim.spec.layer_base import LayerBase
from bnsim.spec.layers import Linear, Repeat
from bnsim.spec.normalizations import BatchNorm, GroupNorm, LayerNorm, RMSNorm
from bnsim.spec.regularizers import Dropout, Noise
from bnsim.spec.training import SGD, Adagrad, Adam, AdamW, RMSprop


class Symbol(Struct, frozen=True):
    """A name: `shown` as the window has it, `array` as a program names the array, or "" for a recorded number.

    `record` is the name in the history of such a number. `kinds` are the layers that have it, () for what belongs to
    the whole lane; `other` spellings are accepted. `keeps`: what one of `optimizers` keeps for the parameter of that
    name ("weight", "bias").
    """

    shown: str
    words: str
    array: str = ""
    record: str = ""
    kinds: tuple[type[LayerBase], ...] = ()
    other: tuple[str, ...] = ()
    keeps: str = ""
    optimizers: tuple[type[Struct], ...] = ()

    @property
    def of_layer(self) -> bool:
        """Whether it belongs to a layer, which is to be named in brackets."""
        return bool(self.kinds)

    def is_of(self, layer: LayerBase | None) -> bool:
        """Whether a layer of that kind has it."""
        return isinstance(layer, self.kinds) and not isinstance(layer, Repeat)


_MEANS = (BatchNorm, LayerNorm, GroupNorm)
_NORMS = (*_MEANS, RMSNorm)
_ANY = (LayerBase,)
_KEPT: tuple[tuple[str, str, str, tuple[type[Struct], ...]], ...] = (
    ("momentum_buffer", "averaged step", "v", (SGD, RMSprop)),
    ("exp_avg", "averaged gradient", "m", (Adam, AdamW)),
    ("exp_avg_sq", "averaged square of the gradient", "s", (Adam, AdamW)),
    ("square_avg", "averaged square of the gradient", "s", (RMSprop,)),
    ("grad_avg", "averaged gradient", "m", (RMSprop,)),
    ("sum_of_squares", "sum of squared gradients", "s", (Adagrad,)),
)
"""What optimizers keep, as PyTorch calls it but for Adagrad's "sum", which is a function here."""
_SUMS = tuple(
    Symbol(f"{shown}{end}", f"{words} {of}", array, kinds=(Linear, *_NORMS), keeps=keeps, optimizers=optimizers)
    for shown, words, array, optimizers in _KEPT
    for end, keeps, of in (("", "weight", "of W or γ"), ("_b", "bias", "of b or β"))
)
SYMBOLS = (
    Symbol("loss", "loss of the mini-batch", record="loss"),
    Symbol("accuracy", "accuracy on the mini-batch", record="accuracy"),
    Symbol("clip_norm", "norm of all gradients before clipping", record="clip_norm", other=("N",)),
    Symbol("x", "mini-batch", "x"),
    Symbol("t", "targets", "t"),
    Symbol("p", "probabilities", "p"),
    Symbol("log_p", "log-probabilities", "log p"),
    Symbol("W", "weights", "weight", kinds=(Linear,), other=("weight",)),
    Symbol("b", "biases", "bias", kinds=(Linear,), other=("bias",)),
    Symbol("dW", "gradient of W", "dweight", kinds=(Linear,), other=("dweight",)),
    Symbol("db", "gradient of b", "dbias", kinds=(Linear,), other=("dbias",)),
    Symbol("γ", "scale", "weight", kinds=_NORMS, other=("gamma",)),
    Symbol("β", "shift", "bias", kinds=_NORMS, other=("beta",)),
    Symbol("dγ", "gradient of γ", "dweight", kinds=_NORMS, other=("dgamma",)),
    Symbol("dβ", "gradient of β", "dbias", kinds=_NORMS, other=("dbeta",)),
    Symbol("running_mean", "running mean", "running_mean", kinds=(BatchNorm,), other=("running_μ", "running_mu")),
    Symbol(
        "running_var", "running variance", "running_var", kinds=(BatchNorm,), other=("running_σ²", "running_sigma2")
    ),
    Symbol("μ", "mini-batch mean", "μ", kinds=_MEANS, other=("mu", "batch_mean")),
    Symbol("σ²", "mini-batch variance", "σ²", kinds=_MEANS, other=("sigma2", "batch_var")),
    Symbol("q", "mean square", "q", kinds=(RMSNorm,)),
    Symbol("inv_std", "1/√(σ² + ε)", "1/s", kinds=_NORMS),
    Symbol("x̂", "normalized", "x̂", kinds=_NORMS, other=("xhat",)),
    Symbol("dx̂", "gradient of x̂", "dx̂", kinds=_NORMS, other=("dxhat",)),
    Symbol("dσ²", "gradient of σ²", "dσ²", kinds=_MEANS, other=("dsigma2",)),
    Symbol("dμ", "gradient of μ", "dμ", kinds=_MEANS, other=("dmu",)),
    Symbol("dq", "gradient of q", "dq", kinds=(RMSNorm,)),
    Symbol("sum_dxhat", "sum of dx̂", "∑dx̂", kinds=(BatchNorm,), other=("∑dx̂",)),
    Symbol("sum_deviations", "sum of deviations", "∑(x−μ)", kinds=(BatchNorm,)),
    Symbol("mask", "dropout mask", "mask", kinds=(Dropout,)),
    Symbol("n", "noise", "n", kinds=(Noise,)),
    Symbol("m", "noise's mean", "m", kinds=(Noise,)),
    Symbol("s", "noise's spread", "s", kinds=(Noise,)),
    Symbol("value", "output", "value", kinds=_ANY, other=("values", "y", "z", "output")),
    Symbol("gradient", "gradient of the output", "gradient", kinds=_ANY, other=("gradients", "dy", "dz")),
    Symbol("dx", "gradient of the input", "dx", kinds=_ANY),
    Symbol("gradient_norm", "norm of the gradient at the output", record="gradient_norm", kinds=(Linear,)),
    Symbol("weight_norm", "norm of W", record="weight_norm", kinds=(Linear,)),
    Symbol("weight_gradient_norm", "norm of dW", record="weight_gradient_norm", kinds=(Linear,)),
    Symbol("update_ratio", "norm of the update by that of W", record="update_ratio", kinds=(Linear,)),
    Symbol("saturated", "share of saturated outputs", record="saturated", kinds=_ANY),
    Symbol("dead", "share of dead units", record="dead", kinds=_ANY),
    Symbol("zero", "share of outputs without slope", record="zero", kinds=_ANY),
    *_SUMS,
)
REDUCTIONS: Mapping[str, str] = MappingProxyType(
    {
        "norm": "Euclidean norm of all elements",
        "mean": "mean of all elements",
        "std": "standard deviation, divided by their number",
        "var": "variance, divided by their number",
        "min": "least element",
        "max": "largest element",
        "sum": "sum of all elements",
        "rms": "root of the mean square",
    }
)
"""Functions that make one number of an array."""
ELEMENTWISE: Mapping[str, str] = MappingProxyType(
    {
        "abs": "absolute value",
        "sqrt": "square root",
        "log": "natural logarithm",
        "log10": "logarithm to the base 10",
    }
)
FUNCTIONS: Mapping[str, str] = MappingProxyType({**REDUCTIONS, **ELEMENTWISE})


def folded(name: str) -> str:
    """A name's spelling to compare by: compatible characters are one, such as "σ²" and "σ2", "µ" and "μ"."""
    return unicodedata.normalize("NFKC", name)


_BY_SPELLING = {folded(spelling): symbol for symbol in SYMBOLS for spelling in (symbol.shown, *symbol.other)}


def symbol_of(name: str) -> Symbol | None:
    """The symbol of that name, in any of its spellings."""
    return _BY_SPELLING.get(folded(name))


def nearest(name: str, names: tuple[str, ...]) -> str:
    """The one of some names that is most like a name; "" if none is."""
    lowered = {each.lower(): each for each in reversed(names)}
    found = get_close_matches(folded(name).lower(), lowered, n=1, cutoff=0.5)
    return lowered[found[0]] if found else ""


def all_names() -> tuple[str, ...]:
    """Every name there is, in every spelling."""
    return (*(spelling for each in SYMBOLS for spelling in (each.shown, *each.other)), *FUNCTIONS)
