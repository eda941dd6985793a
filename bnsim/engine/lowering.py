"""Lowering: a stack becomes a program.

Each kind of layer has one function here. It emits the forward instructions and returns its output's place with a
function that, called when the gradient arrives, emits the backward ones and returns the gradient's next place: a tape,
written once.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import bnsim.engine.kernels  # noqa: F401  registers the operations
from bnsim.engine.builder import Builder
from bnsim.engine.kernels.counter import half_bits
from bnsim.engine.program import Place, Program
from bnsim.spec.datasets import DataShape
from bnsim.spec.experiment import Stack
from bnsim.spec.layers import BatchNorm, Linear, ReLU, Sigmoid, Tanh
from bnsim.spec.losses import MSE, CrossEntropy
from bnsim.spec.training import SGD, Training

Backward = Callable[[Place, bool], Place]
"""From the gradient of a layer's output to that of its input; the flag says whether the latter is wanted."""

Lower = Callable[[Builder, Any, Place], tuple[Place, Backward]]


def lower(stack: Stack, training: Training, data: DataShape) -> Program:
    """The program that trains `stack`. The stack must have no problems (see `bnsim.spec.problems`)."""
    b = Builder(training.batch_size)
    inputs, targets = _lower_batch(b, training, data)
    values: list[Place] = []
    backwards: list[Backward] = []
    x = inputs
    for b.layer, layer in enumerate(stack.layers):
        x, backward = LAYERS[type(layer)](b, layer, x)
        values.append(x)
        backwards.append(backward)
    b.layer = len(stack.layers)
    b.phase = "loss"
    loss, backward = LOSSES[type(stack.loss)](b, data, x, targets)
    b.phase = "backward"
    gradients = _lower_backward(b, stack, x, backward, backwards)
    b.phase = "update"
    _lower_update(b, training)
    b.record("loss", loss, len(stack.layers))
    return b.program(values, gradients, inputs, loss)


def _lower_batch(b: Builder, training: Training, data: DataShape) -> tuple[Place, Place]:
    inputs = b.place("x", training.batch_size, data.features)
    targets = b.place("t", training.batch_size, 1 if data.classification else data.outputs)
    scalars = (data.rows, training.shuffle, training.seed, half_bits(data.rows))
    b.emit("batch", inputs, targets, scalars=scalars)
    return inputs, targets


def _lower_backward(b: Builder, stack: Stack, x: Place, loss: Backward, backwards: list[Backward]) -> list[Place]:
    """Emits the backward pass; returns the places of the gradients of the layers' outputs, in layer order."""
    g = loss(x, True)
    gradients: list[Place] = []
    for index in reversed(range(len(backwards))):
        gradients.append(g)
        if isinstance(stack.layers[index], Linear):
            norm = b.place("‖g‖")
            b.emit("norm", g, norm, hidden=True)
            b.record("gradient_norm", norm, index)
        b.layer = index
        g = backwards[index](g, index > 0)
    b.reverse("gradient_norm")
    return gradients[::-1]


def _lower_update(b: Builder, training: Training) -> None:
    for parameter in b.parameters:
        b.layer = parameter.layer
        if parameter.gradient is not None:
            UPDATES[type(training.optimizer)](b, training.optimizer, parameter.gradient, parameter.value)
        elif parameter.integer:
            b.emit("bn commit", *b.commits[parameter.layer])


def _lower_linear(b: Builder, layer: Linear, x: Place) -> tuple[Place, Backward]:
    b.weight_layers += 1
    fan_in = x.shape[1]
    weight = b.parameter("weight", (layer.units, fan_in), init=layer.init, fan_in=fan_in)
    bias = b.parameter("bias", (layer.units,), init=layer.init, fan_in=fan_in) if layer.bias else None
    z = b.place("z", x.shape[0], layer.units)
    if bias:
        b.emit("linear", x, weight.value, bias.value, z)
    else:
        b.emit("linear without bias", x, weight.value, z)

    def backward(g: Place, wanted: bool) -> Place:
        assert weight.gradient is not None
        b.emit("linear dW", g, x, weight.gradient)
        if bias:
            assert bias.gradient is not None
            b.emit("linear db", g, bias.gradient)
        if not wanted:
            return g
        d_x = b.like("dx", x)
        b.emit("linear dx", g, weight.value, d_x)
        return d_x

    return z, backward


