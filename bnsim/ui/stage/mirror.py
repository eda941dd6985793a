"""A picture of another widget, as large as there is room: drawn anew at its size, not enlarged."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap, QRegion
from PySide6.QtWidgets import QGraphicsView, QScrollArea, QWidget

LEAST, MOST = 1.0, 3.0
"""How many times its size everything is drawn, at least and at most."""


class Mirror(QWidget):
    """Draws its `source`, which another window has, whether that is in front there or not."""

    def __init__(
        self,
        name: str,
        parent: QWidget | None = None,
        focus: Callable[[], QPointF | None] = lambda: None,
        *,
        on_top: bool = False,
    ) -> None:
        """`focus` says around what, in pixels of the source, it is cut where it has no room in its size.

        `on_top`: its place is at the top of the room there is, not in the middle.
        """
        super().__init__(parent)
        self._focus, self._on_top = focus, on_top
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
        seen = self.seen
        if seen.isEmpty():
            return QRectF()
        scale = self._scale()
        width, height = scale * seen.width(), scale * seen.height()
        top = 0.0 if self._on_top else (self.height() - height) / 2
        return QRectF((self.width() - width) / 2, top, width, height)

    @property
    def seen(self) -> QRect:
        """What is drawn of the source, in its pixels: all of it, if there is room for it in its size."""
        size, scale = self.aspect(), self._scale()
        if size.isEmpty():
            return QRect()
        width = min(size.width(), round(self.width() / scale))
        height = min(size.height(), round(self.height() / scale))
        focus = self._focus()
        if focus is None:
            return QRect(0, round(self._scrolled() * (size.height() - height)), width, height)
        x, y = round(focus.x() - width / 2), round(focus.y() - height / 2)
        return QRect(min(max(x, 0), size.width() - width), min(max(y, 0), size.height() - height), width, height)

    def _scale(self) -> float:
        """As large as there is room for, and never smaller than the source, whose type is as small as can be read."""
        size = self.aspect()
        if size.isEmpty():
            return 1.0
        return max(LEAST, min(self.width() / size.width(), self.height() / size.height(), MOST))

    def _scrolled(self) -> float:
        """How far a source that scrolls is scrolled down, from 0 to 1."""
        areas = [] if self._part is None else self._part.findChildren(QScrollArea)
        bar = next((area.verticalScrollBar() for area in areas if area.isVisible()), None)
        return 0.0 if bar is None or bar.maximum() == 0 else bar.value() / bar.maximum()

    def reflected(self, at: QPoint) -> QPointF | None:
        """Where a point of the screen is drawn, in pixels of the mirror; None if it is not on the source."""
        part, place = self._part, self.place
        if part is None or not part.isVisible() or place.isEmpty():
            return None
        own, seen = part.mapFromGlobal(at), self.seen
        if not seen.contains(own):
            return None
        return place.topLeft() + QPointF(own - seen.topLeft()) * (place.width() / seen.width())

    def refresh(self) -> None:
        """Take a new picture of the source."""
        part, place = self._part, self.place
        if part is None or place.isEmpty():
            self._picture = QPixmap()
        else:
            # What draws itself at this ratio of pixels is as sharp as the source.
            ratio = self.devicePixelRatioF()
            self._picture = QPixmap((place.size() * ratio).toSize())
            seen = self.seen
            self._picture.setDevicePixelRatio(ratio * place.width() / seen.width())
            self._draw(part, seen)
            self._picture.setDevicePixelRatio(ratio)
        self.update()

    def _draw(self, part: QWidget, seen: QRect) -> None:
        if isinstance(self.source, QGraphicsView):
            # Not as a widget, which would show the pictures that its items keep of themselves, at their size.
            with QPainter(self._picture) as painter:
                painter.setRenderHints(self.source.renderHints())
                self.source.render(painter, QRectF(0, 0, seen.width(), seen.height()), seen)
        else:
            QWidget.render(part, self._picture, QPoint(), QRegion(seen))
            self._draw_plots(part, seen)

    def _draw_plots(self, part: QWidget, seen: QRect) -> None:
        """Draw plots that are at rest once more, without the pictures that names and markers keep of themselves."""
        from bnsim.ui.charts.plot import FigurePlot  # pyqtgraph comes with it, which is there where there are plots

        for plot in part.findChildren(FigurePlot):
            if plot.isVisible() and not plot.fast:
                area = plot.viewport().rect()
                with QPainter(self._picture) as painter:
                    painter.translate(plot.viewport().mapTo(part, QPoint(0, 0)) - seen.topLeft())
                    painter.setClipRect(area)
                    plot.render(painter, QRectF(area), area)
                    plot.paint_key(painter)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._picture.isNull():
            with QPainter(self) as painter:
                painter.drawPixmap(self.place.topLeft(), self._picture)
