"""The strip that multiplies weights while the run goes on: a slider, a number, and a button that undoes it."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import count as numbers

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QSlider, QToolButton, QVBoxLayout, QWidget

from bnsim.plot.theme import Theme
from bnsim.runner.orders import Order, ScaleWeights
from bnsim.runner.updates import Update
from bnsim.session.changes import total_of
from bnsim.spec import numerals
from bnsim.spec.experiment import Experiment
from bnsim.spec.naming import whose_weights
from bnsim.spec.tree import weight_layers
from bnsim.ui.language import tr
from bnsim.ui.theme.icons import icon
from bnsim.ui.theme.style import color, font
from bnsim.ui.widgets.elided_label import ElidedLabel
from bnsim.ui.widgets.wheel import ignore_wheel

DECADE = 100
"""Steps of the slider from one power of ten to the next."""
DECADES = 2
"""The slider goes from 1/100 to 100; larger and smaller factors can be typed."""
NEAR = 2
"""A slider within so many steps of a power of ten is on it."""
LARGEST = 1e12
HANDLE = 16
"""Width of a slider's handle, of which the middle is on the value."""
HINT = "W alone; biases, γ, β stay"

_gestures = numbers(1)


class WeightScaler(QWidget):
    """Scales the weights of the layers that `open` was given; what it shows is what they were multiplied by so far.

    `give` takes an order and returns its number; `undo` undoes the last change of the run. A hand on the slider, and a
    number typed, are a gesture each, which `undo` takes back as a whole.
    """

    refused = Signal(str)
    left = Signal()
    """The person is done with it."""

    def __init__(self, give: Callable[[Order], int], undo: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("scaler")
        self.setAccessibleName(tr("Multiply weights"))
        self._give = give
        self._update = Update()
        self._layers: tuple[int, ...] = ()
        self._factor = 1.0
        """What the weights are multiplied by so far, by what was ordered last."""
        self._before: float | None = None
        """The same as the gesture under way began; None if none is."""
        self._gesture = self._last_order = 0
        self._showing = False
        self._make_controls(undo)
        self.hide()

    def _make_controls(self, undo: QAction) -> None:
        self.whose, hint = ElidedLabel(self), ElidedLabel(self)
        self.whose.setObjectName("scaler.whose")
        hint.setProperty("role", "muted")
        hint.set_words(tr(HINT))
        self.slider = FactorSlider(self)
        self.slider.setObjectName("scaler.slider")
        self.slider.setAccessibleName(tr("Factor of the weights"))
        self.slider.valueChanged.connect(self._moved)
        self.slider.sliderPressed.connect(self._end_gesture)
        self.slider.sliderReleased.connect(self._end_gesture)
        self.slider.left.connect(self._end_gesture)
        self.slider.typed.connect(self._begin_typing)
        self.field = QLineEdit(self)
        self.field.setObjectName("scaler.factor")
        self.field.setAccessibleName(tr("Factor of the weights, as a number"))
        self.field.setToolTip(tr("What the weights are multiplied by: a positive number, such as 0.1 or 1/10"))
        self.field.setFixedWidth(76)
        self.field.editingFinished.connect(self._typed)
        self.undo = QPushButton(tr("Undo"), self)
        self.undo.setObjectName("scaler.undo")
        self.undo.setAccessibleName(tr("Undo multiplied weights"))
        self.undo.clicked.connect(undo.trigger)
        self._undo = undo
        undo.changed.connect(self._show_undo)
        self._show_undo()
        self.closes = QToolButton(self)
        self.closes.setObjectName("scaler.close")
        self.closes.setProperty("kind", "flat")
        self.closes.setAccessibleName(tr("Close"))
        self.closes.setToolTip(tr("Close (Esc); the weights stay as they are"))
        self.closes.clicked.connect(self.leave)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addStretch(1)
        words.addWidget(self.whose)
        words.addWidget(hint)
        words.addStretch(1)
        sliding = QVBoxLayout()
        sliding.setSpacing(0)
        sliding.addWidget(self.slider)
        self._marks = FactorMarks(self)
        sliding.addWidget(self._marks)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 10, 6)
        row.setSpacing(10)
        row.addLayout(words, 6)
        row.addLayout(sliding, 5)
        row.addWidget(QLabel("×", self))
        for control in (self.field, self.undo, self.closes):
            row.addWidget(control)

    def minimumSizeHint(self) -> QSize:
        """As wide as it is without the word on a button that has a sign, too."""
        hint = super().minimumSizeHint()
        return QSize(hint.width() - (self._undo_width if self.undo.text() else 0), hint.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            roomy = self.width() >= self.minimumSizeHint().width() + self._undo_width
            self.undo.setText(tr("Undo") if roomy else "")

    @property
    def _undo_width(self) -> int:
        """Pixels that the word on the button of undoing takes."""
        return self.undo.fontMetrics().horizontalAdvance(tr("Undo")) + 4

    # What the window tells

    def open(self, layers: tuple[int, ...]) -> None:
        """Show it for the weights of the layers of these ids."""
        self._end_gesture()
        self._layers = layers
        self._show()
        self.show()
        self.slider.setFocus()

    def leave(self) -> None:
        """Hide it; what was done stays."""
        self.hide()
        self.left.emit()

    def set_theme(self, theme: Theme) -> None:
        self.closes.setIcon(icon("close", theme, "text-muted"))
        self.undo.setIcon(icon("undo", theme))
        self._marks.set_theme(theme)

    def show_update(self, update: Update) -> None:
        """Show what the weights are multiplied by so far, unless newer orders are under way."""
        self._update = update
        if not self.isHidden():
            self._show()

    def _show(self) -> None:
        update, experiment = self._update, self._update.experiment
        if experiment is None or update.frame is None:
            return
        running = self._running(experiment)
        if not running:  # they were removed
            self.leave()
            return
        whose = tr(whose_weights(experiment.stacks, running))
        self.whose.set_words(whose[:1].upper() + whose[1:])
        if update.last_order >= self._last_order and not self.slider.isSliderDown():
            frame = update.frame
            begins = 0 if frame is None else frame.iteration + (0 < frame.tick < frame.ticks)
            self._put(total_of(update.changes, running, begins))

    def _running(self, experiment: Experiment | None) -> tuple[int, ...]:
        """Those of the layers that are in a lane that runs."""
        frame = self._update.frame
        if frame is None or experiment is None:
            return ()
        lanes = {lane.stack_id for lane in frame.lanes}
        there = {id for stack in experiment.stacks if stack.id in lanes for id in weight_layers(stack.layers)}
        return tuple(layer for layer in self._layers if layer in there)

    def _put(self, factor: float) -> None:
        self._factor, self._showing = factor, True
        self.slider.setValue(self.slider.step_of(factor))
        if not self.field.isModified():
            self.field.setText(numerals.typed(float(f"{factor:.4g}")))
        self.slider.setAccessibleDescription(numerals.times(factor))
        self._showing = False

    def _show_undo(self) -> None:
        self.undo.setEnabled(self._undo.isEnabled())
        self.undo.setToolTip(self._undo.text().replace("&", ""))

    # Hands

    def _moved(self, step: int) -> None:
        if not self._showing:
            self._scale_to(self.slider.factor_of(step))

    @Slot(str)
    def _begin_typing(self, text: str) -> None:
        """A number that is typed while the slider has the keyboard is one for the field."""
        self.field.setFocus()
        self.field.clear()
        self.field.insert(text)

    def _typed(self) -> None:
        if not self.field.isModified():
            return
        factor = read_factor(self.field.text())
        self.field.setModified(False)
        if factor is None:
            self.refused.emit(f"Weights cannot be multiplied by “{self.field.text()}”; type a positive number.")
            self._put(self._factor)
            return
        self._end_gesture()
        self._scale_to(factor)
        self._end_gesture()

    def _scale_to(self, factor: float) -> None:
        layers = self._running(self._update.experiment)
        if not layers or factor == self._factor:
            self._put(self._factor)
            return
        if self._before is None:
            self._before, self._gesture = self._factor, next(_gestures)
        self._last_order = self._give(ScaleWeights(layers, factor / self._before, self._gesture))
        self._put(factor)

    def _end_gesture(self) -> None:
        """What is done next is undone by itself."""
        self._before = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        else:
            super().keyPressEvent(event)


class FactorSlider(QSlider):
    """A slider of factors on a logarithmic scale, 1 in the middle. Up and Down move it: other keys step the run."""

    left = Signal()
    typed = Signal(str)
    """The digit that a number begins with."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setRange(-DECADES * DECADE, DECADES * DECADE)
        self.setSingleStep(5)
        self.setPageStep(DECADE)
        self.setToolTip(tr("What the weights are multiplied by from the next iteration on (Up, Down; with Shift ×10)"))
        self.setMinimumWidth(120)
        ignore_wheel(self)

    def factor_of(self, step: int) -> float:
        """The factor at a step, in three digits, as it is shown; near a power of ten that power."""
        power = round(step / DECADE)
        return 10.0**power if abs(step - power * DECADE) <= NEAR else float(f"{10 ** (step / DECADE):.3g}")

    def step_of(self, factor: float) -> int:
        """The step nearest to a factor."""
        return round(math.log10(factor) * DECADE)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, shift = event.key(), event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        if shift and key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.setValue(self.value() + (DECADE if key == Qt.Key.Key_Up else -DECADE))
        elif event.text().isdecimal():
            self.typed.emit(event.text())
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.left.emit()


class FactorMarks(QWidget):
    """The powers of ten below a slider of factors."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme: Theme | None = None

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.setFont(font(theme, "tick"))
        self.setFixedHeight(self.fontMetrics().height() + 3)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._theme is None:
            return
        painter = QPainter(self)
        painter.setFont(font(self._theme, "tick"))
        widest = painter.fontMetrics().horizontalAdvance(f"1/{10**DECADES}") + 4
        step = 1 if widest * 2 * DECADES <= self.width() - HANDLE else DECADES
        for power in range(-DECADES, DECADES + 1, step):
            x = HANDLE / 2 + (self.width() - HANDLE) * (power + DECADES) / (2 * DECADES)
            painter.setPen(QPen(color(self._theme, "line-strong"), 1))
            painter.drawLine(round(x), 0, round(x), 2)
            words = f"1/{10**-power}" if power < 0 else f"{10**power}"
            painter.setPen(color(self._theme, "text-muted"))
            width = painter.fontMetrics().horizontalAdvance(words) + 4
            left = min(max(x - width / 2, 0.0), self.width() - width)
            painter.drawText(QRectF(left, 3, width, self.height() - 3), Qt.AlignmentFlag.AlignCenter, words)


def read_factor(text: str) -> float | None:
    """The positive number that was typed, a fraction too; None if it is none."""
    above, slash, below = text.strip().removeprefix("×").replace(",", ".").partition("/")
    try:
        factor = float(above) / (float(below) if slash else 1.0)
    except (ValueError, ZeroDivisionError, OverflowError):
        return None
    return factor if 1 / LARGEST <= factor <= LARGEST else None
