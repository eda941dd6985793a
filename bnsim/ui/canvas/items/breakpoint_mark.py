"""The mark of a breakpoint on a card: a diamond on its corner, filled if it is enabled, else an outline."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSizeF
from PySide6.QtGui import QPainter, QPolygonF

from bnsim.ui.canvas.items.style import CanvasStyle

SIZE, FAR_SIZE = 7.5, 5.0
AT = QPointF(0.0, 3.0)
_SHAPE = QPolygonF([AT + QPointF(0, -SIZE), AT + QPointF(SIZE, 0), AT + QPointF(0, SIZE), AT + QPointF(-SIZE, 0)])


def paint_breakpoint(painter: QPainter, style: CanvasStyle, layer_id: int) -> None:
    """Paint the mark on the card of that layer, if it has a breakpoint."""
    _paint(painter, style, layer_id, _SHAPE)


def paint_far_breakpoint(painter: QPainter, style: CanvasStyle, layer_id: int, at: QPointF, pixel: QSizeF) -> None:
    """Paint the mark on a tick, as large at every zoom; `pixel`: the size of a viewport pixel in the scene."""
    across, down = QPointF(FAR_SIZE * pixel.width(), 0), QPointF(0, FAR_SIZE * pixel.height())
    _paint(painter, style, layer_id, QPolygonF([at - down, at + across, at + down, at - across]))


def _paint(painter: QPainter, style: CanvasStyle, layer_id: int, shape: QPolygonF) -> None:
    mark = style.breakpoints.get(layer_id)
    if mark is None:
        return
    painter.setPen(style.card_pen if mark == "on" else style.danger)
    painter.setBrush(style.danger_fill if mark == "on" else style.card)
    painter.drawPolygon(shape)
