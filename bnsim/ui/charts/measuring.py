"""The strip of a panel whose figure takes long: measure now, how often, and what one measurement costs."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QPushButton, QSizePolicy, QSpinBox, QWidget

from bnsim.runner.updates import Measurement
from bnsim.spec.layout import MAX_EVERY
from bnsim.spec.numerals import count, significant
from bnsim.ui.widgets.elided_label import ElidedLabel
from bnsim.ui.widgets.wheel import ignore_wheel

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
        row = self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        row.setContentsMargins(16, 0, 12, 4)
        row.setSpacing(6)
        self.button = QPushButton("Measure now", self)
        self.button.setObjectName(f"{name}.measure")
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.clicked.connect(self._pressed)
        self.box = QSpinBox(self)
        self.box.setObjectName(f"{name}.every")
        self.box.setAccessibleName("Iterations from one measurement to the next")
        self.box.setToolTip("How many iterations from one measurement to the next; 0: whenever the run pauses")
        self.box.setRange(0, MAX_EVERY)
        self.box.setSingleStep(10)
        self.box.setGroupSeparatorShown(True)
        self.box.setSpecialValueText(AT_REST)
        self.box.setPrefix("every ")
        self.box.setKeyboardTracking(False)
        self.box.valueChanged.connect(self.every_changed)
        self.cost = ElidedLabel(self)
        self.cost.setObjectName(f"{name}.cost")
        self.cost.setProperty("role", "muted")
        ignore_wheel(self.box)
        for part in (self.button, self.box):
            part.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        row.addWidget(self.button)
        row.addWidget(self.box)
        row.addWidget(self.cost, 1)

    def show_measurement(self, measurement: Measurement) -> None:
        """Show what the last one has cost, and whether one is under way, which the button then cancels."""
        self._under_way = measurement.under_way
        self.button.setText("Cancel" if measurement.under_way else "Measure now")
        words = cost(measurement)
        self.cost.set_words(words)
        self.cost.setToolTip(f"One measurement takes {words} through the network" if words else "")

    def set_every(self, every: int) -> None:
        """Show how often it is measured."""
        self.box.setValue(every)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the parts below each other where they do not fit side by side."""
        super().resizeEvent(event)
        needs = self.button.sizeHint().width() + self.box.sizeHint().width() + 40
        ways = QBoxLayout.Direction
        self._row.setDirection(ways.LeftToRight if event.size().width() >= needs else ways.TopToBottom)

    @Slot()
    def _pressed(self) -> None:
        (self.stop_asked if self._under_way else self.measure_asked).emit()


def cost(measurement: Measurement) -> str:
    """What one measurement costs, such as "1.2 s, 64 passes"; "" where none was made yet."""
    if measurement.updates is None:
        return ""
    seconds, passes = measurement.seconds, measurement.passes
    time = f"{significant(seconds, 2)} s" if seconds >= _SHORT else f"{max(1, round(seconds * 1000))} ms"
    return f"{time}, {count(passes)} {'pass' if passes == 1 else 'passes'}" if passes else time
