"""What tensors are called in words, and the role that gives each its color."""

from __future__ import annotations

from bnsim.engine.program import Place
from bnsim.session.arrays import GRADIENT, INPUT, VALUE, Tensor
from bnsim.spec.experiment import Stack
from bnsim.spec.layers import Layer
from bnsim.spec.naming import layer_title
from bnsim.spec.normalizations import Normalization
from bnsim.spec.numerals import count
from bnsim.spec.tree import Path, layer_at

WORDS = {
    INPUT: "the mini-batch",
    "t": "the targets",
    "target": "the targets, one-hot",
    "p": "the probabilities",
    "log p": "the logarithms of the probabilities",
    "ℓ": "the loss",
    "μ": "the mean",
    "σ²": "the variance",
    "q": "the mean square",
    "1/s": "1/s, s the standard deviation with ε,",
    "x̂": "the normalized input",
    "running_mean": "the running mean",
    "running_var": "the running variance",
    "next mean": "the next running mean",
    "next var": "the next running variance",
    "num_batches_tracked": "the count of batches",
    "next batches": "the next count of batches",
    "mask": "the mask",
    "n": "the noise",
    "h": "the factor of the input",
    "dx": "the gradient of the input",
    "dz": "the gradient of the output",
    "η": "the learning rate",
    "N": "the norm of all gradients",
    "f": "the clipping factor",
}
UPDATE_WORDS = {
    "v": "the averaged step",
    "m": "the averaged gradient",
    "s": "the averaged square of the gradient",
    "u": "the direction",
    "d": "the gradient with weight decay",
    "c": "the variance of the gradient",
    "t": "the count of updates",
    "η'": "the corrected rate",
    "r": "the correction of the root",
    "dweight": "the clipped gradient of the weights",
    "dbias": "the clipped gradient of the biases",
}
SHARES = {
    "dweight": "one copy's part of the gradient of the weights",
    "dbias": "one copy's part of the gradient of the biases",
}
"""Of parameters that several copies use."""
ROLES = {
    INPUT: "data",
    "t": "data",
    "target": "data",
    "p": "loss",
    "log p": "loss",
    "ℓ": "loss",
    "μ": "mean",
    "σ²": "variance",
    "q": "variance",
    "1/s": "variance",
    "x̂": "normalized",
    "running_mean": "mean",
    "running_var": "variance",
    "next mean": "mean",
    "next var": "variance",
    "mask": "regularization",
    "n": "regularization",
    "h": "regularization",
    "m": "mean",
    "s": "variance",
    GRADIENT: "gradient",
    "dx": "gradient",
    "dz": "gradient",
    "dx̂": "normalized",
    "dσ²": "variance",
    "dq": "variance",
    "dμ": "mean",
}


def role_of(name: str, layer: Layer | None) -> str:
    """What a tensor of that name is to the formula; colors are by role. `layer` is where it belongs."""
    if name == VALUE:
        return "loss" if layer is None else layer.group
    if name in ("weight", "dweight", "bias", "dbias"):
        scale, shift = ("gamma", "beta") if isinstance(layer, Normalization) else ("weight", "bias")
        return scale if name.endswith("weight") else shift
    return ROLES.get(name, "update")


def role(stack: Stack, tensor: Tensor) -> str:
    """The role of a tensor of `stack`, which gives it its color."""
    return role_of(tensor.name, layer_at(stack.layers, tensor.path))


def described(stack: Stack, tensor: Tensor) -> str:
    """A tensor in words, such as "the output of Linear 3"."""
    layer = layer_at(stack.layers, tensor.path)
    title = layer_title(stack, tensor.path)
    name = tensor.name
    if name in (INPUT, "t", "target"):
        return WORDS[name]
    if name == VALUE:
        return f"the output of {title}"
    if name == GRADIENT:
        return f"the gradient of the output of {title}"
    if name in ("weight", "dweight", "bias", "dbias"):
        scale, shift = ("scale", "shift") if isinstance(layer, Normalization) else ("weights", "biases")
        what = scale if name.endswith("weight") else shift
        return f"the gradient of the {what} of {title}" if name.startswith("d") else f"the {what} of {title}"
    if name in WORDS:
        return WORDS[name] if layer is None else f"{WORDS[name]} in {title}"
    if name.startswith("d") and name[1:] in WORDS:
        return f"the gradient of {WORDS[name[1:]]} in {title}"
    return f"{name} in {title}"


def described_place(stack: Stack, place: Place, path: Path, *, update: bool = True) -> str:
    """An array of the update in words, such as "the averaged gradient in Linear 3", or of a copy of a tied Repeat."""
    what = UPDATE_WORDS.get(place.name) or WORDS.get(place.name, place.name)
    if not update and place.name in SHARES:
        what = SHARES[place.name]
    return what if not place.shape else f"{what} in {layer_title(stack, path)}"


def shape_text(shape: tuple[int, ...]) -> str:
    """A shape in words, such as "64 × 32"; empty for a single number."""
    return " × ".join(map(count, shape))
