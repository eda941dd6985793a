"""Set mathematics in a column: broken into lines at signs, every tensor in its color, hovered and clicked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from bnsim.lenses.equations import Named
from bnsim.lenses.equations.markup import operator
from bnsim.plot.theme import Theme
from bnsim.spec.spelling import NO_SPELLING, Spelling
from bnsim.ui.language import tr
from bnsim.ui.theme.style import color
from bnsim.ui.views.equation.drawing import Drawing, Zone, set_numbers
from bnsim.ui.views.tensor.colors import role_color

LEADING = 7.0
INDENT = 18.0
SMALLEST = 0.62
"""The smallest scale at which a span that is wider than the line is drawn."""
TOUCH = 3.0
OVERWRITTEN = "what stood there before is overwritten by the time a watch is read"


class Span(Struct, frozen=True):
    """A sign, and what follows it without a break; `in_parts` gives the same in more spans, for narrow lines.

    `begins`: it is the first of another equation, which begins a line.
    """

    sign: str
    body: Drawing
    in_parts: Callable[[], Sequence[Span]] | None = None
    begins: bool = False


class _Spot(Struct, frozen=True):
    drawing: Drawing
    x: float
    y: float
    scale: float

    def zones(self) -> list[Zone]:
        """The zones with their rectangles on the widget."""
        k = self.scale
        return [
            zone._replace(
                rect=QRectF(
                    self.x + zone.rect.x() * k,
                    self.y + zone.rect.y() * k,
                    zone.rect.width() * k,
                    zone.rect.height() * k,
                )
            )
            for zone in self.drawing.zones
        ]


class Mathematics(QWidget):
    """Shows spans in lines, and emits the mark that is clicked."""

    clicked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        # Not fixed: that would be the height for the width of the size hint, at which wide lines are drawn smaller.
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self._spans: tuple[Span, ...] = ()
        self._named: Mapping[int, Named] = {}
        self._spelled = NO_SPELLING
        self._spots: list[_Spot] = []
        self._known: dict[int, tuple[list[_Spot], int]] = {}
        """Positions and height by width: a layout asks for the height of a width many times."""
        self._in_parts: dict[int, Sequence[Span]] = {}
        """The parts of spans that are shown, by their identity."""
        self._theme: Theme | None = None
        self._size = 17.0
        self._hovered = 0

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def show_spans(
        self, spans: Sequence[Span], named: Mapping[int, Named], size: float, spelled: Spelling = NO_SPELLING
    ) -> None:
        """Show these spans in a font `size` pixels high; `spelled`: how watches name what the lane has."""
        self._spans, self._named, self._size, self._spelled = tuple(spans), named, size, spelled
        self._hovered = 0
        self._known.clear()
        self._in_parts.clear()
        self._lay_out()
        self.updateGeometry()

    def shows(self, drawing: Drawing) -> bool:
        """Whether that very drawing is among what is shown."""
        return any(spot.drawing is drawing for spot in self._spots)

    def zone(self, mark: int) -> QRectF:
        """The rectangle of a tensor's symbol; empty if it is not shown."""
        for spot in self._spots:
            for zone in spot.zones():
                if zone.mark == mark:
                    return zone.rect
        return QRectF()

    def numbers(self) -> list[tuple[QRectF, str]]:
        """Where each number that can be watched stands, and its expression."""
        zones = (zone for spot in self._spots for zone in spot.zones() if zone.element is not None)
        found = (
            (zone.rect, self._named[zone.mark].watch(zone.element or (), self._spelled))
            for zone in zones
            if zone.mark in self._named
        )
        return [(rect, watch) for rect, watch in found if watch]

    def unwatched_at(self, at: QPoint) -> str:
        """Why the number at a point cannot be watched; "" if none is there, or it can."""
        for zone in (zone for spot in self._spots for zone in spot.zones()):
            named = self._named.get(zone.mark)
            if named is None or not zone.number or not _wider(zone.rect).contains(QPointF(at)):
                continue
            if zone.element is None:
                return OVERWRITTEN
            return "" if named.watch(zone.element, self._spelled) else named.unwatched
        return ""

    def watch_at(self, at: QPoint) -> str:
        """The expression of the number at a point; "" if none is there."""
        near = (watch for rect, watch in self.numbers() if _wider(rect).contains(QPointF(at)))
        return next(near, "")

    def sizeHint(self) -> QSize:
        return QSize(240, self.heightForWidth(240))

    def minimumSizeHint(self) -> QSize:
        return QSize(80, 0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        # Told, not set: a height set while a layout is at work comes too late for those around it.
        return self._broken(width)[1]

    def _lay_out(self) -> None:
        self._spots, _ = self._broken(self.width())
        self.update()

    def _broken(self, width: int) -> tuple[list[_Spot], int]:
        """The positions of everything in lines of that width, and their height in pixels."""
        if width not in self._known:
            self._known[width] = self._break_lines(width)
        return self._known[width]

    def _break_lines(self, width: int) -> tuple[list[_Spot], int]:
        room = max(float(width), 80.0)
        spots: list[_Spot] = []
        top = 1.0
        line: list[tuple[Drawing, float, float]] = []
        x = 0.0
        for span in self._fitted(room):
            sign = _sign(span.sign, self._size) if span.sign else None
            lead = sign.width if sign else 0.0
            if line and (span.begins or x + lead + span.body.width > room):
                top, x, line = self._end(line, top, spots), 0.0 if span.begins else INDENT, []
            free = room - x - lead
            scale = max(min(1.0, free / span.body.width), SMALLEST) if span.body.width > free > 0 else 1.0
            if sign:
                line.append((sign, x, 1.0))
            line.append((span.body, x + lead, scale))
            x += lead + span.body.width * scale
        return spots, round(self._end(line, top, spots) - LEADING + 2.0) if line else 0

    def _fitted(self, room: float) -> list[Span]:
        """The spans, those in parts that a line of that width has no room for."""
        fitted: list[Span] = []
        for span in self._spans:
            lead = _sign(span.sign, self._size).width if span.sign else 0.0
            narrow = INDENT + lead + span.body.width > room
            fitted += self._parts(span) if narrow and span.in_parts is not None else (span,)
        return fitted

    def _parts(self, span: Span) -> Sequence[Span]:
        """A span in parts, which are drawn once for all widths."""
        if id(span) not in self._in_parts:
            parts = [] if span.in_parts is None else list(span.in_parts())
            self._in_parts[id(span)] = [*(replace(part, begins=span.begins) for part in parts[:1]), *parts[1:]]
        return self._in_parts[id(span)]

    @staticmethod
    def _end(line: list[tuple[Drawing, float, float]], top: float, spots: list[_Spot]) -> float:
        up = max(part.ascent * scale for part, _, scale in line)
        down = max(part.descent * scale for part, _, scale in line)
        spots += [_Spot(part, x, top + up, scale) for part, x, scale in line]
        return top + up + down + LEADING

    def _at(self, point: QPointF) -> int:
        for spot in self._spots:
            for zone in spot.zones():
                if _wider(zone.rect).contains(point) and zone.mark in self._named:
                    return zone.mark
        return 0

    def _ink(self, theme: Theme, mark: int) -> QColor:
        named = self._named.get(mark)
        return color(theme, "text") if named is None else role_color(theme, named.role)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        if theme is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for spot in self._spots:
            for zone in spot.zones():
                if zone.mark == self._hovered and zone.mark:
                    painter.setBrush(color(theme, "accent-soft"))
                    painter.drawRoundedRect(_wider(zone.rect), TOUCH, TOUCH)
        for spot in self._spots:
            painter.save()
            painter.translate(spot.x, spot.y)
            painter.scale(spot.scale, spot.scale)
            for stroke in spot.drawing.strokes:
                painter.fillPath(stroke.path, self._ink(theme, stroke.mark))
            painter.restore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        mark = self._at(event.position())
        named = self._named.get(mark)
        pointing = named is not None and named.tensor is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if pointing else Qt.CursorShape.ArrowCursor)
        if mark != self._hovered:
            self._hovered = mark
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = 0
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        mark = self._at(event.position())
        if mark and event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit(mark)
        else:
            super().mousePressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        if event.size().width() != event.oldSize().width():
            self._lay_out()
        if self.height() != self.heightForWidth(self.width()):
            # A scroll bar came while a layout was at work: it has the height for another width.
            self.updateGeometry()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            named = self._named.get(self._at(QPointF(event.pos())))
            QToolTip.showText(event.globalPos(), tr(named.sentence()) if named else "", self)
            return True
        return super().event(event)


@lru_cache(maxsize=256)
def _sign(sign: str, size: float) -> Drawing:
    """A sign between two spans."""
    return set_numbers(operator("", sign), size)


def _wider(rect: QRectF) -> QRectF:
    return rect.adjusted(-TOUCH, -TOUCH, TOUCH, TOUCH)
