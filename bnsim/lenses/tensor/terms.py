"""Tensors in the field's terms: symbols, words, what rows and columns are."""

from __future__ import annotations

from collections.abc import Sequence

from bnsim.session.arrays import GRADIENT, INPUT, VALUE
from bnsim.spec.layers import BatchNorm, GroupNorm, Layer, LayerNorm, Linear, RMSNorm
from bnsim.spec.normalizations import Normalization
from bnsim.spec.tree import Path, layer_at, ordinal_at

WORDS = {
    VALUE: "output",
    INPUT: "mini-batch",
    "t": "targets",
    "target": "targets, one-hot",
    "p": "probabilities",
    "log p": "log-probabilities",
    "ℓ": "loss",
    "μ": "mini-batch mean",
    "σ²": "mini-batch variance",
    "q": "mean square",
    "1/s": "1/√(σ² + ε)",
    "x̂": "normalized",
    "next mean": "running mean after this",
    "next var": "running variance after this",
    "next batches": "batches counted after this",
    "running_mean": "running mean",
    "running_var": "running variance",
    "mask": "dropout mask",
    "n": "noise",
    "m": "noise's mean",
    "s": "noise's spread",
    "h": "factor of the input",
    "∑dx̂": "sum of dx̂",
    "∑(x−μ)": "sum of deviations",
}
SYMBOLS = {
    "running_mean": "running μ",
    "running_var": "running σ²",
    "next mean": "next μ",
    "next var": "next σ²",
    "next batches": "next count",
}
STATISTICS = frozenset({"μ", "σ²", "1/s", "q", "dσ²", "dμ", "dq", "∑dx̂", "∑(x−μ)"})
"""What BatchNorm has once for each feature (and virtual device), LayerNorm and RMSNorm for each sample, GroupNorm for
each of its groups."""


def is_gradient(name: str) -> bool:
    """Whether a tensor of that name is a derivative of the loss."""
    return name == GRADIENT or name.startswith("d")


def gradient_name(name: str) -> str:
    """The name of the loss's derivative with respect to that tensor; a derivative's own name stays."""
    if is_gradient(name):
        return name
    return GRADIENT if name == VALUE else f"d{name}"


def symbol(name: str, layer: Layer | None, own: str) -> str:
    """The tensor's symbol in formulas; `own` is how the program names the layer's output, or the array itself."""
    if name == VALUE:
        return own
    if name == GRADIENT:
        return f"d{own}"
    if name in ("weight", "bias", "dweight", "dbias"):
        weight, bias = ("γ", "β") if isinstance(layer, Normalization) else ("W", "b")
        return name.replace("weight", weight).replace("bias", bias)
    return SYMBOLS.get(name, name)


def words(name: str, layer: Layer | None, own: str) -> str:
    """The tensor in words; `own` as for `symbol`."""
    if is_gradient(name):
        return "gradient of the input" if name == "dx" else f"gradient of {symbol(name, layer, own)[1:]}"
    if name in ("weight", "bias"):
        plain = {"weight": "weights", "bias": "biases"}
        return ({"weight": "scale", "bias": "shift"} if isinstance(layer, Normalization) else plain)[name]
    if isinstance(layer, GroupNorm) and name in ("μ", "σ²"):
        return {"μ": "mean of each group", "σ²": "variance of each group"}[name]
    if isinstance(layer, LayerNorm | RMSNorm) and name in ("μ", "σ²"):
        return {"μ": "mean of each sample", "σ²": "variance of each sample"}[name]
    return WORDS.get(name, name)


def axes(layers: Sequence[Layer], path: Path, name: str, dimensions: int) -> tuple[str, str]:
    """What a row and a column of the tensor `name` at a path stand for.

    For a vector, ("", what an element stands for); of a single number, ("", "").
    """
    layer = layer_at(layers, path)
    if dimensions == 0:
        return "", ""
    if name in ("weight", "dweight") and dimensions == 2:
        return "unit", "input"
    column = _column(layers, path, name, layer)
    statistic = name in STATISTICS
    if statistic and isinstance(layer, GroupNorm):
        return "sample", "group"
    if dimensions == 2:
        return ("device" if statistic and isinstance(layer, BatchNorm) else "sample"), column
    return "", "sample" if statistic and isinstance(layer, LayerNorm | RMSNorm) else column


def _column(layers: Sequence[Layer], path: Path, name: str, layer: Layer | None) -> str:
    """What the features of a sample are in an array: units of a weight layer, or what goes into the first one."""
    if name == "t":
        return "target"
    if layer is None:
        return "output"
    if name == INPUT or (name == "dx" and isinstance(layer, Linear)):
        return "input"
    return "unit" if ordinal_at(layers, path) else "input"