def _lower_batchnorm(b: Builder, layer: BatchNorm, x: Place) -> tuple[Place, Backward]:
    batch, features = x.shape
    gamma = b.parameter("weight", (features,), start=1.0)
    beta = b.parameter("bias", (features,))
    running_mean = b.parameter("running_mean", (features,), trained=False)
    running_var = b.parameter("running_var", (features,), start=1.0, trained=False)
    batches = b.parameter("num_batches_tracked", (), trained=False, integer=True)
    mean, var, inverse = (b.place(name, features) for name in ("μ", "σ²", "1/s"))
    next_mean, next_var = b.place("next mean", features), b.place("next var", features)
    x_hat, y = b.like("x̂", x), b.like("y", x)
    b.emit("bn mean", x, mean)
    b.emit("bn variance", x, mean, var)
    b.emit("bn normalize", x, mean, var, inverse, x_hat, scalars=(layer.eps,))
    b.emit("bn scale-and-shift", x_hat, gamma.value, beta.value, y)
    before = (mean, var, running_mean.value, running_var.value)
    b.emit("bn running", *before, next_mean, next_var, scalars=(layer.momentum, batch))
    b.commits[b.layer] = (next_mean, next_var, running_mean.value, running_var.value, batches.value)
    b.record("batch_mean", mean)
    b.record("batch_var", var)
    b.record("running_mean", next_mean)
    b.record("running_var", next_var)
    b.record("gamma", gamma.value)
    b.record("beta", beta.value)

    def backward(g: Place, wanted: bool) -> Place:
        assert beta.gradient is not None
        assert gamma.gradient is not None
        d_x_hat, d_x = b.like("dx̂", x), b.like("dx", x)
        d_var, d_mean = b.like("dσ²", var), b.like("dμ", mean)
        b.emit("bn dβ", g, beta.gradient)
        b.emit("bn dγ", g, x_hat, gamma.gradient)
        b.emit("bn dx̂", g, gamma.value, d_x_hat)
        b.emit("bn dσ²", d_x_hat, x, mean, inverse, d_var)
        b.emit("bn dμ", d_x_hat, x, mean, inverse, d_var, d_mean)
        b.emit("bn dx", d_x_hat, x, mean, inverse, d_var, d_mean, d_x)
        return d_x

    return y, backward


def _elementwise(key: str, gradient_reads: str) -> Lower:
    """Lowers an activation whose gradient needs its input ("x") or its output ("y")."""

    def lower_activation(b: Builder, layer: Any, x: Place) -> tuple[Place, Backward]:
        y = b.like("y", x)
        b.emit(key, x, y)

        def backward(g: Place, wanted: bool) -> Place:
            d_x = b.like("dx", x)
            b.emit(f"{key} dx", g, x if gradient_reads == "x" else y, d_x)
            return d_x

        return y, backward

    return lower_activation


def _lower_cross_entropy(b: Builder, data: DataShape, z: Place, t: Place) -> tuple[Place, Backward]:
    p, lse, loss = b.like("p", z), b.place("lse", z.shape[0]), b.place("ℓ")
    b.emit("softmax", z, p, lse)
    b.emit("cross-entropy", z, lse, t, loss)

    def backward(x: Place, wanted: bool) -> Place:
        d_z = b.like("dz", z)
        b.emit("cross-entropy dz", p, t, d_z)
        return d_z

    return loss, backward


def _lower_mse(b: Builder, data: DataShape, z: Place, t: Place) -> tuple[Place, Backward]:
    target = t
    if data.classification:
        target = b.like("target", z)
        b.emit("one-hot", t, target)
    loss = b.place("ℓ")
    b.emit("mse", z, target, loss)

    def backward(x: Place, wanted: bool) -> Place:
        d_z = b.like("dz", z)
        b.emit("mse dz", z, target, d_z)
        return d_z

    return loss, backward


def _lower_sgd(b: Builder, optimizer: SGD, gradient: Place, value: Place) -> None:
    b.emit("sgd", gradient, value, scalars=(optimizer.lr,))


LAYERS: dict[type, Lower] = {
    Linear: _lower_linear,
    BatchNorm: _lower_batchnorm,
    Sigmoid: _elementwise("sigmoid", "y"),
    Tanh: _elementwise("tanh", "y"),
    ReLU: _elementwise("relu", "y"),
}
LOSSES: dict[type, Callable[[Builder, DataShape, Place, Place], tuple[Place, Backward]]] = {
    CrossEntropy: _lower_cross_entropy,
    MSE: _lower_mse,
}
UPDATES: dict[type, Callable[[Builder, Any, Place, Place], None]] = {SGD: _lower_sgd}
