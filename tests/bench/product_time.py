"""python -m tests.bench.product_time: products in tiles beside those OpenBLAS makes for the engine, and PyTorch's."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from importlib.util import find_spec
from statistics import median
from typing import Any

from bnsim.engine.kernels import overloads  # noqa: F401  # isort: skip  (before Numba; registers what is compiled)

import numba
import numpy as np
from threadpoolctl import ThreadpoolController

from bnsim.engine.kernels.products import is_tiled, multiply, multiply_by_turned, multiply_turned
from bnsim.engine.kernels.tiled import multiply_in_tiles

SIDES = (64, 96, 128, 160, 192, 224, 256, 300, 384, 448, 512)
SHAPES = [(side, side, side) for side in SIDES] + [(64, 256, 256), (256, 256, 64), (128, 100, 256), (32, 256, 256)]
FORMS = {"A B": (False, False), "Aᵀ B": (True, False), "A Bᵀ": (False, True)}
ROUNDS, PAIRS = 25, 10**8
"""Interleaved measurements; about how many pairs of factors each of them takes."""

_compiled: Any = numba.njit(error_model="numpy")
_tiled: Any = _compiled(multiply_in_tiles)


@_compiled
def in_tiles(a_turned: bool, b_turned: bool, a: Any, b: Any, c: Any, turned: Any, count: int) -> None:
    """`count` products in tiles."""
    for _ in range(count):
        _tiled(a_turned, b_turned, a, b, c)


@_compiled
def by_blas(a_turned: bool, b_turned: bool, a: Any, b: Any, c: Any, turned: Any, count: int) -> None:
    """`count` products as the engine has them made by OpenBLAS."""
    for _ in range(count):
        if a_turned:
            multiply_turned(a, b, c, 0)
        elif b_turned:
            multiply_by_turned(a, b, c, turned, 0)
        else:
            multiply(a, b, c, 0)


def by_torch(a_turned: bool, b_turned: bool, a: Any, b: Any, c: Any, turned: Any, count: int) -> None:
    """`count` products of PyTorch's."""
    import torch

    left, right, out = (torch.from_numpy(array) for array in (a, b, c))
    left, right = left.T if a_turned else left, right.T if b_turned else right
    for _ in range(count):
        torch.mm(left, right, out=out)


def measured(contenders: list[Callable[..., None]], shape: tuple[int, ...], form: str, number: Any) -> list[float]:
    """Billions of multiplications and additions a second of processor time, medians."""
    rows, columns, depth = shape
    a_turned, b_turned = FORMS[form]
    generator = np.random.default_rng(0)
    a, b = (generator.standard_normal(size).astype(number) for size in ((rows, depth), (depth, columns)))
    c, turned = np.empty((rows, columns), number), np.empty((depth, columns), number)
    arrays = (np.ascontiguousarray(a.T) if a_turned else a, np.ascontiguousarray(b.T) if b_turned else b, c, turned)
    count = max(1, PAIRS // (rows * columns * depth))
    times: list[list[int]] = [[] for _ in contenders]
    for _ in range(1 + ROUNDS):
        for contender, taken in zip(contenders, times, strict=True):
            start = time.thread_time_ns()
            contender(a_turned, b_turned, *arrays, count)
            taken.append(time.thread_time_ns() - start)
    return [2 * rows * columns * depth * count / median(taken[1:]) for taken in times]


def main() -> None:
    """A line for each precision, shape and form; * where the engine takes tiles."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    contenders: list[Callable[..., None]] = [in_tiles, by_blas]
    if find_spec("torch"):
        import torch

        torch.set_num_threads(1)
        contenders.append(by_torch)
    print(f"GFLOP/s: tiles, OpenBLAS, PyTorch; load average {os.getloadavg()[0]:.1f}")
    with ThreadpoolController().limit(limits=1, user_api="blas"):
        for number in (np.float32, np.float64):
            for shape in SHAPES:
                chosen = "*" if is_tiled(*shape, np.dtype(number).itemsize) else " "
                for form in FORMS:
                    speeds = measured(contenders, shape, form, number)
                    cells = "".join(f"{speed:8.1f}" for speed in speeds)
                    size = "x".join(map(str, shape))
                    print(
                        f"{number.__name__} {size:>12} {form:5}{chosen}{cells}{speeds[0] / speeds[1]:7.2f}x", flush=True
                    )


if __name__ == "__main__":
    main()
