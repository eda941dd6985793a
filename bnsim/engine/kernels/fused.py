"""Several operations in one pass over memory, for fast runs; never stepped, always to the bits of what they replace.

Sums go over the batch in the order the single operations have (see `sums`).
"""

from __future__ import annotations

import numpy as np

from bnsim.engine.kernels.exponential import exp_beside_one
from bnsim.engine.kernels.sums import BLOCK, STRIP, gather, strip, wide_strip
from bnsim.engine.kernels.views import mat, piece, vec
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
        if s[0] != 0.0:
            for i in range(rows):
                for j in range(features):
                    d_y[i, j] = g[i, j] * (out[i, j] * (one - out[i, j]))
        part_beta, wide_beta = strip(memory), wide_strip(memory)
        part_gamma, wide_gamma = strip(memory), wide_strip(memory)
        part_var, wide_var = strip(memory), wide_strip(memory)
        part_total, wide_total = strip(memory), wide_strip(memory)
        part_rest, wide_rest = strip(memory), wide_strip(memory)
        for first in range(0, features, STRIP):
            width = min(STRIP, features - first)
            mu = piece(mean, first, width)
            factor = piece(inverse, first, width)
            scale = piece(gamma, first, width)
            for j in range(width):
                part_beta[j] = part_gamma[j] = part_var[j] = part_total[j] = part_rest[j] = 0
                wide_beta[j] = wide_gamma[j] = wide_var[j] = wide_total[j] = wide_rest[j] = 0
            for start in range(0, rows, BLOCK):
                stop = min(start + BLOCK, rows)
                fours = stop - (stop - start) % 4
                for i in range(start, fours):
                    g_row = piece(g, i * features + first, width)
                    out_row = piece(out, i * features + first, width)
                    d_row = piece(d_x_hat, i * features + first, width)
                    for j in range(width):
                        d_row[j] = g_row[j] * (out_row[j] * (one - out_row[j])) * scale[j]
                for i in range(start, fours, 4):
                    at_row = i * features + first
                    one_g, one_out, one_x = piece(g, at_row, width), piece(out, at_row, width), piece(x, at_row, width)
                    at_row += features
                    two_g, two_out, two_x = piece(g, at_row, width), piece(out, at_row, width), piece(x, at_row, width)
                    at_row += features
                    three_g, three_out = piece(g, at_row, width), piece(out, at_row, width)
                    three_x = piece(x, at_row, width)
                    at_row += features
                    four_g, four_out = piece(g, at_row, width), piece(out, at_row, width)
                    four_x = piece(x, at_row, width)
                    for j in range(width):
                        one_y = one_g[j] * (one_out[j] * (one - one_out[j]))
                        two_y = two_g[j] * (two_out[j] * (one - two_out[j]))
                        three_y = three_g[j] * (three_out[j] * (one - three_out[j]))
                        four_y = four_g[j] * (four_out[j] * (one - four_out[j]))
                        one_dev, two_dev = one_x[j] - mu[j], two_x[j] - mu[j]
                        three_dev, four_dev = three_x[j] - mu[j], four_x[j] - mu[j]
                        part_beta[j] += (one_y + two_y) + (three_y + four_y)
                        part_rest[j] += (one_dev + two_dev) + (three_dev + four_dev)
                        before = one_y * (one_dev * factor[j]) + two_y * (two_dev * factor[j])
                        after = three_y * (three_dev * factor[j]) + four_y * (four_dev * factor[j])
                        part_gamma[j] += before + after
                        one_hat, two_hat = one_y * scale[j], two_y * scale[j]
                        three_hat, four_hat = three_y * scale[j], four_y * scale[j]
                        part_total[j] += (one_hat + two_hat) + (three_hat + four_hat)
                        before = one_hat * one_dev + two_hat * two_dev
                        part_var[j] += before + (three_hat * three_dev + four_hat * four_dev)
                for i in range(fours, stop):
                    g_row = piece(g, i * features + first, width)
                    out_row = piece(out, i * features + first, width)
                    x_row = piece(x, i * features + first, width)
                    d_row = piece(d_x_hat, i * features + first, width)
                    for j in range(width):
                        through = g_row[j] * (out_row[j] * (one - out_row[j]))
                        deviation = x_row[j] - mu[j]
                        normalized = through * scale[j]
                        d_row[j] = normalized
                        part_beta[j] += through
                        part_gamma[j] += through * (deviation * factor[j])
                        part_var[j] += normalized * deviation
                        part_total[j] += normalized
                        part_rest[j] += deviation
                gather(part_beta, wide_beta, width)
                gather(part_gamma, wide_gamma, width)
                gather(part_var, wide_var, width)
                gather(part_total, wide_total, width)
                gather(part_rest, wide_rest, width)
            for j in range(width):
                d_beta[first + j] = wide_beta[j]
                d_gamma[first + j] = wide_gamma[j]
                d_var[first + j] = -0.5 * wide_var[j] * factor[j] * factor[j] * factor[j]
                total[first + j] = wide_total[j]
                rest[first + j] = wide_rest[j]
        minus_two = memory.dtype.type(-2)
        count = memory.dtype.type(rows)
        for j in range(features):
            d_mean[j] = d_var[j] * (minus_two * (rest[j] / count)) - inverse[j] * total[j]
