"""The first rows of a data file in a table, each column under its name and its use."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from bnsim.runner.data import DataSummary
from bnsim.spec.numerals import count
from bnsim.ui.inspector.preview import target_words
from bnsim.ui.language import tr
from bnsim.ui.theme.style import by_text

MOST = 8
"""Columns that are shown; where there are more, one stands for the rest."""
NARROWEST, WIDEST = 56, 160


class ImportTable(QTableWidget):
    """Columns in the order of the file; columns that are left out have no values."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("import.table")
        self.setAccessibleName(tr("First rows of the file"))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.verticalHeader().hide()
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)

    def show_data(self, data: DataSummary | None) -> None:
        """Show the first rows; None empties the table."""
        self.clear()
        self.setColumnCount(0)
        if data is None:
            return
        columns = _columns(data)
        self.setColumnCount(len(columns))
        self.setRowCount(len(data.preview.x))
        self.setHorizontalHeaderLabels([head for head, _ in columns])
        for place, (_, cells) in enumerate(columns):
            for row, text in enumerate(cells):
                item = QTableWidgetItem(text)
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                if not text:
                    item.setFlags(Qt.ItemFlag.NoItemFlags)
                self.setItem(row, place, item)
        height = self.fontMetrics().height() + 8
        for row in range(self.rowCount()):
            self.setRowHeight(row, height)
        self.resizeColumnsToContents()
        for place in range(len(columns)):
            self.setColumnWidth(place, min(max(self.columnWidth(place), NARROWEST), by_text(WIDEST)))


def _columns(data: DataSummary) -> list[tuple[str, list[str]]]:
    """For each column its heading, in two lines, and its cells."""
    preview, columns = data.preview, data.preview.reading.columns
    targets = preview.y.reshape(len(preview.y), -1)
    target = [target_words(data, values) for values in targets]
    if not columns:
        shown = range(min(len(preview.names), MOST))
        made = [(f"{preview.names[k]}\n{tr('input')}", _cells(data, k)) for k in shown]
        return [*_first(made, len(preview.names)), (f"{preview.target}\n{tr('target')}", target)]
    made, aim, used = [], [], 0
    for column in columns:
        name = column.name or tr("(no name)")
        if column.use == "target":
            aim = [(f"{name}\n{tr('target')}", target)]
            if len(columns) > MOST:
                continue  # behind all others: there it is seen
            made += aim
        elif column.use == "left out":
            made.append((f"{name}\n{tr('left out')}", [""] * len(target)))
        else:
            made.append((f"{name}\n{tr(column.holds)}", _cells(data, used)))
            used += 1
    return made if len(columns) <= MOST else [*_first(made, len(made)), *aim]


def _first(made: list[tuple[str, list[str]]], there: int) -> list[tuple[str, list[str]]]:
    """The columns there is room for, and one that says how many more there are."""
    if there < MOST:
        return made
    kept = made[: MOST - 2]
    return [*kept, (f"…\n{tr(f'{count(there - len(kept))} more')}", ["…"] * len(kept[0][1]))]


def _cells(data: DataSummary, number: int) -> list[str]:
    return [f"{value:.4g}" for value in data.preview.x[:, number]]
