"""Lowering of normalizations."""

from __future__ import annotations

from bnsim.engine.builder import Builder
from bnsim.engine.lowering.tape import Backward
from bnsim.engine.program import Place
from bnsim.spec.layers import BatchNorm


def lower_batchnorm(b: Builder, layer: BatchNorm, x: Place) -> tuple[Place, Backward]:
    """With the batch's statistics in training, else with the running ones."""
    batch, features = x.shape
    gamma = b.trained("weight", features, start=1.0)
    beta = b.trained("bias", features)
    running_mean = b.kept("running_mean", features)
    running_var = b.kept("running_var", features, start=1.0)
    batches = b.kept("num_batches_tracked", integer=True)
    mean, var, inverse = (b.place(name, features) for name in ("μ", "σ²", "1/s"))
    next_mean, next_var = b.place("next mean", features), b.place("next var", features)
    x_hat, y = b.like("x̂", x), b.like("y", x)
    b.emit("bn mean", x, mean)
    b.emit("bn variance", x, mean, var)
    b.emit("bn normalize", x, mean, var, inverse, x_hat, scalars=(layer.eps,))
    b.emit("bn scale-and-shift", x_hat, gamma.value, beta.value, y)
    before = (mean, var, running_mean.value, running_var.value)
    b.emit("bn running", *before, next_mean, next_var, scalars=(layer.momentum or 0, batch))
    b.commits[running_mean.key] = (next_mean, next_var, running_mean.value, running_var.value, batches.value)
    b.record("batch_mean", mean)
    b.record("batch_var", var)
    b.record("running_mean", next_mean)
    b.record("running_var", next_var)
    b.record("gamma", gamma.value)
    b.record("beta", beta.value)

    def backward(g: Place, wanted: bool) -> Place:
        d_x_hat, d_x = b.like("dx̂", x), b.like("dx", x)
        d_var, d_mean = b.like("dσ²", var), b.like("dμ", mean)
        b.emit("bn dβ", g, beta.gradient)
        b.emit("bn dγ", g, x_hat, gamma.gradient)
        b.emit("bn dx̂", g, gamma.value, d_x_hat)
        b.emit("bn dσ²", d_x_hat, x, mean, inverse, d_var)
        total, rest = b.like("∑dx̂", mean), b.like("∑(x−μ)", mean)
        b.emit("bn dμ", d_x_hat, x, mean, inverse, d_var, total, rest, d_mean)
        b.emit("bn dx", d_x_hat, x, mean, inverse, d_var, d_mean, d_x)
        return d_x

    return y, backward
