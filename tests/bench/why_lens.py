"""What a Why costs the worker: 2 lanes, 50 layers, 64 wide, batch 64; and what it says on request.

python tests/bench/why_lens.py
"""

from __future__ import annotations

import time
from collections.abc import Callable

import bnsim as bn
from bnsim.lenses.why.lens import StuckLens, WhyLens
from bnsim.lenses.why.what_if import WhatIf
from bnsim.session.arrays import Tensor

DEPTH, WIDTH, BATCH = 50, 64, 64


def stack(name: str, *between: bn.BatchNorm) -> bn.Stack:
    layers = (bn.Linear(WIDTH), *between, bn.Sigmoid()) * DEPTH
    return bn.Stack(name=name, layers=(*layers, bn.Linear(2)), loss=bn.CrossEntropy())


def median(call: Callable[[], object], count: int) -> float:
    times = []
    for _ in range(count):
        begun = time.thread_time()
        call()
        times.append(time.thread_time() - begun)
    return 1e3 * sorted(times)[count // 2]


def main() -> None:
    session = bn.Session(
        bn.Experiment(
            data=bn.TwoSpirals(samples=400, noise=0.05),
            training=bn.Training(batch_size=BATCH, precision="float32"),
            stacks=(stack("plain"), stack("with BN", bn.BatchNorm())),
        )
    )
    session.step("iteration")
    last = 2 * DEPTH - 1
    gradient = Tensor(session.lanes[0].stack.id, (0,), "gradient")
    questions = {
        "gradient, links": WhyLens(gradient, remedies=False),
        "gradient, and what would change it": WhyLens(gradient),
        "gradient, and singular values": WhyLens(gradient, remedies=False, spectrum=True),
        "value of the last layer": WhyLens(Tensor(gradient.stack, (last,), "value"), remedies=False),
        "loss that does not move": StuckLens(),
    }
    print(f"milliseconds of CPU (median), 2 lanes of {DEPTH} layers:")
    for name, lens in questions.items():
        lens.answer(session)
        print(f"  {name:36} {median(lambda lens=lens: lens.answer(session), 9):7.1f}")
    inquiry = WhatIf(gradient)
    print(f"  {'other stacks, on request':36} {median(lambda: inquiry.inquire(session, lambda share: True), 3):7.1f}")
    session.close()


if __name__ == "__main__":
    main()
