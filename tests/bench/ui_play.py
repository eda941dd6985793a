"""How often the panels follow while the default experiment plays at full speed; needs a display (Xvfb will do).

python -m tests.bench.ui_play [seconds]

Wall times depend on who else uses the machine; CPU times of the window's and of the runner's thread for each update
do less. The runner's has the figures and the cards in it, and starting the lanes, which have threads of their own.
"""

from __future__ import annotations

import math
import sys
import threading
import time

from bnsim.runner.orders import Pace, Pause, Play
from bnsim.ui.app import open_window
from tests.bench.windows import application_of_its_own, await_kernels


def runner_time() -> float:
    """CPU seconds of the thread that makes figures; 0 where the system does not tell."""
    if not hasattr(time, "pthread_getcpuclockid"):
        return 0.0
    (thread,) = (thread for thread in threading.enumerate() if thread.name == "bnsim-runner")
    assert thread.ident is not None
    return time.clock_gettime(time.pthread_getcpuclockid(thread.ident))


def main(seconds: float) -> None:
    app = application_of_its_own()
    started = time.perf_counter()
    window = open_window()
    app.processEvents()
    print(f"window painted after  {time.perf_counter() - started:6.2f} s")
    window.settle()
    await_kernels(window)
    print(f"kernels ready after   {time.perf_counter() - started:6.2f} s")

    latency = []
    for _ in range(30):
        begun = time.perf_counter()
        window.step("layer")
        window.settle()
        app.processEvents()
        latency.append(time.perf_counter() - begun)
    print(f"a step is shown after {1e3 * sorted(latency)[15]:6.1f} ms (median), {1e3 * max(latency):.1f} ms (most)")

    for pace in (Pace("iteration", math.inf), Pace("iteration", 60), Pace("layer", 25)):
        window.reset()
        window.settle()
        shown: list[float] = []
        window.bridge.updated.connect(lambda _update, shown=shown: shown.append(time.perf_counter()))
        window.runner.give(Play(pace))
        begun, longest = time.perf_counter(), 0.0
        window_cpu, runner_cpu = time.thread_time(), runner_time()
        while time.perf_counter() - begun < seconds:
            before = time.perf_counter()
            app.processEvents()
            longest = max(longest, time.perf_counter() - before)
            time.sleep(0.0005)
        updates = max(len(shown), 1)
        window_cpu, runner_cpu = time.thread_time() - window_cpu, runner_time() - runner_cpu
        window.runner.give(Pause())
        window.settle()
        frame = window.update_shown.frame
        assert frame is not None
        print(
            f"{pace.text():>12}: {updates / seconds:5.1f} updates/s, {frame.iteration / seconds:7.1f} iterations/s, "
            f"the window is busy for at most {1e3 * longest:.0f} ms; "
            f"CPU an update: window {1e3 * window_cpu / updates:.1f} ms, runner {1e3 * runner_cpu / updates:.1f} ms"
        )
    window.close()
    app.processEvents()


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 5.0)
