"""Dropout and noise. What is drawn is a function of (seed, draw number, mini-batch number, element) alone."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from bnsim.engine.kernels import counter
from bnsim.engine.kernels.counter import fold, mix, unit
from bnsim.engine.kernels.views import mat, vec
from bnsim.engine.operation import Array, Operation

DRAW = ("seed", "draw", "k", "micro")
"""First scalars of what draws: the mini-batch's number is k iteration + micro."""


def drawn_key(purpose: int, iteration: int, seed: float, draw: float, k: float, micro: float) -> Array:
    """The key of what one layer draws for one mini-batch (twins)."""
    return counter.key_of(int(seed), purpose, int(draw), iteration * int(k) + int(micro))


class DropoutMask(Operation):
    """1 where a value is kept, 0, with probability p, where it is dropped: a comparison of uniform numbers."""

    key = "dropout mask"
    title = "mask"
    writes = ("mask",)
    scalars = (*DRAW, "p")
    clock = True

    @staticmethod
    def twin(data: Array, iteration: int, mask: Array, *s: float) -> None:
        key = drawn_key(counter.MASK, iteration, *s[:4])
        mask[...] = (counter.uniforms(key, mask.size) >= s[4]).reshape(mask.shape)

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        mask = vec(memory, at, 0)
        key: Any = fold(mix(np.uint64(s[0])), np.uint64(counter.MASK))
        key = fold(fold(key, np.uint64(s[1])), np.uint64(clock[0] * np.int64(s[2]) + np.int64(s[3])))
        one = memory.dtype.type(1)
        zero = memory.dtype.type(0)
        for i in range(mask.shape[0]):
            mask[i] = one if unit(fold(key, np.uint64(i))) >= s[4] else zero


class Dropout(Operation):
    """y = x m / (1 - p)."""

    key = "dropout"
    title = "dropout"
    reads = ("x", "mask")
    writes = ("y",)
    scalars = ("p",)

    @staticmethod
    def twin(x: Array, mask: Array, y: Array, p: float) -> None:
        y[...] = x * (mask * x.dtype.type(1 / (1 - p)))

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        x = vec(memory, at, 0)
        mask = vec(memory, at, 1)
        y = vec(memory, at, 2)
        factor = memory.dtype.type(1.0 / (1.0 - s[0]))
        for i in range(y.shape[0]):
            y[i] = x[i] * (mask[i] * factor)


class DropoutGradient(Operation):
    """dx = g m / (1 - p)."""

    key = "dropout dx"
    title = "dx"
    reads = ("g", "mask")
    writes = ("dx",)
    scalars = ("p",)
    twin = Dropout.twin
    kernel = Dropout.kernel


class NoiseShape(Operation):
    """For each feature this mini-batch's mean from U(-a, a) and spread from U(1, b); a b below 1 is the spread."""

    key = "noise shape"
    title = "noise shape"
    writes = ("m", "s")
    scalars = (*DRAW, "a", "b")
    clock = True

    @staticmethod
    def twin(data: Array, iteration: int, mean: Array, spread: Array, *s: float) -> None:
        drawn = counter.uniforms(drawn_key(counter.NOISE_SHAPE, iteration, *s[:4]), 2 * mean.size)
        mean[...] = s[4] * (2 * drawn[0::2] - 1)
        spread[...] = 1 + (s[5] - 1) * drawn[1::2] if s[5] >= 1 else s[5]

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        mean = vec(memory, at, 0)
        spread = vec(memory, at, 1)
        key: Any = fold(mix(np.uint64(s[0])), np.uint64(counter.NOISE_SHAPE))
        key = fold(fold(key, np.uint64(s[1])), np.uint64(clock[0] * np.int64(s[2]) + np.int64(s[3])))
        for j in range(mean.shape[0]):
            mean[j] = memory.dtype.type(s[4] * (2.0 * unit(fold(key, np.uint64(2 * j))) - 1.0))
            wide = 1.0 + (s[5] - 1.0) * unit(fold(key, np.uint64(2 * j + 1)))
            spread[j] = memory.dtype.type(wide if s[5] >= 1.0 else s[5])


class NoiseDraw(Operation):
    """n = m + s z, z standard normal by Box and Muller."""

    key = "noise"
    title = "noise"
    reads = ("m", "s")
    writes = ("n",)
    scalars = DRAW
    clock = True

    @staticmethod
    def twin(data: Array, iteration: int, mean: Array, spread: Array, noise: Array, *s: float) -> None:
        drawn = counter.normals(drawn_key(counter.NOISE, iteration, *s), noise.size)
        noise[...] = mean + spread * drawn.reshape(noise.shape).astype(noise.dtype)

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        mean = vec(memory, at, 0)
        spread = vec(memory, at, 1)
        noise = mat(memory, at, 2)
        key: Any = fold(mix(np.uint64(s[0])), np.uint64(counter.NOISE))
        key = fold(fold(key, np.uint64(s[1])), np.uint64(clock[0] * np.int64(s[2]) + np.int64(s[3])))
        for i in range(noise.shape[0]):
            for j in range(noise.shape[1]):
                word = 2 * (i * noise.shape[1] + j)
                radius = math.sqrt(-2.0 * math.log1p(-unit(fold(key, np.uint64(word)))))
                z = radius * math.cos(2.0 * math.pi * unit(fold(key, np.uint64(word + 1))))
                noise[i, j] = mean[j] + spread[j] * memory.dtype.type(z)


class NoiseFactor(Operation):
    """For each feature this mini-batch's factor of the input, from U(1, c)."""

    key = "noise factor"
    title = "noise factor"
    writes = ("h",)
    scalars = (*DRAW, "c")
    clock = True

    @staticmethod
    def twin(data: Array, iteration: int, factor: Array, *s: float) -> None:
        drawn = counter.uniforms(drawn_key(counter.NOISE_FACTOR, iteration, *s[:4]), factor.size)
        factor[...] = 1 + (s[4] - 1) * drawn

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        factor = vec(memory, at, 0)
        key: Any = fold(mix(np.uint64(s[0])), np.uint64(counter.NOISE_FACTOR))
        key = fold(fold(key, np.uint64(s[1])), np.uint64(clock[0] * np.int64(s[2]) + np.int64(s[3])))
        for j in range(factor.shape[0]):
            factor[j] = memory.dtype.type(1.0 + (s[4] - 1.0) * unit(fold(key, np.uint64(j))))


class ScaleAndDisturb(Operation):
    """y = h x + n."""

    key = "noise scale-and-add"
    title = "scale and add"
    reads = ("x", "h", "n")
    writes = ("y",)

    @staticmethod
    def twin(x: Array, factor: Array, noise: Array, y: Array) -> None:
        y[...] = factor * x + noise

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        x = mat(memory, at, 0)
        factor = vec(memory, at, 1)
        noise = mat(memory, at, 2)
        y = mat(memory, at, 3)
        for i in range(y.shape[0]):
            for j in range(y.shape[1]):
                y[i, j] = factor[j] * x[i, j] + noise[i, j]


class ScaledGradient(Operation):
    """dx = g h."""

    key = "noise dx"
    title = "dx"
    reads = ("g", "h")
    writes = ("dx",)

    @staticmethod
    def twin(g: Array, factor: Array, d_x: Array) -> None:
        d_x[...] = g * factor

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        g = mat(memory, at, 0)
        factor = vec(memory, at, 1)
        d_x = mat(memory, at, 2)
        for i in range(d_x.shape[0]):
            for j in range(d_x.shape[1]):
                d_x[i, j] = g[i, j] * factor[j]
