"""Widgets side by side that go on in the next line where there is no more room, as wide as each wants or all alike."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget


class Flow(QWidget):
    """Lays its widgets out in lines. With `least`, a width, they stand in columns of one width, at least so wide.

    There are at most `most` columns. Its height follows from its width.
    """

    def __init__(self, gap: int, parent: QWidget, *, least: int = 0, most: int = 0) -> None:
        super().__init__(parent)
        self._gap, self._least, self._most = gap, least, most
        self._widgets: list[QWidget] = []
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    @property
    def widgets(self) -> list[QWidget]:
        """What is in it, in its order."""
        return list(self._widgets)

    def set_widgets(self, widgets: list[QWidget]) -> None:
        """Have these in place of what was there, which is deleted."""
        for old in self._widgets:
            old.hide()
            old.deleteLater()
        self._widgets = widgets
        for each in widgets:
            each.setParent(self)
            each.show()
        self.arrange()

    def set_least(self, least: int) -> None:
        """Have columns at least that wide."""
        if least != self._least:
            self._least = least
            self.arrange()

    def arrange(self) -> None:
        """Lay out anew, since something wants another size."""
        self._lay_out(self.width(), move=True)
        self.updateGeometry()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._lay_out(width, move=False)

    def sizeHint(self) -> QSize:
        return QSize(600, self.heightForWidth(max(self.width(), 200)))

    def minimumSizeHint(self) -> QSize:
        return QSize(160, self.heightForWidth(max(self.width(), 200)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.arrange()

    def columns(self, width: int) -> int:
        """How many stand side by side in that width."""
        fit = max((width + self._gap) // (self._least + self._gap), 1)
        return min(fit, self._most) if self._most else fit

    def _lay_out(self, width: int, *, move: bool) -> int:
        """The height that is needed; `move`: put the widgets there."""
        x = y = tall = 0
        each_width = 0
        if self._least:
            columns = self.columns(width)
            each_width = (width - (columns - 1) * self._gap) // columns
        for widget in self._widgets:
            hint = widget.sizeHint()
            wide = each_width or min(hint.width(), width)
            if x and x + wide > width:
                x, y, tall = 0, y + tall + self._gap, 0
            if move:
                widget.setGeometry(x, y, wide, hint.height())
            x += wide + self._gap
            tall = max(tall, hint.height())
        return y + tall
