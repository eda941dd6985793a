"""Layer, group and RMS normalization: statistics over the features of each sample, or of each group of these.

Statistics have shape (batch,), those of groups (batch, groups). A group is n neighbors in a row, so that operations of
groups are those of whole samples: they read memory as more and shorter rows. Samples are independent of one another.
Scale and shift, dγ, dβ and dx̂ are those of batch normalization. Ba, Kiros and Hinton 2016; Wu and He 2018; Zhang and
Sennrich 2019.
"""

from __future__ import annotations

import numpy as np

from bnsim.engine.kernels.sums import BLOCK, block_total, mean_of, row_total, strip, total_of
from bnsim.engine.kernels.views import mat, piece, vec
from bnsim.engine.operation import Array, Operation


def by_statistic(x: Array, statistic: Array) -> Array:
    """The numbers of x that share a statistic, as rows (twins)."""
    return x.reshape(statistic.size, -1)


def alone(statistic: Array) -> Array:
    """A statistic, once for each of these rows (twins)."""
    return statistic.reshape(-1, 1)


class Mean(Operation):
    """μ = mean of a sample's features; a second pass adds the mean of what is left, as over the batch."""

    key = "ln mean"
    title = "mean"
    reads = ("x",)
    writes = ("μ",)

    @staticmethod
    def twin(x: Array, mean: Array) -> None:
        mean[...] = mean_of(by_statistic(x, mean), 1).reshape(mean.shape)

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        x = mat(memory, at, 0)
        mean = vec(memory, at, 1)
        n = x.size // mean.shape[0]
        terms = strip(memory)
        for i in range(mean.shape[0]):
            mu = memory.dtype.type(row_total(x, i * n, n) / n)
            total = 0.0
            for start in range(0, n, BLOCK):
                width = min(BLOCK, n - start)
                row = piece(x, i * n + start, width)
                for j in range(width):
                    terms[j] = row[j] - mu
                total += block_total(terms, 0, width)
            rest = total / n
            mean[i] = mu + rest if abs(rest) < np.inf else mu


class Variance(Operation):
    """σ² = biased variance of a sample's features, from deviations."""

    key = "ln variance"
    title = "variance"
    reads = ("x", "μ")
    writes = ("σ²",)

    @staticmethod
    def twin(x: Array, mean: Array, var: Array) -> None:
        squares = (by_statistic(x, mean) - alone(mean)) ** 2
        var[...] = (total_of(squares, 1) / squares.shape[1]).reshape(var.shape)

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        x = mat(memory, at, 0)
        mean = vec(memory, at, 1)
        var = vec(memory, at, 2)
        n = x.size // mean.shape[0]
        terms = strip(memory)
        for i in range(mean.shape[0]):
            mu = mean[i]
            total = 0.0
            for start in range(0, n, BLOCK):
                width = min(BLOCK, n - start)
                row = piece(x, i * n + start, width)
                for j in range(width):
                    deviation = row[j] - mu
                    terms[j] = deviation * deviation
                total += block_total(terms, 0, width)
            var[i] = total / n


class Normalize(Operation):
    """x̂ = (x - μ) / sqrt(σ² + ε); the reciprocal root, rounded once, is kept for the backward pass."""

    key = "ln normalize"
    title = "normalize"
    reads = ("x", "μ", "σ²")
    writes = ("1/s", "x̂")
    scalars = ("ε",)

    @staticmethod
    def twin(x: Array, mean: Array, var: Array, inverse: Array, x_hat: Array, eps: float) -> None:
        inverse[...] = 1 / np.sqrt(var.astype(np.result_type(var.dtype, np.float64)) + eps)
        x_hat[...] = ((by_statistic(x, mean) - alone(mean)) * alone(inverse)).reshape(x.shape)

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        x = mat(memory, at, 0)
        mean = vec(memory, at, 1)
        var = vec(memory, at, 2)
        inverse = vec(memory, at, 3)
        x_hat = mat(memory, at, 4)
        n = x.size // mean.shape[0]
        for i in range(mean.shape[0]):
            factor = memory.dtype.type(1.0 / np.sqrt(var[i] + s[0]))
            inverse[i] = factor
            mu = mean[i]
            row = piece(x, i * n, n)
            out = piece(x_hat, i * n, n)
            for j in range(n):
                out[j] = (row[j] - mu) * factor


