"""The page of the X-ray for an activation."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QSlider, QVBoxLayout, QWidget

from bnsim.lenses.activation.lens import ActivationLens, SeenActivation
from bnsim.spec.numerals import percent, significant
from bnsim.spec.tree import Path
from bnsim.ui.language import tr
from bnsim.ui.views.parts import FigureBox, Numbers, Plots, words
from bnsim.ui.widgets.wheel import ignore_wheel

STEPS = 200
MEAN_END = 8.0
SPREAD_LOW, SPREAD_HIGH = 0.01, 30.0
CURVE, DERIVATIVE, SWEEP = 150, 190, 130
DEFINITION = "Saturated: on the outer stretches where the derivative is below 10 % of its maximum."


class Sweep(QSlider):
    """A slider. Up and Down change it; Left and Right step the run, as they do everywhere."""

    def __init__(self, name: str, title: str, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setObjectName(name)
        self.setAccessibleName(tr(title))
        self.setRange(0, STEPS)
        self.setToolTip(tr(f"{title}; Up and Down change it"))
        ignore_wheel(self)

    def show_step(self, step: float) -> None:
        """Move the handle without emitting a signal."""
        if math.isfinite(step):
            before = self.blockSignals(True)
            self.setValue(round(min(max(step, 0), STEPS)))
            self.blockSignals(before)


class ActivationPage(Plots):
    """The curve, its derivative, and a slider for a normal pre-activation."""

    changed = Signal()
    """The page's lens has changed."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mean: float | None = None
        self._spread: float | None = None
        self.curve = FigureBox("activation_curve", tr("Output y = f(x)"), CURVE, self)
        self.derivative = FigureBox("activation_derivative", tr("Derivative f′(x)"), DERIVATIVE, self)
        self.sweep = FigureBox("activation_sweep", tr("What passes, over the spread"), SWEEP, self)
        self.boxes = (self.curve, self.derivative, self.sweep)
        self.good = words(DEFINITION, "muted", self)
        self.good.setObjectName("activation.good")
        self.follow = QCheckBox(tr("Follow the layer"), self)
        self.follow.setObjectName("activation.follow")
        self.follow.setToolTip(tr("Mean and spread as the live pre-activations have them; moving one by hand lets go"))
        self.follow.setChecked(True)
        self.mean = Sweep("activation.mean", "Mean of the pre-activations", self)
        self.spread = Sweep("activation.spread", "Spread of the pre-activations", self)
        self._mean_text, self._spread_text = QLabel(self), QLabel(self)
        self.numbers = Numbers(
            "activation",
            (
                ("slope", "E[f′]"),
                ("square", "E[f′²]"),
                ("factor", "√E[f′²]"),
                ("measured", tr("‖dx‖ / ‖g‖")),
                ("outside", tr("saturated")),
            ),
            (("normal", tr("■ normal")), ("live", tr("● live"))),
            self,
        )
        self.note = words("", "muted", self)
        self.note.setObjectName("activation.note")
        self._lay_out()
        self.follow.toggled.connect(self._follow)
        self.mean.valueChanged.connect(self._moved)
        self.spread.valueChanged.connect(self._moved)

    def lens(self, stack: int, path: Path) -> ActivationLens:
        """The lens for the layer there, with the present controls."""
        return ActivationLens(stack, path, self._mean, self._spread)

    def show_seen(self, seen: SeenActivation, *, fast: bool) -> None:
        """Draw the lens's answer, without antialiasing if `fast`."""
        for key, box in (("curve", self.curve), ("derivative", self.derivative), ("sweep", self.sweep)):
            box.offer(seen.figures[key], fast=fast)
        self.good.setText(tr(f"Shaded, good range: {_intervals(seen)}. {DEFINITION}"))
        if self.follow.isChecked():
            self.mean.show_step(_mean_step(seen.mean))
            self.spread.show_step(_spread_step(seen.spread))
        self._mean_text.setText(significant(seen.mean, 3))
        self._spread_text.setText(significant(seen.spread, 3))
        self._show_numbers(seen)

    def _show_numbers(self, seen: SeenActivation) -> None:
        live = seen.live
        for column, passed, watch in (
            ("normal", seen.expected, ""),
            ("live", live.passed if live else None, seen.watch_outside),
        ):
            for row in ("slope", "square", "factor"):
                self.numbers.show_number(row, column, significant(getattr(passed, row) if passed else None))
            self.numbers.show_number("outside", column, percent(passed.outside if passed else None), watch)
        self.numbers.show_number("measured", "normal", "")
        self.numbers.show_number("measured", "live", significant(live.factor if live else None), seen.watch_factor)
        if live is None:
            self.note.setText(tr("No pre-activations yet: step to the layer before it."))
            return
        told_of = [f"Live: mean {significant(live.mean, 3)}, spread {significant(live.spread, 3)}."]
        if live.zero > 0:
            told_of.append(
                f"{percent(live.zero)} of the outputs are 0, {percent(live.dead)} of the units on all samples."
            )
        told_of.append("√E[f′²] is the factor expected on the gradient's norm; ‖dx‖ / ‖g‖ the one measured.")
        self.note.setText(" ".join(map(tr, told_of)))

    def _moved(self) -> None:
        self._mean = _mean_at(self.mean.value())
        self._spread = _spread_at(self.spread.value())
        before = self.follow.blockSignals(True)
        self.follow.setChecked(False)
        self.follow.blockSignals(before)
        self.changed.emit()

    def _follow(self, on: bool) -> None:
        self._mean = None if on else _mean_at(self.mean.value())
        self._spread = None if on else _spread_at(self.spread.value())
        self.changed.emit()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.curve)
        column.addWidget(self.derivative)
        column.addWidget(self.good)
        column.addSpacing(6)
        column.addWidget(words(tr("NORMAL PRE-ACTIVATIONS"), "heading", self))
        column.addWidget(self.follow)
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        for row, (title, slider, text) in enumerate(
            (("mean", self.mean, self._mean_text), ("spread", self.spread, self._spread_text))
        ):
            text.setMinimumWidth(text.fontMetrics().horizontalAdvance("−0.0000"))
            text.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            text.setObjectName(f"activation.{title}.text")
            grid.addWidget(words(title, "muted", self), row, 0)
            grid.addWidget(slider, row, 1)
            grid.addWidget(text, row, 2)
        grid.setColumnStretch(1, 1)
        column.addLayout(grid)
        column.addSpacing(6)
        column.addWidget(words(tr("HOW MUCH GRADIENT PASSES"), "heading", self))
        column.addWidget(self.sweep)
        column.addWidget(self.numbers)
        column.addWidget(self.note)
        column.addStretch(1)


def _mean_at(step: int) -> float:
    return MEAN_END * (2 * step / STEPS - 1)


def _mean_step(mean: float) -> float:
    return STEPS * (mean / MEAN_END + 1) / 2


def _spread_at(step: int) -> float:
    return SPREAD_LOW * float((SPREAD_HIGH / SPREAD_LOW) ** (step / STEPS))


def _spread_step(spread: float) -> float:
    return STEPS * math.log(max(spread, SPREAD_LOW) / SPREAD_LOW) / math.log(SPREAD_HIGH / SPREAD_LOW)


def _intervals(seen: SeenActivation) -> str:
    """The interval in words, such as "x from −5.99 to 5.99"; an end beyond the plot is left open."""
    drawn = seen.figures["curve"].x.limits
    assert drawn is not None
    parts = []
    for low, high in seen.good:
        ends = (low <= drawn[0], high >= drawn[1])
        if all(ends):
            return "everywhere"
        parts.append(
            f"above {significant(low, 3)}"
            if ends[1]
            else f"below {significant(high, 3)}"
            if ends[0]
            else f"{significant(low, 3)} to {significant(high, 3)}"
        )
    return " and ".join(parts) if parts else "none in sight"
