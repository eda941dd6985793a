"""An open block: a frame around the cards it holds, under a strip with its title; and the slot in an empty one."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import QLineF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPainterPath, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from bnsim.ui.canvas.items.bodies import paint_sign
from bnsim.ui.canvas.items.card import ALIGN_CENTER, ALIGN_LEFT, CardItem, Hit
from bnsim.ui.canvas.items.style import CanvasStyle, Level
from bnsim.ui.language import tr
from bnsim.ui.model.said_facts import said_fact

SIGN = 16
"""Width of the sign that opens and collapses, and of the two that change the copy."""
SKIP = 3.0
"""How far outside the frame the line of a Residual's skip runs."""


class Frame(NamedTuple):
    """Geometry of an open block, relative to its upper left corner.

    `wire`: height of the wire that goes in. `sum_x`, `cards_top`: where a Residual's skip comes down; None without one.
    """

    size: QSizeF
    strip: float
    wire: float
    cards_top: float
    sum_x: float | None


class OpenBlock(CardItem):
    """An open block. Only its strip takes mouse events; its position is the frame's upper left corner."""

    def __init__(self, style: CanvasStyle) -> None:
        super().__init__(style)
        self.extent = Frame(QSizeF(1, 1), 1, 1, 1, None)
        self.copy, self.times = 0, 0
        # As wide as what it holds: a picture of it would be too large to keep.
        self.setCacheMode(QGraphicsItem.CacheMode.NoCache)
        self.setZValue(-2)

    def set_extent(self, extent: Frame) -> None:
        """Set the geometry of the frame."""
        if extent != self.extent:
            self.prepareGeometryChange()
            self.extent = extent
            self.update()

    def set_copy(self, copy: int, times: int) -> None:
        """Set which copy of a Repeat is shown, from 0; `times` is 0 for other blocks."""
        if (copy, times) != (self.copy, self.times):
            self.copy, self.times = copy, times
            self.update()

    def card_rect(self) -> QRectF:
        """The rectangle of the title strip."""
        return QRectF(0, 0, self.extent.size.width(), self.extent.strip)

    def size_rect(self) -> QRectF:
        """The rectangle over which the editor of `times` opens."""
        return QRectF(SIGN, 0, min(self.extent.size.width() - SIGN, 96.0), self.extent.strip)

    def hit(self, at: QPointF) -> Hit:
        """What a press at that point does."""
        if not self.card_rect().contains(at):
            return ""
        if at.x() < SIGN + 4:
            return "toggle"
        if self.times > 1:
            back, forward = self._steppers()
            if forward.contains(at):
                return "next copy"
            if back.contains(at):
                return "previous copy"
        return ""

    def words(self, *, brief: bool = False) -> str:
        """The text of the tooltip."""
        lines = [self.face.title, tr(self.face.size), said_fact(self.face.remark), self.problem]
        if self.times:
            lines.insert(1, tr(f"copy {self.copy + 1} of {self.times} is shown"))
        return "\n".join(line for line in lines if line)

    def _steppers(self) -> tuple[QRectF, QRectF]:
        right, strip = self.extent.size.width() - 2, self.extent.strip
        back = right - SIGN - self._copy_width() - SIGN
        return QRectF(back, 0, SIGN, strip), QRectF(right - SIGN, 0, SIGN, strip)

    def _copy_words(self) -> str:
        long, short = tr(f"copy {self.copy + 1} of {self.times}"), f"{self.copy + 1}/{self.times}"
        roomy = self.extent.size.width() > 1.7 * self._style.metrics.card_width
        return long if roomy else short

    def _copy_width(self) -> float:
        return self._style.small_metrics.horizontalAdvance(self._copy_words())

    def boundingRect(self) -> QRectF:
        return QRectF(QPointF(0, 0), self.extent.size).adjusted(-8, -5, 8, 5)

    def shape(self) -> QPainterPath:
        path = QPainterPath()
        path.addRect(self.card_rect())
        return path

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        style, extent = self._style, self.extent
        radius = style.theme.size("radius-card")
        frame = QPainterPath()
        frame.addRoundedRect(QRectF(QPointF(0, 0), extent.size), radius, radius)
        below = QPainterPath()
        below.addRect(0, extent.strip, extent.size.width(), extent.size.height())
        painter.fillPath(frame, style.block_ground)
        painter.fillPath(frame.subtracted(below), style.kinds["block"].soft)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(style.block_line)
        if self.active is not None:
            painter.setPen(style.executed)
        elif self.problem:
            painter.setPen(style.danger)
        painter.drawPath(frame)
        if self.isSelected():
            painter.setPen(style.selected)
            painter.drawRoundedRect(QRectF(QPointF(0, 0), extent.size).adjusted(-3, -3, 3, 3), radius + 3, radius + 3)
        text_end = self._paint_title(painter) if style.level == Level.NEAR else 4.0
        if extent.sum_x is not None:
            self._paint_skip(painter, extent.sum_x, text_end)

    def _paint_title(self, painter: QPainter) -> float:
        """Paint title, copy and remark; returns the x at which they end."""
        style, strip, width = self._style, self.extent.strip, self.extent.size.width()
        paint_sign(painter, style, QPointF(10, strip / 2), opened=True, color_of_text=True)
        room = width - SIGN - 6
        if self.times > 1:
            back, forward = self._steppers()
            painter.setPen(style.text)
            painter.setFont(style.small_font)
            painter.drawText(QRectF(back.right(), 0, self._copy_width() + 1, strip), ALIGN_CENTER, self._copy_words())
            painter.setFont(style.title_font)
            painter.setPen(style.muted if self.copy == 0 else style.text)
            painter.drawText(back, ALIGN_CENTER, "‹")
            painter.setPen(style.muted if self.copy == self.times - 1 else style.text)
            painter.drawText(forward, ALIGN_CENTER, "›")
            room = back.left() - SIGN - 2
        title = self.face.title
        if self.times and style.bold_metrics.horizontalAdvance(title) > room:
            title = f"×{self.times}"
        font = style.fitting(title, style.title_font, room)
        painter.setFont(font)
        painter.setPen(style.text)
        painter.drawText(QRectF(SIGN + 3, 0, room, strip), ALIGN_LEFT, title)
        end = SIGN + 3 + QFontMetricsF(font).horizontalAdvance(title)
        words = self.problem or said_fact(self.face.remark)
        if words and end + 30 < room:
            painter.setFont(style.small_font)
            painter.setPen(style.danger_text if self.problem else style.muted)
            painter.drawText(QRectF(end + 10, 0, room - end - 10, strip), ALIGN_LEFT, words)
            end += 10 + style.small_metrics.horizontalAdvance(words)
        return min(end, room)

    def _paint_skip(self, painter: QPainter, sum_x: float, text_end: float) -> None:
        """Paint the skip connection, from the wire around the cards to the sum."""
        style, extent = self._style, self.extent
        y = extent.strip / 2
        painter.setPen(style.skip)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF([QPointF(-SKIP, extent.wire), QPointF(-SKIP, y), QPointF(2, y)]))
        start = min(text_end + 8, sum_x)
        painter.drawPolyline(QPolygonF([QPointF(start, y), QPointF(sum_x, y), QPointF(sum_x, extent.cards_top - 3)]))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.skip_fill)
        tip = QPointF(sum_x, extent.cards_top - 1)
        painter.drawPolygon(QPolygonF([tip, tip + QPointF(-4, -7), tip + QPointF(4, -7)]))


class EmptySlot(CardItem):
    """The slot in an open block that holds nothing, where its first layer is dropped."""

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        style, m = self._style, self._style.metrics
        painter.setPen(style.soft_outline)
        painter.setBrush(style.card)
        painter.drawPath(style.card_path)
        if style.level == Level.NEAR:
            painter.setPen(style.muted)
            painter.setFont(style.small_font)
            painter.drawText(self.card_rect(), ALIGN_CENTER, tr("drop\nlayers\nhere"))
        painter.setPen(style.wire)
        painter.drawLine(QLineF(0, m.wire, 8, m.wire))
