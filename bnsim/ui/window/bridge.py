"""Carries what the worker made to the window: at once after an order, else a timer looks while something can come.

The worker is told when an update has been painted: it makes figures only then, so that the window does not have to
share the interpreter with it meanwhile.
"""

from __future__ import annotations

import time
from contextlib import suppress

from PySide6.QtCore import QCoreApplication, QEventLoop, QObject, Qt, QTimer, Signal, Slot

from bnsim.runner.worker import Worker

BUSY_MS = 16
"""While it plays."""
WAITING_MS = 100


class Pump(QObject):
    """Call `wake` after a command was given to the worker."""

    updated = Signal(object)
    noticed = Signal(object)
    found = Signal(object)
    """What became of an inquiry (`Found`)."""
    _arrived = Signal()

    def __init__(self, worker: Worker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._worker = worker
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._pull)
        # A timer of no time at all comes after painting.
        self._painted = QTimer(self, singleShot=True, interval=0)
        self._painted.timeout.connect(worker.delivery.painted)
        self._arrived.connect(self._pull, Qt.ConnectionType.QueuedConnection)
        worker.delivery.arrived = self._arrive

    def wake(self) -> None:
        """Look often from now on, until nothing can come any more."""
        if not self._timer.isActive() or self._timer.interval() != BUSY_MS:
            self._timer.start(BUSY_MS)

    def stop(self) -> None:
        self._timer.stop()
        self._painted.stop()

    def _arrive(self) -> None:
        """In the worker's thread."""
        with suppress(RuntimeError):  # the window is gone
            self._arrived.emit()

    def settle(self) -> None:
        """Keep the window alive until the worker is idle, then show what it made."""
        while self._worker.busy:
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, BUSY_MS)
            time.sleep(0.001)
        self._pull()

    @Slot()
    def _pull(self) -> None:
        # Asked before looking: what is done after this question is seen by the next look.
        busy, waiting = self._worker.busy, self._worker.waiting
        update = self._worker.delivery.take()
        if update is not None:
            self.updated.emit(update)
            self._painted.start()
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
