"""Losses, and where the gradient starts.

The scalar n is what a sum is divided by: the batch size for cross-entropy, the number of outputs in the batch for the
others, as PyTorch's "mean" has it; 1 for its "sum".
"""

from __future__ import annotations

import numpy as np

from bnsim.engine.kernels.exponential import exp
from bnsim.engine.kernels.logarithm import log1p_below
from bnsim.engine.kernels.sums import BLOCK, block_total, row_total, strip, total_of
from bnsim.engine.kernels.views import mat, piece, vec
from bnsim.engine.operation import Array, Operation


class Softmax(Operation):
    """Probabilities and their logarithms.

    The largest logit, z[top], is taken out first, so that nothing overflows. What is left of the sum beside its 1 is
    added up by itself: log p[top] = -log1p(rest) keeps its digits when a class is all but certain.
    """

    key = "softmax"
    title = "softmax"
    reads = ("z",)
    writes = ("p", "log p")

    @staticmethod
    def twin(z: Array, p: Array, log_p: Array) -> None:
        top = np.argmax(z.real, axis=1)
        below = z - np.take_along_axis(z, top[:, None], axis=1)
        p[...] = exp(below)
        others = p.copy()
        np.put_along_axis(others, top[:, None], 0, axis=1)
        rest = total_of(others, 1)[:, None]
        p /= (1 + rest).astype(z.dtype)
        log_p[...] = below - log1p_below(rest).astype(z.dtype)

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        z = mat(memory, at, 0)
        p = mat(memory, at, 1)
        log_p = mat(memory, at, 2)
        classes = z.shape[1]
        for i in range(z.shape[0]):
            top = 0
            for j in range(1, classes):
                # A NaN is the largest, as NumPy has it: it must come through.
                if not z[i, j] <= z[i, top] and z[i, top] == z[i, top]:
                    top = j
            largest = z[i, top]
            for j in range(classes):
                p[i, j] = exp(z[i, j] - largest)
            one = p[i, top]
            p[i, top] = 0
            rest = row_total(p, i * classes, classes)
            p[i, top] = one
            total = memory.dtype.type(1.0 + rest)
            log_total = memory.dtype.type(np.log1p(rest))
            for j in range(classes):
                p[i, j] /= total
                log_p[i, j] = (z[i, j] - largest) - log_total


class CrossEntropy(Operation):
    """ℓ = sum over the batch of -log p[class], over n."""

    key = "cross-entropy"
    title = "cross-entropy"
    reads = ("log p", "t")
    writes = ("ℓ",)
    scalars = ("n",)

    @staticmethod
    def twin(log_p: Array, t: Array, loss: Array, n: float) -> None:
        loss[...] = -total_of(np.take_along_axis(log_p, t.real.astype(np.int64), axis=1), 0)[0] / n

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        log_p = mat(memory, at, 0)
        t = mat(memory, at, 1)
        terms = strip(memory)
        total = 0.0
        for start in range(0, t.shape[0], BLOCK):
            count = min(BLOCK, t.shape[0] - start)
            for i in range(count):
                terms[i] = log_p[start + i, np.int64(t[start + i, 0])]
            total -= block_total(terms, 0, count)
        vec(memory, at, 2)[0] = total / s[0]


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
        loss[...] = total_of(((z - t) ** 2).ravel(), 0) / n

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        z = vec(memory, at, 0)
        t = vec(memory, at, 1)
        terms = strip(memory)
        total = 0.0
        for start in range(0, z.shape[0], BLOCK):
            count = min(BLOCK, z.shape[0] - start)
            found, wanted = piece(z, start, count), piece(t, start, count)
            for i in range(count):
                deviation = found[i] - wanted[i]
                terms[i] = deviation * deviation
            total += block_total(terms, 0, count)
        vec(memory, at, 2)[0] = total / s[0]


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
    """ℓ = sum over batch and outputs of -t log σ(z) - (1 - t) log(1 - σ(z)), over n.

    From logits, so that nothing overflows: z ([z > 0] - t) + log(1 + exp(-|z|)), whose terms have one sign for targets
    from 0 to 1, so that no digits are lost either.
    """

    key = "bce"
    title = "bce"
    reads = ("z", "t")
    writes = ("ℓ",)
    scalars = ("n",)

    @staticmethod
    def twin(z: Array, t: Array, loss: Array, n: float) -> None:
        above = z.real > 0
        terms = z * (above - t) + log1p_below(exp(np.where(above, -z, z)))
        loss[...] = total_of(terms.ravel(), 0) / n

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        z = vec(memory, at, 0)
        t = vec(memory, at, 1)
        zero = memory.dtype.type(0)
        one = memory.dtype.type(1)
        terms = strip(memory)
        total = 0.0
        for start in range(0, z.shape[0], BLOCK):
            count = min(BLOCK, z.shape[0] - start)
            logits, wanted = piece(z, start, count), piece(t, start, count)
            for i in range(count):
                above = one if logits[i] > zero else zero
                terms[i] = logits[i] * (above - wanted[i]) + np.log1p(np.exp(-abs(logits[i])))
            total += block_total(terms, 0, count)
        vec(memory, at, 2)[0] = total / s[0]


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
