"""Files and pictures dropped anywhere on the window; what takes drops of its own, such as the canvas, comes first."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QMimeData, QObject, QTimer
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QWidget

from bnsim.ui.model.payloads import PICTURES, Picture, carrying_picture, dropped_file


class WindowDrops(QObject):
    """`open_file` has the path of a file that was dropped, `open_picture` a picture without one."""

    def __init__(
        self, open_file: Callable[[str], object], open_picture: Callable[[Picture], object], window: QWidget
    ) -> None:
        super().__init__(window)
        self._open_file, self._open_picture = open_file, open_picture
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QDropEvent):
            return False
        if event.type() == QEvent.Type.DragEnter and _may_open(event.mimeData()):
            event.acceptProposedAction()
            return True
        if event.type() == QEvent.Type.Drop:
            self._drop(event)
            return True
        return False

    def _drop(self, event: QDropEvent) -> None:
        path = dropped_file(event.mimeData())
        picture = None if path else carrying_picture(event.mimeData())
        if not path and picture is None:
            event.ignore()
            return
        event.acceptProposedAction()
        # Later: what it asks would keep the program waiting that it was dragged from.
        QTimer.singleShot(0, self, lambda: self._open_picture(picture) if picture else self._open_file(path or ""))


def _may_open(mime: QMimeData) -> bool:
    path = dropped_file(mime)
    return bool(path) or (path is None and any(mime.hasFormat(name) for name in PICTURES.values()))
