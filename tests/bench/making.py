"""python -m tests.bench.making: how long making a session takes by depth, and the edit of one of its lanes.

Processor time of the thread that makes it, the least of some rounds, float32 and 64 wide: Linear, BatchNorm and Sigmoid
over and over. The slope is the exponent: 1 where twice the layers take twice the time. An edit changes the last of four
such lanes.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from functools import partial

import numpy as np
from msgspec.structs import replace

import bnsim as bn
from bnsim.session import Session
from bnsim.session.materials import Materials

CARDS = (30, 100, 300, 600, 1200, 1999)


def lane(cards: int, name: str = "lane") -> bn.Stack:
    block = (bn.Linear(64, bias=False), bn.BatchNorm(), bn.Sigmoid())
    return bn.Stack(name=name, layers=((block * (cards // 3 + 1))[: cards - 1]) + (bn.Linear(10),))


def experiment(*stacks: bn.Stack) -> bn.Experiment:
    return bn.Experiment(training=bn.Training(batch_size=64, precision="float32"), stacks=stacks)


def seconds(made: Callable[[], Session], rounds: int) -> float:
    taken = []
    for _ in range(rounds):
        started = time.thread_time()
        session = made()
        taken.append(time.thread_time() - started)
        session.release()
    return min(taken)


def edited_lane(cards: int) -> float:
    """An edit of one lane of four."""
    materials = Materials()
    before = experiment(*(lane(cards, name) for name in "abcd"))
    Session(before, wait=False, materials=materials).release()
    last = replace(before.stacks[3], layers=before.stacks[3].layers[:-2] + before.stacks[3].layers[-1:])
    after = replace(before, stacks=(*before.stacks[:3], last))
    return seconds(partial(Session, after, wait=False, materials=materials), 1)


def main() -> None:
    """A row for each depth."""
    seconds(partial(Session, experiment(lane(10)), wait=False), 1)
    one = {cards: seconds(partial(Session, experiment(lane(cards)), wait=False), 3) for cards in CARDS}
    print(f"{'cards':>6} {'made':>9} {'one of four edited':>19}")
    for cards, made in one.items():
        print(f"{cards:>6} {1e3 * made:>6.0f} ms {1e3 * edited_lane(cards):>16.0f} ms")
    slope, _ = np.polyfit(np.log(CARDS[1:]), np.log([one[cards] for cards in CARDS[1:]]), 1)
    print(f"slope {slope:.2f}, load average {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
