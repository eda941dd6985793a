"""The words and numbers beside the staircase: each kind's factor, the worst links, what would change it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QIcon, QPixmap
from PySide6.QtWidgets import QFrame, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from bnsim.lenses.why.staircase import Flight, Step
from bnsim.plot.theme import Theme
from bnsim.spec.numerals import factor
from bnsim.ui.language import tr
from bnsim.ui.views.parts import words
from bnsim.ui.widgets.numbers import show_watch

FACTOR = "the factor of a whole layer is a quotient of norms of which one is in no array of the run"
CHIP = 9
"""Pixels of the square of a kind's color before its name."""


def chip(theme: Theme, role: str) -> QIcon:
    """A square in the color of a kind of layer."""
    mark = QPixmap(CHIP, CHIP)
    mark.fill(QColor(theme.color(role)))
    return QIcon(mark)


class LinkRow(QFrame):
    """One link: its name and factor as a button that goes to its operation, its lane, and the sentence of its cause."""

    chosen = Signal(object)
    """Its `Step` was clicked."""
    pointed = Signal(object)
    """Its `Step`, while the pointer is over the row; None once it has left."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._step: Step | None = None
        self.button = QPushButton(self)
        self.button.setObjectName(f"{name}.go")
        self.button.setProperty("kind", "link")
        self.button.setCursor(Qt.CursorShape.PointingHandCursor)
        self.button.setIconSize(QSize(CHIP, CHIP))
        self.button.clicked.connect(self._click)
        self.cause = words("", "", self)
        self.cause.setObjectName(f"{name}.cause")
        self.cause.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.cause.setTextFormat(Qt.TextFormat.RichText)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.button)
        column.addWidget(self.cause)
        self.button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def show_link(self, flight: Flight, step: Step, theme: Theme, *, named: bool) -> None:
        """Show a link; its lane is `named` where there are several."""
        self._step = step
        told = f"{step.name} {factor(step.factor)}"
        self.button.setText(told)
        self.button.setAccessibleName(tr(f"{told} in {flight.name}: go to its operation"))
        self.button.setToolTip(tr(f"Go to its operation, {step.operation}, and select the layer (Alt+J)"))
        self.button.setIcon(chip(theme, step.role))
        lane = f'<span style="color:{theme.text_color(flight.role)}">{escape(flight.name)}</span>: ' if named else ""
        self.cause.setText(lane + escape(tr(step.words)))
        for part in (self.button, self.cause):
            show_watch(part, step.watch, FACTOR)

    def _click(self) -> None:
        self.chosen.emit(self._step)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.pointed.emit(self._step)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.pointed.emit(None)


class LinkRows(QWidget):
    """Several links, one below the other."""

    chosen = Signal(object)
    pointed = Signal(object)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self.rows: list[LinkRow] = []

    def show_links(self, links: Sequence[tuple[Flight, Step]], theme: Theme) -> None:
        while len(self.rows) < len(links):
            row = LinkRow(f"{self._name}.{len(self.rows)}", self)
            row.chosen.connect(self.chosen)
            row.pointed.connect(self.pointed)
            self._column.addWidget(row)
            self.rows.append(row)
        named = len({flight.name for flight, _ in links}) > 1
        for number, row in enumerate(self.rows):
            row.setVisible(number < len(links))
            if number < len(links):
                row.show_link(*links[number], theme, named=named)
