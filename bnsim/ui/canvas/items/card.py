"""One card: a layer, the data or the loss, and what a frame says about it.

Cards are given what to show and repaint only if it differs. Far out they paint nothing at all:
their lane draws them together (`bnsim.ui.canvas.items.lane`).
"""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPolygonF
from PySide6.QtWidgets import QGraphicsItem, QGraphicsObject, QStyleOptionGraphicsItem, QWidget

from bnsim.session.frame import CardFrame
from bnsim.spec.naming import operation_name
from bnsim.spec.numerals import short, significant
from bnsim.spec.phrases import is_phrase
from bnsim.ui.canvas.items.bodies import (
    paint_gauge,
    paint_gradient,
    paint_inside,
    paint_short_title,
    paint_sign,
    paint_strip,
    paint_structure,
)
from bnsim.ui.canvas.items.breakpoint_mark import paint_breakpoint
from bnsim.ui.canvas.items.finding_mark import finding_reach, finding_words, first_of_finding, paint_finding
from bnsim.ui.canvas.items.scaling_mark import paint_scaling, words_of
from bnsim.ui.canvas.items.style import CanvasStyle, Level
from bnsim.ui.canvas.plan.differences import WORDS
from bnsim.ui.canvas.plan.faces import Face
from bnsim.ui.canvas.plan.states import Active
from bnsim.ui.language import told_words, tr
from bnsim.ui.model.said_facts import said_fact

PADDING = 9
GAUGE = 24
NOT_FINITE = "NaN or ∞"
ALIGN_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
ALIGN_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
ALIGN_CENTER = Qt.AlignmentFlag.AlignCenter


Hit = Literal["", "toggle", "previous copy", "next copy"]
"""What a press on a part of a card means; "" for the card itself."""
SIGN = 20


