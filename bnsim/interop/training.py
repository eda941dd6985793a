"""Losses, optimizers, schedules and clipping as lines of PyTorch code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bnsim.interop.code import Lines, call, indented, number, unlike
from bnsim.spec.datasets import DataShape
from bnsim.spec.losses import MSE, BCEWithLogits, CrossEntropy, Loss
from bnsim.spec.training import (
    SGD,
    Adagrad,
    Adam,
    AdamW,
    ClipNorm,
    ClipValue,
    ConstantRate,
    Cosine,
    NoClip,
    RMSprop,
    StepDecay,
    Training,
    WarmUp,
)

LOSSES: dict[type, str] = {
    CrossEntropy: "nn.CrossEntropyLoss",
    MSE: "nn.MSELoss",
    BCEWithLogits: "nn.BCEWithLogitsLoss",
}


def loss_function(loss: Loss) -> str:
    """The module that computes the loss."""
    return call(LOSSES[type(loss)], **unlike(reduction=(loss.reduction, "mean")))


def targets(loss: Loss, data: DataShape, width: int, *, y: str = "y", kind: str = "double") -> str:
    """What the loss compares the output, of that width, with, made of the targets `y`: "" if they do as they are.

    `kind` is the method that gives them the network's precision.
    """
    if isinstance(loss, CrossEntropy) or not data.classification:
        return ""
    if isinstance(loss, BCEWithLogits) and data.outputs == 2 and width == 1:
        return f"{y}[:, None].{kind}()"
    return f"nn.functional.one_hot({y}, {width}).{kind}()"


def optimizer(training: Training) -> Lines:
    """The optimizer of `model`; where weight decay is for weights alone, with two groups of parameters."""
    name, named = OPTIMIZERS[type(training.optimizer)](training.optimizer)
    options = ", ".join(f"{key}={number(value)}" for key, value in named.items())
    if training.decay_all or not training.optimizer.weight_decay:
        return (f"torch.optim.{name}(model.parameters(), {options})",)
    groups = (
        "[",
        '    {"params": [p for p in model.parameters() if p.ndim == 2]},',
        '    {"params": [p for p in model.parameters() if p.ndim != 2], "weight_decay": 0.0},',
        "],",
        f"{options},",
    )
    return (f"torch.optim.{name}(", *indented(groups), ")")


def _sgd(made: SGD) -> tuple[str, Mapping[str, object]]:
    nesterov = made.nesterov and bool(made.momentum)
    return "SGD", {
        "lr": made.lr,
        **unlike(momentum=(made.momentum, 0.0), nesterov=(nesterov, False), weight_decay=(made.weight_decay, 0.0)),
    }


def _adagrad(made: Adagrad) -> tuple[str, Mapping[str, object]]:
    return "Adagrad", {
        "lr": made.lr,
        **unlike(
            lr_decay=(made.lr_decay, 0.0),
            weight_decay=(made.weight_decay, 0.0),
            initial_accumulator_value=(made.initial_accumulator_value, 0.0),
            eps=(made.eps, 1e-10),
        ),
    }


def _rmsprop(made: RMSprop) -> tuple[str, Mapping[str, object]]:
    return "RMSprop", {
        "lr": made.lr,
        **unlike(
            alpha=(made.alpha, 0.99),
            eps=(made.eps, 1e-8),
            weight_decay=(made.weight_decay, 0.0),
            momentum=(made.momentum, 0.0),
            centered=(made.centered, False),
        ),
    }


def _adam(made: Adam | AdamW) -> tuple[str, Mapping[str, object]]:
    return type(made).__name__, {
        "lr": made.lr,
        **unlike(
            betas=((made.beta1, made.beta2), (0.9, 0.999)),
            eps=(made.eps, 1e-8),
            weight_decay=(made.weight_decay, 0.01 if isinstance(made, AdamW) else 0.0),
        ),
    }


OPTIMIZERS: dict[type, Callable[[Any], tuple[str, Mapping[str, object]]]] = {
    SGD: _sgd,
    Adagrad: _adagrad,
    RMSprop: _rmsprop,
    Adam: _adam,
    AdamW: _adam,
}


def scheduler(training: Training) -> str:
    """The scheduler of `optimizer`; "" if the rate is constant."""
    return SCHEDULES[type(training.schedule)](training.schedule)


def _warm_up(made: WarmUp) -> str:
    if made.start == 0.0:  # which LinearLR refuses
        return f"torch.optim.lr_scheduler.LambdaLR(optimizer, lambda t: min(t / {made.updates}, 1.0))"
    return f"torch.optim.lr_scheduler.LinearLR(optimizer, {made.start!r}, total_iters={made.updates})"


def _step_decay(made: StepDecay) -> str:
    return f"torch.optim.lr_scheduler.StepLR(optimizer, step_size={made.every}, gamma={made.gamma!r})"


def _cosine(made: Cosine) -> str:
    lowest = f", eta_min={made.lr_min!r}" if made.lr_min else ""
    return f"torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max={made.period}{lowest})"


SCHEDULES: dict[type, Callable[[Any], str]] = {
    ConstantRate: lambda made: "",
    StepDecay: _step_decay,
    Cosine: _cosine,
    WarmUp: _warm_up,
}


def clipping(training: Training) -> str:
    """The line that clips the gradients of `model`; "" if they are not clipped."""
    return CLIPS[type(training.clip)](training.clip)


CLIPS: dict[type, Callable[[Any], str]] = {
    NoClip: lambda made: "",
    ClipValue: lambda made: f"nn.utils.clip_grad_value_(model.parameters(), {made.limit!r})",
    ClipNorm: lambda made: f"nn.utils.clip_grad_norm_(model.parameters(), {made.limit!r})",
}
