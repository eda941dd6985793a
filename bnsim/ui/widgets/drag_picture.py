"""The picture under the pointer in a drag: a small header of a card."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtWidgets import QWidget

from bnsim.plot.theme import Theme
from bnsim.ui.theme.drawing import FittedFonts, KindStyle, pen, sized


def drag_picture(widget: QWidget, theme: Theme, title: str, kind: str) -> QPixmap:
    """A pixmap of `title` in the color of that kind of card; `widget` is where the drag begins."""
    ratio = widget.devicePixelRatioF()
    width, height = theme.size("card-width"), theme.size("card-header") + 4
    picture = QPixmap(round(width * ratio), round(height * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    font = sized(widget.font(), theme.size("card-title"), bold=True)
    with QPainter(picture) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(KindStyle(theme, kind, 1.0).full)
        painter.drawRoundedRect(QRectF(QPointF(0, 0), QPointF(width, height)), 6, 6)
        painter.setFont(FittedFonts().fitting(title, font, width - 16))
        painter.setPen(pen(QColor(theme.color("kind-text")), 1))
        painter.drawText(QRectF(9, 0, width - 9, height), Qt.AlignmentFlag.AlignVCenter, title)
    return picture
