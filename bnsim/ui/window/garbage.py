"""Python's cycle collector runs in the window's thread, between events, as long as a window is open.

Left to itself it runs in whichever thread allocates, nearly always the one that compiles kernels, or in the middle of
a call into Qt. A Qt object that is part of a cycle is then destroyed in the wrong thread, or under Qt's hands.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Slot

INTERVAL_MS = 500


class GarbageCollector(QObject):
    """Takes the place of automatic collection from the first window to the last; one for each application.

    Where automatic collection is off already, it stays off, and nothing is collected: that was somebody's decision.
    """

    def __init__(self, application: QCoreApplication) -> None:
        super().__init__(application)
        self._windows = 0
        self._timer = QTimer(self, interval=INTERVAL_MS)
        self._timer.timeout.connect(self._collect_what_is_due)
        # Not in the destructor of the last window, but once it has returned.
        self._last_window_gone = QTimer(self, singleShot=True, interval=0)
        self._last_window_gone.timeout.connect(self._hand_back)

    def serve(self, window: QObject) -> None:
        """Collect here until `window`, and all others that are served, are destroyed."""
        self._windows += 1
        window.destroyed.connect(self._forget_window)
        if gc.isenabled():
            gc.disable()
            self._timer.start()

    @Slot()
    def _forget_window(self) -> None:
        self._windows -= 1
        if self._windows == 0:
            self._last_window_gone.start()

    @Slot()
    def _hand_back(self) -> None:
        if self._windows == 0 and self._timer.isActive():
            self._timer.stop()
            gc.enable()

    @Slot()
    def _collect_what_is_due(self) -> None:
        generation = due_generation(gc.get_count(), gc.get_threshold())
        if generation is not None:
            gc.collect(generation)


def collect_in_this_thread(window: QObject) -> None:
    """From now until `window` is destroyed; this is to be the thread of the QApplication."""
    application = QCoreApplication.instance()
    assert application is not None, "a window needs an application"
    collector = application.findChild(GarbageCollector) or GarbageCollector(application)
    collector.serve(window)


def due_generation(counts: tuple[int, ...], thresholds: tuple[int, ...]) -> int | None:
    """The oldest generation that has passed its threshold (0 is never passed), as automatic collection decides it."""
    for generation in reversed(range(len(counts))):
        if 0 < thresholds[generation] < counts[generation]:
            return generation
    return None
