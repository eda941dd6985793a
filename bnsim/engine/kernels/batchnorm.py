"""Batch normalization, an operation for every line of the paper (Ioffe and Szegedy 2015, Alg. 1 and section 3).

m is the batch size; sums run over it, features are independent of one another. Statistics have shape (features,), or
(k, features) with k virtual devices: then each k-th part of the batch has its own, and m is the size of a part. Loops
go over the batch outside and over features inside, so that every sum has one order and still vectorizes.
"""

from __future__ import annotations

import numpy as np

from bnsim.engine.kernels.linear import sum_over_batch
from bnsim.engine.kernels.sums import (
    BLOCK,
    STRIP,
    add_by_deviations,
    add_deviations,
    add_products,
    add_rows,
    add_squares,
    clear,
    gather,
    mean_of,
    strip,
    total_over_batch,
    wide_strip,
)
from bnsim.engine.kernels.views import mat, piece, vec
from bnsim.engine.operation import Array, Operation


def by_part(rows: Array, statistic: Array) -> Array:
    """Rows (batch, features) as (parts, rows of a part, features), as many parts as the statistic has."""
    features = rows.shape[1]
    return rows.reshape(statistic.size // features, -1, features)


def alone(statistic: Array, rows: Array) -> Array:
    """A statistic as (parts, 1, features), to go with `by_part` of the rows."""
    return statistic.reshape(-1, 1, rows.shape[1])


class Mean(Operation):
    """μ = mean of x over the batch.

    A second pass adds the mean of what is left: then the mean of equal numbers is that number, and x - μ is 0.
    """

    key = "bn mean"
    title = "mean"
    reads = ("x",)
    writes = ("μ",)

    @staticmethod
    def twin(x: Array, mean: Array) -> None:
        mean[...] = mean_of(by_part(x, mean), 1, total_over_batch).reshape(mean.shape)

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        x = mat(memory, at, 0)
        mean = mat(memory, at, 1)
        part = strip(memory)
        wide = wide_strip(memory)
        columns = x.shape[1]
        m = x.shape[0] // mean.shape[0]
        for p in range(mean.shape[0]):
            for first in range(0, columns, STRIP):
                width = min(STRIP, columns - first)
                out = piece(mean, p * columns + first, width)
                clear(part, width)
                clear(wide, width)
                for start in range(p * m, (p + 1) * m, BLOCK):
                    add_rows(x, start, min(start + BLOCK, (p + 1) * m), first, part, width)
                    gather(part, wide, width)
                for j in range(width):
                    out[j] = wide[j] / m
                clear(wide, width)
                for start in range(p * m, (p + 1) * m, BLOCK):
                    add_deviations(x, start, min(start + BLOCK, (p + 1) * m), first, out, part, width)
                    gather(part, wide, width)
                for j in range(width):
                    rest = wide[j] / m
                    out[j] = out[j] + rest if abs(rest) < np.inf else out[j]


class Variance(Operation):
    """σ² = biased variance over the batch, from deviations (two passes: no cancellation)."""

    key = "bn variance"
    title = "variance"
    reads = ("x", "μ")
    writes = ("σ²",)

    @staticmethod
    def twin(x: Array, mean: Array, var: Array) -> None:
        squares = (by_part(x, mean) - alone(mean, x)) ** 2
        var[...] = (total_over_batch(squares, 1) / squares.shape[1]).reshape(var.shape)

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        x = mat(memory, at, 0)
        mean = mat(memory, at, 1)
        var = mat(memory, at, 2)
        part = strip(memory)
        wide = wide_strip(memory)
        columns = x.shape[1]
        m = x.shape[0] // mean.shape[0]
        for p in range(mean.shape[0]):
            for first in range(0, columns, STRIP):
                width = min(STRIP, columns - first)
                mu = piece(mean, p * columns + first, width)
                out = piece(var, p * columns + first, width)
                clear(part, width)
                clear(wide, width)
                for start in range(p * m, (p + 1) * m, BLOCK):
                    add_squares(x, start, min(start + BLOCK, (p + 1) * m), first, mu, part, width)
                    gather(part, wide, width)
                for j in range(width):
                    out[j] = wide[j] / m


class Normalize(Operation):
    """x̂ = (x - μ) / sqrt(σ² + ε); the reciprocal root is kept for the backward pass."""

    key = "bn normalize"
    title = "normalize"
    reads = ("x", "μ", "σ²")
    writes = ("1/s", "x̂")
    scalars = ("ε",)

    @staticmethod
    def twin(x: Array, mean: Array, var: Array, inverse: Array, x_hat: Array, eps: float) -> None:
        inverse[...] = 1 / np.sqrt(var + var.dtype.type(eps))
        x_hat[...] = ((by_part(x, mean) - alone(mean, x)) * alone(inverse, x)).reshape(x.shape)

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        x = mat(memory, at, 0)
        mean = mat(memory, at, 1)
        var = mat(memory, at, 2)
        inverse = mat(memory, at, 3)
        x_hat = mat(memory, at, 4)
        eps = memory.dtype.type(s[0])
        one = memory.dtype.type(1)
        part = x.shape[0] // mean.shape[0]
        for p in range(mean.shape[0]):
            for j in range(x.shape[1]):
                inverse[p, j] = one / np.sqrt(var[p, j] + eps)
            for i in range(p * part, (p + 1) * part):
                for j in range(x.shape[1]):
                    x_hat[i, j] = (x[i, j] - mean[p, j]) * inverse[p, j]


class ScaleAndShift(Operation):
    """y = γ x̂ + β."""

    key = "bn scale-and-shift"
    title = "scale-and-shift"
    reads = ("x̂", "γ", "β")
    writes = ("y",)

    @staticmethod
    def twin(x_hat: Array, gamma: Array, beta: Array, y: Array) -> None:
        np.multiply(x_hat, gamma, out=y)
        y += beta

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        x_hat = mat(memory, at, 0)
        gamma = vec(memory, at, 1)
        beta = vec(memory, at, 2)
        y = mat(memory, at, 3)
        for i in range(y.shape[0]):
            for j in range(y.shape[1]):
                y[i, j] = gamma[j] * x_hat[i, j] + beta[j]


class BetaGradient(Operation):
    """dβ = sum of g."""

    key = "bn dβ"
    title = "dβ"
    reads = ("g",)
    writes = ("dβ",)

    @staticmethod
    def twin(g: Array, d_beta: Array) -> None:
        d_beta[...] = total_over_batch(g, 0)

    kernel = staticmethod(sum_over_batch)


class GammaGradient(Operation):
    """dγ = sum of g x̂."""

    key = "bn dγ"
    title = "dγ"
    reads = ("g", "x̂")
    writes = ("dγ",)

    @staticmethod
    def twin(g: Array, x_hat: Array, d_gamma: Array) -> None:
        d_gamma[...] = total_over_batch(g * x_hat, 0)

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        g = mat(memory, at, 0)
        x_hat = mat(memory, at, 1)
        d_gamma = vec(memory, at, 2)
        part = strip(memory)
        wide = wide_strip(memory)
        rows, columns = g.shape
        for first in range(0, columns, STRIP):
            width = min(STRIP, columns - first)
            clear(part, width)
            clear(wide, width)
            for start in range(0, rows, BLOCK):
                add_products(g, x_hat, start, min(start + BLOCK, rows), first, part, width)
                gather(part, wide, width)
            out = piece(d_gamma, first, width)
            for j in range(width):
                out[j] = wide[j]


class NormalizedGradient(Operation):
    """dx̂ = g γ."""

    key = "bn dx̂"
    title = "dx̂"
    reads = ("g", "γ")
    writes = ("dx̂",)

    @staticmethod
    def twin(g: Array, gamma: Array, d_x_hat: Array) -> None:
        np.multiply(g, gamma, out=d_x_hat)

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        g = mat(memory, at, 0)
        gamma = vec(memory, at, 1)
        d_x_hat = mat(memory, at, 2)
        for i in range(g.shape[0]):
            for j in range(g.shape[1]):
                d_x_hat[i, j] = g[i, j] * gamma[j]


class VarianceGradient(Operation):
    """dσ² = sum dx̂ (x - μ) (-1/2) (σ² + ε)^(-3/2), one factor 1/s after another: 1/s³ alone may be out of range."""

    key = "bn dσ²"
    title = "dσ²"
    reads = ("dx̂", "x", "μ", "1/s")
    writes = ("dσ²",)

    @staticmethod
    def twin(d_x_hat: Array, x: Array, mean: Array, inverse: Array, d_var: Array) -> None:
        total = total_over_batch(by_part(d_x_hat, mean) * (by_part(x, mean) - alone(mean, x)), 1).reshape(d_var.shape)
        d_var[...] = -0.5 * total * inverse * inverse * inverse

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        d_x_hat = mat(memory, at, 0)
        x = mat(memory, at, 1)
        mean = mat(memory, at, 2)
        inverse = mat(memory, at, 3)
        d_var = mat(memory, at, 4)
        part = strip(memory)
        wide = wide_strip(memory)
        columns = x.shape[1]
        m = x.shape[0] // mean.shape[0]
        for p in range(mean.shape[0]):
            for first in range(0, columns, STRIP):
                width = min(STRIP, columns - first)
                mu = piece(mean, p * columns + first, width)
                factor = piece(inverse, p * columns + first, width)
                clear(part, width)
                clear(wide, width)
                for start in range(p * m, (p + 1) * m, BLOCK):
                    add_by_deviations(d_x_hat, x, start, min(start + BLOCK, (p + 1) * m), first, mu, part, width)
                    gather(part, wide, width)
                out = piece(d_var, p * columns + first, width)
                for j in range(width):
                    out[j] = -0.5 * wide[j] * factor[j] * factor[j] * factor[j]


class MeanGradient(Operation):
    """dμ = sum dx̂ (-1/s) + dσ² mean(-2 (x - μ)); the second, zero but for rounding, is kept as the paper has it."""

    key = "bn dμ"
    title = "dμ"
    reads = ("dx̂", "x", "μ", "1/s", "dσ²")
    writes = ("∑dx̂", "∑(x−μ)", "dμ")

    @staticmethod
    def twin(
        d_x_hat: Array,
        x: Array,
        mean: Array,
        inverse: Array,
        d_var: Array,
        total: Array,
        rest: Array,
        d_mean: Array,
    ) -> None:
        rows = by_part(x, mean)
        total[...] = total_over_batch(by_part(d_x_hat, mean), 1).reshape(mean.shape)
        rest[...] = total_over_batch(rows - alone(mean, x), 1).reshape(mean.shape)
        d_mean[...] = d_var * (-2 * (rest / rows.shape[1])) - inverse * total

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        d_x_hat = mat(memory, at, 0)
        x = mat(memory, at, 1)
        mean = mat(memory, at, 2)
        inverse = mat(memory, at, 3)
        d_var = mat(memory, at, 4)
        total = mat(memory, at, 5)
        rest = mat(memory, at, 6)
        d_mean = mat(memory, at, 7)
        part = strip(memory)
        wide = wide_strip(memory)
        part_rest = strip(memory)
        wide_rest = wide_strip(memory)
        columns = x.shape[1]
        m = x.shape[0] // mean.shape[0]
        count = memory.dtype.type(m)
        minus_two = memory.dtype.type(-2)
        for p in range(mean.shape[0]):
            for first in range(0, columns, STRIP):
                width = min(STRIP, columns - first)
                mu = piece(mean, p * columns + first, width)
                clear(part, width)
                clear(wide, width)
                clear(part_rest, width)
                clear(wide_rest, width)
                for start in range(p * m, (p + 1) * m, BLOCK):
                    stop = min(start + BLOCK, (p + 1) * m)
                    add_rows(d_x_hat, start, stop, first, part, width)
                    add_deviations(x, start, stop, first, mu, part_rest, width)
                    gather(part, wide, width)
                    gather(part_rest, wide_rest, width)
                for j in range(width):
                    total[p, first + j] = wide[j]
                    rest[p, first + j] = wide_rest[j]
            for j in range(columns):
                d_mean[p, j] = d_var[p, j] * (minus_two * (rest[p, j] / count)) - inverse[p, j] * total[p, j]


class InputGradient(Operation):
    """dx = dx̂/s + dσ² 2 (x - μ)/m + dμ/m: direct, through the variance, through the mean."""

    key = "bn dx"
    title = "dx"
    reads = ("dx̂", "x", "μ", "1/s", "dσ²", "dμ")
    writes = ("dx",)

    @staticmethod
    def twin(d_x_hat: Array, x: Array, mean: Array, inverse: Array, d_var: Array, d_mean: Array, d_x: Array) -> None:
        rows = by_part(x, mean)
        share = x.dtype.type(1 / rows.shape[1])
        direct = by_part(d_x_hat, mean) * alone(inverse, x)
        through_var = (rows - alone(mean, x)) * alone(d_var * (2 * share), x)
        d_x[...] = (direct + through_var + alone(d_mean * share, x)).reshape(x.shape)

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        d_x_hat = mat(memory, at, 0)
        x = mat(memory, at, 1)
        mean = mat(memory, at, 2)
        inverse = mat(memory, at, 3)
        d_var = mat(memory, at, 4)
        d_mean = mat(memory, at, 5)
        d_x = mat(memory, at, 6)
        part = x.shape[0] // mean.shape[0]
        share = memory.dtype.type(1.0 / part)
        two = memory.dtype.type(2)
        for p in range(mean.shape[0]):
            for i in range(p * part, (p + 1) * part):
                for j in range(x.shape[1]):
                    through_var = (x[i, j] - mean[p, j]) * (d_var[p, j] * (two * share))
                    d_x[i, j] = d_x_hat[i, j] * inverse[p, j] + through_var + d_mean[p, j] * share
