"""What would change it, row by row: what is done, what is measured then, and a button that forks the lane so."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from html import escape
from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QSizePolicy, QWidget

from bnsim.lenses.why.records import Remedy
from bnsim.plot.theme import Theme
from bnsim.spec.numerals import count, factor, short
from bnsim.ui.language import tr
from bnsim.ui.views.parts import words
from bnsim.ui.widgets.numbers import show_watch

FORK = "Fork here"
BESIDE = "it was measured beside the run, which has no such network"
FIXED = "forward fixed"
FIXED_TIP = (
    "No fork has this number: it is measured with the values of the forward pass as they are, and a lane that does so "
    "computes others from here on. Try other stacks measures lanes that a fork can be."
)
MEASURED = "“Forward fixed” is no network's number, so no fork has it: Try other stacks measures those that exist."
WIDE = 45
"""Letters of a line from which there is room to say how many times the present number it would be."""
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

    def __init__(self, name: str, parent: QWidget) -> None:
        self.words = words("", "", parent)
        self.norm, self.times = QLabel(parent), QLabel(parent)
        self.times.setProperty("role", "muted")
        self.fork = QPushButton(tr(FORK), parent)
        self.fork.setObjectName(f"{name}.fork")
        self.fork.setProperty("kind", "link")
        self.fork.setCursor(Qt.CursorShape.PointingHandCursor)
        self.fork.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.fixed = QLabel(tr(FIXED), parent)
        self.fixed.setObjectName(f"{name}.fixed")
        self.fixed.setProperty("role", "muted")
        self.fixed.setToolTip(tr(FIXED_TIP))
        for label in (self.norm, self.times):
            show_watch(label, "", BESIDE)
        for part, label in (("words", self.words), ("norm", self.norm), ("times", self.times)):
            label.setObjectName(f"{name}.{part}")
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)

    @property
    def widgets(self) -> tuple[QWidget, ...]:
        """From left to right."""
        return self.words, self.norm, self.times, self.fork

    def show_tried(self, tried: Tried) -> None:
        remedy = tried.remedy
        self.words.setText(tr(remedy.words))
        self.words.setToolTip(tr(f"{factor(remedy.times)} as much as now. Measured: {remedy.assumed}."))
        self.norm.setText(f"<b>{short(remedy.norm)}</b>")
        self.times.setText(factor(remedy.times))
        self.fork.setAccessibleName(tr(f"Fork {tried.lane} here: {remedy.words}"))
        self.fork.setEnabled(not tried.full)
        at = count(tried.iteration)
        self.fork.setToolTip(
            tr(f"Not now: {tried.full}" if tried.full else f"A lane that does so from iteration {at} on")
        )

    def show_widgets(self, shown: bool, *, forks: bool, exists: bool, wide: bool) -> None:
        self.words.setVisible(shown)
        self.norm.setVisible(shown)
        self.times.setVisible(shown and wide)
        self.fork.setVisible(shown and forks)
        self.fixed.setVisible(shown and not exists)


class TryRows(QWidget):
    """The rows, as many as there are remedies; those of each lane below its name."""

    fork_asked = Signal(object)
    """The `Tried` whose button was clicked."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._shown: tuple[Tried, ...] = ()
        self._stacks: list[int] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(0, 1)
        # What fits is shown: it must not make the page wider, which would make it fit.
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._measured = words(MEASURED, "muted", self)
        self._lanes: list[QLabel] = []
        self.rows: list[TryRow] = []

    def show_tries(self, tries: Sequence[Tried], theme: Theme) -> None:
        """Show these, in their order; those of a lane come together."""
        self._shown = tuple(tries)
        while len(self.rows) < len(tries):
            row = TryRow(f"{self._name}.{len(self.rows)}", self)
            row.fork.clicked.connect(partial(self._ask, len(self.rows)))
            self.rows.append(row)
        lanes = {each.stack: each for each in tries}
        while len(self._lanes) < len(lanes):
            self._lanes.append(words("", "", self))
        if self._stacks != [each.stack for each in tries]:
            self._stacks = [each.stack for each in tries]
            self._lay_out()
        for label, first in zip(self._lanes, lanes.values(), strict=False):
            color = theme.text_color(first.role)
            label.setText(f'<b><span style="color:{color}">{escape(first.lane)}</span></b>')
        for row, tried in zip(self.rows, tries, strict=False):
            row.show_tried(tried)
        self._show_what_fits()
        self._measured.setVisible(any(not each.remedy.exists for each in tries))

    def _ask(self, number: int, _checked: bool = False) -> None:
        self.fork_asked.emit(self._shown[number])

    def _lay_out(self) -> None:
        """Place the widgets of all rows, and the name of each lane above its own."""
        grid = self._grid
        while grid.count():
            grid.takeAt(0)
        named, at = iter(self._lanes), 0
        several = len(set(self._stacks)) > 1
        for label in self._lanes:
            label.setVisible(False)
        for number, stack in enumerate(self._stacks):
            if several and stack not in self._stacks[:number]:
                label = next(named)
                label.setVisible(True)
                grid.addWidget(label, at, 0, 1, 4)
                at += 1
            row = self.rows[number]
            for column, widget in enumerate(row.widgets):
                grid.addWidget(widget, at, column, RIGHT if column else Qt.AlignmentFlag.AlignTop)
            grid.addWidget(row.fixed, at, len(row.widgets) - 1, RIGHT)
            at += 1
        grid.addWidget(self._measured, at, 0, 1, 4)

    def _show_what_fits(self) -> None:
        wide = self.width() >= WIDE * self.fontMetrics().averageCharWidth()
        for number, row in enumerate(self.rows):
            shown = number < len(self._shown)
            forks = shown and self._shown[number].forks
            exists = shown and self._shown[number].remedy.exists
            row.show_widgets(shown, forks=forks, exists=exists, wide=wide)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_what_fits()
