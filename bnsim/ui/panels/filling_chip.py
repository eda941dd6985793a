"""What a panel says in its corner while the past that it needs is filled in: how far that is, and a button to stop."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from bnsim.plot.theme import Theme
from bnsim.runner.updates import Filling
from bnsim.spec.numerals import count
from bnsim.ui.language import tr
from bnsim.ui.theme.icons import icon

WIDEST = "past 100 %"
FILL_IN = "Fill in what is missing before that"


class FillingChip(QWidget):
    """Hidden where nothing is missing. What is filled in so far stays when it is stopped, and it can go on."""

    asked = Signal(bool)
    """Whether the past is to be filled in."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme: Theme | None = None
        self._filling: Filling | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        self.words = QLabel(self)
        self.words.setObjectName(f"{name}.filling")
        self.words.setProperty("role", "filling")
        self.button = QToolButton(self)
        self.button.setObjectName(f"{name}.filling.button")
        self.button.setProperty("kind", "flat")
        self.button.setAccessibleName(tr(FILL_IN))
        self.button.clicked.connect(self._ask)
        row.addWidget(self.words)
        row.addWidget(self.button)
        self.hide()

    def show_filling(self, filling: Filling | None) -> None:
        """Say how things stand; None hides it."""
        if filling == self._filling:
            return
        self._filling = filling
        self.setVisible(filling is not None)
        if filling is None:
            return
        if filling.under_way:
            text, tip = f"past {round(100 * filling.share)} %", "Stop; what is there stays"
            # No narrower when the number is: the title beside it would move.
            self.words.setMinimumWidth(self.words.fontMetrics().horizontalAdvance(WIDEST) + 12)
        else:
            text, tip = f"from {count(filling.since)} on", FILL_IN
            self.words.setMinimumWidth(0)
        self.words.setText(tr(text))
        self.words.setToolTip(
            tr(
                "Earlier iterations are run again, as what this figure needs of them was not recorded"
                if filling.under_way
                else f"Measured from iteration {count(filling.since)} on: before that, it was not recorded"
            )
        )
        self.button.setToolTip(tr(tip))
        self.button.setAccessibleName(tr(tip))
        self._draw_icon()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._draw_icon()

    def _ask(self) -> None:
        if self._filling is not None:
            self.asked.emit(not self._filling.under_way)

    def _draw_icon(self) -> None:
        if self._theme is not None and self._filling is not None:
            name = "close" if self._filling.under_way else "reset"
            self.button.setIcon(icon(name, self._theme, "text-muted"))
