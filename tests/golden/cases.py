"""Stacks whose numbers are held to PyTorch's: every layer, option and loss is in at least one of them.

A new activation is here by itself, with the arguments it has by default.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

import bnsim as bn
from bnsim.engine.lowering.activation import elementwise_of
from bnsim.spec import activations as spec
from bnsim.spec.datasets import DataShape

ROWS, FEATURES, CLASSES = 12, 5, 4


def _between(*layers: object) -> tuple:
    return (bn.Linear(6), *layers, bn.Linear(CLASSES))


ACTIVATIONS: dict[str, object] = {
    **{known.key if (known := elementwise_of(kind())) else kind.__name__.lower(): kind() for kind in spec.ACTIVATIONS},
    "leaky relu 0.3": bn.LeakyReLU(0.3),
    "elu 0.4": bn.ELU(0.4),
    "gelu by tanh": bn.GELU("tanh"),
    "softplus 3, 0.5": bn.Softplus(3.0, 0.5),
    "hardtanh -0.2, 0.5": bn.Hardtanh(-0.2, 0.5),
    "dropout": bn.Dropout(),
    "dropout 0.1": bn.Dropout(0.1),
    "dropout 0": bn.Dropout(0.0),
    "noise": bn.Noise(),
    "noise 0, 0.3": bn.Noise(0.0, 0.3),
    "noise, scaled": bn.Noise(scale=1.5),
    "noise, scaled down": bn.Noise(0.1, 0.3, scale=0.25),
}
"""Layers that keep the width and train nothing."""

NORMALIZATIONS: dict[str, object] = {
    "batchnorm": bn.BatchNorm(),
    "batchnorm, average": bn.BatchNorm(momentum=None),
    "batchnorm, momentum 1": bn.BatchNorm(momentum=1.0),
    "batchnorm, not affine": bn.BatchNorm(affine=False),
    "batchnorm, not tracked": bn.BatchNorm(track_running_stats=False),
    "batchnorm, bare": bn.BatchNorm(affine=False, track_running_stats=False),
    "batchnorm, started": bn.BatchNorm(gamma=0.3, beta=-0.7),
    "batchnorm, eval": bn.BatchNorm(mode="eval"),
    "batchnorm, eval, not affine": bn.BatchNorm(mode="eval", affine=False, eps=1e-2),
    "batchnorm, 2 devices": bn.BatchNorm(virtual_devices=2),
    "batchnorm, 4 devices": bn.BatchNorm(virtual_devices=4, eps=1e-2, momentum=None),
    "layernorm": bn.LayerNorm(),
    "layernorm, not affine": bn.LayerNorm(eps=1e-2, affine=False),
    "groupnorm": bn.GroupNorm(),
    "groupnorm, one": bn.GroupNorm(1),
    "groupnorm, 3, not affine": bn.GroupNorm(3, eps=1e-2, affine=False),
    "rmsnorm": bn.RMSNorm(),
    "rmsnorm, not affine": bn.RMSNorm(eps=1e-2, affine=False),
}

_CELL = (bn.Linear(6), bn.BatchNorm(), bn.Tanh())

LAYERS: dict[str, tuple] = {
    "linear": (bn.Linear(CLASSES),),
    "linear without bias": (bn.Linear(CLASSES, bias=False),),
    "two linears": (bn.Linear(7), bn.Linear(CLASSES)),
    "batchnorm first": (bn.BatchNorm(eps=1e-2, momentum=0.3), bn.Linear(CLASSES)),
    "batchnorm last": (bn.Linear(CLASSES), bn.BatchNorm(eps=1e-2)),
    "layernorm first": (bn.LayerNorm(), bn.Linear(CLASSES)),
    "rmsnorm last": (bn.Linear(CLASSES), bn.RMSNorm()),
    **{name: _between(layer) for name, layer in (ACTIVATIONS | NORMALIZATIONS).items()},
    "residual": _between(bn.Residual(_CELL)),
    "residual first": (bn.Residual((bn.Linear(FEATURES), bn.ReLU())), bn.Linear(CLASSES)),
    "repeat": _between(bn.Repeat(_CELL, times=3)),
    "repeat that widens": (bn.Repeat((bn.Linear(9), bn.SiLU()), times=2), bn.Linear(CLASSES)),
    "tied repeat": _between(bn.Repeat(_CELL, times=3, tied=True)),
    "tied repeat, average": _between(bn.Repeat((bn.Linear(6), bn.BatchNorm(momentum=None)), times=3, tied=True)),
    "tied repeat, eval": _between(bn.Repeat((bn.BatchNorm(mode="eval"), bn.Linear(6)), times=2, tied=True)),
    "nested": _between(
        bn.Repeat((bn.Residual((*_CELL, bn.Repeat((bn.Linear(6), bn.GELU()), times=2, tied=True))), bn.LayerNorm())),
        bn.Residual((bn.Residual((bn.Linear(6), bn.Dropout(0.3))), bn.RMSNorm())),
    ),
    "tied dropout": _between(bn.Repeat((bn.Linear(6), bn.Dropout(), bn.Noise()), times=2, tied=True)),
    "tied noise, scaled": _between(bn.Repeat((bn.Linear(6), bn.Noise(scale=2.0)), times=2, tied=True)),
    "devices, sigmoid": _between(bn.BatchNorm(virtual_devices=3), bn.Sigmoid()),
    "eval, sigmoid": _between(bn.BatchNorm(mode="eval"), bn.Sigmoid()),
    "average, sigmoid": _between(bn.BatchNorm(momentum=None, track_running_stats=True), bn.Sigmoid()),
    "layernorm, sigmoid": _between(bn.LayerNorm(), bn.Sigmoid()),
    "groupnorm, sigmoid": _between(bn.GroupNorm(3), bn.Sigmoid()),
    "groupnorm last": (bn.Linear(CLASSES), bn.GroupNorm()),
    "tied, sigmoid": _between(bn.Repeat((bn.Linear(6), bn.BatchNorm(), bn.Sigmoid()), times=3, tied=True)),
    "deep": (bn.Linear(8, bias=False), bn.BatchNorm(), bn.Sigmoid()) * 4 + (bn.Linear(CLASSES),),
}

LOSSES: dict[str, object] = {
    "cross-entropy": bn.CrossEntropy(),
    "mse": bn.MSE(),
    "bce": bn.BCEWithLogits(),
    "cross-entropy, sum": bn.CrossEntropy("sum"),
    "mse, sum": bn.MSE("sum"),
    "bce, sum": bn.BCEWithLogits("sum"),
}


def stacks() -> dict[str, bn.Stack]:
    """Every case by name."""
    found = {f"{name}, cross-entropy": stack_of(layers, bn.CrossEntropy()) for name, layers in LAYERS.items()}
    found |= {f"deep, {name}": stack_of(LAYERS["deep"], loss) for name, loss in LOSSES.items()}
    for name, loss in LOSSES.items():
        if not isinstance(loss, bn.CrossEntropy):
            found[f"regression, {name}"] = stack_of(_between(bn.Tanh()), loss)
    one = (bn.Linear(6), bn.Tanh(), bn.Linear(1))
    found |= {f"two classes, {name}": stack_of(one, LOSSES[name]) for name in ("bce", "bce, sum")}
    return found


def data_for(name: str) -> tuple[NDArray, NDArray, DataShape]:
    """What a case is trained on: inputs, targets, their shape."""
    if name.startswith("two classes"):
        x, y = data(classes=2)
        return x, y, shape_of(x, 2)
    x, y = data()
    if name.startswith("regression"):
        targets = np.random.Generator(np.random.Philox(1)).random((ROWS, CLASSES))
        return x, targets, DataShape(ROWS, FEATURES, CLASSES, False)
    return x, y, shape_of(x)


def data(rows: int = ROWS, features: int = FEATURES, classes: int = CLASSES, seed: int = 0) -> tuple[NDArray, NDArray]:
    """Inputs (rows, features) and classes (rows,), the same on every machine."""
    generator = np.random.Generator(np.random.Philox(seed))
    return generator.standard_normal((rows, features)), generator.integers(0, classes, rows)


def shape_of(x: NDArray, classes: int = CLASSES) -> DataShape:
    return DataShape(len(x), x.shape[1], classes, True)


def stack_of(layers: tuple, loss: object) -> bn.Stack:
    return bn.Experiment(stacks=(bn.Stack(name="case", layers=layers, loss=loss),)).stacks[0]
