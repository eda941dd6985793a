"""The mark of a card whose weights were multiplied in the run: the factor, on the card's lower edge."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from bnsim.ui.canvas.items.style import CanvasStyle
from bnsim.ui.language import tr

HEIGHT, INSET, ROOM = 15.0, 8.0, 5.0
"""Height of the mark, its distance from the card's left edge, and the room beside its words."""


def words_of(style: CanvasStyle, layer_id: int) -> str:
    """A sentence for the card's tooltip; "" if nothing was multiplied."""
    factor = style.scaled.get(layer_id)
    return "" if factor is None else tr(f"weights {factor} in this run; Run > Undo takes it back")


def paint_scaling(painter: QPainter, style: CanvasStyle, layer_id: int) -> None:
    """Paint the mark on the card of that layer, if its weights were multiplied."""
    factor = style.scaled.get(layer_id)
    if factor is None:
        return
    metrics = QFontMetricsF(style.bold_small_font)
    width = min(metrics.horizontalAdvance(factor) + 2 * ROOM, style.metrics.card_width - 2 * INSET)
    place = QRectF(INSET, style.metrics.card_height - HEIGHT / 2 + 2, width, HEIGHT)
    painter.setPen(style.outline)
    painter.setBrush(style.landing)
    painter.drawRoundedRect(place, 4, 4)
    painter.setFont(style.fitting(factor, style.bold_small_font, width - ROOM))
    painter.setPen(style.text)
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, factor)
