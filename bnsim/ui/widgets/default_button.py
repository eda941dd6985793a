"""The button of Enter, whose words are bold: Qt gives a button room for them only as they are without that."""

from __future__ import annotations

from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QPushButton


def make_default(button: QPushButton) -> None:
    """Make it the button of Enter in its dialog."""
    button.setDefault(True)
    widen_for_bold(button)


def widen_for_bold(button: QPushButton) -> None:
    """Make it as wide as its words in bold; to be called again when these change."""
    button.ensurePolished()
    bold = QFont(button.font())
    bold.setWeight(QFont.Weight.DemiBold)
    wider = QFontMetrics(bold).horizontalAdvance(button.text()) - button.fontMetrics().horizontalAdvance(button.text())
    button.setMinimumWidth(button.sizeHint().width() + wider + 4)
