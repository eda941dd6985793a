"""What a lane paints behind its cards: the wires, and when zoomed far out the cards themselves.

Far out a card is a tick in its kind's color over an upright bar, the gradient's norm on the common scale: a lane
then reads as a bar chart of the gradient by depth. Drawing it in one item keeps 4 lanes of 200 layers cheap.
"""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QLineF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QPainter, QPicture, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from bnsim.session.frame import Phase
from bnsim.spec.tree import Path
from bnsim.ui.canvas.items.block import OpenBlock
from bnsim.ui.canvas.items.breakpoint_mark import paint_far_breakpoint
from bnsim.ui.canvas.items.card import CardItem
from bnsim.ui.canvas.items.finding_mark import paint_far_finding
from bnsim.ui.canvas.items.style import CanvasStyle, Level
from bnsim.ui.language import tr

WAVE = 17
"""Distance from the cards down to the line that shows how far the present pass has come."""

DOT = 4.5
"""Radius of the dot below a card that was updated."""

INVITATION, HOW = "Drop a layer here", "from the left, or choose one there and press Enter"

LEAST_TICK = 12
"""Pixels of the viewport a tick has at least, whatever the lane's name needs."""


class LaneItem(QGraphicsItem):
    """Spans the lane's cards; `cards` in order, data first, loss last."""

    def __init__(self, style: CanvasStyle) -> None:
        super().__init__()
        self._style = style
        self.cards: list[CardItem] = []
        self.paths: list[Path] = []
        """Path of each card's layer in the unrolled stack."""
        self.widths: list[str] = []
        """How many features come out of each card but the loss; "" where nothing changes."""
        self.trained: list[bool] = []
        """Whether the card's layer has parameters, which the update changes."""
        self.frames: list[OpenBlock] = []
        self.wave: tuple[Phase, int] | None = None
        """Phase of the present pass, and the number of the card it has come to."""
        self.rect = QRectF()
        self.empty = False
        """Nothing is in the stack yet: there is a place for its first layer."""
        self._pixel = QSizeF()
        self._ticks: QPicture | None = None
        """The cached picture of what is drawn far out; panning paints it many times."""
        self.setZValue(-1)

    def forget_ticks(self) -> None:
        """Drop the cached picture, since cards or the amount of detail have changed."""
        self._ticks = None
        far = self._style.level == Level.FAR
        self.setCacheMode(self.CacheMode.DeviceCoordinateCache if far else self.CacheMode.NoCache)
        self.update()

    def set_extent(self, rect: QRectF) -> None:
        """Set the lane's rectangle in scene coordinates."""
        if rect != self.rect:
            self.prepareGeometryChange()
            self.rect = rect

    def set_wave(self, wave: tuple[Phase, int] | None) -> None:
        """Set the phase of the present pass, and the number of the card it has come to."""
        if wave != self.wave:
            self.wave = wave
            self.update()

    def boundingRect(self) -> QRectF:
        return self.rect

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        if not self.cards:
            return
        if self._style.level == Level.FAR:
            scale = painter.worldTransform()
            pixel = QSizeF(1 / scale.m11(), 1 / scale.m22())
            if self._ticks is None or pixel != self._pixel:
                self._ticks, self._pixel = QPicture(), pixel
                self._paint_ticks(QPainter(self._ticks), self._below_title(scale.m22()))
            self._ticks.play(painter)
        else:
            self._paint_wires(painter)
        if self.wave is not None:
            edges = [card.x() for card in self.cards]
            paint_wave(painter, self._style, edges, self.cards[0].y(), *self.wave)
            if self.wave[0] == "update" and self._style.level != Level.FAR:
                self._paint_updated(painter, edges, self.wave[1])

    def _paint_wires(self, painter: QPainter) -> None:
        style, m = self._style, self._style.metrics
        y = self.cards[0].y() + m.wire
        edges = [card.x() for card in self.cards]
        # One line: cards hide what runs behind them, and 200 short ones take longer than all cards in view.
        start, end = edges[0] + m.card_width, edges[-1]
        reached = next((x for card, x in zip(self.cards, edges, strict=True) if not card.has_value), end)
        reached = max(reached, start)
        painter.setPen(style.wire)
        painter.drawLine(QLineF(start, y, reached, y))
        painter.setPen(style.unreached)
        painter.drawLine(QLineF(reached, y, end, y))
        if self.empty:
            self._paint_invitation(painter, edges[0] + m.pitch)
        elif style.level == Level.NEAR:
            self._paint_widths(painter, edges, y)

    def _paint_invitation(self, painter: QPainter, x: float) -> None:
        """Paint the place of the first layer, and how one comes there."""
        style, m = self._style, self._style.metrics
        top = self.cards[0].y()
        painter.save()
        painter.translate(x, top)
        painter.setPen(style.landing_pen)
        painter.setBrush(style.landing)
        painter.drawPath(style.card_path)
        painter.restore()
        if style.level != Level.NEAR:
            return
        center = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.setPen(style.text)
        painter.setFont(style.lane_font)
        painter.drawText(QRectF(x + 6, top, m.card_width - 12, m.card_height), center, tr(INVITATION))
        painter.setPen(style.muted)
        painter.setFont(style.words_font)
        beside = QRectF(x + m.pitch, top + m.wire + 4, 2 * m.pitch, m.card_height - m.wire)
        painter.drawText(beside, Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextWordWrap, tr(HOW))

    def _paint_widths(self, painter: QPainter, edges: list[float], y: float) -> None:
        """Paint the number of features above the wire behind a card, where it changes and there is room."""
        style, width = self._style, self._style.metrics.card_width
        painter.setPen(style.muted)
        painter.setFont(style.number_font)
        for words, (left, right) in zip(self.widths, pairwise(edges), strict=True):
            if words and style.number_width(words) <= right - left - width - 2:
                room = QRectF(left + width, y - 17, right - left - width, 14)
                painter.drawText(room, Qt.AlignmentFlag.AlignCenter, words)

    def _paint_updated(self, painter: QPainter, edges: list[float], at: int) -> None:
        """Paint a dot on the line of the update below each card whose parameters it has changed."""
        style, m = self._style, self._style.metrics
        y = self.cards[0].y() + m.card_height + WAVE
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.phase_fill["update"])
        for x, trained in zip(edges[:at], self.trained, strict=False):
            if trained:
                painter.drawEllipse(QPointF(x + m.card_width / 2, y), DOT, DOT)

    def _below_title(self, scale: float) -> float:
        """Top of the ticks: that of the cards, unless the lane's name needs more room."""
        card, m = self.cards[0], self._style.metrics
        least = card.y() + m.card_height - LEAST_TICK / scale
        return min(max(card.y(), self.rect.top() + (self._style.title_pixels + 2) / scale), least)

    def _paint_ticks(self, painter: QPainter, top: float) -> None:
        style, m = self._style, self._style.metrics
        painter.setPen(style.block_line)
        painter.setBrush(style.block_ground)
        painter.drawRects([QRectF(frame.pos(), frame.extent.size) for frame in self.frames])
        painter.setPen(Qt.PenStyle.NoPen)
        bottom = self.cards[0].y() + m.card_height
        head = min(m.header, (bottom - top) / 3)
        room = bottom - top - head - 4
        full: dict[str, list[QRectF]] = {}
        soft: dict[str, list[QRectF]] = {}
        bodies, bars, wrong = [], [], []
        for card in self.cards:
            x = card.x()
            (full if card.has_value else soft).setdefault(card.face.kind, []).append(QRectF(x, top, m.card_width, head))
            bodies.append(QRectF(x, top, m.card_width, bottom - top))
            if card.bar is not None:
                height = card.bar * room
                bars.append(QRectF(x, bottom - height, m.card_width, height))
            if card.problem:
                wrong.append(QRectF(x, bottom + 4, m.card_width, 10))
        painter.setBrush(style.card)
        painter.drawRects(bodies)
        painter.setBrush(style.lane_fill[self.cards[0].face.lane] if self.cards else style.card)
        painter.drawRects(bars)
        for group, softly in ((full, False), (soft, True)):
            for kind, rects in group.items():
                painter.setBrush(style.kinds[kind].soft if softly else style.kinds[kind].full)
                painter.drawRects(rects)
        painter.setBrush(style.danger_fill)
        painter.drawRects(wrong)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for frame in self.frames:
            if frame.isSelected():
                painter.setPen(style.selected)
                painter.drawRect(QRectF(frame.pos(), frame.extent.size))
        for card in self.cards:
            around = QRectF(card.x(), top - 8, m.card_width, bottom - top + 16)
            if card.isSelected():
                painter.setPen(style.selected)
                painter.drawRect(around)
            if card.active is not None:
                painter.setPen(style.waiting if card.active.waiting else style.executed)
                painter.drawRect(around)
        for card in self.cards if style.breakpoints else ():
            middle = QPointF(card.x() + m.card_width / 2, top)
            paint_far_breakpoint(painter, style, card.face.layer_id, middle, self._pixel)
        for card in self.cards if style.findings else ():
            below = QPointF(card.x() + m.card_width / 2, bottom)
            paint_far_finding(painter, style, card.face.layer_id, below, self._pixel)


