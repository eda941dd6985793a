"""How long the app takes to its first paint, beside a bare pyqtgraph window.

    python -m tests.bench.start [ROUNDS]

Whole processes in turn, byte code and kernels cached: from the start of Python to the end of the event loop's turn that
painted the window. Prints the medians and the median of the paired ratios; offscreen unless QT_QPA_PLATFORM says else.
"""

from __future__ import annotations

import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

UNTIL_PAINTED = """
from PySide6.QtCore import QEvent, QObject, QTimer
class Painted(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            QTimer.singleShot(0, lambda: os._exit(0))  # the rest of this turn paints the other widgets
        return False
painted = Painted()
"""
BARE = f"""
import os
import pyqtgraph
app = pyqtgraph.mkQApp()
{UNTIL_PAINTED}
window = pyqtgraph.PlotWidget()
window.plot([1.0, 3.0, 2.0])
window.resize(1280, 720)
window.viewport().installEventFilter(painted)
window.show()
app.exec()
"""
OURS = f"""
import os
from bnsim.ui.app import application, open_window
app = application()
{UNTIL_PAINTED}
window = open_window()
window.canvas.viewport().installEventFilter(painted)
app.exec()
"""


def seconds(program: str, environment: dict[str, str]) -> float:
    """Of one process, from its start to its end."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", program], env=environment, cwd=ROOT, check=True, stderr=subprocess.DEVNULL)
    return time.perf_counter() - started


def main(rounds: int = 11) -> None:
    with tempfile.TemporaryDirectory() as folder:
        # An empty value lets Python write byte code where the surroundings told it not to.
        cached = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(Path(folder) / "bytecode")}
        own = {"BNSIM_CONFIG_DIR": folder, "PYTHONPATH": str(ROOT), **cached}
        environment = {"QT_QPA_PLATFORM": "offscreen", **os.environ, **own}
        for program in (BARE, OURS):
            seconds(program, environment)
        pairs = [(seconds(BARE, environment), seconds(OURS, environment)) for _ in range(rounds)]
    bare, ours = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(own / other for other, own in pairs)
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    found = f"bare pyqtgraph window {1e3 * bare:.0f} ms, bnsim {1e3 * ours:.0f} ms"
    print(f"{found}: {ratio:.2f} times (medians of {rounds} pairs)")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
