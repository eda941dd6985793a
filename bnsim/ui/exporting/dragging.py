"""A picture dragged into another program: as a picture, and as a file for those that take only files."""

from __future__ import annotations

import tempfile
from pathlib import Path

from PySide6.QtCore import QEvent, QSize, Qt, QUrl
from PySide6.QtGui import QCursor, QDrag, QPixmap
from PySide6.QtWidgets import QApplication, QWidget

from bnsim.ui.exporting.drawing import Copied
from bnsim.ui.exporting.mime import mime_of

SHOWN = QSize(240, 180)
"""Pixels of what hangs on the pointer, at most."""


class DraggedFiles:
    """The files that drags have made. Whoever got one may read it later, so they stay until the window closes."""

    def __init__(self) -> None:
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._made = 0

    def write(self, copied: Copied) -> Path:
        """Write the picture as a PNG of that name, in a folder of its own."""
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="bnsim-", ignore_cleanup_errors=True)
        self._made += 1
        place = Path(self._folder.name) / str(self._made) / f"{copied.name}.png"
        place.parent.mkdir()
        place.write_bytes(copied.png)
        return place

    def remove(self) -> None:
        """Remove them all."""
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None


def drag_out(source: QWidget, copied: Copied, file: Path) -> Qt.DropAction:
    """Have the picture hang on the pointer until it is dropped, or given up."""
    drag = QDrag(source)
    mime = mime_of(copied)
    mime.setText("")  # an editor would take the numbers in place of the picture
    mime.setUrls([QUrl.fromLocalFile(str(file))])
    drag.setMimeData(mime)
    picture = QPixmap()
    picture.loadFromData(copied.png)
    smooth = Qt.TransformationMode.SmoothTransformation
    drag.setPixmap(picture.scaled(SHOWN, Qt.AspectRatioMode.KeepAspectRatio, smooth))
    done = drag.exec(Qt.DropAction.CopyAction)
    if not source.rect().contains(source.mapFromGlobal(QCursor.pos())):
        # The button was released over another program, which the source is not told: it would look pointed at.
        QApplication.sendEvent(source, QEvent(QEvent.Type.Leave))
        source.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, False)
        source.update()
    return done
