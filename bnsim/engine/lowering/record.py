"""Lowering of what is recorded: hidden instructions that run along with those they measure.

Names and shapes of what comes of it are in `bnsim.session.history`. Where several mini-batches make one update, the
last one is measured.
"""

from __future__ import annotations

from bnsim.engine.builder import Builder
from bnsim.engine.flat import flat_of
from bnsim.engine.kernels.record_distribution import BINS, PERCENTS, SLOTS
from bnsim.engine.program import Parameter, Place
from bnsim.spec.datasets import DataShape
from bnsim.spec.layers import Identity, Layer, Linear, Repeat
from bnsim.spec.tree import Path


def record_input(b: Builder, layer: Layer, x: Place) -> None:
    """Record the distribution of an activation's input, before the activation is lowered."""
    if not (_last(b) and b.recording == "all") or layer.group != "activation" or isinstance(layer, Identity):
        return
    percentiles, histogram = b.place("percentiles", len(PERCENTS)), b.place("histogram", 2 + BINS)
    # Counts take four bytes and slots two, whatever the precision: these sizes are enough for either.
    sizes = {"slots": -(-x.size // 2), "counts": SLOTS, "gathered": x.size, "chosen": 3 * len(PERCENTS) + BINS}
    scratch = [b.scratch_place(name, size) for name, size in sizes.items()]
    b.emit("distribution", x, percentiles, histogram, *scratch, hidden=True)
    b.record("percentiles", percentiles)
    b.record("histogram", histogram)


def record_output(b: Builder, layer: Layer, path: Path, x: Place, y: Place) -> None:
    """Record of a layer's output `y` its norm and, for an activation of `x`, the flat and dead fractions."""
    if not (_last(b) and b.recording == "all") or isinstance(layer, Repeat):
        return
    norm = b.place("‖y‖")
    b.emit("norm", y, norm, hidden=True)
    b.record_at("activation_norm", path, norm)
    flat = flat_of(layer)
    if flat is None:
        return
    counted = x if flat.reads == "x" else y
    if flat.saturates:
        saturated = b.place("saturated")
        b.emit("saturated", counted, saturated, scalars=flat.limits, hidden=True)
        b.record_at("saturated", path, saturated)
    if flat.is_dead:
        dead, zero = b.place("dead"), b.place("zero")
        counts = b.scratch_place("counts", y.shape[1])
        b.emit("dead", counted, dead, zero, counts, scalars=flat.dead_limits, hidden=True)
        b.record_at("dead", path, dead)
        b.record_at("zero", path, zero)


def record_accuracy(b: Builder, data: DataShape, z: Place, t: Place) -> None:
    """Record the accuracy of the last output, if the targets are classes."""
    if _last(b) and data.classification:
        accuracy = b.place("accuracy")
        b.emit("accuracy", z, t, accuracy, hidden=True)
        b.record("accuracy", accuracy)


def record_gradient(b: Builder, layer: Layer, path: Path, g: Place) -> None:
    """Record the norm of the gradient of a layer's output, as part of the operation that computed it."""
    every = b.recording == "all"
    if not _last(b) or isinstance(layer, Repeat) or not (every or isinstance(layer, Linear)):
        return
    norm = b.place("‖g‖")
    b.emit("norm", g, norm, hidden=True)
    if every:
        b.record_at("activation_gradient_norm", path, norm)
    if isinstance(layer, Linear):
        b.record_at("gradient_norm", path, norm)


Before = list[tuple[Parameter, Place, Place]]
"""For each weight: the parameter, a copy of it from before the update, and its norm."""


def record_weights(b: Builder) -> Before:
    """Record the norms of weights and of their whole gradients after the backward pass; copies for `record_updates`."""
    before: Before = []
    if b.recording == "none":
        return before
    for parameter in b.parameters.values():
        if parameter.gradient is None or not parameter.is_weight:
            continue
        norm, gradient_norm = b.place("‖w‖"), b.place("‖dw‖")
        copy = b.like("w before", parameter.value)
        b.emit("copy", parameter.value, copy, hidden=True)
        b.emit("norm", parameter.value, norm, hidden=True)
        b.emit("norm", parameter.gradient, gradient_norm, hidden=True)
        b.record_at("weight_norm", parameter.path, norm)
        b.record_at("weight_gradient_norm", parameter.path, gradient_norm)
        before.append((parameter, copy, norm))
    return before


def record_affine(b: Builder) -> None:
    """Record the whole gradients of every γ and β that are recorded, after the backward pass."""
    if b.recording != "all":
        return
    gradients = {each.value: each.gradient for each in b.parameters.values() if each.gradient is not None}
    for name in ("gamma", "beta"):
        for path, place in b.recorded(name).items():
            if place in gradients:
                b.record_at(f"{name}_gradient", path, gradients[place])


def record_updates(b: Builder, before: Before) -> None:
    """Record the update ratio of each weight, after the update."""
    for parameter, copy, norm in before:
        ratio = b.place("ρ")
        move = b.scratch_place("move", parameter.value.size)
        b.emit("update ratio", parameter.value, copy, norm, ratio, move, hidden=True)
        b.record_at("update_ratio", parameter.path, ratio, late=True)


def _last(b: Builder) -> bool:
    """Whether the present mini-batch is the last of its update, which is the one measured."""
    return b.recording != "none" and b.micro == b.training.accumulate - 1
