"""What a tensor comes to, in eight numbers."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from bnsim.lenses.tensor_summary import Summary
from bnsim.ui.views.tensor_scale import number

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
TIPS = {
    "std": "Standard deviation, divided by n",
    "norm": "Euclidean norm",
    "subnormals": "Smaller than the smallest normal number: digits are lost",
    "non_finite": "NaN or infinite; the other numbers leave them out",
}


class SummaryBox(QWidget):
    """Names and numbers in two columns."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tensor.summary")
        self.setAccessibleName("Summary")
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setHorizontalSpacing(10)
        layout.setVerticalSpacing(3)
        self.numbers: dict[str, QLabel] = {}
        for place, (name, title) in enumerate(NAMES):
            row, column = divmod(place, 2)
            label, told = QLabel(title, self), QLabel("", self)
            label.setProperty("role", "muted")
            told.setObjectName(f"tensor.summary.{name}")
            told.setAccessibleName(title)
            for part in (label, told):
                part.setToolTip(TIPS.get(name, ""))
            layout.addWidget(label, row, 2 * column)
            layout.addWidget(told, row, 2 * column + 1)
            self.numbers[name] = told
        layout.setColumnStretch(1, 1)
        layout.setColumnStretch(3, 1)

    def show_summary(self, summary: Summary | None) -> None:
        """Counts are told as shares, and as counts where the share would be rounded to nothing."""
        for name, label in self.numbers.items():
            if summary is None:
                text = "–"
            elif name in ("zeros", "subnormals", "non_finite"):
                text = share(getattr(summary, name), summary.size)
            else:
                text = number(getattr(summary, name), 5)
            if label.text() != text:
                label.setText(text)


def share(count: int, size: int) -> str:
    """Such as "12.5 %"; "3 of 4,096" where percents say little, "none" for none."""
    if not count:
        return "none"
    if count == size:
        return "all"
    percent = 100 * count / size
    return f"{percent:.3g} %" if percent >= 1 else f"{count:,} of {size:,}"
