"""The formula of every operation, and the publication it is from."""

from __future__ import annotations

from collections.abc import Callable

from bnsim.engine.kernels.elementwise import ELEMENTWISE
from bnsim.lenses.equations import activations, disturbances, layers, losses, normalizations, updates
from bnsim.lenses.equations.setting import Equation, Setting

FORMULAS: dict[str, Callable[[Setting], list[Equation]]] = {
    **activations.ACTIVATIONS,
    "batch": layers.batch,
    "one-hot": layers.one_hot,
    "linear": layers.linear,
    "linear without bias": layers.linear_without_bias,
    "linear dW": layers.weight_gradient,
    "linear db": layers.bias_gradient,
    "linear dx": layers.input_gradient,
    "add": layers.add,
    "scale": layers.scale,
    "copy": layers.copy,
    "bn mean": normalizations.mean,
    "bn variance": normalizations.variance,
    "bn normalize": normalizations.normalize,
    "bn scale-and-shift": normalizations.scale_and_shift,
    "bn dβ": normalizations.beta_gradient,
    "bn dγ": normalizations.gamma_gradient,
    "bn dx̂": normalizations.normalized_gradient,
    "bn dσ²": normalizations.variance_gradient,
    "bn dμ": normalizations.mean_gradient,
    "bn dx": normalizations.input_gradient,
    "bn dx by running statistics": normalizations.fixed_input_gradient,
    "bn running": normalizations.running,
    "bn running average": normalizations.running_average,
    "bn commit": normalizations.commit,
    "ln mean": normalizations.layer_mean,
    "ln variance": normalizations.layer_variance,
    "ln normalize": normalizations.layer_normalize,
    "ln dσ²": normalizations.layer_variance_gradient,
    "ln dμ": normalizations.layer_mean_gradient,
    "ln dx": normalizations.layer_input_gradient,
    "rms mean square": normalizations.mean_square,
    "rms normalize": normalizations.root_normalize,
    "rms scale": normalizations.scale,
    "rms dq": normalizations.mean_square_gradient,
    "rms dx": normalizations.root_input_gradient,
    "softmax": losses.softmax,
    "cross-entropy": losses.cross_entropy,
    "cross-entropy dz": losses.cross_entropy_gradient,
    "mse": losses.mse,
    "mse dz": losses.mse_gradient,
    "bce": losses.bce,
    "bce dz": losses.bce_gradient,
    "dropout mask": disturbances.mask,
    "dropout": disturbances.dropout,
    "dropout dx": disturbances.dropout_gradient,
    "noise shape": disturbances.noise_shape,
    "noise": disturbances.noise,
    "rate": updates.rate,
    "rate step": updates.rate_step,
    "rate cosine": updates.rate_cosine,
    "rate warm-up": updates.rate_warm_up,
    "clip value": updates.clip_value,
    "norm": updates.norm,
    "total norm": updates.total_norm,
    "clip factor": updates.clip_factor,
    "clip norm": updates.clip_norm,
    "sgd": updates.sgd,
    "sgd scheduled": updates.sgd_scheduled,
    "weight decay": updates.weight_decay,
    "decoupled decay": updates.decoupled_decay,
    "momentum": updates.momentum,
    "nesterov": updates.nesterov,
    "mean square": updates.mean_square,
    "rmsprop": updates.rmsprop,
    "rmsprop direction": updates.rmsprop_direction,
    "adam correction": updates.adam_correction,
    "adam mean": updates.adam_mean,
    "adam": updates.adam,
}
"""The function that gives the formulas, by the key of every operation a person can stop at."""

BATCHNORM = "Ioffe & Szegedy 2015, Algorithm 1"
CHAIN = "Ioffe & Szegedy 2015, section 3"
SOURCES: dict[str, str] = {
    **{known.key: known.source for known in ELEMENTWISE if known.source},
    **dict.fromkeys(("bn mean", "bn variance", "bn normalize", "bn scale-and-shift"), BATCHNORM),
    **dict.fromkeys(("bn dβ", "bn dγ", "bn dx̂", "bn dσ²", "bn dμ", "bn dx"), CHAIN),
    **dict.fromkeys(("ln mean", "ln variance", "ln normalize"), "Ba, Kiros & Hinton 2016"),
    **dict.fromkeys(("rms mean square", "rms normalize", "rms scale"), "Zhang & Sennrich 2019"),
    **dict.fromkeys(("bn running", "bn running average", "bn commit"), "as torch.nn.BatchNorm1d"),
    **dict.fromkeys(("adam correction", "adam mean", "adam"), "Kingma & Ba 2015"),
    "decoupled decay": "Loshchilov & Hutter 2019",
    "nesterov": "Sutskever et al. 2013",
    "rate cosine": "Loshchilov & Hutter 2017",
}
"""The publication a formula is from, by the operation's key."""
