"""How long a training step takes, beside the time of its matrix products alone.

Everything is measured in one run, interleaved, on one BLAS thread; medians and ratios, because seconds depend on what
else the machine is doing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from statistics import median

import numpy as np
from threadpoolctl import ThreadpoolController

from bnsim.engine.lowering import lower
from bnsim.engine.machine import Machine, flat_data
from bnsim.engine.operation import Array
from bnsim.engine.readiness import Readiness
from bnsim.spec.datasets import DataShape
from bnsim.spec.experiment import Experiment, Stack
from bnsim.spec.layers import BatchNorm, Layer, Linear, Sigmoid
from bnsim.spec.training import SGD, Training

CLASSES = 10
BATCHES = 4
SECONDS = 0.15
"""About how long one measurement of one contender lasts."""


@dataclass(frozen=True)
class Size:
    """A stack of `depth` times Linear, BatchNorm, Sigmoid, all of one width."""

    depth: int
    width: int
    batch: int

    def __str__(self) -> str:
        return f"{self.depth}x{self.width}x{self.batch}"

    def layers(self) -> tuple[Layer, ...]:
        """The blocks and a Linear to the classes."""
        block: tuple[Layer, ...] = (Linear(self.width, bias=False), BatchNorm(), Sigmoid())
        return block * self.depth + (Linear(CLASSES),)


SIZES = (Size(10, 32, 32), Size(20, 64, 64), Size(50, 64, 64), Size(20, 256, 256), Size(100, 128, 128))

Contender = Callable[[int], None]
"""A function that makes that many training steps."""

Makers = Mapping[str, Callable[[Size], Contender]]


def own_step(recording: str, details_every: int = 1) -> Callable[[Size], Contender]:
    """A training step of the engine in float32, with or without recording."""

    def make(size: Size) -> Contender:
        generator = np.random.default_rng(0)
        rows = BATCHES * size.batch
        x, y = generator.standard_normal((rows, size.width)), generator.integers(0, CLASSES, rows)
        stack = Experiment(stacks=(Stack(layers=size.layers()),)).stacks[0]
        training = Training(batch_size=size.batch, precision="float32", optimizer=SGD(lr=0.01))
        program = lower(stack, training, DataShape(rows, size.width, CLASSES, True), recording=recording)  # type: ignore[arg-type]
        program = replace(program, details_every=details_every)
        readiness = Readiness([program], "float32")
        readiness.wait_for_fast()
        machine = Machine(program, flat_data(x, y, "float32"), 1, readiness.executor)
        return lambda count: _run(machine, count)

    return make


def matrix_products(size: Size) -> Contender:
    """The matrix products of a step alone: three for each layer (two for the first), into existing arrays."""
    generator = np.random.default_rng(0)

    def made(*shape: int) -> Array:
        return generator.standard_normal(shape).astype(np.float32)

    # Of unit gain: products of products must stay ordinary numbers.
    weights = [made(size.width, size.width) / np.float32(np.sqrt(size.width)) for _ in range(size.depth)]
    values = [made(size.batch, size.width) for _ in range(size.depth + 1)]
    gradients = [made(size.batch, size.width) for _ in range(size.depth + 1)]
    d_weights = [np.empty_like(weight) for weight in weights]

    def steps(count: int) -> None:
        for _ in range(count):
            for k in range(size.depth):
                np.dot(values[k], weights[k].T, out=values[k + 1])
            for k in reversed(range(size.depth)):
                np.dot(gradients[k + 1].T, values[k], out=d_weights[k])
                if k:
                    np.dot(gradients[k + 1], weights[k], out=gradients[k])

    return steps


OWN: Makers = {
    "products": matrix_products,
    "bnsim": own_step("none"),
    "recording norms": own_step("norms"),
    "recording all": own_step("all"),
    "all, details/4": own_step("all", 4),
}


def measure(size: Size, makers: Makers, repeats: int = 7) -> dict[str, float]:
    """Median seconds of one training step for each contender, interleaved."""
    contenders = {name: make(size) for name, make in makers.items()}
    with ThreadpoolController().limit(limits=1, user_api="blas"):
        counts = {name: _count(contender) for name, contender in contenders.items()}
        times: dict[str, list[float]] = {name: [] for name in contenders}
        for _ in range(repeats):
            for name, contender in contenders.items():
                times[name].append(_timed(contender, counts[name]) / counts[name])
    return {name: median(taken) for name, taken in times.items()}


def table(sizes: tuple[Size, ...], makers: Makers) -> list[str]:
    """One line for each size: microseconds, and the ratio to the matrix products alone."""
    lines = [f"{'depth x width x batch':22}" + "".join(f"{name:>24}" for name in makers)]
    for size in sizes:
        found = measure(size, makers)
        base = found["products"]
        cells = (f"{taken * 1e6:12,.0f} µs {taken / base:6.2f}x" for taken in found.values())
        lines.append(f"{size!s:22}" + "".join(f"{cell:>24}" for cell in cells))
    return lines


def _run(machine: Machine, count: int) -> None:
    machine.run(0, count)


def _count(contender: Contender) -> int:
    contender(2)
    return max(2, int(SECONDS / max(_timed(contender, 2) / 2, 1e-6)))


def _timed(contender: Contender, count: int) -> float:
    start = time.perf_counter()
    contender(count)
    return time.perf_counter() - start
