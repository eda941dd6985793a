"""python -m tests.bench.sweep_workers: a sweep with two worker processes beside the same with one.

Both pools are started and warm; they take turns, so that what else the machine does meets both. Told is the median of
the ratios of neighbors, which is to be 1.8 or more on two idle cores, and how busy the machine was meanwhile.
"""

from __future__ import annotations

import os
import platform
import time
from concurrent.futures import Executor
from statistics import median, quantiles

import bnsim as bn
from bnsim.sweeps import Processes, Sweep, read_axis, run_sweep

ROUNDS, WANTED = 9, 1.8
HIDDEN = (bn.Linear(64, bias=False), bn.BatchNorm(), bn.ReLU())
EXPERIMENT = bn.Experiment(stacks=(bn.Stack(layers=(*HIDDEN * 4, bn.Linear(10))),))


def sweep(turn: int) -> Sweep:
    """Sixteen runs; each turn has a seed of its own, as nothing is kept."""
    axes = (read_axis(EXPERIMENT, "training.optimizer.lr=0.01:1:log:16"),)
    return Sweep(experiment=EXPERIMENT, axes=axes, seeds=(turn,), iterations=300, measure="loss")


def seconds(executor: Executor, turn: int) -> float:
    """How long a sweep takes."""
    start = time.perf_counter()
    run_sweep(sweep(turn), executor)
    return time.perf_counter() - start


def main() -> None:
    """Print the ratio, and on what it was measured."""
    pools = [Processes(1), Processes(2)]
    try:
        one, two = (pool.open() for pool in pools)
        for executor in (one, two):
            run_sweep(sweep(0), executor)
        pairs = []
        for turn in range(1, ROUNDS + 1):
            in_turn = (one, two) if turn % 2 else (two, one)
            took = {executor: seconds(executor, turn) for executor in in_turn}
            pairs.append((took[one], took[two]))
    finally:
        for pool in pools:
            pool.close()
    ratios = [alone / together for alone, together in pairs]
    low, _, high = quantiles(ratios, n=4)
    busy = f"load {os.getloadavg()[0]:.1f}, " if hasattr(os, "getloadavg") else ""
    machine = platform.processor() or platform.machine()
    print(f"{machine}, {os.cpu_count()} cores, {busy}Python {platform.python_version()}")
    alone, together = (median(took) for took in zip(*pairs, strict=True))
    print(f"one worker {alone:.2f} s, two {together:.2f} s")
    print(f"ratio {median(ratios):.2f} ({low:.2f} to {high:.2f}), wanted {WANTED}")


if __name__ == "__main__":
    main()
