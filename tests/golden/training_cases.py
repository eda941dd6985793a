"""Ways to train one small net: every optimizer, schedule and clipping, in the combinations that meet each other."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

import bnsim as bn
from tests.golden import cases

UPDATES = 100
BATCH, ROWS = 12, 48

# A bias before BatchNorm has no gradient but rounding, which Adam would divide by its own size.
STACK = bn.Experiment(
    stacks=(
        bn.Stack(
            layers=(bn.Linear(6, bias=False), bn.BatchNorm(), bn.Tanh(), bn.Linear(5), bn.Sigmoid(), bn.Linear(4))
        ),
    )
).stacks[0]

OPTIMIZERS = {
    "sgd": bn.SGD(lr=0.3),
    "sgd, decay": bn.SGD(lr=0.3, weight_decay=0.02),
    "momentum": bn.SGD(lr=0.1, momentum=0.9),
    "nesterov, decay": bn.SGD(lr=0.1, momentum=0.8, nesterov=True, weight_decay=0.01),
    "rmsprop": bn.RMSprop(lr=0.01),
    "rmsprop, momentum, decay": bn.RMSprop(lr=0.005, alpha=0.9, momentum=0.7, weight_decay=0.01, eps=1e-6),
    "rmsprop, centered": bn.RMSprop(lr=0.01, centered=True),
    "rmsprop, centered, momentum": bn.RMSprop(
        lr=0.005, alpha=0.9, momentum=0.7, weight_decay=0.01, eps=1e-3, centered=True
    ),
    "adagrad": bn.Adagrad(lr=0.1),
    "adagrad, decay": bn.Adagrad(lr=0.2, lr_decay=0.05, weight_decay=0.01, initial_accumulator_value=0.1, eps=1e-6),
    "adam": bn.Adam(lr=0.02),
    "adam, decay": bn.Adam(lr=0.02, beta1=0.3, beta2=0.95, eps=1e-5, weight_decay=0.05),
    "adamw": bn.AdamW(lr=0.02, weight_decay=0.1),
}
SCHEDULES = {
    "constant": bn.ConstantRate(),
    "step": bn.StepDecay(every=30, gamma=0.5),
    "cosine": bn.Cosine(period=40, lr_min=0.001),
    "warm-up": bn.WarmUp(updates=25, start=0.1),
}
CLIPS = {"unclipped": bn.NoClip(), "value": bn.ClipValue(limit=0.02), "norm": bn.ClipNorm(limit=0.1)}


def trainings() -> dict[str, bn.Training]:
    """Every case by name."""
    chosen = {
        *product(OPTIMIZERS, ["constant"], ["unclipped"]),
        *product(OPTIMIZERS, ["cosine"], ["norm"]),
        *product(["sgd", "momentum", "adam", "adamw"], SCHEDULES, CLIPS),
    }
    found = {
        ", ".join(names): _training(OPTIMIZERS[names[0]], schedule=SCHEDULES[names[1]], clip=CLIPS[names[2]])
        for names in sorted(chosen)
    }
    for name in ("sgd, decay", "rmsprop, momentum, decay", "adam, decay", "adamw"):
        found[f"{name}, weights alone"] = _training(OPTIMIZERS[name], decay_all=False)
    for name in ("sgd", "adamw"):
        found[f"{name}, three batches an update"] = _training(OPTIMIZERS[name], accumulate=3, clip=CLIPS["norm"])
    return found


def data() -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Inputs (rows, features) and classes (rows,)."""
    return cases.data(ROWS, seed=11)


def _training(optimizer: Any, **fields: Any) -> bn.Training:
    return bn.Training(batch_size=BATCH, shuffle=False, optimizer=optimizer, **fields)


def flat(state: dict[str, NDArray]) -> NDArray[np.float64]:
    """All numbers of a state, in order."""
    return np.concatenate([np.ravel(value) for value in state.values()]).astype(np.float64)


def shaped(numbers: NDArray[np.float64], like: dict[str, NDArray]) -> dict[str, NDArray]:
    """The inverse of `flat`."""
    ends = np.cumsum([value.size for value in like.values()])
    parts = np.split(numbers, ends[:-1])
    return {
        key: part.reshape(value.shape).astype(value.dtype)
        for (key, value), part in zip(like.items(), parts, strict=True)
    }
