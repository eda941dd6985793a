"""A list below the canvas that a person opens and closes: its head, and how many rows it has room for."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QBoxLayout,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from bnsim.plot.theme import Theme
from bnsim.ui.language import tr
from bnsim.ui.theme.icons import icon

LOW, TALL = 560, 860
"""Heights of the window below which there is room for less, and from which on there is room for more."""
LOWEST = 500
"""The same for windows in which there is hardly any."""
USUAL_TEXT = 13
"""Pixels of the text for which these heights are."""


class ListBelow(QWidget):
    """Base of these lists: a title, what stands beside it, and a button that closes; the parts go into `column`."""

    closed = Signal()
    """The person closes the list."""

    def __init__(self, name: str, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(tr(title))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._theme: Theme | None = None
        self._height = 0
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(16, 6, 8, 6)
        self.column.setSpacing(2)
        self._close = self._button("close", "Close the list")
        self._close.clicked.connect(self.closed)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._close.setIcon(icon("close", theme, "text-muted"))

    def fit(self, height: int) -> None:
        """Take a height for a window of that height: the same whatever is listed, so that the canvas stands still."""
        self._height = height
        self._fit_rows()

    def _fit_rows(self) -> None:
        """Have room for whole rows, as many of them as `_of` says."""
        raise NotImplementedError

    def _of(self, few: int, usual: int, many: int) -> int:
        """One of three numbers, by how many lines of the present text the window is high."""
        scale = 1.0 if self._theme is None else self._theme.size("text") / USUAL_TEXT
        if self._height < LOWEST * scale and few > 1:
            return few - 1
        return many if self._height >= TALL * scale else usual if self._height >= LOW * scale else few

    def _add_head(self, wide: QWidget, *buttons: QAbstractButton, between: int = 6) -> None:
        """Begin with the title, `wide` beside it, and buttons at the right, so many pixels apart."""
        title = QLabel(self.accessibleName(), self)
        title.setProperty("role", "title")
        self._head = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._head.setSpacing(between)
        row, at_right = QHBoxLayout(), QHBoxLayout()
        row.addWidget(title)
        row.addSpacing(10)
        row.addWidget(wide, 1)
        at_right.setSpacing(between)
        at_right.addStretch(0)
        for button in (*buttons, self._close):
            at_right.addWidget(button)
        self._head.addLayout(row, 1)
        self._head.addLayout(at_right)
        self._halves = row, at_right
        self.column.addLayout(self._head)

    def minimumSizeHint(self) -> QSize:
        """No wider than it has to be with its buttons below its title."""
        hint, margins = super().minimumSizeHint(), self.column.contentsMargins()
        parts = (each.minimumSize().width() for each in self._halves)
        return QSize(min(hint.width(), max(parts) + margins.left() + margins.right()), hint.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fold()

    def _fold(self) -> None:
        """Have the buttons below the title where both have no room in one line."""
        margins = self.column.contentsMargins()
        wanted = sum(each.minimumSize().width() for each in self._halves) + self._head.spacing()
        folded = self.width() - margins.left() - margins.right() < wanted
        way = QBoxLayout.Direction.TopToBottom if folded else QBoxLayout.Direction.LeftToRight
        if way != self._head.direction():
            self._head.setDirection(way)
            self.updateGeometry()

    def _button(self, name: str, words: str) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(f"{self.objectName()}.{name}")
        button.setAccessibleName(tr(words))
        button.setToolTip(tr(words))
        button.setProperty("kind", "flat")
        button.setIconSize(QSize(18, 18))
        return button

    def sizeHint(self) -> QSize:
        # Words that wrap ask for the height they would have in a column of Qt's choice: the list has a width already.
        hint, layout = super().sizeHint(), self.layout()
        if self.isVisible() and layout is not None and layout.hasHeightForWidth():
            hint.setHeight(layout.heightForWidth(self.width()))
        return hint
