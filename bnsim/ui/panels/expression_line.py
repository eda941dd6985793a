"""A line to type an expression in: it completes names as they are typed, and marks the place of an error."""

from __future__ import annotations

import re
from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QPointF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPolygonF, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QCompleter, QLineEdit, QListView, QWidget

from bnsim.plot.theme import Theme
from bnsim.spec.watches import Completion
from bnsim.ui.language import tr

Complete = Callable[[str, int], tuple[Completion, ...]]
"""What may stand at the cursor of a text."""
POPUP_WIDTH = 420
CARET = 5
"""Pixels of the caret that points at an error from below, in height."""


class ExpressionLine(QLineEdit):
    """Down chooses among the names offered, Enter takes one; with none chosen, Enter hands the text over."""

    left = Signal()
    """Escape was pressed with no names on offer."""

    def __init__(self, complete: Complete, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._complete = complete
        self._theme: Theme | None = None
        self._wrong_at: int | None = None
        self._offered = QStandardItemModel(self)
        self.names = QListView(self)
        self.names.setObjectName("watches.names")
        self.names.setProperty("kind", "names")
        self.names.setAccessibleName(tr("Names that fit here"))
        self._completer = QCompleter(self._offered, self)
        self._completer.setWidget(self)
        self._completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._completer.setMaxVisibleItems(10)
        self._completer.setPopup(self.names)
        self._completer.activated[QModelIndex].connect(self._take)  # type: ignore[index]
        self.textEdited.connect(self._offer)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme

    @Slot()
    def _offer(self) -> None:
        self.set_invalid(False)
        self._make_one_line()
        found = self._complete(self.text(), self.cursorPosition()) if self.text() else ()
        self._offered.clear()
        for each in found:
            item = QStandardItem(f"{each.text}    {each.words}")
            item.setData(each, Qt.ItemDataRole.UserRole)
            item.setEditable(False)
            self._offered.appendRow(item)
        if not found:
            self.names.hide()
            return
        rect = self.cursorRect()
        rect.setBottom(self.height())
        rect.setWidth(min(POPUP_WIDTH, self.window().width()))
        self._completer.complete(rect)
        self.names.setCurrentIndex(QModelIndex())

    @Slot(QModelIndex)
    def _take(self, index: QModelIndex) -> None:
        taken = index.data(Qt.ItemDataRole.UserRole)
        if isinstance(taken, Completion):
            text, cursor = self.text(), self.cursorPosition()
            self.setText(text[: taken.start] + taken.text + text[cursor:])
            self.setCursorPosition(taken.start + len(taken.text))

    def point_at(self, place: int | None) -> None:
        """Mark the text as wrong, and choose the word, or the sign, with `place` characters before it."""
        self.set_invalid(True)
        self._wrong_at = place
        if place is not None:
            found = re.compile(r"\w+|.").match(self.text(), place)
            self.setSelection(place, len(found[0])) if found else self.setCursorPosition(place)

    def set_invalid(self, invalid: bool) -> None:
        """Show whether what stands here is wrong."""
        self._wrong_at = None
        self.setProperty("invalid", "true" if invalid else "false")
        self.style().polish(self)
        self.update()

    def _make_one_line(self) -> None:
        """Have spaces in the place of line ends and tabs that were pasted: columns stay as they are."""
        if re.search(r"[\s\u2028\u2029]", self.text().replace(" ", "")):
            at = self.cursorPosition()
            self.setText(re.sub(r"[\s\u2028\u2029]", " ", self.text()))
            self.setCursorPosition(at)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._wrong_at is None or self._theme is None:
            return
        here, at = self.cursorPosition(), self._wrong_at
        apart = self.fontMetrics().horizontalAdvance(self.text()[min(here, at) : max(here, at)])
        x = self.cursorRect().center().x() + (apart if at > here else -apart)
        bottom = self.height() - 2
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self._theme.color("danger")))
            corners = ((0, bottom), (2 * CARET, bottom), (CARET, bottom - CARET))
            painter.drawPolygon(QPolygonF([QPointF(x - 1 + along, y) for along, y in corners]))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        names = self.names
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and names.isVisible() and names.currentIndex().isValid():
            event.ignore()  # for the list of names
        elif event.key() == Qt.Key.Key_Escape and not names.isVisible():
            self.left.emit()
        else:
            super().keyPressEvent(event)
