"""A picture of another widget, as large as there is room: drawn anew at its size, not enlarged."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QGraphicsView, QWidget

MOST = 3.0
"""Nothing is drawn larger than so many times its size."""


class Mirror(QWidget):
    """Draws its `source`, which another window has, whether that is in front there or not."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"audience.{name}")
        self.source: QWidget | None = None
        self._part: QWidget | None = None
        """What is drawn of the source: of one that scrolls, what is in view."""
        self._picture = QPixmap()

    def show_source(self, source: QWidget | None) -> None:
        """Draw that widget from now on; None: take no room."""
        self.source = source
        self._part = source.viewport() if isinstance(source, QGraphicsView) else source
        self.setVisible(source is not None)
        self.refresh()

    def aspect(self) -> QSize:
        """The size of the source; nothing without one."""
        return QSize() if self._part is None else self._part.size()

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
        part, place = self._part, self.place
        if part is None or not part.isVisible() or place.isEmpty():
            return None
        own = part.mapFromGlobal(at)
        if not part.rect().contains(own):
            return None
        return place.topLeft() + QPointF(own) * (place.width() / part.width())

    def refresh(self) -> None:
        """Take a new picture of the source."""
        part, place = self._part, self.place
        if part is None or place.isEmpty():
            self._picture = QPixmap()
        else:
            # What draws itself at this ratio of pixels is as sharp as the source.
            ratio = self.devicePixelRatioF()
            self._picture = QPixmap((place.size() * ratio).toSize())
            self._picture.setDevicePixelRatio(ratio * place.width() / part.width())
            self._draw(part)
            self._picture.setDevicePixelRatio(ratio)
        self.update()

    def _draw(self, part: QWidget) -> None:
        if isinstance(self.source, QGraphicsView):
            # Not as a widget, which would show the pictures that its items keep of themselves, at their size.
            with QPainter(self._picture) as painter:
                painter.setRenderHints(self.source.renderHints())
                self.source.render(painter, QRectF(part.rect()), part.rect())
        else:
            QWidget.render(part, self._picture)
            self._draw_plots(part)

    def _draw_plots(self, part: QWidget) -> None:
        """Draw plots that are at rest once more, without the pictures that names and markers keep of themselves."""
        from bnsim.ui.charts.plot import FigurePlot  # pyqtgraph comes with it, which is there where there are plots

        for plot in part.findChildren(FigurePlot):
            if plot.isVisible() and not plot.fast:
                area = plot.viewport().rect()
                with QPainter(self._picture) as painter:
                    painter.translate(plot.viewport().mapTo(part, QPoint(0, 0)))
                    painter.setClipRect(area)
                    plot.render(painter, QRectF(area), area)
                    plot.paint_key(painter)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._picture.isNull():
            with QPainter(self) as painter:
                painter.drawPixmap(self.place.topLeft(), self._picture)
