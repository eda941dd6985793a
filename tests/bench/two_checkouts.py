"""python -m tests.bench.two_checkouts OTHER [SIZE ...]: a training step of this checkout beside that of another one.

OTHER is a folder with another checkout, SIZE is depth x width x batch, such as 10x32x32. Each runs in a process of its
own, turn by turn, so that what else the machine does meets both; told is the median of the ratios of neighbors.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from statistics import median, quantiles

HERE = Path(__file__).parents[2]
ROUNDS = 100
WORKER = """
import sys, time
from threadpoolctl import ThreadpoolController
from bnsim.engine.bench import Size, own_step
step = own_step("none")(Size(*map(int, sys.argv[1].split("x"))))
with ThreadpoolController().limit(limits=1, user_api="blas"):
    step(20)
    print("ready", flush=True)
    for line in sys.stdin:
        start = time.process_time()
        step(int(line))
        print(time.process_time() - start, flush=True)
"""


class Worker:
    """A process that makes training steps when asked, and says how much processor time they took."""

    def __init__(self, checkout: Path, size: str) -> None:
        environment = os.environ | {"PYTHONPATH": str(checkout)}
        command = [sys.executable, "-c", WORKER, size]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self._process = subprocess.Popen(command, cwd=checkout, env=environment, **pipes)  # type: ignore[call-overload]
        assert self._process.stdout.readline() == "ready\n"

    def take(self, steps: int) -> float:
        """Seconds for that many steps."""
        self._process.stdin.write(f"{steps}\n")
        self._process.stdin.flush()
        return float(self._process.stdout.readline())

    def end(self) -> None:
        """End the process."""
        self._process.stdin.close()
        self._process.wait()


def main() -> None:
    other, sizes = Path(sys.argv[1]).resolve(), sys.argv[2:] or ["10x32x32", "20x64x64"]
    for size in sizes:
        mine, theirs = Worker(HERE, size), Worker(other, size)
        steps = max(2, int(0.02 * 20 / theirs.take(20)))
        pairs = []
        for turn in range(ROUNDS):
            if turn % 2:
                there, here = theirs.take(steps), mine.take(steps)
            else:
                here, there = mine.take(steps), theirs.take(steps)
            pairs.append((here / steps, there / steps))
        ratios = [here / there for here, there in pairs]
        low, _, high = quantiles(ratios, n=4)
        here, there = (median(taken) * 1e6 for taken in zip(*pairs, strict=True))
        print(f"{size:12} {here:9,.1f} µs {there:9,.1f} µs   ratio {median(ratios):.3f} ({low:.3f} to {high:.3f})")
        mine.end()
        theirs.end()


if __name__ == "__main__":
    main()
