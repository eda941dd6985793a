"""Painting the time line."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from bnsim.plot.theme import Theme, load_theme
from bnsim.session.track import Mark, Track
from bnsim.spec.numerals import count
from bnsim.ui.language import tr
from bnsim.ui.theme.style import color, font
from bnsim.ui.timeline.scale import Scale, name_columns, own_part, placed_names, range_words

PALE = 0.4
"""Opacity of everything later than the present moment."""
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
CENTER = Qt.AlignmentFlag.AlignCenter
LONGEST_NAMES = (11.8, 8.7)
"""Width of the longest name, as a multiple of its type's size, where names stand in one column and in two."""
COLUMN_GAP = 10.0
RING = 3.5
"""The radius of the ring where a fork begins."""
PIECE = 16
"""Points of a line that are drawn at a time."""


class Labels:
    """Fonts, colors and margins of one theme."""

    def __init__(self, theme: Theme | None = None) -> None:
        self.theme = load_theme("light") if theme is None else theme
        self.small: QFont = font(self.theme, "tick") if theme is not None else QFont()
        self.bold: QFont = font(self.theme, "tick", bold=True) if theme is not None else QFont()
        self.metrics = QFontMetricsF(self.bold)
        self.left = self.metrics.horizontalAdvance(tr("loss, log")) + 26
        self.top = 8.0
        self.bottom = self.metrics.height() + 8

    def right(self, names: Sequence[str]) -> float:
        """The width of the lanes' names at the right, in pixels."""
        columns = name_columns(len(names))
        return columns * self.name_width(names) + (columns - 1) * COLUMN_GAP + 26

    def name_width(self, names: Sequence[str]) -> float:
        """The width that each lane's name has, in pixels."""
        widest = max((self.metrics.horizontalAdvance(name) for name in names), default=0.0)
        return min(widest, LONGEST_NAMES[name_columns(len(names)) - 1] * self.theme.size("tick"))

    def color(self, name: str, alpha: float = 1.0) -> QColor:
        return color(self.theme, name, alpha)


def paint_frame(painter: QPainter, labels: Labels, scale: Scale, whole: QRectF, *, empty: bool) -> None:
    """Paint the background, the axis and the labels of both."""
    painter.fillRect(whole, labels.color("window"))
    painter.setPen(QPen(labels.color("line"), labels.theme.size("hairline")))
    painter.drawLine(whole.topLeft(), whole.topRight())
    painter.setPen(QPen(labels.color("plot-line"), 1))
    painter.drawLine(QPointF(scale.left, scale.bottom + 2.5), QPointF(scale.right, scale.bottom + 2.5))
    painter.setFont(labels.small)
    painter.setPen(labels.color("text-muted"))
    height = labels.metrics.height()
    room = labels.left - 16
    painter.drawText(QRectF(8, scale.bottom + 3, room, height), RIGHT, tr("loss, log") if scale.log else tr("loss"))
    if empty:
        return
    low, high = range_words(scale.low, scale.high)
    painter.drawText(QRectF(8, scale.top - 4, room, height), RIGHT, high)
    painter.drawText(QRectF(8, scale.bottom - height + 3, room, height), RIGHT, low)


