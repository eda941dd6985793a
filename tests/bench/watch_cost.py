"""What watches cost: python tests/bench/watch_cost.py [--iterations N]

On 20 layers of 64 units and mini-batches of 64: a run alone, beside runs that watch what is recorded, compiled or
sampled, or stop where that becomes less than it ever is. Rounds take turns; what counts is the median of the ratios.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from functools import partial

import bnsim as bn
from bnsim.session import OnWatch

EXPRESSIONS = {
    "recorded": "norm(dW[3]) / norm(W[3])",
    "compiled": 'norm(x̂["BatchNorm 10"])',
    "compiled, arithmetic": "mean(abs(value[4] - value[7]))",
    "sampled": "mean(log(abs(value[4])))",
}
ROUNDS = 25


def network() -> bn.Experiment:
    """A stack of 20 Linear layers with BatchNorm and Sigmoid after each."""
    layers = (*(bn.Linear(64), bn.BatchNorm(), bn.Sigmoid()) * 20, bn.Linear(10))
    return bn.Experiment(
        data=bn.Digits(), training=bn.Training(batch_size=64), stacks=(bn.Stack(name="net", layers=layers),)
    )


def seconds(work: Callable[[], object]) -> float:
    """Processor time it takes, of all threads."""
    started = time.process_time()
    work()
    return time.process_time() - started


def sessions() -> dict[str, bn.Session]:
    """What is run, by what is said of it."""
    found = {"alone": bn.Session(network())}
    for name, expression in EXPRESSIONS.items():
        watching = found[f"watch, {name}"] = bn.Session(network())
        watching.watch(expression)
        breaking = found[f"breakpoint, {name}"] = bn.Session(network())
        breaking.breakpoints = (OnWatch(expression=expression, when="<", limit=-1e30),)
    return found


def main() -> None:
    """Print microseconds an iteration, and how much longer it takes than alone."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--iterations", type=int, default=60)
    iterations = parser.parse_args().iterations
    every = sessions()
    for session in every.values():
        session.run(50)
    time.sleep(2)  # the fast forms are made in the background
    took: dict[str, list[float]] = {name: [] for name in every}
    for _ in range(ROUNDS):
        for name, session in every.items():
            took[name].append(seconds(partial(session.run, iterations)))
    for name, found in took.items():
        ratio = statistics.median(mine / alone for mine, alone in zip(found, took["alone"], strict=True))
        print(f"{name:34} {1e6 * statistics.median(found) / iterations:9.1f} µs an iteration, {ratio - 1:+7.1%}")


if __name__ == "__main__":
    main()
