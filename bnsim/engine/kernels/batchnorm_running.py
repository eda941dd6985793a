"""Running statistics: carried along while training, made the present ones at the update, and normalized with.

With virtual devices the batch's statistics have shape (k, features); the running ones follow the first part.
"""

from __future__ import annotations

import numpy as np

from bnsim.engine.kernels.views import mat, vec
from bnsim.engine.operation import Array, Operation


class Running(Operation):
    """The running statistics' next values; `commit` makes them the present ones at the update.

    As PyTorch: the new value has weight `momentum`, and the variance is the unbiased one, m/(m - 1) times σ².
    """

    key = "bn running"
    title = "running"
    reads = ("μ", "σ²", "running mean", "running var", "batches")
    writes = ("next mean", "next var", "next batches")
    scalars = ("ρ", "m")

    @staticmethod
    def twin(
        mean: Array,
        var: Array,
        running_mean: Array,
        running_var: Array,
        batches: Array,
        next_mean: Array,
        next_var: Array,
        next_batches: Array,
        momentum: float,
        count: float,
    ) -> None:
        kind, features = mean.dtype.type, running_mean.size
        new, old = kind(momentum), kind(1 - momentum)
        next_mean[...] = old * running_mean + new * mean.reshape(-1, features)[0]
        next_var[...] = old * running_var + new * (var.reshape(-1, features)[0] * kind(count / (count - 1)))
        next_batches[...] = batches + 1

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        mean = vec(memory, at, 0)
        var = vec(memory, at, 1)
        running_mean = vec(memory, at, 2)
        running_var = vec(memory, at, 3)
        next_mean = vec(memory, at, 5)
        next_var = vec(memory, at, 6)
        new = memory.dtype.type(s[0])
        old = memory.dtype.type(1.0 - s[0])
        unbiased = memory.dtype.type(s[1] / (s[1] - 1.0))
        for j in range(next_mean.shape[0]):
            next_mean[j] = old * running_mean[j] + new * mean[j]
            next_var[j] = old * running_var[j] + new * (var[j] * unbiased)
        vec(memory, at, 7)[0] = vec(memory, at, 4)[0] + memory.dtype.type(1)


class RunningAverage(Operation):
    """The same with the plain average over all batches so far: the n-th batch has weight 1/n (momentum None)."""

    key = "bn running average"
    title = "running"
    reads = ("μ", "σ²", "running mean", "running var", "batches")
    writes = ("next mean", "next var", "next batches")
    scalars = ("m",)

    @staticmethod
    def twin(
        mean: Array,
        var: Array,
        running_mean: Array,
        running_var: Array,
        batches: Array,
        next_mean: Array,
        next_var: Array,
        next_batches: Array,
        count: float,
    ) -> None:
        share = 1 / (float(batches) + 1)
        before = (mean, var, running_mean, running_var, batches)
        Running.twin(*before, next_mean, next_var, next_batches, share, count)

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        mean = vec(memory, at, 0)
        var = vec(memory, at, 1)
        running_mean = vec(memory, at, 2)
        running_var = vec(memory, at, 3)
        next_mean = vec(memory, at, 5)
        next_var = vec(memory, at, 6)
        count = vec(memory, at, 4)[0] + memory.dtype.type(1)
        share = 1.0 / np.float64(count)
        new = memory.dtype.type(share)
        old = memory.dtype.type(1.0 - share)
        unbiased = memory.dtype.type(s[0] / (s[0] - 1.0))
        for j in range(next_mean.shape[0]):
            next_mean[j] = old * running_mean[j] + new * mean[j]
            next_var[j] = old * running_var[j] + new * (var[j] * unbiased)
        vec(memory, at, 7)[0] = count


class Commit(Operation):
    """At the update, the running statistics and the count of batches take their next values."""

    key = "bn commit"
    title = "commit"
    reads = ("next mean", "next var", "next batches")
    writes = ("running mean", "running var", "batches")

    @staticmethod
    def twin(
        next_mean: Array,
        next_var: Array,
        next_batches: Array,
        running_mean: Array,
        running_var: Array,
        batches: Array,
    ) -> None:
        running_mean[...] = next_mean
        running_var[...] = next_var
        batches[...] = next_batches

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        next_mean = vec(memory, at, 0)
        next_var = vec(memory, at, 1)
        running_mean = vec(memory, at, 3)
        running_var = vec(memory, at, 4)
        for j in range(next_mean.shape[0]):
            running_mean[j] = next_mean[j]
            running_var[j] = next_var[j]
        vec(memory, at, 5)[0] = vec(memory, at, 2)[0]


class FirstPart(Operation):
    """The first part's statistic out of one for each part: what history keeps."""

    key = "bn first part"
    title = "first part"
    reads = ("a",)
    writes = ("b",)

    @staticmethod
    def twin(a: Array, b: Array) -> None:
        b[...] = a[0]

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        a = vec(memory, at, 0)
        b = vec(memory, at, 1)
        for j in range(b.shape[0]):
            b[j] = a[j]


class FixedInputGradient(Operation):
    """dx = dx̂/s when the statistics are the running ones: constants, with no way back through them."""

    key = "bn dx by running statistics"
    title = "dx"
    reads = ("dx̂", "1/s")
    writes = ("dx",)

    @staticmethod
    def twin(d_x_hat: Array, inverse: Array, d_x: Array) -> None:
        np.multiply(d_x_hat, inverse, out=d_x)

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        d_x_hat = mat(memory, at, 0)
        inverse = vec(memory, at, 1)
        d_x = mat(memory, at, 2)
        for i in range(d_x.shape[0]):
            for j in range(d_x.shape[1]):
                d_x[i, j] = d_x_hat[i, j] * inverse[j]
