"""Emits the runner's updates in the window's thread, as signals, and notifies the runner when they are painted."""

from __future__ import annotations

import time
from contextlib import suppress

from PySide6.QtCore import QCoreApplication, QEventLoop, QObject, Qt, QTimer, Signal, Slot

from bnsim.runner.runner import Runner

GLANCE_MS = 16
"""How many milliseconds events are processed at a time in `settle`."""


class RunnerBridge(QObject):
    """Holds the window's `runner` and emits its updates."""

    updated = Signal(object)
    """An `Update`: the canvas is to show it now."""
    figures_made = Signal(object)
    """`Figures`, of the moment of the last update."""
    noticed = Signal(object)
    """A `Notice`."""
    found = Signal(object)
    """Progress or result of an inquiry (`Found`)."""
    data_read = Signal(object)
    """Content of a file that may become the data (`DataRead`)."""
    run_read = Signal(object)
    """What came of reading the file of a run (`RunRead`)."""
    previewed = Signal(object)
    """A `Preview` for the gallery."""
    _output_waiting = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._output_waiting.connect(self._output_came, Qt.ConnectionType.QueuedConnection)
        # A timer of no time at all comes after painting.
        self._painting = QTimer(self, singleShot=True, interval=0)
        self._painting.timeout.connect(self._painted)
        self.runner = Runner(self._announce)

    def close(self) -> None:
        """End the runner's thread; nothing is emitted after that."""
        self._output_waiting.disconnect(self._output_came)
        self._painting.stop()
        self.runner.close()

    def settle(self) -> None:
        """Process events until the runner has carried out all its orders, then emit its updates.

        Does not return while it plays.
        """
        while self.runner.busy:
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, GLANCE_MS)
            time.sleep(0.001)
        self.deliver()

    @Slot()
    def deliver(self) -> None:
        """Emit what the runner has published since the last call."""
        output = self.runner.take()
        if output.update is not None:
            self.updated.emit(output.update)
        if output.figures is not None:
            self.figures_made.emit(output.figures)
        if output.update is not None or output.figures is not None:
            self._painting.start()
        for preview in output.previews:
            self.previewed.emit(preview)
        for notice in output.notices:
            self.noticed.emit(notice)
        for found in output.found:
            self.found.emit(found)
        for read in output.read:
            self.data_read.emit(read)
        for run in output.runs:
            self.run_read.emit(run)

    @Slot()
    def _output_came(self) -> None:
        # While something is to be painted what comes then waits: Qt would go on delivering, and never paint.
        if not self._painting.isActive():
            self.deliver()

    @Slot()
    def _painted(self) -> None:
        self.runner.painted()
        self.deliver()

    def _announce(self) -> None:
        """Schedule a delivery in the window's thread; called in the runner's threads."""
        with suppress(RuntimeError):  # the window is gone
            self._output_waiting.emit()
