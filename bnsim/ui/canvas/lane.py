"""What a lane draws behind its cards: the wires, and far out the cards themselves.

Far out a card is a tick in its kind's color over an upright bar, the gradient's norm on the common scale: a lane
then reads as a bar chart of the gradient by depth. Drawing it in one item keeps 4 lanes of 200 layers cheap.
"""

from __future__ import annotations

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPicture
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from bnsim.ui.canvas.card import CardItem
from bnsim.ui.canvas.look import Level, Look


class LaneItem(QGraphicsItem):
    """Spans the lane's cards; `cards` in order, data first, loss last."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.cards: list[CardItem] = []
        self.rect = QRectF()
        self.hint = ""
        self._ticks: QPicture | None = None
        """What is drawn far out, kept until something changes: panning draws it again and again."""
        self.setZValue(-1)

    def forget_ticks(self) -> None:
        """Something about the cards has changed, or how much of them is shown."""
        self._ticks = None
        far = self._look.level == Level.FAR
        self.setCacheMode(self.CacheMode.DeviceCoordinateCache if far else self.CacheMode.NoCache)
        self.update()

    def set_extent(self, rect: QRectF) -> None:
        """The lane's whole rectangle, scene coordinates."""
        if rect != self.rect:
            self.prepareGeometryChange()
            self.rect = rect

    def boundingRect(self) -> QRectF:
        return self.rect

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        if self._look.level == Level.FAR:
            if self._ticks is None:
                self._ticks = QPicture()
                self._paint_ticks(QPainter(self._ticks))
            self._ticks.play(painter)
        else:
            self._paint_wires(painter)

    def _paint_wires(self, painter: QPainter) -> None:
        look, m = self._look, self._look.metrics
        if not self.cards:
            return
        y = self.cards[0].y() + (m.header + m.card_height) / 2
        edges = [card.x() for card in self.cards]
        painter.setPen(look.wire)
        # One line: cards hide what runs behind them, and 200 short ones take longer than all cards in view.
        painter.drawLine(QLineF(edges[0] + m.card_width, y, edges[-1], y))
        if self.hint and look.level == Level.NEAR:
            painter.setPen(look.muted)
            painter.setFont(look.title_font)
            above = QRectF(edges[0] + m.pitch, y - 26, edges[1] - edges[0], 22)
            painter.drawText(above, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self.hint)

    def _paint_ticks(self, painter: QPainter) -> None:
        look, m = self._look, self._look.metrics
        painter.setPen(Qt.PenStyle.NoPen)
        head, room = m.header, m.card_height - m.header - 4
        full: dict[str, list[QRectF]] = {}
        soft: dict[str, list[QRectF]] = {}
        bodies, bars, wrong = [], [], []
        for card in self.cards:
            x, y = card.x(), card.y()
            (full if card.has_value else soft).setdefault(card.face.kind, []).append(QRectF(x, y, m.card_width, head))
            bodies.append(QRectF(x, y, m.card_width, m.card_height))
            if card.bar is not None:
                height = card.bar * room
                bars.append(QRectF(x, y + m.card_height - height, m.card_width, height))
            if card.problem:
                wrong.append(QRectF(x, y + m.card_height + 4, m.card_width, 10))
        painter.setBrush(look.card)
        painter.drawRects(bodies)
        painter.setBrush(look.lane_fill[self.cards[0].face.lane] if self.cards else look.card)
        painter.drawRects(bars)
        for group, softly in ((full, False), (soft, True)):
            for kind, rects in group.items():
                painter.setBrush(look.kinds[kind].soft if softly else look.kinds[kind].full)
                painter.drawRects(rects)
        painter.setBrush(look.danger_fill)
        painter.drawRects(wrong)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for card in self.cards:
            if card.isSelected():
                self._frame(painter, card, look.selected)
            if card.active is not None:
                self._frame(painter, card, look.waiting if card.active.waiting else look.executed)

    def _frame(self, painter: QPainter, card: CardItem, pen: QPen) -> None:
        painter.setPen(pen)
        m = self._look.metrics
        painter.drawRect(QRectF(card.x(), card.y() - 8, m.card_width, m.card_height + 16))


class LandingItem(QGraphicsItem):
    """The place where a dragged card will land: a dashed outline with its name."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self.title = ""
        self.setZValue(1)
        self.setVisible(False)
        self.setData(0, "landing")

    def boundingRect(self) -> QRectF:
        m = self._look.metrics
        return QRectF(-4, -4, m.card_width + 8, m.card_height + 8)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        look, m = self._look, self._look.metrics
        painter.setPen(look.landing_pen)
        painter.setBrush(look.landing)
        painter.drawPath(look.card_path)
        if look.level == Level.NEAR:
            painter.setPen(look.text)
            painter.setFont(look.fitting(self.title, look.title_font, m.card_width - 12))
            painter.drawText(QRectF(0, 0, m.card_width, m.header), Qt.AlignmentFlag.AlignCenter, self.title)
