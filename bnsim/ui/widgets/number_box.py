"""A field for a whole number, with buttons beside it."""

from __future__ import annotations

from PySide6.QtWidgets import QSpinBox, QWidget

GAP = 7
"""Pixels between the border and the number, as other fields have them."""


class NumberBox(QSpinBox):
    """A spin box whose number is set off from its border: Qt leaves a style sheet's padding out where the buttons
    have a style, too.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lineEdit().setTextMargins(GAP, 0, 0, 0)
