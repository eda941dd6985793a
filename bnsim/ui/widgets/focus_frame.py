"""The frame around the area of the window that has the keyboard."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QRegion
from PySide6.QtWidgets import QWidget

from bnsim.plot.theme import Theme
from bnsim.ui.theme.style import color
from bnsim.ui.widgets.raising import raise_below_cover

WIDTH = 3
"""Pixels."""


class FocusFrame(QWidget):
    """Lies over a widget of its window and takes no clicks; it covers no more than its edge."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("focusFrame")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._theme: Theme | None = None
        self._around: QWidget | None = None
        self.hide()

    @property
    def around(self) -> QWidget | None:
        """The widget that it lies around, None where it is not shown."""
        return self._around

    def set_theme(self, theme: Theme) -> None:
        """Take its color from the theme."""
        self._theme = theme
        self.update()

    def show_around(self, widget: QWidget) -> None:
        """Lie around that widget, and follow it."""
        self.clear()
        self._around = widget
        if widget.window() is not self.window():
            self.setParent(widget.window())
        widget.installEventFilter(self)
        self._fit()
        self.show()
        raise_below_cover(self)

    def clear(self) -> None:
        """Lie around nothing."""
        if self._around is not None:
            self._around.removeEventFilter(self)
        self._around = None
        self.hide()

    def _fit(self) -> None:
        around = self._around
        if around is None:
            return
        place = QRect(around.mapTo(around.window(), QPoint()), around.size())
        self.setGeometry(place)
        inside = self.rect().adjusted(WIDTH, WIDTH, -WIDTH, -WIDTH)
        self.setMask(QRegion(self.rect()).subtracted(QRegion(inside)))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._around:
            if event.type() in (QEvent.Type.Resize, QEvent.Type.Move):
                self._fit()
            elif event.type() in (QEvent.Type.Hide, QEvent.Type.ParentChange):
                self.clear()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._theme is not None:
            with QPainter(self) as painter:
                painter.fillRect(self.rect(), color(self._theme, "focus"))
