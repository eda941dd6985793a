"""python -m tests.bench.six_panels [seconds]: six panels on four lanes of 100 layers while they run at full speed.

Prints how long the window's event loop does not answer, how many updates a second are shown, and how fast the lanes
run as a share of the same recording with no window: processes in turn, each share against the runs around it. Later
stretches of one run are printed by themselves: what a frame costs must not grow with the length of the run. Needs a
display (Xvfb will do), or QT_QPA_PLATFORM=offscreen.
"""

from __future__ import annotations

import subprocess
import sys
import time
from statistics import median

import numpy as np

import bnsim as bn

PANELS = (
    "loss",
    "gradient_by_depth",
    "gradient_over_time",
    "activations_by_depth",
    "saturation_by_depth",
    "update_to_weight",
)
STRETCHES = 3
"""Parts of one run in the window, each measured by itself."""
ROUNDS = 3


def four_lanes() -> bn.Experiment:
    """Four lanes of 100 layers, 64 wide, two of them with BatchNorm."""

    def layers(activation: type, norm: bool) -> tuple[object, ...]:
        block = (bn.Linear(64, bias=not norm), *((bn.BatchNorm(),) if norm else ()), activation())
        return (*block * (99 // len(block)), bn.Linear(10))

    stacks = tuple(
        bn.Stack(name=f"{activation.__name__}{' with BN' if norm else ''}", layers=layers(activation, norm))
        for activation in (bn.Sigmoid, bn.ReLU)
        for norm in (False, True)
    )
    return bn.Experiment(data=bn.Digits(), training=bn.Training(batch_size=64, precision="float32"), stacks=stacks)


def without_window(seconds: float) -> float:
    """Iterations a second."""
    from bnsim.runner.making import DETAILS_EVERY

    session = bn.Session(four_lanes(), recording="all", details_every=DETAILS_EVERY)
    session.run(200)
    started, first = time.perf_counter(), session.iteration
    while time.perf_counter() - started < seconds:
        session.run(20)
    rate = (session.iteration - first) / (time.perf_counter() - started)
    session.close()
    return rate


def in_window(seconds: float) -> list[float]:
    """Iterations a second, stretch by stretch; prints what the window did meanwhile."""
    from bnsim.runner.orders import Pause, Play
    from bnsim.runner.playback import FULL_SPEED
    from bnsim.ui.app import open_window
    from tests.bench.windows import EventLoopGaps, application_of_its_own, await_kernels, iteration, wait

    app = application_of_its_own()
    window = open_window()
    window.resize(1680, 1020)
    window.document.replace(four_lanes(), None)
    for place, dock in enumerate(sorted(window.docks.panels, key=lambda dock: dock.name not in PANELS)):
        dock.setVisible(dock.name in PANELS)
        if dock.name in PANELS:
            dock.setFloating(True)
            dock.setGeometry(560 * (place % 3), 480 * (place // 3), 560, 420)
    window.settle()
    await_kernels(window)
    loop = EventLoopGaps()
    shown: list[object] = []
    window.bridge.updated.connect(lambda update: shown.append(update))
    window.runner.give(Play(FULL_SPEED))
    rates = []
    wait(2.0)
    for _ in range(STRETCHES):
        loop.clear()
        shown.clear()
        first, started, cpu = iteration(window), time.perf_counter(), time.thread_time()
        wait(seconds)
        took = time.perf_counter() - started
        rates.append((iteration(window) - first) / took)
        gaps = loop.milliseconds
        print(
            f"  at iteration {first:7,}: {rates[-1]:7.1f} iterations/s, {len(shown) / took:5.1f} updates/s; 95 % of"
            f" gaps under {np.quantile(gaps, 0.95):.1f} ms, the longest {gaps.max():.1f} ms; CPU of the"
            f" window {100 * (time.thread_time() - cpu) / took:.0f} %",
            flush=True,
        )
    window.runner.give(Pause())
    window.settle()
    window.close()
    app.processEvents()
    return rates


def main(seconds: float) -> None:
    shares = []
    for _ in range(ROUNDS):
        before, inside, after = (measured(which, seconds) for which in ("without", "in", "without"))
        alone = (before[0] + after[0]) / 2
        shares.append(median(inside) / alone)
        print(
            f"with no window {before[0]:.1f} and {after[0]:.1f} iterations/s: the window leaves {shares[-1]:.0%}",
            flush=True,
        )
    print(f"median of {ROUNDS}: {median(shares):.0%}")


def measured(which: str, seconds: float) -> list[float]:
    """Rates measured in a process of its own, what it prints passed on."""
    command = [sys.executable, "-m", "tests.bench.six_panels", str(seconds), which]
    *told, last = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    for line in told:
        print(line, flush=True)
    return [float(each) for each in last.split()]


if __name__ == "__main__":
    given = float(sys.argv[1]) if len(sys.argv) > 1 else 5.0
    if sys.argv[2:] == ["without"]:
        print(without_window(given))
    elif sys.argv[2:] == ["in"]:
        print(*in_window(given))
    else:
        main(given)
