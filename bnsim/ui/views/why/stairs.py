"""The staircase as it is drawn: a link under the pointer says its sentence, a click goes to its operation."""

from __future__ import annotations

import math
from collections.abc import Callable

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from bnsim.lenses.why.staircase import Flight, Step
from bnsim.plot.theme import Theme
from bnsim.spec.numerals import factor
from bnsim.ui.language import tr
from bnsim.ui.model.exportable import Exportable
from bnsim.ui.theme.style import color, font
from bnsim.ui.views.parts import FigureBox, SmallPlot

NEAR = 16.0
"""Pixels from which a link is under the pointer."""
PAD = 8.0
WIDEST = 300.0
"""Pixels that the words of a link take at most."""
RING = 7.0
"""Radius in pixels of the ring at the link that the run has come to."""
MOVED = 4
"""Pixels from which a press is a drag and no click."""

Found = tuple[Flight, Step]


class StairPlot(SmallPlot):
    """Links are pointed at with the mouse, or with Up and Down: from the loss down."""

    pointed = Signal(object)
    """The `Step` under the pointer; None for none."""
    chosen = Signal(object)
    """A `Step` was clicked, or Enter pressed on it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._flights: tuple[Flight, ...] = ()
        self._at: tuple[int, int] | None = None
        """Numbers of the flight and of the step that is pointed at."""
        self._come_to: tuple[Step, ...] = ()
        self._down: QPointF | None = None
        self.viewport().setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleDescription(
            tr("Up and Down go through the links from the loss down; Enter goes to the operation.")
        )

    def show_flights(self, flights: tuple[Flight, ...]) -> None:
        """The links that can be pointed at; `draw` is given the figure of them."""
        self._flights = flights
        if self._at is not None and self.step is None:
            self._at = None
        self.viewport().update()

    def mark(self, come_to: tuple[Step, ...]) -> None:
        """Mark the links that the run has just come to, one in each lane that has one."""
        if come_to != self._come_to:
            self._come_to = come_to
            self.viewport().update()

    @property
    def step(self) -> Step | None:
        """The link that is pointed at."""
        found = self._found()
        return None if found is None else found[1]

    def point_at(self, wanted: Step | None) -> None:
        """Mark a link that is pointed at elsewhere."""
        for number, flight in enumerate(self._flights):
            for place, step in enumerate(flight.steps):
                if step is wanted:
                    self._point((number, place))
                    return
        self._point(None)

    def _found(self) -> Found | None:
        if self._at is None or self._at[0] >= len(self._flights):
            return None
        flight, place = self._flights[self._at[0]], self._at[1]
        return (flight, flight.steps[place]) if place < len(flight.steps) else None

    def _point(self, at: tuple[int, int] | None) -> None:
        if at != self._at:
            self._at = at
            self.viewport().setCursor(Qt.CursorShape.ArrowCursor if at is None else Qt.CursorShape.PointingHandCursor)
            self.viewport().update()
            self.pointed.emit(self.step)

    def _nearest(self, to: QPointF) -> tuple[int, int] | None:
        """The link that is nearest to a point of the viewport, among those near it."""
        best, least = None, NEAR
        for number, flight in enumerate(self._flights):
            for place, step in enumerate(flight.steps):
                ends = self._line(step)
                away = math.inf if ends is None else _distance(to, *ends)
                if away < least:
                    best, least = (number, place), away
        return best

    def _line(self, step: Step) -> tuple[QPointF, QPointF] | None:
        """Both ends of a link in pixels of the viewport; None where it has no place on the axes."""
        return None if not _drawable(step) else (self._pixel(step.x[0], step.y[0]), self._pixel(step.x[1], step.y[1]))

    def _pixel(self, x: float, y: float) -> QPointF:
        view = self.plotItem.vb
        scene = view.mapViewToScene(QPointF(x, math.log10(y)))
        return QPointF(self.viewportTransform().map(scene))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        self._paint_marks()
        found, theme = self._found(), self._theme
        ends = None if found is None else self._line(found[1])
        if found is None or ends is None or theme is None:
            return
        with QPainter(self.viewport()) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(color(theme, "focus", 0.35), 11.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawLine(*ends)
            _paint_card(painter, theme, found, ends, QRectF(self.viewport().rect()))

    def _paint_marks(self) -> None:
        """A ring at the end of each link that the run has come to, in the color of the cursor."""
        lines = [ends for step in self._come_to if (ends := self._line(step)) is not None]
        if not lines or self._theme is None:
            return
        with QPainter(self.viewport()) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(color(self._theme, "accent"), 2.5))
            painter.setBrush(color(self._theme, "accent", 0.25))
            for _, end in lines:
                painter.drawEllipse(end, RING, RING)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        if not event.buttons():
            self._point(self._nearest(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._down = event.position()
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        down, self._down = self._down, None
        super().mouseReleaseEvent(event)
        if down is None or event.button() != Qt.MouseButton.LeftButton:
            return
        if (event.position() - down).manhattanLength() < MOVED:
            self._point(self._nearest(event.position()))
            if self.step is not None:
                self.chosen.emit(self.step)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._point(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and event.modifiers() == Qt.KeyboardModifier.NoModifier:
            self._go(1 if key == Qt.Key.Key_Down else -1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.step is not None:
            self.chosen.emit(self.step)
        else:
            super().keyPressEvent(event)

    def _go(self, by: int) -> None:
        """Point at the next link, after the last one of a lane at the first of the next lane."""
        all_of = [(number, k) for number, flight in enumerate(self._flights) for k in range(len(flight.steps))]
        if all_of:
            here = all_of.index(self._at) + by if self._at in all_of else 0
            self._point(all_of[here % len(all_of)])


class StairBox(FigureBox):
    """The staircase with its title and its menu."""

    plot: StairPlot
    whole: Callable[[], Exportable | None] | None = None
    """What leaves the window in its place, of which the staircase is a part."""

    def exportable(self) -> Exportable | None:
        return super().exportable() if self.whole is None else self.whole()

    def set_height(self, height: int) -> None:
        """Make the plot that many pixels high."""
        self.plot.setFixedHeight(height)
        self.updateGeometry()

    def _new_plot(self) -> SmallPlot:
        return StairPlot(self)


def _drawable(step: Step) -> bool:
    return all(math.isfinite(y) and y > 0 for y in step.y)


def _distance(to: QPointF, start: QPointF, end: QPointF) -> float:
    """From a point to a line between two others."""
    along, across = end - start, to - start
    length = along.x() ** 2 + along.y() ** 2
    part = 0.0 if not length else min(max(QPointF.dotProduct(across, along) / length, 0.0), 1.0)
    return math.hypot(across.x() - part * along.x(), across.y() - part * along.y())


def _paint_card(painter: QPainter, theme: Theme, found: Found, ends: tuple[QPointF, QPointF], area: QRectF) -> None:
    """A card with the link's name, its factor, its lane and the sentence of its cause, beside it and inside `area`."""
    flight, step = found
    bold, plain = font(theme, "text", bold=True), font(theme, "text-small")
    head, body = QFontMetricsF(bold), QFontMetricsF(plain)
    width = min(WIDEST, area.width() - 4 * PAD)
    title, said = f"{tr(step.name)} {factor(step.factor)}", tr(step.words)
    words = body.boundingRect(QRectF(0, 0, width, 1000), _WRAPPED, said)
    inner = min(width, max(words.width(), head.horizontalAdvance(title), body.horizontalAdvance(flight.name)) + 2)
    box = QRectF(0, 0, inner + 2 * PAD, head.height() + body.height() + words.height() + 2 * PAD)
    middle = (ends[0] + ends[1]) / 2
    box.moveLeft(min(max(area.left() + 2, middle.x() - box.width() / 2), area.right() - box.width() - 2))
    above = min(ends[0].y(), ends[1].y()) - box.height() - PAD
    below = max(ends[0].y(), ends[1].y()) + PAD
    box.moveTop(above if above >= area.top() else min(below, area.bottom() - box.height() - 2))
    painter.setPen(QPen(color(theme, "line-strong"), 1.0))
    painter.setBrush(color(theme, "card", 0.97))
    painter.drawRoundedRect(box, 6.0, 6.0)
    inside = box.adjusted(PAD, PAD, -PAD, -PAD)
    painter.setFont(bold)
    painter.setPen(QColor(theme.text_color(step.role)))
    painter.drawText(QPointF(inside.left(), inside.top() + head.ascent()), title)
    painter.setFont(plain)
    painter.setPen(QColor(theme.text_color(flight.role)))
    inside.setTop(inside.top() + head.height())
    painter.drawText(QPointF(inside.left(), inside.top() + body.ascent()), flight.name)
    inside.setTop(inside.top() + body.height())
    painter.setPen(color(theme, "text"))
    painter.drawText(inside, _WRAPPED, said)


_WRAPPED = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