class VarianceGradient(Operation):
    """dσ² = sum over features of dx̂ (x - μ) (-1/2) (σ² + ε)^(-3/2), one factor 1/s after another."""

    key = "ln dσ²"
    title = "dσ²"
    reads = ("dx̂", "x", "μ", "1/s")
    writes = ("dσ²",)

    @staticmethod
    def twin(d_x_hat: Array, x: Array, mean: Array, inverse: Array, d_var: Array) -> None:
        terms = by_statistic(d_x_hat, mean) * (by_statistic(x, mean) - alone(mean))
        d_var[...] = -0.5 * total_of(terms, 1).reshape(mean.shape) * inverse * inverse * inverse

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        d_x_hat = mat(memory, at, 0)
        x = mat(memory, at, 1)
        mean = vec(memory, at, 2)
        inverse = vec(memory, at, 3)
        d_var = vec(memory, at, 4)
        n = x.size // mean.shape[0]
        terms = strip(memory)
        for i in range(mean.shape[0]):
            mu = mean[i]
            total = 0.0
            for start in range(0, n, BLOCK):
                width = min(BLOCK, n - start)
                g_row = piece(d_x_hat, i * n + start, width)
                row = piece(x, i * n + start, width)
                for j in range(width):
                    terms[j] = g_row[j] * (row[j] - mu)
                total += block_total(terms, 0, width)
            d_var[i] = -0.5 * total * inverse[i] * inverse[i] * inverse[i]


class MeanGradient(Operation):
    """dμ = sum over features of dx̂ (-1/s); what comes through σ² is zero, as deviations sum to zero."""

    key = "ln dμ"
    title = "dμ"
    reads = ("dx̂", "1/s")
    writes = ("dμ",)

    @staticmethod
    def twin(d_x_hat: Array, inverse: Array, d_mean: Array) -> None:
        d_mean[...] = -inverse * total_of(by_statistic(d_x_hat, inverse), 1).reshape(inverse.shape)

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        d_x_hat = mat(memory, at, 0)
        inverse = vec(memory, at, 1)
        d_mean = vec(memory, at, 2)
        n = d_x_hat.size // inverse.shape[0]
        for i in range(inverse.shape[0]):
            d_mean[i] = -inverse[i] * row_total(d_x_hat, i * n, n)


class InputGradient(Operation):
    """dx = dx̂/s + dσ² 2 (x - μ)/n + dμ/n: direct, through the variance, through the mean."""

    key = "ln dx"
    title = "dx"
    reads = ("dx̂", "x", "μ", "1/s", "dσ²", "dμ")
    writes = ("dx",)

    @staticmethod
    def twin(d_x_hat: Array, x: Array, mean: Array, inverse: Array, d_var: Array, d_mean: Array, d_x: Array) -> None:
        rows = by_statistic(x, mean)
        share = x.dtype.type(1 / rows.shape[1])
        through_var = (rows - alone(mean)) * alone(d_var * (2 * share))
        direct = by_statistic(d_x_hat, mean) * alone(inverse)
        d_x[...] = (direct + through_var + alone(d_mean * share)).reshape(x.shape)

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        d_x_hat = mat(memory, at, 0)
        x = mat(memory, at, 1)
        mean = vec(memory, at, 2)
        inverse = vec(memory, at, 3)
        d_var = vec(memory, at, 4)
        d_mean = vec(memory, at, 5)
        d_x = mat(memory, at, 6)
        n = x.size // mean.shape[0]
        share = memory.dtype.type(1.0 / n)
        two = memory.dtype.type(2)
        for i in range(mean.shape[0]):
            through_mean = d_mean[i] * share
            slope = d_var[i] * (two * share)
            factor = inverse[i]
            mu = mean[i]
            g_row = piece(d_x_hat, i * n, n)
            row = piece(x, i * n, n)
            out = piece(d_x, i * n, n)
            for j in range(n):
                out[j] = g_row[j] * factor + (row[j] - mu) * slope + through_mean


class GroupMean(Mean):
    """μ = mean of the features of a group, as of a whole sample."""

    key = "gn mean"


class GroupVariance(Variance):
    """σ² = biased variance of the features of a group, from deviations."""

    key = "gn variance"


class GroupNormalize(Normalize):
    """x̂ = (x - μ) / sqrt(σ² + ε) by the group's statistics."""

    key = "gn normalize"


class GroupVarianceGradient(VarianceGradient):
    """dσ² = sum over the group of dx̂ (x - μ) (-1/2) (σ² + ε)^(-3/2)."""

    key = "gn dσ²"


class GroupMeanGradient(MeanGradient):
    """dμ = sum over the group of dx̂ (-1/s)."""

    key = "gn dμ"


class GroupInputGradient(InputGradient):
    """dx = dx̂/s + dσ² 2 (x - μ)/n + dμ/n, n the features of a group."""

    key = "gn dx"


