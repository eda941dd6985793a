"""The mark of a breakpoint on a card: a diamond on its corner, filled if it is enabled, hollow if it is not."""

from __future__ import annotations

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter, QPolygonF

from bnsim.ui.canvas.look import Look

SIZE = 7.5
AT = QPointF(0.0, 3.0)
_SHAPE = QPolygonF([AT + QPointF(0, -SIZE), AT + QPointF(SIZE, 0), AT + QPointF(0, SIZE), AT + QPointF(-SIZE, 0)])


def paint_breakpoint(painter: QPainter, look: Look, layer_id: int) -> None:
    """For the card of that layer, if it has one."""
    mark = look.breakpoints.get(layer_id)
    if mark is None:
        return
    painter.setPen(look.card_pen if mark == "on" else look.danger)
    painter.setBrush(look.danger_fill if mark == "on" else look.card)
    painter.drawPolygon(_SHAPE)
