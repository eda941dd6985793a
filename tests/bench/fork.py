"""python -m tests.bench.fork [--rounds N]: how long a fork takes from the order until its update is published.

On the default experiment at iteration 500 and on 2 lanes of 50 layers at iteration 100, with the figures that a new
window shows. Forks are a twin, one without its BatchNorms, one with others and one with other batch-mates; undo is the
way back from each. Each round is a runner of its own, in this process: the first fork of a runner and later ones, at
another iteration, are told apart, and so is the round that warms up, in which kernels are loaded from the cache.
Printed are medians in milliseconds.
"""

from __future__ import annotations

import argparse
import os
import platform
import threading
import time
from collections.abc import Iterator
from statistics import median

import bnsim as bn
from bnsim.runner.orders import Order, Seek, SetExperiment, SetFigures
from bnsim.runner.runner import Runner
from bnsim.runner.updates import Update
from bnsim.spec.fork_edits import fork_stack
from bnsim.spec.usual_forks import ForkChange, unchanged, with_batchnorm, without_batchnorm

PANELS = ("gradient_by_depth", "loss", "gamma_beta")
FORKS: dict[str, tuple[int, ForkChange]] = {
    "a twin": (1, unchanged),
    "without BatchNorm": (1, without_batchnorm),
    "with BatchNorm": (0, with_batchnorm),
    "with other batch-mates": (1, lambda _experiment, _stack: (bn.OtherBatchMates(),)),
}
LATER = 3
"""How often each is forked after the first time."""


def deep() -> bn.Experiment:
    """Two lanes of 50 layers, 64 wide, one of them with BatchNorm."""

    def layers(norm: bool) -> tuple[bn.Layer, ...]:
        block = (bn.Linear(64, bias=not norm), *((bn.BatchNorm(),) if norm else ()), bn.Sigmoid())
        return (*block * 50, bn.Linear(10))

    stacks = tuple(bn.Stack(name=name, layers=layers(norm)) for name, norm in (("plain", False), ("with BN", True)))
    return bn.Experiment(data=bn.Digits(), training=bn.Training(batch_size=64), stacks=stacks)


class Watcher:
    """A runner, and who takes what it publishes."""

    def __init__(self) -> None:
        self._output = threading.Event()
        self._update: Update | None = None
        self.runner = Runner(self._output.set)

    def do(self, order: Order) -> float:
        """Give an order and wait for its update; the seconds that takes."""
        started, number = time.perf_counter(), self.runner.give(order)
        while self._update is None or self._update.last_order < number:
            self._take()
        return time.perf_counter() - started

    def rest(self) -> None:
        """Wait until nothing comes any more: figures are drawn, kernels compiled."""
        while self.runner.busy or self.runner.busy_in_background:
            self._take()

    def _take(self) -> None:
        self._output.wait(0.002)
        self._output.clear()
        update = self.runner.take().update
        self._update = self._update if update is None else update
        self.runner.painted()


def one_round(experiment: bn.Experiment, at: int) -> Iterator[tuple[str, float]]:
    """What was done, and the seconds it took."""
    watcher = Watcher()
    watcher.do(SetFigures(PANELS))
    watcher.do(SetExperiment(experiment))
    watcher.rest()
    watcher.do(Seek(at))
    watcher.rest()
    for number in range(LATER + 1):
        for name, (lane, change) in FORKS.items():
            stack = experiment.stacks[lane]
            forked = fork_stack(experiment, stack.id, at - number, "fork", change(experiment, stack))
            yield f"{name}, {'later' if number else 'first'}", watcher.do(SetExperiment(forked, restart=False))
            watcher.rest()
            yield "undo", watcher.do(SetExperiment(experiment, restart=False))
            watcher.rest()
            watcher.do(Seek(at - number))
            watcher.rest()
    watcher.runner.close()


def main() -> None:
    """Medians over the rounds."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    for title, experiment, at in (("default", bn.default_experiment(), 500), ("2 x 50 layers", deep(), 100)):
        took: dict[str, list[float]] = {}
        for number in range(rounds + 1):
            for what, seconds in one_round(experiment, at):
                took.setdefault(what if number else f"{what} (warming up)", []).append(seconds)
        for what, found in took.items():
            print(f"{title:14} {what:40} {1e3 * median(found):7.0f} ms  (worst {1e3 * max(found):.0f})")


if __name__ == "__main__":
    main()
