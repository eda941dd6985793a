"""All numbers of a tensor in a table, which copies them exactly."""

from __future__ import annotations

from html import escape
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QEvent, QModelIndex, QPersistentModelIndex, QRect, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from bnsim.lenses.tensor.lens import TensorSeen
from bnsim.plot.theme import Theme
from bnsim.spec.numerals import exact, significant
from bnsim.ui.language import tr
from bnsim.ui.theme.style import font
from bnsim.ui.views.tensor.drawing import Element, begins_number
from bnsim.ui.views.tensor.words import class_of

SHORT, FULL = 6, 17
MOST_COPIED = 100_000
"""Numbers that go to the clipboard at once; more would keep the window waiting."""
Index = QModelIndex | QPersistentModelIndex


class TensorModel(QAbstractTableModel):
    """The model of the table. It holds a window of the numbers; others are asked for when they come into sight."""

    wanted = Signal(object)
    """Row and column of a number that is shown and not loaded."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._seen: TensorSeen | None = None
        self.digits = SHORT

    def show_seen(self, seen: TensorSeen | None) -> None:
        """Show a tensor; a vector has one element in each row."""
        before, after = self._size(self._seen), self._size(seen)
        if before != after:
            self.beginResetModel()
            self._seen = seen
            self.endResetModel()
            return
        self._seen = seen
        if after[0] and after[1]:
            self.dataChanged.emit(self.index(0, 0), self.index(after[0] - 1, after[1] - 1))

    def number(self, row: int, column: int) -> Any:
        """The number in a cell; None while it is not loaded."""
        seen = self._seen
        if seen is None or seen.values is None:
            return None
        if self.upright:
            row, column = 0, row
        top, left = seen.corner
        row, column = row - top, column - left
        inside = 0 <= row < seen.values.shape[0] and 0 <= column < seen.values.shape[1]
        return seen.values[row, column] if inside else None

    @property
    def upright(self) -> bool:
        return self._seen is not None and len(self._seen.offer.shape) < 2

    def text(self, row: int, column: int) -> str:
        """The text the table shows in a cell."""
        value = self.number(row, column)
        return "…" if value is None else significant(float(value), self.digits)

    def exact(self, row: int, column: int) -> str:
        """The number for a spreadsheet: reading it back gives the same bits."""
        value = self.number(row, column)
        if value is None:
            return ""
        return f"{float(value):.{FULL}g}" if self.digits == FULL else str(value)

    @staticmethod
    def _size(seen: TensorSeen | None) -> tuple[int, int]:
        if seen is None or seen.values is None:
            return 0, 0
        return (seen.columns, 1) if len(seen.offer.shape) < 2 else (seen.rows, seen.columns)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else self._size(self._seen)[0]

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else self._size(self._seen)[1]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == Qt.ItemDataRole.DisplayRole:
            text = self.text(index.row(), index.column())
            if text == "…":
                self.wanted.emit((index.row(), index.column()))
            return text
        if role == Qt.ItemDataRole.ToolTipRole:
            value = self.number(index.row(), index.column())
            return None if value is None or self._seen is None else self._tip(value, index.column())
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def _tip(self, value: Any, column: int) -> str:
        """The number with all its digits, and the class that it or its column is."""
        assert self._seen is not None
        name = class_of(self._seen, column, value)
        return f"<qt>{escape(f'{exact(value)} ({name})')}</qt>" if name else exact(value)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if self.upright and orientation == Qt.Orientation.Horizontal:
            return self._seen.offer.symbol if self._seen is not None else ""
        return str(section)


class TensorTable(QTableView):
    """A table that copies the selection as tab-separated text, with all digits."""

    chosen = Signal(object)
    """Row and column in the tensor of what was clicked."""
    typed = Signal(object, str)
    """Another number is to be typed for a cell, as of a `TensorDrawing`."""
    refused = Signal(str)
    """Why it cannot be copied."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tensor.table")
        self.setAccessibleName(tr("All numbers"))
        self.numbers = TensorModel(self)
        self.setModel(self.numbers)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setWordWrap(False)
        for header in (self.horizontalHeader(), self.verticalHeader()):
            # Fixed: to measure millions of cells takes longer than anybody waits.
            header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.clicked.connect(self._clicked)
        self.doubleClicked.connect(lambda index: self.typed.emit(self._element(index), ""))

    def set_digits(self, digits: int) -> None:
        """Show that many significant digits: 6 for reading, 17 for every bit of a float64."""
        self.numbers.digits = digits
        self._size_columns()
        self.viewport().update()

    def set_theme(self, theme: Theme) -> None:
        self.setFont(font(theme, "text-small"))
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setFont(font(theme, "text-small"))
        self.verticalHeader().setDefaultSectionSize(round(self.fontMetrics().height() * 1.45))
        self._size_columns()

    def copy(self) -> None:
        """Copy the selection, or everything if nothing is selected; emits `refused` if that is not loaded."""
        ranges = self.selectionModel().selection()
        count = sum(part.width() * part.height() for part in ranges)  # type: ignore[attr-defined]
        text = self.tsv() if (count or self.numbers.rowCount() * self.numbers.columnCount()) <= MOST_COPIED else None
        if text is None:
            self.refused.emit("These are too many numbers to copy; export them as CSV instead.")
        else:
            QGuiApplication.clipboard().setText(text)

    def tsv(self) -> str | None:
        """Rows of tab-separated numbers; of a selection with gaps, the rectangle around it with empty cells.

        None if some of them are not loaded.
        """
        indexes = self.selectedIndexes()
        numbers = self.numbers
        kept = {(index.row(), index.column()) for index in indexes}
        if not kept:
            kept = {(row, column) for row in range(numbers.rowCount()) for column in range(numbers.columnCount())}
        if not kept or any(numbers.number(*element) is None for element in kept):
            return None
        rows = range(min(row for row, _ in kept), max(row for row, _ in kept) + 1)
        columns = range(min(column for _, column in kept), max(column for _, column in kept) + 1)
        return "\n".join(
            "\t".join(numbers.exact(row, column) if (row, column) in kept else "" for column in columns) for row in rows
        )

    def _clicked(self, index: QModelIndex) -> None:
        self.chosen.emit(self._element(index))

    def cell_rect(self, element: Element) -> QRect:
        """Where the cell of an element is, in the viewport, which is scrolled to it."""
        index = self.numbers.index(*((element[1], 0) if self.numbers.upright else element))
        self.scrollTo(index)
        return self.visualRect(index)

    def _element(self, index: QModelIndex) -> Element:
        return (0, index.row()) if self.numbers.upright else (index.row(), index.column())

    def _size_columns(self) -> None:
        widest = "−0.12345678901234567e−308" if self.numbers.digits == FULL else "−0.000123456"
        self.horizontalHeader().setDefaultSectionSize(self.fontMetrics().horizontalAdvance(widest) + 14)

    def event(self, event: QEvent) -> bool:
        # Else the window would copy the selected cards.
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            own = event.matches(QKeySequence.StandardKey.Copy) or self._begins(event)
            event.setAccepted(own)
            if own:
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif self._begins(event):
            self.typed.emit(self._element(self.currentIndex()), event.text() if event.key() != Qt.Key.Key_F2 else "")
        else:
            super().keyPressEvent(event)

    def _begins(self, event: QKeyEvent) -> bool:
        return self.currentIndex().isValid() and begins_number(event)
