"""What lies over a whole window, in the right order."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

COVER = "cover"
"""The name of what lies over all of a window before an audience, such as black."""


def raise_below_cover(widget: QWidget) -> None:
    """Raise it over all others of its parent but what hides them from an audience."""
    widget.raise_()
    around = widget.parentWidget()
    cover = around and around.findChild(QWidget, COVER, Qt.FindChildOption.FindDirectChildrenOnly)
    if cover is not None and cover is not widget:
        cover.raise_()
