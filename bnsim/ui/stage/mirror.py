"""A picture of another widget, as large as there is room: drawn anew at its size, not enlarged."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

MOST = 3.0
"""Nothing is drawn larger than so many times its size."""


class Mirror(QWidget):
    """Draws its `source`, which another window has, whether that is in front there or not."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"audience.{name}")
        self.source: QWidget | None = None
        self._picture = QPixmap()

    def show_source(self, source: QWidget | None) -> None:
        """Draw that widget from now on; None: take no room."""
        self.source = source
        self.setVisible(source is not None)
        self.refresh()

    def aspect(self) -> QSize:
        """The size of the source; nothing without one."""
        return QSize() if self.source is None else self.source.size()

    @property
    def place(self) -> QRectF:
        """Where the source is drawn, in pixels of the mirror."""
        size = self.aspect()
        if size.isEmpty():
            return QRectF()
        scale = min(self.width() / size.width(), self.height() / size.height(), MOST)
        width, height = scale * size.width(), scale * size.height()
        return QRectF((self.width() - width) / 2, (self.height() - height) / 2, width, height)

    def reflected(self, at: QPoint) -> QPointF | None:
        """Where a point of the screen is drawn, in pixels of the mirror; None if it is not on the source."""
        source, place = self.source, self.place
        if source is None or not source.isVisible() or place.isEmpty():
            return None
        own = source.mapFromGlobal(at)
        if not source.rect().contains(own):
            return None
        return place.topLeft() + QPointF(own) * (place.width() / source.width())

    def refresh(self) -> None:
        """Take a new picture of the source."""
        source, place = self.source, self.place
        if source is None or place.isEmpty():
            self._picture = QPixmap()
        else:
            # What draws itself at this ratio of pixels is as sharp as the source.
            ratio = self.devicePixelRatioF()
            self._picture = QPixmap((place.size() * ratio).toSize())
            self._picture.setDevicePixelRatio(ratio * place.width() / source.width())
            QWidget.render(source, self._picture)  # a view has a `render` of its own
            self._picture.setDevicePixelRatio(ratio)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._picture.isNull():
            with QPainter(self) as painter:
                painter.drawPixmap(self.place.topLeft(), self._picture)
