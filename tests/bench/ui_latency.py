"""How long after a key a step is on the screen, and after a move of the hand a scrub: in the real window.

python -m tests.bench.ui_latency [iterations] [--deep]

With a display (Xvfb will do), or QT_QPA_PLATFORM=offscreen. Times are from the order to the end of painting what it
led to. A scrub has two: the first picture, of a moment nearby where a checkpoint is, and the one of exactly the moment
that was wanted; while a hand moves on, the second is left out. `--deep`: two lanes of 50 weight layers; else the
experiment the app starts with.
"""

from __future__ import annotations

import os
import platform
import random
import sys
import time
from collections.abc import Callable
from statistics import median

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

import bnsim as bn
from bnsim.ui.app import open_window
from bnsim.ui.window.main_window import MainWindow
from tests.bench.windows import application_of_its_own, await_kernels


class Painted(QObject):
    """Counts how often a widget has been painted."""

    def __init__(self, widget: QObject) -> None:
        super().__init__(widget)
        self.count = 0
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.Paint
        return False


def deep() -> bn.Experiment:
    """Two lanes of 50 weight layers, 64 wide, one of them with BatchNorm."""

    def layers(norm: bool) -> tuple[object, ...]:
        block = (bn.Linear(64, bias=not norm), *((bn.BatchNorm(),) if norm else ()), bn.Sigmoid())
        return (*block * 49, bn.Linear(10))

    stacks = (bn.Stack(name="plain", layers=layers(False)), bn.Stack(name="with BN", layers=layers(True)))
    return bn.Experiment(data=bn.Digits(), training=bn.Training(batch_size=64), stacks=stacks)


def place(window: MainWindow) -> tuple[int, int]:
    frame = window.update_shown.frame
    assert frame is not None
    return frame.iteration, frame.tick


def until(condition: Callable[[], bool], painted: Painted) -> float:
    """Seconds until it holds and the canvas has been painted since."""
    started, before = time.perf_counter(), painted.count
    while not condition():
        # What makes it hold may be painted in the same turn: what is painted from here on counts.
        before = painted.count
        QApplication.processEvents()
        time.sleep(0.0003)
    while painted.count == before:
        QApplication.processEvents()
    return time.perf_counter() - started


def rest(window: MainWindow) -> None:
    """All that was ordered before is done and painted, the figures too."""
    window.settle()
    QApplication.processEvents()


def tell(what: str, seconds: list[float], cpu: list[float] | None = None) -> None:
    """`cpu`: of all threads together until then; on a machine that others use, too, it says more than the time."""
    ordered = sorted(seconds)
    high = ordered[int(0.95 * (len(ordered) - 1))]
    used = f"; CPU {1e3 * median(cpu):.1f}" if cpu else ""
    times = f"median {1e3 * median(ordered):6.1f} ms, 95 % {1e3 * high:6.1f}, worst {1e3 * ordered[-1]:6.1f}"
    print(f"{what:>34}: {times}{used}")


def steps(window: MainWindow, painted: Painted, size: str, count: int) -> None:
    for what, step in (("step", window.step), ("step back", window.step_back)):
        taken, cpu = [], []
        for _ in range(count):
            rest(window)
            before, used = place(window), time.process_time()
            step(size)  # type: ignore[arg-type]
            taken.append(until(lambda before=before: place(window) != before, painted))
            cpu.append(time.process_time() - used)
        tell(f"{what} by {size}", taken, cpu)


def tell_window(window: MainWindow, size: str, count: int) -> None:
    """Processor time of the window's thread alone for a step, all that follows included: the runner's is not in it."""
    spent = []
    for _ in range(count):
        rest(window)
        used = time.thread_time()
        window.step(size)  # type: ignore[arg-type]
        rest(window)
        spent.append(time.thread_time() - used)
    print(f"{'step by ' + size + ', window alone':>34}: CPU median {1e3 * median(spent):6.2f} ms")


def scrubs(window: MainWindow, painted: Painted, wishes: list[int], what: str) -> None:
    first, exact = [], []
    cpu = []
    for wish in wishes:
        rest(window)
        before = place(window)
        if before[0] == wish:
            continue
        started, used = time.perf_counter(), time.process_time()
        window.timeline.setValue(wish)
        until(lambda before=before: place(window) != before, painted)
        first.append(time.perf_counter() - started)
        if place(window)[0] != wish:
            until(lambda wish=wish: place(window)[0] == wish, painted)
        exact.append(time.perf_counter() - started)
        cpu.append(time.process_time() - used)
    rest(window)
    tell(f"{what}, first picture", first)
    tell(f"{what}, exact", exact, cpu)


def drag(window: MainWindow, painted: Painted, wishes: list[int]) -> None:
    """A new wish every 16 ms, whatever has been shown by then."""
    seen: list[float] = []
    last = place(window)
    started = due = time.perf_counter()
    for wish in wishes:
        window.timeline.setValue(wish)
        due += 0.016
        while time.perf_counter() < due:
            QApplication.processEvents()
            if place(window) != last:
                last = place(window)
                seen.append(time.perf_counter())
            time.sleep(0.0003)
    moving = time.perf_counter() - started
    settle = time.perf_counter()
    if place(window)[0] != wishes[-1]:
        until(lambda: place(window)[0] == wishes[-1], painted)
    gaps = [after - before for before, after in zip([started, *seen], seen, strict=False)]
    tell(f"drag, {len(seen) / moving:.0f} pictures/s, apart", gaps or [moving])
    print(f"{'drag, exact after it ends':>34}: {1e3 * (time.perf_counter() - settle):6.1f} ms")


def main(iterations: int, experiment: bn.Experiment | None) -> None:
    application_of_its_own()
    window = open_window(experiment)
    QApplication.processEvents()
    window.settle()
    await_kernels(window)
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    machine = platform.processor() or platform.machine()
    print(f"{machine}, {os.cpu_count()} cores{load}, {QGuiApplication.platformName()}, {window.size().toTuple()}")
    painted = Painted(window.canvas.viewport())
    for size, count in (("op", 40), ("layer", 60), ("iteration", 20)):
        steps(window, painted, size, count)
        tell_window(window, size, 3 * count)
    started = time.perf_counter()
    while place(window)[0] < iterations:
        window.run_commands.seek(min(iterations, place(window)[0] + 500))
        window.settle()
    print(f"{iterations} iterations recorded in {time.perf_counter() - started:.0f} s")
    chance = random.Random(1)
    window.timeline.setSliderDown(True)
    scrubs(window, painted, [chance.randrange(1, iterations) for _ in range(40)], "scrub anywhere")
    middle = iterations // 2
    scrubs(window, painted, [middle + k for k in (*range(20), *range(20, -20, -1))], "scrub by one")
    drag(window, painted, [round(iterations * (1 - k / 300)) for k in range(1, 300)])
    window.close()
    QApplication.processEvents()


if __name__ == "__main__":
    given = [word for word in sys.argv[1:] if word != "--deep"]
    main(int(given[0]) if given else 10_000, deep() if "--deep" in sys.argv else None)
