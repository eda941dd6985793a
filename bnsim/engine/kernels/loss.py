"""Losses, and where the gradient starts.

The scalar n is what a sum is divided by: the batch size for cross-entropy, the number of outputs in the batch for the
others, as PyTorch's "mean" has it; 1 for its "sum".
"""

from __future__ import annotations

import numpy as np

from bnsim.engine.kernels.exponential import exp
from bnsim.engine.kernels.views import mat, vec
from bnsim.engine.operation import Array, Operation


class Softmax(Operation):
    """Probabilities, and log sum exp for the loss; the largest logit is taken out first, so nothing overflows."""

    key = "softmax"
    title = "softmax"
    reads = ("z",)
    writes = ("p", "lse")

    @staticmethod
    def twin(z: Array, p: Array, lse: Array) -> None:
        top = z.max(axis=1, keepdims=True)
        np.exp(z - top, out=p)
        total = p.sum(axis=1, keepdims=True)
        p /= total
        lse[...] = (top + np.log(total))[:, 0]

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        z = mat(memory, at, 0)
        p = mat(memory, at, 1)
        lse = vec(memory, at, 2)
        for i in range(z.shape[0]):
            top = z[i, 0]
            for j in range(1, z.shape[1]):
                top = max(top, z[i, j])
            total = memory.dtype.type(0)
            for j in range(z.shape[1]):
                p[i, j] = exp(z[i, j] - top)
                total += p[i, j]
            for j in range(z.shape[1]):
                p[i, j] /= total
            lse[i] = top + np.log(total)


class CrossEntropy(Operation):
    """ℓ = sum over the batch of lse - z[class], over n."""

    key = "cross-entropy"
    title = "cross-entropy"
    reads = ("z", "lse", "t")
    writes = ("ℓ",)
    scalars = ("n",)

    @staticmethod
    def twin(z: Array, lse: Array, t: Array, loss: Array, n: float) -> None:
        loss[...] = np.sum(lse - z[np.arange(len(z)), t[:, 0].astype(np.int64)]) / z.dtype.type(n)

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        z = mat(memory, at, 0)
        lse = vec(memory, at, 1)
        t = mat(memory, at, 2)
        total = memory.dtype.type(0)
        for i in range(z.shape[0]):
            total += lse[i] - z[i, np.int64(t[i, 0])]
        vec(memory, at, 3)[0] = total / memory.dtype.type(s[0])


class CrossEntropyGradient(Operation):
    """dz = (p - one-hot) / n."""

    key = "cross-entropy dz"
    title = "dz"
    reads = ("p", "t")
    writes = ("dz",)
    scalars = ("n",)

    @staticmethod
    def twin(p: Array, t: Array, d_z: Array, n: float) -> None:
        d_z[...] = p
        d_z[np.arange(len(p)), t[:, 0].astype(np.int64)] -= 1
        d_z /= p.dtype.type(n)

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        p = mat(memory, at, 0)
        t = mat(memory, at, 1)
        d_z = mat(memory, at, 2)
        one = memory.dtype.type(1)
        count = memory.dtype.type(s[0])
        for i in range(p.shape[0]):
            for j in range(p.shape[1]):
                d_z[i, j] = p[i, j] / count
            k = np.int64(t[i, 0])
            d_z[i, k] = (p[i, k] - one) / count


class MSE(Operation):
    """ℓ = sum over batch and outputs of (z - t)², over n."""

    key = "mse"
    title = "mse"
    reads = ("z", "t")
    writes = ("ℓ",)
    scalars = ("n",)

    @staticmethod
    def twin(z: Array, t: Array, loss: Array, n: float) -> None:
        loss[...] = np.sum((z - t) ** 2) / z.dtype.type(n)

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        z = vec(memory, at, 0)
        t = vec(memory, at, 1)
        total = memory.dtype.type(0)
        for i in range(z.shape[0]):
            deviation = z[i] - t[i]
            total += deviation * deviation
        vec(memory, at, 2)[0] = total / memory.dtype.type(s[0])


class MSEGradient(Operation):
    """dz = 2 (z - t) / n."""

    key = "mse dz"
    title = "dz"
    reads = ("z", "t")
    writes = ("dz",)
    scalars = ("n",)

    @staticmethod
    def twin(z: Array, t: Array, d_z: Array, n: float) -> None:
        d_z[...] = (z - t) * z.dtype.type(2 / n)

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        z = vec(memory, at, 0)
        t = vec(memory, at, 1)
        d_z = vec(memory, at, 2)
        share = memory.dtype.type(2.0 / s[0])
        for i in range(z.shape[0]):
            d_z[i] = (z[i] - t[i]) * share


class BCE(Operation):
    """ℓ = sum over batch and outputs of -t log σ(z) - (1 - t) log(1 - σ(z)), over n; from logits: no overflow."""

    key = "bce"
    title = "bce"
    reads = ("z", "t")
    writes = ("ℓ",)
    scalars = ("n",)

    @staticmethod
    def twin(z: Array, t: Array, loss: Array, n: float) -> None:
        terms = np.maximum(z, 0) - z * t + np.log1p(np.exp(-np.abs(z)))
        loss[...] = np.sum(terms) / z.dtype.type(n)

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        z = vec(memory, at, 0)
        t = vec(memory, at, 1)
        zero = memory.dtype.type(0)
        total = zero
        for i in range(z.shape[0]):
            # NaN must pass through: the comparison is false for it, as wanted.
            above = zero if z[i] < zero else z[i]
            total += above - z[i] * t[i] + np.log1p(np.exp(-abs(z[i])))
        vec(memory, at, 2)[0] = total / memory.dtype.type(s[0])


class BCEGradient(Operation):
    """dz = (p - t) / n, p = σ(z)."""

    key = "bce dz"
    title = "dz"
    reads = ("p", "t")
    writes = ("dz",)
    scalars = ("n",)

    @staticmethod
    def twin(p: Array, t: Array, d_z: Array, n: float) -> None:
        d_z[...] = (p - t) / p.dtype.type(n)

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        p = vec(memory, at, 0)
        t = vec(memory, at, 1)
        d_z = vec(memory, at, 2)
        count = memory.dtype.type(s[0])
        for i in range(p.shape[0]):
            d_z[i] = (p[i] - t[i]) / count
