"""Several operations in one pass over memory, for fast runs; never stepped, always to the bits of what they replace.

Sums go over the batch in order, one row after another, as the single operations have them.
"""

from __future__ import annotations

import numpy as np

from bnsim.engine.kernels.exponential import exp_beside_one
from bnsim.engine.kernels.views import mat, vec
from bnsim.engine.operation import Array, Operation


class NormalizeToSigmoid(Operation):
    """Normalize, scale-and-shift, sigmoid. With `keep` 0 nothing reads x̂ and y, and they are not written."""

    key = "bn normalize + scale-and-shift + sigmoid"
    title = "normalize to sigmoid"
    reads = ("x", "μ", "σ²", "γ", "β")
    writes = ("1/s", "x̂", "y", "σ(y)")
    scalars = ("ε", "keep")

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        x = mat(memory, at, 0)
        mean = vec(memory, at, 1)
        var = vec(memory, at, 2)
        gamma = vec(memory, at, 3)
        beta = vec(memory, at, 4)
        inverse = vec(memory, at, 5)
        x_hat = mat(memory, at, 6)
        y = mat(memory, at, 7)
        out = mat(memory, at, 8)
        eps = memory.dtype.type(s[0])
        one = memory.dtype.type(1)
        for j in range(x.shape[1]):
            inverse[j] = one / np.sqrt(var[j] + eps)
        if s[1] != 0.0:
            for i in range(x.shape[0]):
                for j in range(x.shape[1]):
                    x_hat[i, j] = (x[i, j] - mean[j]) * inverse[j]
                    y[i, j] = gamma[j] * x_hat[i, j] + beta[j]
            for i in range(x.shape[0]):
                for j in range(x.shape[1]):
                    out[i, j] = one / (one + exp_beside_one(-y[i, j]))
        else:
            for i in range(x.shape[0]):
                for j in range(x.shape[1]):
                    normalized = (x[i, j] - mean[j]) * inverse[j]
                    out[i, j] = one / (one + exp_beside_one(-(gamma[j] * normalized + beta[j])))


class SigmoidToMeanGradient(Operation):
    """Through the sigmoid, then dβ, dγ, dx̂, dσ² and dμ; x̂ is made again from x, to the same bits.

    With `keep` 0 nothing reads dy, and it is not written.
    """

    key = "sigmoid dx + bn dβ + dγ + dx̂ + dσ² + dμ"
    title = "sigmoid dx to dμ"
    reads = ("g", "σ(y)", "γ", "x", "μ", "1/s")
    writes = ("dy", "dβ", "dγ", "dx̂", "dσ²", "∑dx̂", "∑(x−μ)", "dμ")
    scalars = ("keep",)

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        g = mat(memory, at, 0)
        out = mat(memory, at, 1)
        gamma = vec(memory, at, 2)
        x = mat(memory, at, 3)
        mean = vec(memory, at, 4)
        inverse = vec(memory, at, 5)
        d_y = mat(memory, at, 6)
        d_beta = vec(memory, at, 7)
        d_gamma = vec(memory, at, 8)
        d_x_hat = mat(memory, at, 9)
        d_var = vec(memory, at, 10)
        total = vec(memory, at, 11)
        rest = vec(memory, at, 12)
        d_mean = vec(memory, at, 13)
        one = memory.dtype.type(1)
        rows, features = x.shape
        for j in range(features):
            d_beta[j] = 0
            d_gamma[j] = 0
            d_var[j] = 0
            total[j] = 0
            rest[j] = 0
        if s[0] != 0.0:
            for i in range(rows):
                for j in range(features):
                    d_y[i, j] = g[i, j] * (out[i, j] * (one - out[i, j]))
        for i in range(rows):
            for j in range(features):
                through = g[i, j] * (out[i, j] * (one - out[i, j]))
                deviation = x[i, j] - mean[j]
                normalized = through * gamma[j]
                d_x_hat[i, j] = normalized
                d_beta[j] += through
                d_gamma[j] += through * (deviation * inverse[j])
                d_var[j] += normalized * deviation
                total[j] += normalized
                rest[j] += deviation
        half = memory.dtype.type(-0.5)
        minus_two = memory.dtype.type(-2)
        count = memory.dtype.type(rows)
        for j in range(features):
            d_var[j] *= half * inverse[j] * inverse[j] * inverse[j]
            d_mean[j] = d_var[j] * (minus_two * (rest[j] / count)) - inverse[j] * total[j]