def paint_wave(painter: QPainter, style: CanvasStyle, edges: list[float], top: float, phase: Phase, at: int) -> None:
    """What the present pass has gone over: its wires, an arrow on the card it has come to, and a line below the cards.

    `edges` and `top` are the cards' left edges and their top, `at` the number of the card. Through the update nothing
    flows along the wires.
    """
    m, backward = style.metrics, phase == "backward"
    name = "forward" if phase == "loss" else phase
    start = edges[-1] + m.card_width / 2 if backward else edges[0] + m.card_width / 2
    end = edges[at] + m.card_width / 2
    y, below = top + m.wire, top + m.card_height + WAVE
    sign = -1 if backward else 1
    if style.level != Level.FAR and phase != "update":
        painter.setPen(style.wave[name])
        painter.drawLine(QLineF(start, y, end, y))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.phase_fill[name])
        tip = edges[at] + m.card_width + 1 if backward else edges[at] - 1
        if at != (len(edges) - 1 if backward else 0):
            painter.drawPolygon(_head(QPointF(tip, y), sign, 8))
    painter.setPen(style.wave_dots[name])
    if style.level == Level.FAR:
        painter.drawLine(QLineF(start, below, end, below))
        return
    words = tr(name) if style.level == Level.NEAR else ""
    room = style.bold_metrics.horizontalAdvance(words) + 14 if words else 6
    if abs(start - end) > room + 10:
        painter.drawLine(QLineF(start, below, end - sign * (room + 4), below))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(style.phase_fill[name])
    painter.drawPolygon(_head(QPointF(end + sign * 4, below), sign, 9))
    if words:
        painter.setPen(style.wave_text[name])
        painter.setFont(style.bold_small_font)
        left = wave_words_left(style, edges, at, words, backward=backward)
        painter.drawText(QRectF(left, below - 9, room, 18), Qt.AlignmentFlag.AlignVCenter, words)


