"""The contents of a card besides the histogram: settings, gradient alone, layers of a block."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen, QPolygonF

from bnsim.session.frame import CardFrame
from bnsim.spec.numerals import short
from bnsim.ui.canvas.items.style import CanvasStyle
from bnsim.ui.canvas.plan.faces import Face
from bnsim.ui.canvas.plan.marks import EDGE
from bnsim.ui.language import tr

PADDING = 9
ROW = 14
UPRIGHT = 34
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


def paint_structure(painter: QPainter, style: CanvasStyle, face: Face, near: bool) -> None:
    """Paint the layer's settings, or what it holds; nothing that changes during a run."""
    m = style.metrics
    top, bottom = m.header + 23, m.card_height - 6
    if face.inside:
        paint_inside(painter, style, face.inside, top, bottom, near)
    elif near:
        painter.setPen(style.text)
        for line in _shortened(face.settings, int((bottom - top) // ROW)):
            painter.setFont(style.fitting(line, style.small_font, m.card_width - 2 * PADDING + 4))
            painter.drawText(QRectF(PADDING, top, m.card_width, ROW), LEFT, line)
            top += ROW


def paint_gradient(
    painter: QPainter, style: CanvasStyle, face: Face, bar: float | None, frame: CardFrame | None
) -> None:
    """Paint the gradient's norm alone: an upright bar on the common scale, and the number."""
    m = style.metrics
    norm = None if frame is None else frame.gradient_norm
    top, bottom = m.header + 24, m.card_height - 24
    if norm is None:
        if face.layer_id:
            painter.setPen(style.dashed_hairline)
            painter.drawLine(QLineF(PADDING, bottom, m.card_width - PADDING, bottom))
        return
    track = QRectF((m.card_width - UPRIGHT) / 2, top, UPRIGHT, bottom - top)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(style.track)
    painter.drawRect(track)
    painter.setBrush(style.danger_fill if bar is None else style.lane_fill[face.lane])
    height = track.height() * (1.0 if bar is None else bar)
    painter.drawRect(QRectF(track.left(), bottom - height, track.width(), height))
    painter.setFont(style.bold_small_font)
    painter.setPen(style.danger_text if bar is None else style.text)
    painter.drawText(QRectF(0, bottom + 3, m.card_width, 18), Qt.AlignmentFlag.AlignCenter, short(norm))


def paint_inside(
    painter: QPainter, style: CanvasStyle, inside: tuple[tuple[str, str], ...], top: float, bottom: float, near: bool
) -> None:
    """Paint a line for each layer a block holds, in its kind's color, as many as there is room for."""
    m = style.metrics
    rows = int((bottom - top) // ROW)
    shown = inside if len(inside) <= rows else inside[: rows - 1]
    for kind, name in shown:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.kinds[kind].full)
        painter.drawRoundedRect(QRectF(PADDING, top + 2, 4 if near else m.card_width - 2 * PADDING, ROW - 4), 2, 2)
        if near:
            painter.setPen(style.text)
            painter.setFont(style.fitting(name, style.small_font, m.card_width - 2 * PADDING - 6))
            painter.drawText(QRectF(PADDING + 9, top, m.card_width, ROW), LEFT, name)
        top += ROW
    if near and len(shown) < len(inside):
        painter.setPen(style.muted)
        painter.setFont(style.small_font)
        painter.drawText(
            QRectF(PADDING + 9, top, m.card_width, ROW), LEFT, f"… {tr(f'{len(inside) - len(shown)} more')}"
        )


def paint_short_title(painter: QPainter, style: CanvasStyle, title: str, pen: QPen, taken: float) -> None:
    """Paint as much of the title of a small card as fits, in pixels of the viewport.

    `taken`: what a mark at the right takes of the card's width, in scene units.
    """
    scale = painter.worldTransform()
    header = scale.mapRect(QRectF(0, 0, style.metrics.card_width, style.metrics.header))
    room = QRectF(EDGE, 0, header.width() - EDGE - max(EDGE, scale.m11() * taken), header.height())
    words, font = style.short_title(title, room.width(), room.height())
    if words:
        painter.save()
        painter.scale(1 / scale.m11(), 1 / scale.m22())
        painter.setPen(pen)
        painter.setFont(font)
        wide = QFontMetricsF(font).horizontalAdvance(words)
        middle = min(header.width() / 2, room.right() - wide / 2)  # beside the mark, else in the middle of the card
        painter.drawText(QRectF(middle - wide, 0, 2 * wide, header.height()), Qt.AlignmentFlag.AlignCenter, words)
        painter.restore()


def paint_strip(painter: QPainter, style: CanvasStyle, inside: tuple[tuple[str, str], ...]) -> None:
    """Paint a line below the size: a piece in its kind's color for each layer a block holds."""
    m = style.metrics
    step = (m.card_width - 2 * PADDING + 2) / len(inside)
    painter.setPen(Qt.PenStyle.NoPen)
    for index, (kind, _) in enumerate(inside):
        painter.setBrush(style.kinds[kind].full)
        painter.drawRect(QRectF(PADDING + index * step, m.header + 20, max(step - 2, 1), 3))


def paint_sign(painter: QPainter, style: CanvasStyle, center: QPointF, *, opened: bool, color_of_text: bool) -> None:
    """Paint a small angle: downward if it collapses the block, to the right if it opens it."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(style.sign_text if color_of_text else style.sign_kind)
    x, y = center.x(), center.y()
    if opened:
        points = [QPointF(x - 4, y - 2), QPointF(x, y + 2), QPointF(x + 4, y - 2)]
    else:
        points = [QPointF(x - 2, y - 4), QPointF(x + 2, y), QPointF(x - 2, y + 4)]
    painter.drawPolyline(QPolygonF(points))


def paint_gauge(painter: QPainter, style: CanvasStyle, rect: QRectF, fraction: float, flat: str) -> None:
    """Paint the fraction that is saturated, zero or dead: a bar filled with a pattern, not by color alone."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(style.track)
    painter.drawRect(rect)
    filled = QRectF(rect.left(), rect.top(), max(rect.width() * min(fraction, 1.0), 1.5), rect.height())
    painter.save()
    painter.setClipRect(filled)
    painter.setPen(style.hatch)
    step, height = 3.5, rect.height()
    across = [rect.left() - height + step * number for number in range(int((rect.width() + height) / step) + 2)]
    painter.drawLines([QLineF(x, rect.bottom(), x + height, rect.top()) for x in across])
    if flat == "dead":
        painter.drawLines([QLineF(x, rect.top(), x + height, rect.bottom()) for x in across])
    painter.restore()
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(style.hatch)
    painter.drawRect(rect)


def _shortened(lines: tuple[str, ...], rows: int) -> tuple[str, ...]:
    return lines if len(lines) <= rows else (*lines[: rows - 1], "…")
