"""Lowering: a stack becomes a program."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import bnsim.engine.kernels  # noqa: F401  registers the operations
from bnsim.engine.builder import Builder, nothing
from bnsim.engine.kernels.counter import half_bits
from bnsim.engine.lowering.loss import LOSSES
from bnsim.engine.lowering.record import record_accuracy, record_affine, record_updates, record_weights
from bnsim.engine.lowering.sequence import lower_sequence
from bnsim.engine.lowering.update import lower_update
from bnsim.engine.program import OtherMates, Place, Program
from bnsim.spec.datasets import DataShape
from bnsim.spec.experiment import Stack
from bnsim.spec.recording import Recording
from bnsim.spec.training import Training
from bnsim.spec.tree import Path


def lower(
    stack: Stack,
    training: Training,
    data: DataShape,
    *,
    recording: Recording = "norms",
    each_layer: Callable[[], None] = nothing,
    draws: Mapping[Path, int] | None = None,
    mates: OtherMates | None = None,
) -> Program:
    """The program that trains `stack`. The stack must have no problems (see `bnsim.spec.problems`).

    `each_layer` is called as each layer of the unrolled stack is lowered; what it raises ends the lowering.
    `draws` numbers the layers that draw at random, by their path; None: in their order. `mates` are other batch-mates
    in one iteration.
    """
    b = Builder(training.batch_size, training, recording=recording, each_layer=each_layer, draws=draws)
    losses: list[Place] = []
    for micro in range(training.accumulate):
        if micro:
            b.next_micro()
        b.phase = "forward"
        inputs, targets = _lower_batch(b, training, data)
        x, backward = lower_sequence(b, stack.layers, inputs)
        at_loss = (len(stack.layers),)
        b.at(at_loss, at_loss)
        b.phase = "loss"
        loss, start = LOSSES[type(stack.loss)](b, stack.loss, data, x, targets)
        losses.append(loss)
        record_accuracy(b, data, x, targets)
        b.phase = "backward"
        g = start()
        if training.accumulate > 1:
            g = _scaled(b, g, 1 / training.accumulate)
        backward(g, False)
    b.at(at_loss, at_loss)
    mean_loss = _mean_loss(b, losses)
    b.record("loss", mean_loss)
    before = record_weights(b)
    record_affine(b)
    b.phase = "update"
    lower_update(b, training)
    record_updates(b, before)
    return replace(b.program(inputs, targets, mean_loss), mates=mates)


def lower_evaluation(stack: Stack, training: Training, data: DataShape, rows: int) -> Program:
    """The forward pass in eval mode over `rows` samples at a time, in order; parameters lie as in `lower`'s program."""
    b = Builder(rows, training, evaluating=True, recording="none")
    inputs, targets = _lower_batch(b, training, data, rows=rows)
    x, _ = lower_sequence(b, stack.layers, inputs)
    at_loss = (len(stack.layers),)
    b.at(at_loss, at_loss)
    b.phase = "loss"
    loss, _ = LOSSES[type(stack.loss)](b, stack.loss, data, x, targets)
    return b.program(inputs, targets, loss)


def _lower_batch(b: Builder, training: Training, data: DataShape, rows: int = 0) -> tuple[Place, Place]:
    """Emit the loading of a mini-batch; with `rows`, of that many samples in the order of the data."""
    b.at((0,), (0,))
    inputs = b.place("x", b.batch, data.features)
    targets = b.place("t", b.batch, 1 if data.classification else data.outputs)
    shuffle = training.shuffle and not rows
    order = (shuffle, training.seed, half_bits(data.rows))
    scalars = (data.rows, *order, training.accumulate if not rows else 1, b.micro)
    b.emit("batch", inputs, targets, scalars=scalars)
    return inputs, targets


def _scaled(b: Builder, g: Place, factor: float) -> Place:
    scaled = b.like(g.name, g)
    b.emit("scale", g, scaled, scalars=(factor,))
    return scaled


def _mean_loss(b: Builder, losses: list[Place]) -> Place:
    """The mean of the losses of the mini-batches that make one update."""
    total = losses[0]
    for loss in losses[1:]:
        added = b.place("ℓ")
        b.emit("add", total, loss, added, hidden=True)
        total = added
    if len(losses) > 1:
        total_of_all, total = total, b.place("ℓ")
        b.emit("scale", total_of_all, total, scalars=(1 / len(losses),), hidden=True)
    return total