class CardItem(QGraphicsObject):
    """A card; its position is the card's upper left corner."""

    def __init__(self, style: CanvasStyle) -> None:
        super().__init__()
        self._style = style
        self.face = Face(0, "", "", "data", "", 0)
        self.frame: CardFrame | None = None
        self.active: Active | None = None
        self.problem = ""
        self.bar: float | None = None
        self.home = QPointF()
        """The position that the layout gives it; `pos` differs while a gap is open."""
        self._area = QPolygonF()
        self._area_of: tuple[int, float] | None = None
        self.callout = Callout(self, style)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption, False)
        # Panning then copies pictures; a card is painted again only when it changes or the zoom does.
        self.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)

    @property
    def has_value(self) -> bool:
        """Whether the output is computed; the outline is then solid, else dashed."""
        return self.frame is not None and self.frame.has_value

    @property
    def not_finite(self) -> bool:
        """Whether the output is computed and contains a NaN or an infinity, so that it has no histogram."""
        return self.frame is not None and self.has_value and self.face.kind != "loss" and self.frame.density is None

    def set_face(self, face: Face, name: str) -> None:
        """Set what the card shows of the document; `name` is "card:0:3" or the like."""
        if name != self.objectName():
            self.setObjectName(name)
            self.setData(0, name)
        if face != self.face:
            self.face = face
            self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIsSelectable, face.layer_id != 0)
            self.restyle()

    def restyle(self) -> None:
        """Repaint after a change of the theme or of the title."""
        self._area_of = None
        self.update()

    def set_live(self, frame: CardFrame | None, active: Active | None, bar: float | None) -> None:
        """Set what a frame says about it; `bar`: the gradient's length on the common scale, 0 to 1."""
        if frame is not self.frame or active != self.active or bar != self.bar:
            self.frame, self.active, self.bar = frame, active, bar
            self.update()

    def set_problem(self, sentence: str, *, told: bool = False) -> None:
        """Set the words for what is wrong, "" for nothing; `told`: another card of the lane has them below it."""
        sentence = tr(sentence)
        self.callout.set_words("" if told else sentence)
        if sentence != self.problem:
            self.problem = sentence
            self.setToolTip(sentence)
            self.update()

    def words(self, *, brief: bool = False) -> str:
        """All that the card shows, a line each, for the tooltip; `brief`: of findings no more than their titles."""
        lines = [self.face.title, tr(self.face.size), said_fact(self.face.remark), tr(WORDS.get(self.face.differs, ""))]
        lines += [f"· {name}" for _, name in self.face.inside[:12]]
        if self._note() not in lines and self.frame is not None:
            lines.append(self._note())
        if self.frame is not None and self.frame.density is not None:
            lines.append(tr(f"output from {short(self.frame.low)} to {short(self.frame.high)}"))
        if self.frame is not None and self.frame.gradient_norm is not None:
            lines.append(tr(f"gradient norm {significant(self.frame.gradient_norm, 3)}"))
        elif self.face.layer_id:
            lines.append(tr("no gradient yet" if self.has_value else "not computed yet"))
        lines.append(words_of(self._style, self.face.layer_id))
        lines.append(finding_words(self._style, self.face.layer_id, brief=brief))
        return "\n".join(line for line in [*lines, self.problem] if line)

    def remarks(self) -> str:
        """What findings say, on the card to look at first; on the others it would be the same again."""
        return (
            finding_words(self._style, self.face.layer_id) if first_of_finding(self._style, self.face.layer_id) else ""
        )

    def size_rect(self) -> QRectF:
        """The rectangle of the size; the editor of units opens over it."""
        m = self._style.metrics
        return QRectF(0, m.header, m.card_width, 22)

    def title_rect(self) -> QRectF:
        """The rectangle in which a double-click opens or collapses a block."""
        return QRectF(0, 0, self.card_rect().width(), self._style.metrics.header)

    def hit(self, at: QPointF) -> Hit:
        """What a press at that point does."""
        m = self._style.metrics
        sign = QRectF(m.card_width - SIGN, 0, SIGN, m.header)
        return "toggle" if self.face.opens and sign.contains(at) else ""

    def card_rect(self) -> QRectF:
        """The rectangle of the card, without what surrounds it."""
        return QRectF(0, 0, self._style.metrics.card_width, self._style.metrics.card_height)

    def _paint_header(self, painter: QPainter) -> None:
        style, m = self._style, self._style.metrics
        kind = style.kinds[self.face.kind]
        painter.fillPath(style.header_path, kind.full if self.has_value else kind.soft)
        pen = style.kind_text if self.has_value else style.text
        if style.level < Level.NEAR:
            paint_short_title(painter, style, self.face.title, pen, finding_reach(style, self.face.layer_id))
            return
        beside = SIGN if self.face.opens else PADDING - 2
        taken = PADDING + max(beside, finding_reach(style, self.face.layer_id))
        painter.setFont(style.fitting(self.face.title, style.title_font, m.card_width - taken))
        painter.setPen(pen)
        painter.drawText(QRectF(PADDING, 0, m.card_width - PADDING, m.header), ALIGN_LEFT, self.face.title)
        if self.face.opens:
            sign = QPointF(m.card_width - SIGN / 2, m.header / 2)
            paint_sign(painter, style, sign, opened=False, color_of_text=not self.has_value)

    def _paint_words(self, painter: QPainter, note_top: float) -> None:
        style, m = self._style, self._style.metrics
        width = m.card_width - 2 * PADDING
        note = self._note()
        top = tr(self.face.size)
        if self.face.kind == "loss":
            top, note = note, ""
            painter.setFont(style.bold_small_font)
            painter.setPen(style.text)
        else:
            painter.setFont(style.small_font)
            painter.setPen(style.muted)
        painter.drawText(QRectF(PADDING, m.header + 3, width, 17), ALIGN_LEFT, top)
        if self.face.differs:
            painter.setFont(style.bold_small_font)
            painter.setPen(style.muted)
            painter.drawText(QRectF(PADDING, m.header + 3, width + 2, 17), ALIGN_RIGHT, self.face.differs)
        if note and style.contents == "values" and not (self.face.inside and not self.has_value):
            left = PADDING
            from_frame = self.frame is not None and self.frame.note and not self.not_finite
            if (
                from_frame
                and self.frame is not None
                and self.frame.fraction is not None
                and self.frame.flat is not None
            ):
                gauge = QRectF(PADDING, note_top + 3, GAUGE, 8)
                paint_gauge(painter, style, gauge, self.frame.fraction, self.frame.flat)
                left, note = PADDING + GAUGE + 5, note.replace(tr("saturated"), tr("sat."))
            room = m.card_width - PADDING - left + 5
            painter.setFont(style.fitting(note, style.small_font, room))
            painter.setPen(style.danger_text if self.not_finite else style.text if from_frame else style.muted)
            painter.drawText(QRectF(left, note_top, room, 14), ALIGN_LEFT, note)

    def _note(self) -> str:
        if self.not_finite:
            return tr(NOT_FINITE)
        note = "" if self.frame is None else self.frame.note
        if is_phrase(note):
            return told_words(note)
        return tr(note) if note else said_fact(self.face.remark)

    def _paint_histogram(self, painter: QPainter, top: float, bottom: float) -> None:
        style, m = self._style, self._style.metrics
        kind = style.kinds[self.face.kind]
        density = None if self.frame is None else self.frame.density
        if density is None or not self.has_value:
            return
        if self._area_of != (id(density), bottom):
            step = (m.card_width - 2 * PADDING) / len(density)
            points = [QPointF(PADDING, bottom)]
            points += [
                QPointF(PADDING + (i + 0.5) * step, bottom - y * (bottom - top)) for i, y in enumerate(density.tolist())
            ]
            points.append(QPointF(m.card_width - PADDING, bottom))
            self._area, self._area_of = QPolygonF(points), (id(density), bottom)
        painter.setPen(kind.line)
        painter.setBrush(kind.area)
        painter.drawPolygon(self._area)

    def _paint_bar(self, painter: QPainter) -> None:
        style, m = self._style, self._style.metrics
        if not self.face.layer_id and self.bar is None:
            return
        near = style.level == Level.NEAR
        y = m.card_height - 15
        norm = None if self.frame is None else self.frame.gradient_norm
        width = m.card_width - 2 * PADDING - (style.number_room if near and norm is not None else 0)
        track = QRectF(PADDING, y, width, 6)
        if norm is None:
            painter.setPen(style.dashed_hairline)
            painter.drawLine(QPointF(track.left(), y + 3), QPointF(track.right(), y + 3))
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.track)
        painter.drawRoundedRect(track, 3, 3)
        finite = self.bar is not None
        if self.bar != 0:
            painter.setBrush(style.lane_fill[self.face.lane] if finite else style.danger_fill)
            length = width if self.bar is None else max(self.bar * width, 4)
            painter.drawRoundedRect(QRectF(PADDING, y, length, 6), 3, 3)
        if near:
            painter.setFont(style.number_font)
            painter.setPen(style.muted if finite else style.danger_text)
            right = m.card_width - PADDING + 2
            painter.drawText(QRectF(0, y - 5, right, 16), ALIGN_RIGHT, short(norm))

    def _paint_outline(self, painter: QPainter) -> None:
        style = self._style
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self.active is not None:
            painter.setPen(style.waiting if self.active.waiting else style.executed)
        elif self.problem:
            painter.setPen(style.danger)
        else:
            painter.setPen(style.outline if self.has_value else style.soft_outline)
        painter.drawPath(style.card_path)
        if self.isSelected():
            painter.setPen(style.selected)
            painter.drawPath(style.ring_path)

    def _paint_tag(self, painter: QPainter, active: Active) -> None:
        """Paint direction and operation above the card."""
        style, m = self._style, self._style.metrics
        painter.save()
        painter.translate(5, -12)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.phase_fill[active.phase])
        if active.phase == "update":
            painter.drawEllipse(QPointF(0, 0), 3.5, 3.5)
        else:
            painter.drawPath(style.arrow_backward if active.phase == "backward" else style.arrow_forward)
        text = tr("waiting" if active.waiting else operation_name(active.op))
        painter.setFont(style.fitting(text, style.bold_small_font, m.card_width - 8))
        painter.setPen(style.muted if active.waiting else style.text)
        painter.drawText(QRectF(9, -8, m.card_width, 16), ALIGN_LEFT, text)
        painter.restore()

    def boundingRect(self) -> QRectF:
        m = self._style.metrics
        return QRectF(-7, -m.tag - 6, m.card_width + 14 + m.gap, m.card_height + m.tag + 13)

    def shape(self) -> QPainterPath:
        return self._style.card_path

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        style, m = self._style, self._style.metrics
        near = style.level == Level.NEAR
        painter.fillPath(style.card_path, style.card)
        self._paint_header(painter)
        bottom = m.card_height - 24
        noted = near and self.face.kind != "loss" and bool(self._note())
        top, low = m.header + (23 if near else 8), bottom - (14 if noted else 0)
        if style.contents == "structure":
            paint_structure(painter, style, self.face, near)
        elif style.contents == "gradients":
            paint_gradient(painter, style, self.face, self.bar, self.frame)
        elif self.face.inside and not self.has_value:
            paint_inside(painter, style, self.face.inside, top, m.card_height - 22, near)
        else:
            if self.face.inside and near:
                paint_strip(painter, style, self.face.inside)
                top += 4
            self._paint_histogram(painter, top, low)
        if near:
            self._paint_words(painter, bottom - 9)
        if style.contents == "values":
            self._paint_bar(painter)
        self._paint_outline(painter)
        if near and self.active is not None:
            self._paint_tag(painter, self.active)
        paint_breakpoint(painter, style, self.face.layer_id)
        if near:
            paint_scaling(painter, style, self.face.layer_id)
        paint_finding(painter, style, self.face.layer_id)
        if near and self.problem:
            _paint_problem_mark(painter, style)


