"""Learning-rate schedules: the rate is a function of the iteration alone, so it is the same after a rewind.

Iteration t has the rate that PyTorch's scheduler has after t steps; these are its closed forms.
"""

from __future__ import annotations

import math

import numpy as np

from bnsim.engine.kernels.views import vec
from bnsim.engine.operation import Array, Operation


class ConstantRate(Operation):
    """The same rate throughout, for optimizers that read it from its place."""

    key = "rate"
    title = "rate"
    writes = ("η",)
    scalars = ("η₀",)

    @staticmethod
    def twin(rate: Array, lr: float) -> None:
        rate[...] = lr

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        vec(memory, at, 0)[0] = s[0]


class StepRate(Operation):
    """Times γ after every k updates."""

    key = "rate step"
    title = "rate"
    writes = ("η",)
    scalars = ("η₀", "k", "γ")
    clock = True

    @staticmethod
    def twin(data: Array, iteration: int, rate: Array, lr: float, every: float, gamma: float) -> None:
        rate[...] = lr * gamma ** (iteration // int(every))

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        drops = np.float64(clock[0] // np.int64(s[1]))
        vec(memory, at, 0)[0] = s[0] * s[2] ** drops


class CosineRate(Operation):
    """From the full rate down to the lowest in T updates, and up again in T more (Loshchilov and Hutter 2017)."""

    key = "rate cosine"
    title = "rate"
    writes = ("η",)
    scalars = ("η₀", "T", "η min")
    clock = True

    @staticmethod
    def twin(data: Array, iteration: int, rate: Array, lr: float, period: float, lr_min: float) -> None:
        rate[...] = lr_min + (lr - lr_min) * (1 + math.cos(math.pi * iteration / period)) / 2

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        turn = np.pi * np.float64(clock[0]) / s[1]
        vec(memory, at, 0)[0] = s[2] + (s[0] - s[2]) * (1.0 + np.cos(turn)) / 2.0


class WarmUpRate(Operation):
    """From a share of the rate up to all of it in n equal parts, then constant."""

    key = "rate warm-up"
    title = "rate"
    writes = ("η",)
    scalars = ("η₀", "n", "a")
    clock = True

    @staticmethod
    def twin(data: Array, iteration: int, rate: Array, lr: float, updates: float, start: float) -> None:
        rate[...] = lr * (start + (1 - start) * min(iteration, updates) / updates)

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        done = min(np.float64(clock[0]), s[1])
        vec(memory, at, 0)[0] = s[0] * (s[2] + (1.0 - s[2]) * done / s[1])
