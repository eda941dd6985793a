"""Lowering of losses: where the forward pass ends and the gradient starts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bnsim.engine.builder import Builder
from bnsim.engine.program import Place
from bnsim.spec.datasets import DataShape
from bnsim.spec.losses import MSE, BCEWithLogits, CrossEntropy, Loss

Start = Callable[[], Place]
"""Emits the loss's backward instructions; the place of dℓ/d(output)."""

LowerLoss = Callable[[Builder, Any, DataShape, Place, Place], tuple[Place, Start]]


def lower_cross_entropy(b: Builder, loss: CrossEntropy, data: DataShape, z: Place, t: Place) -> tuple[Place, Start]:
    """Lower softmax, then -log p of the class."""
    n = (_divisor(loss, z.shape[0]),)
    p, log_p, value = b.like("p", z), b.like("log p", z), b.place("ℓ")
    b.emit("softmax", z, p, log_p)
    b.emit("cross-entropy", log_p, t, value, scalars=n)

    def start() -> Place:
        d_z = b.like("dz", z)
        b.emit("cross-entropy dz", p, t, d_z, scalars=n)
        return d_z

    return value, start


def lower_mse(b: Builder, loss: MSE, data: DataShape, z: Place, t: Place) -> tuple[Place, Start]:
    """Lower the squared error; classes become one-hot targets first."""
    n = (_divisor(loss, z.size),)
    target = one_hot(b, data, z, t)
    value = b.place("ℓ")
    b.emit("mse", z, target, value, scalars=n)

    def start() -> Place:
        d_z = b.like("dz", z)
        b.emit("mse dz", z, target, d_z, scalars=n)
        return d_z

    return value, start


def lower_bce(b: Builder, loss: BCEWithLogits, data: DataShape, z: Place, t: Place) -> tuple[Place, Start]:
    """A sigmoid for every output; two classes with one output are its targets, others become rows of a unit matrix."""
    n = (_divisor(loss, z.size),)
    target = t if data.outputs == 2 and z.shape[1] == 1 else one_hot(b, data, z, t)
    p, value = b.like("p", z), b.place("ℓ")
    b.emit("sigmoid", z, p)
    b.emit("bce", z, target, value, scalars=n)

    def start() -> Place:
        d_z = b.like("dz", z)
        b.emit("bce dz", p, target, d_z, scalars=n)
        return d_z

    return value, start


def one_hot(b: Builder, data: DataShape, z: Place, t: Place) -> Place:
    """The targets in the shape of the output: classes become one-hot rows."""
    if not data.classification:
        return t
    target = b.like("target", z)
    b.emit("one-hot", t, target)
    return target


def _divisor(loss: Loss, terms: int) -> int:
    return terms if loss.reduction == "mean" else 1


LOSSES: dict[type, LowerLoss] = {CrossEntropy: lower_cross_entropy, MSE: lower_mse, BCEWithLogits: lower_bce}
