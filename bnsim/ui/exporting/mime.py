"""What other programs get of a picture: PNG, SVG, text, and in a drag a file."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QByteArray, QMimeData
from PySide6.QtGui import QImage, QImageWriter

from bnsim.ui.exporting.drawing import Copied

SVG = "image/svg+xml"
PNG = "image/png"


def mime_of(copied: Copied) -> QMimeData:
    """The picture for whoever takes pictures, the text for whoever takes text."""
    made = QMimeData()
    if copied.png:
        made.setImageData(QImage.fromData(copied.png))
        made.setData(PNG, copied.png)
        made.setData(SVG, copied.svg)
    if copied.text:
        made.setText(copied.text)
    return made


def png_of(image: QImage) -> bytes:
    """The image as the content of a PNG file."""
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"PNG")).write(image)
    return bytes(content.data())
