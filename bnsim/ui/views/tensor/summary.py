"""The summary of a tensor in eight numbers."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from bnsim.lenses.tensor.summary import Summary
from bnsim.plot.theme import Theme
from bnsim.spec.numerals import share_of, significant
from bnsim.ui.language import tr
from bnsim.ui.theme.style import font

NAMES = (
    ("mean", "mean"),
    ("std", "std"),
    ("low", "min"),
    ("high", "max"),
    ("norm", "‖·‖"),
    ("zeros", "zero"),
    ("subnormals", "subnormal"),
    ("non_finite", "non-finite"),
)
WIDEST = "−0.00012345"
TIPS = {
    "std": "Standard deviation, divided by n",
    "norm": "Euclidean norm",
    "subnormals": "Smaller than the smallest normal number: digits are lost",
    "non_finite": "NaN or infinite; the other numbers leave them out",
}


class SummaryBox(QWidget):
    """A table of names and numbers in two columns."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tensor.summary")
        self.setAccessibleName(tr("Summary"))
        self._grid = layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(8)
        layout.setVerticalSpacing(3)
        self._columns = 0
        self._labels: list[tuple[QLabel, QLabel]] = []
        self.numbers: dict[str, QLabel] = {}
        for name, title in NAMES:
            label, value = QLabel(tr(title), self), QLabel("", self)
            label.setProperty("role", "muted")
            value.setObjectName(f"tensor.summary.{name}")
            value.setAccessibleName(tr(title))
            for part in (label, value):
                part.setToolTip(tr(TIPS.get(name, "")))
            self._labels.append((label, value))
            self.numbers[name] = value
        self._arrange(2)

    def set_theme(self, theme: Theme) -> None:
        """Set a small font, so that two columns of numbers fit side by side in a narrow view."""
        for pair in self._labels:
            for label in pair:
                label.setFont(font(theme, "text-small"))
        self._fit()

    def _arrange(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        for index, (label, value) in enumerate(self._labels):
            row, column = divmod(index, columns)
            self._grid.addWidget(label, row, 2 * column)
            self._grid.addWidget(value, row, 2 * column + 1)
        for column in (1, 3):
            self._grid.setColumnStretch(column, 1)

    def _fit(self) -> None:
        # A number that is cut off is another number: rather one column than that.
        names = [max(pair[0].sizeHint().width() for pair in self._labels[side::2]) for side in (0, 1)]
        numbers = 2 * self._labels[0][1].fontMetrics().horizontalAdvance(WIDEST)
        self._arrange(2 if sum(names) + numbers + 3 * self._grid.horizontalSpacing() <= self.width() else 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def minimumSizeHint(self) -> QSize:
        return QSize(140, super().minimumSizeHint().height())

    def show_summary(self, summary: Summary | None) -> None:
        """Show a summary; counts as shares, unless the share would be rounded to nothing."""
        for name, label in self.numbers.items():
            if summary is None:
                text = "–"
            elif name in ("zeros", "subnormals", "non_finite"):
                text = tr(share_of(getattr(summary, name), summary.size))
            else:
                text = significant(getattr(summary, name), 5)
            if label.text() != text:
                label.setText(text)
