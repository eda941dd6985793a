"""Loading a mini-batch: which rows, in which order, is a function of (seed, iteration) alone."""

from __future__ import annotations

from typing import Any

import numpy as np

from bnsim.engine.kernels import counter
from bnsim.engine.kernels.counter import fold, mix, shuffled
from bnsim.engine.kernels.views import mat
from bnsim.engine.operation import Array, Operation


def batch_rows(number: int, rows: int, batch: int, shuffle: bool, seed: int) -> Array:
    """Row numbers of mini-batch `number`, shape (batch,). A smaller last batch of an epoch is left out."""
    epoch, place = divmod(number, rows // batch)
    positions = place * batch + np.arange(batch)
    if not shuffle:
        return positions
    return counter.shuffled_array(positions, rows, counter.key_of(seed, counter.ORDER, epoch)).astype(np.int64)


class LoadBatch(Operation):
    """Copies this iteration's rows of the data set: inputs, then targets, as `data` holds them."""

    key = "batch"
    title = "batch"
    writes = ("x", "t")
    scalars = ("rows", "shuffle", "seed", "half", "k", "micro")
    clock = True

    @staticmethod
    def twin(data: Array, iteration: int, x: Array, t: Array, *s: float) -> None:
        rows, shuffle, seed = int(s[0]), bool(s[1]), int(s[2])
        chosen = batch_rows(iteration * int(s[4]) + int(s[5]), rows, x.shape[0], shuffle, seed)
        inputs = rows * x.shape[1]
        x[...] = data[:inputs].reshape(-1, x.shape[1])[chosen]
        t[...] = data[inputs:].reshape(-1, t.shape[1])[chosen]

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        x = mat(memory, at, 0)
        t = mat(memory, at, 1)
        rows = np.int64(s[0])
        batch = x.shape[0]
        number = clock[0] * np.int64(s[4]) + np.int64(s[5])
        epoch = number // (rows // batch)
        start = (number % (rows // batch)) * batch
        key: Any = mix(np.uint64(s[2]))
        key = fold(fold(key, np.uint64(counter.ORDER)), np.uint64(epoch))
        targets = rows * x.shape[1]
        for i in range(batch):
            row = start + i
            if s[1] != 0.0:
                row = np.int64(shuffled(np.uint64(row), np.uint64(rows), np.uint64(s[3]), key))
            for j in range(x.shape[1]):
                x[i, j] = data[row * x.shape[1] + j]
            for j in range(t.shape[1]):
                t[i, j] = data[targets + row * t.shape[1] + j]


class OneHot(Operation):
    """Class numbers as rows of a unit matrix: MSE's target for classes."""

    key = "one-hot"
    title = "one-hot"
    reads = ("t",)
    writes = ("target",)

    @staticmethod
    def twin(t: Array, target: Array) -> None:
        target[...] = np.arange(target.shape[1]) == t

    @staticmethod
    def kernel(memory: Array, data: Array, clock: Array, at: Array, s: Array) -> None:
        t = mat(memory, at, 0)
        target = mat(memory, at, 1)
        for i in range(target.shape[0]):
            for j in range(target.shape[1]):
                target[i, j] = 0
            target[i, np.int64(t[i, 0])] = 1
