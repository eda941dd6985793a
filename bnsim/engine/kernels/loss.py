"""Losses, mean over the batch, and where the gradient starts."""

from __future__ import annotations

import numpy as np

from bnsim.engine.kernels.exponential import exp
from bnsim.engine.kernels.views import mat, vec
from bnsim.engine.operation import Array, Operation


class Softmax(Operation):
    """Probabilities, and log sum exp for the loss; the largest logit is taken out first, so nothing overflows."""

    key = "softmax"
    title = "softmax"
    equation = r"p_{ik} = \frac{e^{z_{ik}}}{\sum_j e^{z_{ij}}}"
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
    """ℓ = mean over the batch of lse - z[class]."""

    key = "cross-entropy"
    title = "cross-entropy"
    equation = r"\ell = \frac{1}{m} \sum_i \Big(\log \sum_j e^{z_{ij}} - z_{i t_i}\Big)"
    reads = ("z", "lse", "t")
    writes = ("ℓ",)

    @staticmethod
    def twin(z: Array, lse: Array, t: Array, loss: Array) -> None:
        loss[...] = np.mean(lse - z[np.arange(len(z)), t[:, 0].astype(np.int64)])

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        z = mat(memory, at, 0)
        lse = vec(memory, at, 1)
        t = mat(memory, at, 2)
        total = memory.dtype.type(0)
        for i in range(z.shape[0]):
            total += lse[i] - z[i, np.int64(t[i, 0])]
        vec(memory, at, 3)[0] = total / memory.dtype.type(z.shape[0])


class CrossEntropyGradient(Operation):
    """dz = (p - one-hot) / m."""

    key = "cross-entropy dz"
    title = "dz"
    equation = r"\frac{\partial \ell}{\partial z_{ik}} = \frac{p_{ik} - [\,t_i = k\,]}{m}"
    reads = ("p", "t")
    writes = ("dz",)

    @staticmethod
    def twin(p: Array, t: Array, d_z: Array) -> None:
        d_z[...] = p
        d_z[np.arange(len(p)), t[:, 0].astype(np.int64)] -= 1
        d_z /= len(p)

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        p = mat(memory, at, 0)
        t = mat(memory, at, 1)
        d_z = mat(memory, at, 2)
        one = memory.dtype.type(1)
        count = memory.dtype.type(p.shape[0])
        for i in range(p.shape[0]):
            for j in range(p.shape[1]):
                d_z[i, j] = p[i, j] / count
            k = np.int64(t[i, 0])
            d_z[i, k] = (p[i, k] - one) / count


class MSE(Operation):
    """ℓ = mean over batch and outputs of (z - t)²."""

    key = "mse"
    title = "mse"
    equation = r"\ell = \frac{1}{m n} \sum_{ij} (z_{ij} - t_{ij})^2"
    reads = ("z", "t")
    writes = ("ℓ",)

    @staticmethod
    def twin(z: Array, t: Array, loss: Array) -> None:
        loss[...] = np.mean((z - t) ** 2)

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        z = vec(memory, at, 0)
        t = vec(memory, at, 1)
        total = memory.dtype.type(0)
        for i in range(z.shape[0]):
            deviation = z[i] - t[i]
            total += deviation * deviation
        vec(memory, at, 2)[0] = total / memory.dtype.type(z.shape[0])


class MSEGradient(Operation):
    """dz = 2 (z - t) / (m n)."""

    key = "mse dz"
    title = "dz"
    equation = r"\frac{\partial \ell}{\partial z} = \frac{2}{m n} (z - t)"
    reads = ("z", "t")
    writes = ("dz",)

    @staticmethod
    def twin(z: Array, t: Array, d_z: Array) -> None:
        d_z[...] = (z - t) * z.dtype.type(2 / z.size)

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        z = vec(memory, at, 0)
        t = vec(memory, at, 1)
        d_z = vec(memory, at, 2)
        share = memory.dtype.type(2.0 / z.shape[0])
        for i in range(z.shape[0]):
            d_z[i] = (z[i] - t[i]) * share