def wave_words_left(style: CanvasStyle, edges: list[float], at: int, words: str, *, backward: bool) -> float:
    """The left end of a wave's name: behind its arrow, or before it at the end of the lane, where there is no room."""
    m, width = style.metrics, style.bold_metrics.horizontalAdvance(words)
    end = edges[at] + m.card_width / 2
    before, after = end - width - 12, end + 10
    if backward:
        return after if after + width <= edges[-1] + m.card_width else before
    return before if before >= edges[0] else after


def _head(tip: QPointF, sign: int, size: float) -> QPolygonF:
    back = tip.x() - sign * size
    return QPolygonF([tip, QPointF(back, tip.y() - 0.6 * size), QPointF(back, tip.y() + 0.6 * size)])


class LandingItem(QGraphicsItem):
    """Marks where a dragged card will land: a dashed outline with its name."""

    def __init__(self, style: CanvasStyle) -> None:
        super().__init__()
        self._style = style
        self.title = ""
        self.setZValue(1)
        self.setVisible(False)
        self.setData(0, "landing")

    def boundingRect(self) -> QRectF:
        m = self._style.metrics
        return QRectF(-4, -4, m.card_width + 8, m.card_height + 8)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        style, m = self._style, self._style.metrics
        painter.setPen(style.landing_pen)
        painter.setBrush(style.landing)
        painter.drawPath(style.card_path)
        if style.level == Level.NEAR:
            painter.setPen(style.text)
            painter.setFont(style.fitting(self.title, style.title_font, m.card_width - 12))
            painter.drawText(QRectF(0, 0, m.card_width, m.header), Qt.AlignmentFlag.AlignCenter, self.title)
