"""A label that never asks for more room than it has: what does not fit ends in "…" and is in the tool tip."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QToolTip, QWidget

from bnsim.ui.widgets.line_breaks import fitted

WORDY = 100
"""Letters of a verdict: where a line has no room for so many there are two."""


class ElidedLabel(QLabel):
    """A label of one line; text that does not fit ends in "…" and is in the tooltip.

    A `wordy` one has two lines where it is narrow, whatever it says, so that nothing moves when its words change.
    """

    def __init__(self, parent: QWidget | None = None, *, wordy: bool = False) -> None:
        super().__init__(parent)
        self._words = ""
        self._wordy = wordy
        self._fitted: tuple[tuple[object, ...], str] = ((), "")
        """What the words were fitted to last, and what came of it."""
        policy = self.sizePolicy()
        policy.setHeightForWidth(wordy)
        self.setSizePolicy(policy)

    def set_words(self, words: str) -> None:
        if words != self._words:
            self._words = words
            self.setAccessibleName(words)
            self.update()

    @property
    def words(self) -> str:
        """The whole text, however much of it is shown."""
        return self._words

    def minimumSizeHint(self) -> QSize:
        return QSize(40, self.sizeHint().height())

    def sizeHint(self) -> QSize:
        return QSize(200, self.heightForWidth(self.width()))

    def heightForWidth(self, width: int) -> int:
        # Asked by the layout for the width it gives: a label that tells its height once it is resized comes too late.
        margins = self.contentsMargins()
        lines = self._lines(width - margins.left() - margins.right())
        return lines * self.fontMetrics().lineSpacing() + margins.top() + margins.bottom()

    def _lines(self, room: int) -> int:
        return 2 if self._wordy and room < WORDY * self.fontMetrics().averageCharWidth() else 1

    def _shown(self, room: int) -> str:
        lines = self._lines(room)
        to = self._words, room, lines, self.font().key()
        if self._fitted[0] != to:
            self._fitted = to, fitted(self._words, room, lines, self.fontMetrics())
        return self._fitted[1]

    def paintEvent(self, event: QPaintEvent) -> None:
        # Painted here: QLabel.setText would lay out the window anew, many times a second.
        room = self.contentsRect()
        shown = self._shown(room.width())
        painter = QPainter(self)
        upward = Qt.AlignmentFlag.AlignVCenter if self._lines(room.width()) == 1 else Qt.AlignmentFlag.AlignTop
        side = Qt.AlignmentFlag.AlignLeft | upward
        self.style().drawItemText(painter, room, side, self.palette(), True, shown, self.foregroundRole())

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            cut = "…" in self._shown(self.contentsRect().width())
            QToolTip.showText(event.globalPos(), self._words if cut else "", self)
            return True
        return super().event(event)
