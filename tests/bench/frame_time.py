"""What making a frame costs: cards of 2 lanes of 50 layers or so, 64 wide, after a step and after a whole iteration.

python tests/bench/frame_time.py
"""

from __future__ import annotations

import time
from collections.abc import Callable

import bnsim as bn

WIDTH, BATCH, HIDDEN = 64, 64, 20


def experiment() -> bn.Experiment:
    plain: list[bn.Layer] = []
    normalized: list[bn.Layer] = []
    for _ in range(HIDDEN):
        plain += [bn.Linear(WIDTH), bn.Sigmoid()]
        normalized += [bn.Linear(WIDTH, bias=False), bn.BatchNorm(), bn.Sigmoid()]
    stacks = (bn.Stack(name="plain", layers=(*plain, bn.Linear(10))),)
    stacks += (bn.Stack(name="with BN", layers=(*normalized, bn.Linear(10))),)
    return bn.Experiment(training=bn.Training(batch_size=BATCH), stacks=stacks)


def median(times: list[float]) -> float:
    return 1e3 * sorted(times)[len(times) // 2]


def timed(session: bn.Session, move: Callable[[], object], count: int) -> float:
    times = []
    for _ in range(count):
        move()
        begun = time.thread_time()
        session.frame()
        times.append(time.thread_time() - begun)
    return median(times)


def main() -> None:
    session = bn.Session(experiment())
    session.step("iteration")
    cards = sum(len(lane.cards) for lane in session.frame().lanes)
    print(f"{cards} cards of {BATCH} x {WIDTH}, milliseconds of CPU for a frame (median):")
    print(f"  after a step of a layer  {timed(session, lambda: session.step('layer'), 200):.2f}")
    print(f"  after an iteration       {timed(session, lambda: session.step('iteration'), 50):.2f}")
    print(f"  the same frame again     {timed(session, lambda: None, 50):.2f}")


if __name__ == "__main__":
    main()
