"""The mark of a finding on a card's corner: a triangle with "!" for a warning, a disc with "i" for a note.

It is full on the card to look at first; on others that are concerned it is a small outline.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QPainter, QPolygonF

from bnsim.ui.canvas.items.style import CanvasStyle, Level
from bnsim.ui.canvas.plan import marks
from bnsim.ui.model.findings import FindingMark

FAR = 5.5


def finding_reach(style: CanvasStyle, layer_id: int) -> float:
    """What of the card's width the mark takes from its name, in scene units."""
    mark = style.findings.get(layer_id)
    return marks.reach(None if mark is None else mark.first)


def finding_words(style: CanvasStyle, layer_id: int, *, brief: bool = False) -> str:
    """Lines for the card's tooltip, or only what they are titled; "" where nothing was found."""
    mark = style.findings.get(layer_id)
    return "" if mark is None else "\n".join(mark.titles if brief else mark.lines)


def first_of_finding(style: CanvasStyle, layer_id: int) -> bool:
    """Whether a finding names that layer first."""
    mark = style.findings.get(layer_id)
    return mark is not None and mark.first


def paint_finding(painter: QPainter, style: CanvasStyle, layer_id: int) -> None:
    """Paint the mark on the card of that layer, if a finding is about it."""
    mark = style.findings.get(layer_id)
    if mark is None:
        return
    center = QPointF(style.metrics.card_width - marks.INSET, -marks.RAISED)
    size = marks.FULL if mark.first else marks.SMALL
    warns = mark.severity == "warning"
    _paint(painter, style, mark, center, QPointF(size, size))
    if mark.first and style.level == Level.NEAR:
        painter.setFont(style.bold_small_font)
        painter.setPen(style.card_pen)
        below = 1.5 if warns else 0.0
        place = QRectF(center.x() - 8, center.y() - 8 + below, 16, 16)
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, "!" if warns else "i")


def paint_far_finding(painter: QPainter, style: CanvasStyle, layer_id: int, at: QPointF, pixel: QSizeF) -> None:
    """Paint the mark on the tick of a card to look at first, as large at every zoom."""
    mark = style.findings.get(layer_id)
    if mark is not None and mark.first:
        _paint(painter, style, mark, at, QPointF(FAR * pixel.width(), FAR * pixel.height()))


def _paint(painter: QPainter, style: CanvasStyle, mark: FindingMark, center: QPointF, size: QPointF) -> None:
    warns, x, y = mark.severity == "warning", size.x(), size.y()
    painter.setPen(style.card_pen if mark.first else style.danger if warns else style.outline)
    fill = style.danger_fill if warns else style.note_fill
    painter.setBrush(fill if mark.first else style.card)
    if warns:
        corners = (QPointF(0, -y), QPointF(x, 0.8 * y), QPointF(-x, 0.8 * y))
        painter.drawPolygon(QPolygonF([center + corner for corner in corners]))
    else:
        painter.drawEllipse(center, 0.9 * x, 0.9 * y)
