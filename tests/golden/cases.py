"""Stacks whose numbers are held to PyTorch's: every layer, loss and optimizer is in at least one of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

import bnsim as bn
from bnsim.spec.datasets import DataShape

ROWS, FEATURES, CLASSES = 12, 5, 4

LAYERS: dict[str, tuple] = {
    "linear": (bn.Linear(CLASSES),),
    "linear without bias": (bn.Linear(CLASSES, bias=False),),
    "two linears": (bn.Linear(7), bn.Linear(CLASSES)),
    "batchnorm": (bn.Linear(6), bn.BatchNorm(), bn.Linear(CLASSES)),
    "batchnorm first": (bn.BatchNorm(eps=1e-2, momentum=0.3), bn.Linear(CLASSES)),
    "batchnorm last": (bn.Linear(CLASSES), bn.BatchNorm(eps=1e-2)),
    "sigmoid": (bn.Linear(6), bn.Sigmoid(), bn.Linear(CLASSES)),
    "tanh": (bn.Linear(6), bn.Tanh(), bn.Linear(CLASSES)),
    "relu": (bn.Linear(6), bn.ReLU(), bn.Linear(CLASSES)),
    "deep": (bn.Linear(8, bias=False), bn.BatchNorm(), bn.Sigmoid()) * 4 + (bn.Linear(CLASSES),),
}

LOSSES = {"cross-entropy": bn.CrossEntropy(), "mse": bn.MSE()}


def stacks() -> dict[str, bn.Stack]:
    """Every case by name."""
    found = {f"{name}, cross-entropy": _stack(layers, bn.CrossEntropy()) for name, layers in LAYERS.items()}
    found["deep, mse"] = _stack(LAYERS["deep"], bn.MSE())
    return found


def data(rows: int = ROWS, features: int = FEATURES, classes: int = CLASSES, seed: int = 0) -> tuple[NDArray, NDArray]:
    """Inputs (rows, features) and classes (rows,), the same on every machine."""
    generator = np.random.Generator(np.random.Philox(seed))
    return generator.standard_normal((rows, features)), generator.integers(0, classes, rows)


def shape_of(x: NDArray, classes: int = CLASSES) -> DataShape:
    return DataShape(len(x), x.shape[1], classes, True)


def _stack(layers: tuple, loss: bn.CrossEntropy | bn.MSE) -> bn.Stack:
    return bn.Experiment(stacks=(bn.Stack(name="case", layers=layers, loss=loss),)).stacks[0]
