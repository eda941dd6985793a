"""What would change it, row by row: what is done, what is measured then, and a button that forks the lane so."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QSizePolicy, QWidget

from bnsim.lenses.why.records import Remedy
from bnsim.plot.theme import Theme
from bnsim.spec.numerals import factor, short
from bnsim.ui.views.parts import words

FORK = "Fork here"
MEASURED = "Without a button: the forward pass is held fixed, which no network does."
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop


class Tried(NamedTuple):
    """One row: a remedy of the lane of `stack`, which is called `lane` and has the color `role`, at an iteration.

    `full`: why no fork can be made now, though one could try it; "" if one can. `forks`: whether one could.
    """

    remedy: Remedy
    stack: int
    lane: str
    role: str
    iteration: int
    forks: bool
    full: str = ""


class TryRow:
    """The widgets of one row of the grid."""

    def __init__(self, name: str, grid: QGridLayout, row: int, parent: QWidget) -> None:
        self.words = words("", "", parent)
        self.words.setTextFormat(Qt.TextFormat.RichText)
        self.norm, self.times = QLabel(parent), QLabel(parent)
        self.norm.setProperty("role", "strong")
        self.times.setProperty("role", "muted")
        self.fork = QPushButton(FORK, parent)
        self.fork.setObjectName(f"{name}.fork")
        self.fork.setProperty("kind", "link")
        self.fork.setCursor(Qt.CursorShape.PointingHandCursor)
        self.fork.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        for part, label in (("words", self.words), ("norm", self.norm), ("times", self.times)):
            label.setObjectName(f"{name}.{part}")
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        grid.addWidget(self.words, row, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self.norm, row, 1, RIGHT)
        grid.addWidget(self.times, row, 2, RIGHT)
        grid.addWidget(self.fork, row, 3, RIGHT)

    def show_tried(self, tried: Tried, theme: Theme, *, named: bool) -> None:
        remedy = tried.remedy
        lane = f'<span style="color:{theme.text_color(tried.role)}">{escape(tried.lane)}</span>: ' if named else ""
        self.words.setText(lane + escape(remedy.words))
        self.words.setToolTip(f"Measured: {remedy.assumed}.")
        self.norm.setText(f"<b>{short(remedy.norm)}</b>")
        self.times.setText(factor(remedy.times))
        self.fork.setAccessibleName(f"Fork {tried.lane} here: {remedy.words}")
        self.fork.setEnabled(not tried.full)
        self.fork.setToolTip(
            f"Not now: {tried.full}" if tried.full else f"A lane that does so from iteration {tried.iteration} on"
        )
        self.set_visible(True, forks=tried.forks)

    def set_visible(self, shown: bool, *, forks: bool = True) -> None:
        for label in (self.words, self.norm, self.times):
            label.setVisible(shown)
        self.fork.setVisible(shown and forks)


class TryRows(QWidget):
    """The rows, as many as there are remedies."""

    fork_asked = Signal(object)
    """The `Tried` whose button was clicked."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._shown: tuple[Tried, ...] = ()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(0, 1)
        self._measured = words(MEASURED, "muted", self)
        self.rows: list[TryRow] = []

    def show_tries(self, tries: Sequence[Tried], theme: Theme) -> None:
        self._shown = tuple(tries)
        while len(self.rows) < len(tries):
            at = len(self.rows)
            row = TryRow(f"{self._name}.{at}", self._grid, at, self)
            row.fork.clicked.connect(lambda _checked=False, at=at: self.fork_asked.emit(self._shown[at]))
            self.rows.append(row)
        named = len({each.stack for each in tries}) > 1
        for number, row in enumerate(self.rows):
            if number < len(tries):
                row.show_tried(tries[number], theme, named=named)
            else:
                row.set_visible(False)
        self._grid.removeWidget(self._measured)
        self._grid.addWidget(self._measured, len(self.rows), 0, 1, 4)
        self._measured.setVisible(any(not each.forks for each in tries))
