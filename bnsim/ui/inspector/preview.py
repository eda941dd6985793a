"""A preview of the data: numbers of rows, inputs and classes, and the first rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QSizePolicy,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from bnsim.runner.data import DataSummary
from bnsim.spec.numerals import count
from bnsim.ui.language import tr

FEW_NAMES, LONGEST_NAME = 4, 24
"""Most names of classes that are listed, and most characters of one."""
MAX_COLUMNS = 4
"""Columns of inputs in the table; the last column is the target."""


class DataPreview(QWidget):
    """Words about the data, and its first rows in a table."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self.words = QLabel(self)
        self.words.setObjectName("inspector.preview.words")
        self.words.setWordWrap(True)
        self.words.setProperty("role", "muted")
        self.table = QTableWidget(self)
        self.table.setObjectName("inspector.preview")
        self.table.setAccessibleName(tr("First rows of the data"))
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.table.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.table.verticalHeader().hide()
        # As wide as the form, never wider.
        self.table.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.table.horizontalHeader().setMinimumSectionSize(20)
        self.table.setShowGrid(False)
        self.table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.table.horizontalHeader().setHighlightSections(False)
        column.addWidget(self.words)
        column.addWidget(self.table)

    def show_data(self, data: DataSummary | None) -> None:
        """Show what was read of the data; None hides the preview."""
        if data is not None:
            self.words.setText(data_words(data))
            self._fill(data)
        self.setVisible(data is not None)

    def _fill(self, data: DataSummary) -> None:
        preview = data.preview
        inputs = len(preview.names)
        # Of many inputs the first and the last few: a picture's corners are empty, its middle says more.
        start = 0 if inputs <= MAX_COLUMNS else (inputs - MAX_COLUMNS) // 2
        shown = range(start, min(inputs, start + MAX_COLUMNS - (inputs > MAX_COLUMNS)))
        targets = preview.y.reshape(len(preview.y), -1)
        titles = [preview.names[k] for k in shown] + (["…"] if inputs > MAX_COLUMNS else []) + [preview.target]
        self.table.setRowCount(len(preview.x))
        self.table.setColumnCount(len(titles))
        self.table.setHorizontalHeaderLabels([tr(title) for title in titles])
        for row, values in enumerate(preview.x):
            words = [f"{values[k]:.3g}" for k in shown] + (["…"] if inputs > MAX_COLUMNS else [])
            words.append(target_words(data, targets[row]))
            for column, text in enumerate(words):
                item = QTableWidgetItem(text)
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                self.table.setItem(row, column, item)
        height = self.fontMetrics().height() + 6
        self.table.verticalHeader().setMinimumSectionSize(height)
        self.table.verticalHeader().setDefaultSectionSize(height)
        self.table.setFixedHeight(self.table.horizontalHeader().sizeHint().height() + len(preview.x) * height + 4)


def data_words(data: DataSummary) -> str:
    """The data in words: "1,797 rows of 8 x 8 inputs, 10 classes of 174 to 183 rows; 360 rows kept for the test"."""
    shape, preview = data.shape, data.preview
    layout = data.feature_shape
    inputs = " x ".join(f"{count(size)}" for size in layout) if len(layout) > 1 else f"{count(shape.features)}"
    rows = count(preview.rows)
    words = [tr(f"{rows} rows of 1 input" if shape.features == 1 else f"{rows} rows of {inputs} inputs")]
    if shape.classification:
        counts = [count for count in preview.class_counts if count]
        low, high = min(counts), max(counts)
        each = f"{count(low)}" if low == high else f"{count(low)} to {count(high)}"
        names = _some(preview.class_names)
        number = count(shape.outputs)
        if high == 1:
            words.append(tr(f"{number} classes ({names}) of 1 row" if names else f"{number} classes of 1 row"))
        else:
            words.append(
                tr(f"{number} classes ({names}) of {each} rows" if names else f"{number} classes of {each} rows")
            )
    else:
        words.append(tr("1 number to predict" if shape.outputs == 1 else f"{count(shape.outputs)} numbers to predict"))
    said = ", ".join(words)
    if shape.test_rows:
        said += f"; {tr(f'{count(shape.test_rows)} rows kept for the test')}"
    return " ".join((f"{said}.", *map(tr, preview.reading.notes)))


def target_words(data: DataSummary, target: NDArray[Any]) -> str:
    """A row's class by its name, if classes have names, or its first numbers."""
    if data.preview.class_names:
        return data.preview.class_names[int(target[0])]
    return " ".join(f"{value:.3g}" for value in target[:3])


def _some(names: Sequence[str]) -> str:
    """The first few names, each cut to fit a line."""
    few = [name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…" for name in names[:FEW_NAMES]]
    return ", ".join(few) + (", …" if len(names) > FEW_NAMES else "")
