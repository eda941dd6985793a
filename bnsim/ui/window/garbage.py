"""Destroys Qt objects in the window's thread, between events, never by the cycle collector in another thread.

Left to itself Python's collector runs in whichever thread allocates, nearly always the one that compiles kernels, or
in the middle of a call into Qt. A Qt object that is part of a cycle is then destroyed in the wrong thread, or while Qt
uses it. So the collector runs on a timer as long as a window is open, and a window that is closed leaves no cycle to
it.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QCoreApplication, QObject, QTimer, Slot
from PySide6.QtWidgets import QGraphicsView, QWidget
from shiboken6 import isValid

INTERVAL_MS = 500


class GarbageCollector(QObject):
    """Replaces automatic collection from the first window to the last; one for each application.

    Where automatic collection is off already, it stays off, and nothing is collected: that was somebody's decision.
    """

    def __init__(self, application: QCoreApplication) -> None:
        super().__init__(application)
        self._windows: list[QWidget] = []
        self._parts: dict[int, list[object]] = {}
        """Python objects of windows that are closed but not destroyed yet, by the window's `id`."""
        self._old = 0
        """Number of objects that the last full collection left."""
        self._timer = QTimer(self, interval=INTERVAL_MS)
        self._timer.timeout.connect(self._collect)
        # A window announces its end before its children's.
        self._after_destructor = QTimer(self, singleShot=True, interval=0)
        self._after_destructor.timeout.connect(self._forget_destroyed_windows)

    def serve(self, window: QWidget) -> None:
        """Keep a reference to `window` until it is destroyed, and collect here until all windows are."""
        self._windows.append(window)
        window.destroyed.connect(self._after_destructor.start)
        if gc.isenabled():
            gc.disable()
            self._timer.start()

    def free_when_destroyed(self, window: QWidget) -> None:
        """Break the reference cycles of a window that has just been closed, once it is destroyed.

        The parts of a window know each other in circles, and so do those of pyqtgraph. When their Qt sides are gone
        nothing can be asked of them any more; what they hold is dropped, and counting references frees them.
        """
        self._parts[id(window)] = _python_objects(window)

    @Slot()
    def _forget_destroyed_windows(self) -> None:
        for window in [window for window in self._windows if not isValid(window)]:
            self._windows.remove(window)
            for part in self._parts.pop(id(window), ()):
                vars(part).clear()
        if not self._windows and self._timer.isActive():
            self._timer.stop()
            gc.enable()

    @Slot()
    def _collect(self) -> None:
        """Collect what automatic collection would collect now."""
        (young, middle, _), (most_young, most_middle, _) = gc.get_count(), gc.get_threshold()
        if not 0 < most_young < young:
            return
        if middle <= most_middle:
            gc.collect(0)
            return
        gc.collect(1)
        # Looking through all takes tenths of a second, so Python, too, waits until there is a quarter more of them.
        if _count_old() > 1.25 * self._old:
            gc.collect()
            self._old = _count_old()


def garbage_collector() -> GarbageCollector:
    """The application's garbage collector. Call it in the application's thread."""
    application = QCoreApplication.instance()
    assert application is not None, "a window needs an application"
    return application.findChild(GarbageCollector) or GarbageCollector(application)


def _count_old() -> int:
    """Number of objects that survived the collections so far.

    Not by a list of them (`gc.get_objects`): while that refers to a tuple another thread is just making, as
    `tuple(f(x) for x in xs)` does, that thread fails with a SystemError ("bad argument to internal function").
    """
    gc.freeze()
    try:
        return gc.get_freeze_count()
    finally:
        gc.unfreeze()


def _python_objects(window: QWidget) -> list[object]:
    """The window and its descendants, as far as they have attributes in Python."""
    objects: list[object] = [window, *window.findChildren(QObject)]
    for view in window.findChildren(QGraphicsView):
        if (scene := view.scene()) is not None:
            objects += [scene, *scene.items()]
    return [each for each in objects if hasattr(each, "__dict__")]