class MeanSquare(Operation):
    """q = mean square of a sample's features."""

    key = "rms mean square"
    title = "mean square"
    reads = ("x",)
    writes = ("q",)

    @staticmethod
    def twin(x: Array, square: Array) -> None:
        square[...] = total_of(x * x, 1) / x.shape[1]

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        x = mat(memory, at, 0)
        square = vec(memory, at, 1)
        n = x.shape[1]
        terms = strip(memory)
        for i in range(x.shape[0]):
            total = 0.0
            for start in range(0, n, BLOCK):
                width = min(BLOCK, n - start)
                row = piece(x, i * n + start, width)
                for j in range(width):
                    terms[j] = row[j] * row[j]
                total += block_total(terms, 0, width)
            square[i] = total / n


class RootNormalize(Operation):
    """x̂ = x / sqrt(q + ε); the reciprocal root, rounded once, is kept for the backward pass."""

    key = "rms normalize"
    title = "normalize"
    reads = ("x", "q")
    writes = ("1/s", "x̂")
    scalars = ("ε",)

    @staticmethod
    def twin(x: Array, square: Array, inverse: Array, x_hat: Array, eps: float) -> None:
        inverse[...] = 1 / np.sqrt(square.astype(np.result_type(square.dtype, np.float64)) + eps)
        x_hat[...] = x * inverse[:, None]

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        x = mat(memory, at, 0)
        square = vec(memory, at, 1)
        inverse = vec(memory, at, 2)
        x_hat = mat(memory, at, 3)
        for i in range(x.shape[0]):
            factor = memory.dtype.type(1.0 / np.sqrt(square[i] + s[0]))
            inverse[i] = factor
            for j in range(x.shape[1]):
                x_hat[i, j] = x[i, j] * factor


class RootScale(Operation):
    """y = γ x̂."""

    key = "rms scale"
    title = "scale"
    reads = ("x̂", "γ")
    writes = ("y",)

    @staticmethod
    def twin(x_hat: Array, gamma: Array, y: Array) -> None:
        np.multiply(x_hat, gamma, out=y)

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        x_hat = mat(memory, at, 0)
        gamma = vec(memory, at, 1)
        y = mat(memory, at, 2)
        for i in range(y.shape[0]):
            for j in range(y.shape[1]):
                y[i, j] = gamma[j] * x_hat[i, j]


class MeanSquareGradient(Operation):
    """dq = sum over features of dx̂ x (-1/2) (q + ε)^(-3/2), one factor 1/s after another."""

    key = "rms dq"
    title = "dq"
    reads = ("dx̂", "x", "1/s")
    writes = ("dq",)

    @staticmethod
    def twin(d_x_hat: Array, x: Array, inverse: Array, d_square: Array) -> None:
        d_square[...] = -0.5 * total_of(d_x_hat * x, 1) * inverse * inverse * inverse

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        d_x_hat = mat(memory, at, 0)
        x = mat(memory, at, 1)
        inverse = vec(memory, at, 2)
        d_square = vec(memory, at, 3)
        n = x.shape[1]
        terms = strip(memory)
        for i in range(x.shape[0]):
            total = 0.0
            for start in range(0, n, BLOCK):
                width = min(BLOCK, n - start)
                g_row = piece(d_x_hat, i * n + start, width)
                row = piece(x, i * n + start, width)
                for j in range(width):
                    terms[j] = g_row[j] * row[j]
                total += block_total(terms, 0, width)
            d_square[i] = -0.5 * total * inverse[i] * inverse[i] * inverse[i]


class RootInputGradient(Operation):
    """dx = dx̂/s + dq 2 x/n: direct, through the mean square."""

    key = "rms dx"
    title = "dx"
    reads = ("dx̂", "x", "1/s", "dq")
    writes = ("dx",)

    @staticmethod
    def twin(d_x_hat: Array, x: Array, inverse: Array, d_square: Array, d_x: Array) -> None:
        d_x[...] = d_x_hat * inverse[:, None] + x * (d_square * x.dtype.type(2 / x.shape[1]))[:, None]

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        d_x_hat = mat(memory, at, 0)
        x = mat(memory, at, 1)
        inverse = vec(memory, at, 2)
        d_square = vec(memory, at, 3)
        d_x = mat(memory, at, 4)
        share = memory.dtype.type(2.0 / x.shape[1])
        for i in range(x.shape[0]):
            slope = d_square[i] * share
            for j in range(x.shape[1]):
                d_x[i, j] = d_x_hat[i, j] * inverse[i] + x[i, j] * slope
