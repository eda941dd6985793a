"""The strip of a panel whose figure takes long: measure now, how often, and what one measurement costs."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QPushButton, QSizePolicy, QWidget

from bnsim.runner.updates import Measurement
from bnsim.spec.layout import MAX_EVERY
from bnsim.spec.numerals import count, significant
from bnsim.ui.language import tr
from bnsim.ui.widgets.elided_label import ElidedLabel
from bnsim.ui.widgets.number_box import NumberBox
from bnsim.ui.widgets.wheel import ignore_wheel

MARGINS = (16, 0, 12, 4)
SPACING = 6
INSET = 6
WIDEST, ARROWS = "10,000", 30
"""The number that the box has room for, and the pixels of its frame and arrows."""
USUAL_COST = "0.99 s, 64 passes"
Places = tuple[tuple[int, int, int], ...]
"""Row, column and columns of button, box and cost."""
SIDE_BY_SIDE: Places = ((0, 0, 1), (0, 1, 1), (0, 2, 1))
COST_BELOW: Places = ((0, 0, 1), (0, 1, 1), (1, 0, 3))
ALL_BELOW: Places = ((0, 0, 3), (1, 0, 3), (2, 0, 3))
AT_REST = "at a pause"
"""What the box says in place of 0."""
_SHORT = 0.1
"""Seconds from which on a time is told in seconds."""


class MeasuringStrip(QWidget):
    """Asks for measurements; what is measured is shown by its panel."""

    measure_asked = Signal()
    stop_asked = Signal()
    every_changed = Signal(int)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._under_way = False
        grid = self._grid = QGridLayout(self)
        grid.setContentsMargins(*MARGINS)
        grid.setHorizontalSpacing(SPACING)
        grid.setVerticalSpacing(2)
        self._places: Places = ()
        self.button = QPushButton(tr("Measure now"), self)
        self.button.setObjectName(f"{name}.measure")
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.clicked.connect(self._pressed)
        self.box = NumberBox(self)
        self.box.setObjectName(f"{name}.every")
        self.box.setAccessibleName(tr("Iterations from one measurement to the next"))
        self.box.setToolTip(tr("How many iterations from one measurement to the next; 0: whenever the run pauses"))
        self.box.setRange(0, MAX_EVERY)
        self.box.setSingleStep(10)
        self.box.setGroupSeparatorShown(True)
        self.box.setSpecialValueText(tr(AT_REST))
        self.box.setPrefix(f"{tr('every')} ")
        self.box.setKeyboardTracking(False)
        self.box.lineEdit().setTextMargins(INSET, 0, 0, 0)
        self.box.valueChanged.connect(self.every_changed)
        self.cost = ElidedLabel(self)
        self.cost.setObjectName(f"{name}.cost")
        self.cost.setProperty("role", "muted")
        ignore_wheel(self.box)
        for part in (self.button, self.box):
            part.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._fit_box()
        self._place(SIDE_BY_SIDE)

    def show_measurement(self, measurement: Measurement, computes: str) -> None:
        """Show what the last one has cost, and whether one is under way, which the button then cancels.

        `computes` are the words for what each computes: shown until there is something measured, and as a tip.
        """
        self._under_way = measurement.under_way
        self.button.setText(tr("Cancel") if measurement.under_way else tr("Measure now"))
        words = tr(cost(measurement))
        costs = f"costs {computes}" if computes else ""
        self.cost.set_words(words or tr(costs))
        took = f"One measurement took {words}; it {costs}" if costs else f"One measurement took {words}"
        self.cost.setToolTip(tr(took) if words else "")
        self.button.setToolTip(tr(costs.capitalize()))

    def set_every(self, every: int) -> None:
        """Show how often it is measured."""
        self.box.setValue(every)

    def changeEvent(self, event: QEvent) -> None:
        """Keep the box as wide as what most people type, in whatever font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit_box()

    def _fit_box(self) -> None:
        words = (f"{self.box.prefix()}{WIDEST}", self.box.specialValueText())
        self.box.setFixedWidth(max(map(self.box.fontMetrics().horizontalAdvance, words)) + ARROWS)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the parts below each other where they do not fit side by side."""
        super().resizeEvent(event)
        left, _, right, _ = MARGINS
        room = event.size().width() - left - right
        needs = self.button.sizeHint().width() + SPACING + self.box.width()
        if room >= needs + SPACING + self.cost.fontMetrics().horizontalAdvance(USUAL_COST):
            self._place(SIDE_BY_SIDE)
        else:
            self._place(COST_BELOW if room >= needs else ALL_BELOW)

    def _place(self, places: Places) -> None:
        if places == self._places:
            return
        self._places = places
        for part, (row, column, columns) in zip((self.button, self.box, self.cost), places, strict=True):
            self._grid.removeWidget(part)
            self._grid.addWidget(part, row, column, 1, columns)
        self._grid.setColumnStretch(2, 1)

    @Slot()
    def _pressed(self) -> None:
        (self.stop_asked if self._under_way else self.measure_asked).emit()


def cost(measurement: Measurement) -> str:
    """What one measurement costs, such as "1.2 s, 64 passes"; "" where none was made yet."""
    if measurement.updates is None:
        return ""
    seconds, passes = measurement.seconds, measurement.passes
    time = f"{significant(seconds, 2)} s" if seconds >= _SHORT else f"{max(1, round(seconds * 1000))} ms"
    if not passes:
        return time
    return f"{time}, 1 pass" if passes == 1 else f"{time}, {count(passes)} passes"
