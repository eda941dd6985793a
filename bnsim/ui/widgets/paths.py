"""Outlines of typeset formulas as Qt paths."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainterPath

from bnsim.typeset import Path

CALLS = {"M": "moveTo", "L": "lineTo", "Q": "quadTo", "C": "cubicTo"}


def painter_path(path: Path) -> QPainterPath:
    """An outline as a path that Qt can fill."""
    made = QPainterPath()
    made.setFillRule(Qt.FillRule.WindingFill)
    for command, numbers in path.parts():
        if command == "Z":
            made.closeSubpath()
        else:
            getattr(made, CALLS[command])(*numbers)
    return made
