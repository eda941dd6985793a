"""The card at the top of the start page: two lanes, one gradient that dies; how to see it, and the keys for it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from bnsim.plot.theme import Theme
from bnsim.spec.resources import resource
from bnsim.ui.language import tr
from bnsim.ui.learn.start.drawing import paint_large
from bnsim.ui.model.pictures import Picture, read
from bnsim.ui.theme.key_signs import signs

TITLE = "Watch a gradient die, and watch it live"
TOLD = "Two stacks of twenty sigmoid layers, the same weights, the same digits. One has BatchNorm."
MEASURED = "start.json"
"""What the default experiment's first backward pass gives; packaging/start_pictures.py makes it."""
KEYS: tuple[tuple[str, str], ...] = (
    ("run.step", "a layer"),
    ("run.play", "plays"),
    ("run.stepOp", "one operation"),
    ("view.why", "asks why"),
    ("run.stepBack", "back, always exactly"),
    ("export.export", "to a slide"),
)
"""Names of actions whose keys are told, and what they do."""


class Hero(QFrame):
    """What to do first. `keys_of` gives an action's keys as Qt writes them."""

    step_asked = Signal()
    tour_asked = Signal()

    def __init__(self, keys_of: Callable[[str], str], parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("kind", "start")
        self.step_button = QPushButton(tr(f"Press {signs(keys_of('run.step'))} to step"), self)
        self.step_button.setObjectName("start.step")
        self.step_button.setAccessibleName(tr("Step: the default experiment runs to its next layer"))
        self.step_button.setProperty("accent", True)
        self.step_button.clicked.connect(self.step_asked)
        self.tour_button = QPushButton(tr("One-minute tour"), self)
        self.tour_button.setObjectName("start.tour")
        self.tour_button.clicked.connect(self.tour_asked)
        self.drawing = _Drawing(self)
        self._lay_out(keys_of)

    def set_theme(self, theme: Theme) -> None:
        for button in (self.step_button, self.tour_button):
            button.setMinimumHeight(round(theme.size("control") * 1.2))
        self.drawing.set_theme(theme)

    def _lay_out(self, keys_of: Callable[[str], str]) -> None:
        title = _label(tr(TITLE), "start-heading", self)
        told = _label(tr(TOLD), "muted", self)
        buttons = QHBoxLayout()
        buttons.setSpacing(12)
        buttons.addWidget(self.step_button, 3)
        buttons.addWidget(self.tour_button, 2)
        keys = QGridLayout()
        keys.setHorizontalSpacing(14)
        keys.setVerticalSpacing(7)
        for number, (name, does) in enumerate(KEYS):
            sequence = keys_of(name)
            label = _label(f"<b>{signs(sequence)}</b>&nbsp; {tr(does)}", "", self)
            label.setAccessibleName(f"{sequence}: {tr(does)}")
            keys.addWidget(label, number // 2, number % 2)
        left = QVBoxLayout()
        left.setSpacing(14)
        left.addLayout(buttons)
        left.addLayout(keys)
        left.addStretch()
        columns = QHBoxLayout()
        columns.setSpacing(28)
        columns.addLayout(left, 5)
        columns.addWidget(self.drawing, 4)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(24, 20, 24, 14)
        whole.setSpacing(8)
        whole.addWidget(title)
        whole.addWidget(told)
        whole.addSpacing(2)
        whole.addLayout(columns, 1)


class _Drawing(QWidget):
    """The measured figure."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("start.drawing")
        self.picture = read(resource(MEASURED)) or Picture(())
        self.setAccessibleName(tr("Gradient by depth, measured"))
        self.setAccessibleDescription(told(self.picture))
        self.setToolTip(told(self.picture))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(180, 150)
        self._theme: Theme | None = None

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, 170)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self._theme is None or not self.picture.lines:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_large(painter, self.picture, self._theme, QRectF(self.rect()))
        painter.end()


def told(picture: Picture) -> str:
    """What the drawing shows, in words: what of each lane's gradient is left at the first layer."""
    said = []
    for line in picture.lines:
        values = [value for value in line.values if value is not None]
        said.append(tr(f"{line.name}: {values[-1]:.2g} at the last layer, {values[0]:.2g} at the first"))
    return f"{tr('Norm of the gradient.')} {'; '.join(said)}."


def _label(text: str, role: str, parent: QWidget) -> QLabel:
    made = QLabel(text, parent)
    made.setProperty("role", role)
    made.setWordWrap(True)
    return made
