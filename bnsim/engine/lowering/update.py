"""Lowering of the update: what happens to gradients and parameters once the backward pass is done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bnsim.engine.builder import Builder
from bnsim.engine.program import Parameter, Place
from bnsim.spec.training import SGD, Training

LowerUpdate = Callable[[Builder, Any, Parameter, Place], None]


def lower_update(b: Builder, training: Training) -> None:
    """Every parameter updated, running statistics committed."""
    lower = OPTIMIZERS[type(training.optimizer)]
    for parameter in list(b.parameters.values()):
        b.at(parameter.path, parameter.path)
        if parameter.gradient is not None:
            lower(b, training.optimizer, parameter, parameter.gradient)
        elif parameter.key in b.commits:
            b.emit("bn commit", *b.commits[parameter.key])


def lower_sgd(b: Builder, optimizer: SGD, parameter: Parameter, gradient: Place) -> None:
    """W <- w - lr dw."""
    b.emit("sgd", gradient, parameter.value, scalars=(optimizer.lr,))


OPTIMIZERS: dict[type, LowerUpdate] = {SGD: lower_sgd}
