"""A list below the canvas that a person opens and closes: its head, and how many rows it has room for."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from bnsim.plot.theme import Theme
from bnsim.ui.theme.icons import icon

TALL = 860
"""Height of the window from which on there is room for more."""


class ListBelow(QWidget):
    """Base of these lists: a title, what stands beside it, and a button that closes; the parts go into `column`."""

    closed = Signal()
    """The person closes the list."""

    def __init__(self, name: str, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._theme: Theme | None = None
        self._tall = False
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(16, 6, 8, 6)
        self.column.setSpacing(2)
        self._close = self._button("close", f"Close the {title.lower()}")
        self._close.clicked.connect(self.closed)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._close.setIcon(icon("close", theme, "text-muted"))

    def fit(self, height: int) -> None:
        """Take a height for a window of that height: the same whatever is listed, so that the canvas stands still."""
        self._tall = height >= TALL
        self._fit_rows()

    def _fit_rows(self) -> None:
        """Have room for whole rows, more of them where the window is `_tall`."""
        raise NotImplementedError

    def _add_head(self, wide: QWidget, *buttons: QAbstractButton, between: int = 6) -> None:
        """Begin with the title, `wide` beside it, and buttons at the right, so many pixels apart."""
        title = QLabel(self.accessibleName(), self)
        title.setProperty("role", "title")
        row = QHBoxLayout()
        row.setSpacing(between)
        row.addWidget(title)
        row.addSpacing(10)
        row.addWidget(wide, 1)
        for button in (*buttons, self._close):
            row.addWidget(button)
        self.column.addLayout(row)

    def _button(self, name: str, words: str) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(f"{self.objectName()}.{name}")
        button.setAccessibleName(words)
        button.setToolTip(words)
        button.setProperty("kind", "flat")
        button.setIconSize(QSize(18, 18))
        return button
