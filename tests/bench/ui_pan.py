"""Milliseconds a frame while panning over 800 cards, four lanes of 200, at several zooms.

python -m tests.bench.ui_pan [frames]

Every frame scrolls by some pixels and is painted at once (`repaint`), so the figure is the window's whole cost of a
frame, less what the screen takes. On X11 that includes handing the pixels to the server. 60 frames a second is 16.7 ms.
"""

from __future__ import annotations

import statistics
import sys
import time

import bnsim as bn
from bnsim.runner.orders import Seek, Step
from tests.bench.windows import application_of_its_own, await_kernels

LONG, SIZE, SPEED = 200, (1680, 1020), 23
"""Layers a lane, the window, pixels a frame."""


def experiment() -> bn.Experiment:
    """Four lanes of 200 layers with what cards can show: histograms, gradients, notes."""
    plain = (bn.Linear(16, init=bn.Xavier("normal")), bn.Sigmoid())
    norm = (bn.Linear(16, bias=False, init=bn.Xavier("normal")), bn.BatchNorm(), bn.Sigmoid())
    stacks = [
        bn.Stack(name=name, layers=((part * LONG)[: LONG - 1]) + (bn.Linear(10),))
        for name, part in (("one", plain), ("two", norm), ("three", plain), ("four", norm))
    ]
    return bn.Experiment(training=bn.Training(batch_size=64, optimizer=bn.SGD(lr=0.01)), stacks=tuple(stacks))


def main(frames: int) -> None:
    app = application_of_its_own()
    from bnsim.ui.window.main_window import MainWindow

    window = MainWindow(experiment(), remembers=False)
    window.resize(*SIZE)
    window.show()
    await_kernels(window)
    window.runner.give(Seek(1))
    window.settle()
    for _ in range(2 * LONG):
        window.runner.give(Step("layer"))
    window.settle()
    canvas = window.canvas
    whole = canvas.viewport().width() / canvas.cards.layout.width
    print(
        f"{len(list(canvas.cards.all_cards()))} cards, canvas {canvas.viewport().width()} x "
        f"{canvas.viewport().height()}, {app.platformName()}, scale {canvas.devicePixelRatioF():g}"
    )
    for name, zoom in (
        ("100 %", 1.0),
        ("near", 0.65),
        ("middle", 0.45),
        ("middle, far", 0.31),
        ("far", 0.15),
        ("fitted", whole),
    ):
        canvas.zoom.reset()
        canvas.zoom.to(zoom)
        app.processEvents()
        bar, step, times, cpu = canvas.horizontalScrollBar(), SPEED, [], []
        bar.setValue((bar.minimum() + bar.maximum()) // 2)
        for _ in range(frames):
            if not bar.minimum() < bar.value() + step < bar.maximum():
                step = -step
            begun, busy = time.perf_counter(), time.thread_time()
            bar.setValue(bar.value() + step)
            canvas.viewport().repaint()
            cpu.append(1e3 * (time.thread_time() - busy))
            times.append(1e3 * (time.perf_counter() - begun))
        times.sort()
        print(
            f"zoom {100 * canvas.zoom.factor:5.1f} % {name:12}: median {statistics.median(times):5.1f} ms "
            f"({statistics.median(cpu):5.1f} ms of this thread's own), "
            f"95 % within {times[int(0.95 * len(times))]:5.1f} ms, most {times[-1]:5.1f} ms"
        )
    window.close()
    app.processEvents()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 120)