def paint_focus(painter: QPainter, labels: Labels, whole: QRectF) -> None:
    """Paint the frame that shows keyboard focus."""
    painter.setPen(QPen(labels.color("focus"), 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(whole.adjusted(2, 2, -2, -2), 4, 4)


def paint_losses(
    painter: QPainter,
    labels: Labels,
    scale: Scale,
    track: Track,
    roles: Sequence[str],
    *,
    strong: bool,
    forked: Collection[int] = (),
) -> None:
    """Paint every lane's loss, its name at the end; a ring where that of a stack among those `forked` begins."""
    painter.setOpacity(1.0 if strong else PALE)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    ends = []
    for lane, role in zip(track.lanes, roles, strict=True):
        points = scale.points(lane.iterations, lane.losses)
        painter.setPen(QPen(labels.color(role), labels.theme.size("line-normal") * 0.8))
        for part in _whole_parts(points):
            _draw_line(painter, [QPointF(x, y) for x, y in part.tolist()])
        seen = points[~np.isnan(points[:, 1])]
        if lane.stack_id in forked and len(seen):
            painter.setPen(QPen(labels.color(role), 1.6))
            painter.setBrush(labels.color("window"))
            painter.drawEllipse(QPointF(*seen[0]), RING, RING)
            painter.setBrush(Qt.BrushStyle.NoBrush)
        ends.append(float(seen[-1, 1]) if len(seen) else scale.bottom)
    painter.setOpacity(1.0)
    paint_names(painter, labels, scale, [lane.name for lane in track.lanes], roles, ends)


def _draw_line(painter: QPainter, points: Sequence[QPointF]) -> None:
    """Draw a long line in pieces: Qt takes eight times as long for a thousand points at once.

    A pale line is drawn as a whole, as where pieces meet it would be darker.
    """
    size = PIECE if painter.opacity() == 1.0 else max(len(points), 2)
    for start in range(0, len(points) - 1, size):
        painter.drawPolyline(QPolygonF(points[start : start + size + 1]))


def paint_names(
    painter: QPainter, labels: Labels, scale: Scale, names: Sequence[str], roles: Sequence[str], ends: Sequence[float]
) -> None:
    """Paint the lanes' names, each about where its line ends; in two columns where they are many."""
    height, width = labels.metrics.height(), labels.name_width(names)
    rows = math.ceil(len(names) / name_columns(len(names)))
    apart = min(height - 1, (scale.bottom - scale.top + 10) / max(rows, 1))
    places = placed_names(ends, apart, scale.top, max(scale.bottom, scale.top + apart))
    painter.setFont(labels.bold)
    for name, role, (column, y) in zip(names, roles, places, strict=True):
        painter.setPen(QColor(labels.theme.text_color(role)))
        room = QRectF(scale.right + 12 + column * (width + COLUMN_GAP), y - height / 2, width + 8, height)
        fits = labels.metrics.horizontalAdvance(name) <= room.width()
        shown = name if fits else own_part(name, names)  # names of forks begin alike
        painter.drawText(room, LEFT, labels.metrics.elidedText(shown, Qt.TextElideMode.ElideMiddle, room.width()))


def _whole_parts(points: np.ndarray) -> list[np.ndarray]:
    """The parts of a line between gaps; a single point becomes a short dash."""
    gaps = np.flatnonzero(np.isnan(points[:, 1]))
    parts = [part[~np.isnan(part[:, 1])] for part in np.split(points, gaps)]
    return [np.vstack([part, part + (1.5, 0)]) if len(part) == 1 else part for part in parts if len(part)]


def paint_marks(painter: QPainter, labels: Labels, scale: Scale, marks: Sequence[Mark]) -> None:
    """Paint a diamond on the axis where something stopped; overlapping ones are merged."""
    painter.setPen(QPen(labels.color("window"), 1))
    painter.setBrush(labels.color("danger"))
    last = -1e9
    for mark in marks:
        x = scale.x(mark.iteration)
        if x - last < 5:
            continue
        last = x
        painter.drawPolygon(diamond(x, scale.bottom + 2.5, 5.0))


def paint_changes(painter: QPainter, labels: Labels, scale: Scale, changes: Sequence[Mark]) -> None:
    """Paint a dashed line where weights were changed, with the factor; no words over those of one before."""
    painter.setFont(labels.small)
    free = -1e9
    for mark in changes:
        x = scale.x(mark.iteration)
        painter.setPen(QPen(labels.color("text-muted"), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(x, scale.top - 4), QPointF(x, scale.bottom + 2.5))
        width = labels.metrics.horizontalAdvance(mark.short)
        left = x + 3 if x + 3 + width < scale.right + 8 else x - 3 - width
        if left > free:
            room = QRectF(left, scale.top - 6, width, labels.metrics.height())
            painter.fillRect(room, labels.color("window", 0.8))
            painter.setPen(labels.color("text"))
            painter.drawText(room, LEFT, mark.short)
            free = left + width


def paint_forks(painter: QPainter, labels: Labels, scale: Scale, forks: Sequence[tuple[int, str]]) -> None:
    """Paint a thin line down to the axis at the iteration of each fork, in the color of its role."""
    for iteration, role in forks:
        x = scale.x(iteration)
        painter.setPen(QPen(labels.color(role, 0.7), 1, Qt.PenStyle.DotLine))
        painter.drawLine(QPointF(x, scale.top - 4), QPointF(x, scale.bottom + 2.5))


def diamond(x: float, y: float, size: float) -> QPolygonF:
    """The polygon of a diamond, the sign of a breakpoint."""
    return QPolygonF([QPointF(x, y - size), QPointF(x + size, y), QPointF(x, y + size), QPointF(x - size, y)])


def paint_present(painter: QPainter, labels: Labels, scale: Scale, present: int, wanted: int) -> None:
    """Paint a line at the present iteration with its number below, and a dotted one at the wanted iteration."""
    accent = labels.color("accent")
    if wanted != present:
        painter.setPen(QPen(accent, 1.5, Qt.PenStyle.DotLine))
        painter.drawLine(QPointF(scale.x(wanted), 4), QPointF(scale.x(wanted), scale.bottom + 4))
    x = scale.x(present)
    painter.setPen(QPen(accent, labels.theme.size("line-normal")))
    painter.drawLine(QPointF(x, 4), QPointF(x, scale.bottom + 4))
    painter.setFont(labels.bold)
    text = count(wanted)
    width, text_height = labels.metrics.horizontalAdvance(text) + 10, labels.metrics.height()
    at = scale.x(wanted)
    left = min(max(at - width / 2, scale.left - 4), scale.right - width + 8)
    tag = QRectF(left, scale.bottom + 5, width, text_height)
    painter.setFont(labels.small)
    painter.setPen(labels.color("text-muted"))
    for number, alignment, edge in ((0, LEFT, scale.left), (scale.end, RIGHT, scale.right)):
        words = count(number)
        room = labels.metrics.horizontalAdvance(words) + 4
        rect = QRectF(edge if alignment == LEFT else edge - room, scale.bottom + 5, room, text_height)
        if not rect.adjusted(-4, 0, 4, 0).intersects(tag):
            painter.drawText(rect, alignment, words)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(accent)
    painter.drawRoundedRect(tag, 3, 3)
    painter.setFont(labels.bold)
    painter.setPen(labels.color("accent-text"))
    painter.drawText(tag, CENTER, text)
