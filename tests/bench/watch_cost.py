"""What watches cost: python tests/bench/watch_cost.py [--iterations N]

On 20 layers of 64 units and mini-batches of 64: a run alone, a run that stops at a breakpoint on a watch that is
recorded or sampled if it ever holds, and reading the past of either.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from functools import partial

import bnsim as bn
from bnsim.session import OnWatch

RECORDED, SAMPLED = "norm(dW[3]) / norm(W[3])", "mean(abs(value[4]))"
ROUNDS = 5


def network() -> bn.Experiment:
    """A stack of 20 Linear layers with BatchNorm and Sigmoid after each."""
    layers = (*(bn.Linear(64), bn.BatchNorm(), bn.Sigmoid()) * 20, bn.Linear(10))
    return bn.Experiment(
        data=bn.Digits(), training=bn.Training(batch_size=64), stacks=(bn.Stack(name="net", layers=layers),)
    )


def seconds(work: Callable[[], object]) -> float:
    """How long it takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def main() -> None:
    """Print microseconds an iteration, the least of some rounds that take turns."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--iterations", type=int, default=200)
    iterations = parser.parse_args().iterations
    sessions = {"alone": bn.Session(network())}
    for name, expression in (("recorded", RECORDED), ("sampled", SAMPLED)):
        session = sessions[f"breakpoint, {name}"] = bn.Session(network())
        session.breakpoints = (OnWatch(expression=expression, when="<", limit=-1.0),)
    took: dict[str, list[float]] = {name: [] for name in sessions}
    for session in sessions.values():
        session.run(2)
    for _ in range(ROUNDS):
        for name, session in sessions.items():
            took[name].append(seconds(partial(session.run, iterations)))
    alone = sessions["alone"]
    for name, expression in (("recorded", RECORDED), ("sampled", SAMPLED)):
        watch = alone.watch(expression)
        took[f"reading the past, {name}"] = [seconds(partial(getattr, watch, "history")) * iterations / alone.iteration]
    base = min(took["alone"])
    for name, found in took.items():
        print(f"{name:28} {1e6 * min(found) / iterations:9.1f} µs an iteration, {min(found) / base:6.1%} of a step")


if __name__ == "__main__":
    main()
