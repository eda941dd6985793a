"""Carries what the worker made to the window: a timer that looks only while something can come."""

from __future__ import annotations

import time

from PySide6.QtCore import QCoreApplication, QEventLoop, QObject, QTimer, Signal

from bnsim.ui.worker import Worker

QUICK_MS = 4
"""After an order, which is seen the sooner."""
BUSY_MS = 16
"""While it plays."""
WAITING_MS = 100


class Pump(QObject):
    """Call `wake` after a command was given to the worker."""

    updated = Signal(object)
    noticed = Signal(object)
    found = Signal(object)
    """What became of an inquiry (`Found`)."""

    def __init__(self, worker: Worker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker = worker
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._pull)

    def wake(self) -> None:
        """Look often from now on, until nothing can come any more."""
        if not self._timer.isActive() or self._timer.interval() != QUICK_MS:
            self._timer.start(QUICK_MS)

    def stop(self) -> None:
        self._timer.stop()

    def settle(self) -> None:
        """Keep the window alive until the worker is idle, then show what it made."""
        while self._worker.busy:
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, BUSY_MS)
            time.sleep(0.001)
        self._pull()

    def _pull(self) -> None:
        # Asked before looking: what is done after this question is seen by the next look.
        busy, waiting = self._worker.busy, self._worker.waiting
        update = self._worker.take()
        if update is not None:
            if update.playing and self._timer.interval() == QUICK_MS:
                self._timer.setInterval(BUSY_MS)
            self.updated.emit(update)
        for notice in self._worker.take_notices():
            self.noticed.emit(notice)
        for found in self._worker.take_found():
            self.found.emit(found)
        if busy or not self._timer.isActive():
            return
        if not waiting:
            self._timer.stop()
        elif self._timer.interval() != WAITING_MS:
            self._timer.start(WAITING_MS)
