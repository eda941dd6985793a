"""python -m tests.bench.gallery_open [seconds]: the gallery over a window while a run plays at full speed.

In one window, stretches with the gallery shut and open take turns, so that whatever else the machine does is in both.
Prints how long the window's event loop does not answer, the processor time of the window's thread and of the whole
process for each iteration, and what share of the rate is left. `four` after the seconds: four lanes of 100 layers.
Needs a display (Xvfb will do), or QT_QPA_PLATFORM=offscreen.
"""

from __future__ import annotations

import sys
import time
from statistics import median

import numpy as np

from tests.bench.six_panels import four_lanes
from tests.bench.windows import EventLoopGaps, application_of_its_own, await_kernels, iteration, wait

PAIRS = 5


def main(seconds: float, *, four: bool) -> None:
    from bnsim.runner.orders import Play
    from bnsim.runner.playback import FULL_SPEED
    from bnsim.ui.app import open_window

    application_of_its_own()
    window = open_window()
    window.resize(1680, 1020)
    if four:
        window.document.replace(four_lanes(), None)
    window.settle()
    await_kernels(window)
    loop = EventLoopGaps()
    previews: list[object] = []
    window.bridge.previewed.connect(previews.append)
    window.runner.give(Play(FULL_SPEED))
    window.open_gallery()
    wait(4.0)
    window.figure_gallery.gallery.dismiss()
    wait(2.0)

    def stretch(name: str) -> float:
        loop.clear()
        previews.clear()
        first, began, own, whole = iteration(window), time.perf_counter(), time.thread_time(), time.process_time()
        wait(seconds)
        took, done = time.perf_counter() - began, iteration(window) - first
        gaps = loop.milliseconds
        whole = time.process_time() - whole
        print(
            f"  {name}: {done / took:7.1f} iterations/s, {1e3 * whole / max(done, 1):.3f} ms of processor each; 95 % of"
            f" gaps under {np.quantile(gaps, 0.95):.1f} ms, 99 % {np.quantile(gaps, 0.99):.1f} ms, the longest"
            f" {gaps.max():.1f} ms; window {100 * (time.thread_time() - own) / took:.0f} % of a processor;"
            f" {len(previews) / took:.1f} previews/s",
            flush=True,
        )
        return done / took

    shares = []
    for _ in range(PAIRS):
        shut = stretch("shut")
        window.open_gallery()
        wait(1.0)
        shares.append(stretch("open") / shut)
        window.figure_gallery.gallery.dismiss()
        wait(1.0)
    print(f"open, of the rate when shut: median {median(shares):.0%}, {', '.join(f'{each:.0%}' for each in shares)}")
    window.settle()
    window.close()


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 5.0, four="four" in sys.argv)