def _paint_problem_mark(painter: QPainter, style: CanvasStyle) -> None:
    """Paint a disc with "!" on the corner of the card: shape and sign, not color alone."""
    center = QPointF(style.metrics.card_width - 4, 3)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(style.danger_fill)
    painter.drawEllipse(center, 8.5, 8.5)
    painter.setPen(style.card_pen)
    painter.setFont(style.title_font)
    painter.drawText(QRectF(center.x() - 8, center.y() - 8, 16, 16), ALIGN_CENTER, "!")


class Callout(QGraphicsItem):
    """The words of a problem below the card, as wide as they need."""

    WIDTHS = (300, 380, 460)
    """The least of these is taken at which the words have room below the card."""

    def __init__(self, card: CardItem, style: CanvasStyle) -> None:
        super().__init__(card)
        self._style = style
        self.words = ""
        self._rect = QRectF()
        self._room = (0.0, float(self.WIDTHS[0]))
        self.setZValue(1)
        self.setVisible(False)

    def set_words(self, words: str) -> None:
        """Show these words; hide the callout if they are empty."""
        if words != self.words:
            self.words = words
            self.set_rect()
            self.update()
        self.show_at_level()

    def show_at_level(self) -> None:
        """Show the words where cards are near enough to read them, if there are any."""
        self.setVisible(bool(self.words) and self._style.level == Level.NEAR)

    def set_room(self, left: float, right: float) -> None:
        """Set how far it may reach to the left and to the right of the card's left edge."""
        self._room = (left, right)
        self.set_rect()

    def set_rect(self) -> None:
        """Place the callout below the card, and to the left as far as there is no room at the right."""
        self.prepareGeometryChange()
        m = self._style.metrics
        most = self._style.small_metrics.horizontalAdvance(self.words) + 18
        for limit in self.WIDTHS:
            width = max(min(limit, most), m.card_width)
            height = self.text_height(width)
            if height <= m.foot - 5:
                break
        left, right = self._room
        self._rect = QRectF(max(min(0.0, right - width), -left), m.card_height + 4, width, height)

    def text_height(self, width: float) -> float:
        """The height of the words in a callout of that width, with what is around them."""
        room = QRectF(0, 0, width - 14, 10_000)
        used = self._style.small_metrics.boundingRect(room, int(ALIGN_LEFT) | int(Qt.TextFlag.TextWordWrap), self.words)
        return float(used.height()) + 6

    def boundingRect(self) -> QRectF:
        return self._rect.adjusted(-1, -1, 1, 1)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        style = self._style
        flags = int(ALIGN_LEFT) | int(Qt.TextFlag.TextWordWrap)
        painter.setFont(style.small_font)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.danger_soft)
        painter.drawRoundedRect(self._rect, 4, 4)
        painter.setPen(style.danger_text)
        painter.drawText(self._rect.adjusted(8, 2, -6, -2), flags, self.words)
