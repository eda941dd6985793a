"""What measurements in a window share: preferences of their own, a wait for the kernels, gaps of the event loop."""

from __future__ import annotations

import os
import tempfile
import time
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QApplication

from bnsim.ui.app import application

if TYPE_CHECKING:
    from bnsim.ui.window.main_window import MainWindow

TICK_MS = 5
"""How often the event loop is asked whether it is there; a gap is what lies between two answers."""


def application_of_its_own() -> QApplication:
    """The application, with a new folder of preferences: what a person has chosen is not measured, or changed."""
    os.environ["BNSIM_CONFIG_DIR"] = tempfile.mkdtemp()
    return application()


def await_kernels(window: MainWindow) -> None:
    """Return once what runs in the window runs on compiled kernels."""
    while window.update_shown.frame is None or not window.update_shown.frame.kernels_ready:
        QApplication.processEvents()
        time.sleep(0.01)


def wait(seconds: float) -> None:
    """Let the event loop run for so long."""
    loop = QEventLoop()
    QTimer.singleShot(round(1e3 * seconds), loop.quit)
    loop.exec()


def iteration(window: MainWindow) -> int:
    """The iteration that the window shows."""
    frame = window.update_shown.frame
    assert frame is not None
    return frame.iteration


class EventLoopGaps:
    """For how long the event loop does not answer, from when it was made or last cleared."""

    def __init__(self) -> None:
        self._ticks: list[float] = []
        self._clock = QTimer(interval=TICK_MS, timerType=Qt.TimerType.PreciseTimer)
        self._clock.timeout.connect(lambda: self._ticks.append(time.perf_counter()))
        self._clock.start()

    def clear(self) -> None:
        """Forget those so far."""
        self._ticks.clear()

    @property
    def milliseconds(self) -> NDArray[np.float64]:
        """The gaps."""
        return 1e3 * np.diff(self._ticks)
