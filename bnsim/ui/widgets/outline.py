"""A line around a widget that has no frame of its own, over all that is in it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from bnsim.plot.theme import Theme
from bnsim.ui.theme.style import color


class Outline(QWidget):
    """As large as its parent; the pointer does not see it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._around = parent
        self._theme: Theme | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        parent.installEventFilter(self)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def show_around(self, shown: bool) -> None:
        """Show it in front of everything in its parent, or hide it."""
        self.resize(self._around.size())
        self.setVisible(shown)
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self._around:
            self.resize(self._around.size())
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._theme is not None:
            with QPainter(self) as painter:
                painter.setPen(QPen(color(self._theme, "line-strong"), 1))
                painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
