"""Paints the small picture of a document: lanes by depth on a logarithmic axis."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen, QPolygonF

from bnsim.plot.theme import Theme
from bnsim.spec.numerals import power_of_ten
from bnsim.ui.language import tr
from bnsim.ui.model.pictures import Line, Picture
from bnsim.ui.theme.style import color, font

MOST_RULES = 5
GAP = 4.0
WHERE, WHAT = "← first layer", "gradient by depth, measured"


def paint_small(painter: QPainter, picture: Picture | None, theme: Theme, place: QRectF) -> None:
    """A thumbnail with a background of its own; without a picture, axes with nothing in them."""
    painter.setPen(QPen(color(theme, "line"), 1))
    painter.setBrush(color(theme, "canvas"))
    painter.drawRoundedRect(place, theme.size("radius"), theme.size("radius"))
    inner = place.adjusted(7, 7, -7, -7)
    if picture is None:
        painter.setPen(QPen(color(theme, "line-strong"), 1, Qt.PenStyle.DotLine))
        painter.drawPolyline([inner.topLeft(), inner.bottomLeft(), inner.bottomRight()])
        return
    for line in picture.lines:
        painter.setPen(QPen(color(theme, line.role), theme.size("line-small") + 0.4))
        _paint_line(painter, _points(line, picture.limits, inner))


def paint_large(painter: QPainter, picture: Picture, theme: Theme, place: QRectF, upto: float = 1.0) -> None:
    """With rules at powers of ten, each lane's name on its line, and the words for what it is below.

    `upto` is the share of the layers that the gradient has reached from the loss, at the right, on.
    """
    small, bold = font(theme, "text-small"), font(theme, "label", bold=True)
    metrics, names = QFontMetricsF(small), QFontMetricsF(bold)
    low, high = picture.limits
    ticks = powers(low, high)
    margin = max((metrics.horizontalAdvance(power_of_ten(each)) for each in ticks), default=0.0) + 2 * GAP
    area = place.adjusted(margin, names.height() * 0.6, -GAP, -metrics.height() - 2 * GAP)
    painter.setFont(small)
    for each in ticks:
        y = _down(each, (low, high), area)
        painter.setPen(QPen(color(theme, "grid"), 1))
        painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
        painter.setPen(color(theme, "text-muted"))
        text = QRectF(place.left(), y - metrics.height() / 2, margin - 2 * GAP, metrics.height())
        painter.drawText(text, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, power_of_ten(each))
    for line in picture.lines:
        points = _points(line, (low, high), area)
        reached = points[len(points) - max(round(upto * len(points)), 1) :]
        ink = color(theme, line.role)
        painter.setPen(QPen(ink, theme.size("line-bold"), c=Qt.PenCapStyle.RoundCap, j=Qt.PenJoinStyle.RoundJoin))
        _paint_line(painter, reached)
        head = next((point for point in reached if point is not None), None)
        if head is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ink)
            painter.drawEllipse(head, theme.size("marker") - 1, theme.size("marker") - 1)
    painter.setFont(bold)
    for line in picture.lines:
        _paint_name(painter, line, (low, high), area, theme, names)
    painter.setFont(small)
    painter.setPen(color(theme, "text-muted"))
    foot = QRectF(area.left(), area.bottom() + GAP, area.width(), metrics.height() + GAP)
    bottom = Qt.AlignmentFlag.AlignBottom
    wide = foot.adjusted(place.left() - foot.left(), 0, 0, 0)
    what = metrics.elidedText(tr(WHAT), Qt.TextElideMode.ElideRight, wide.width())
    painter.drawText(wide, Qt.AlignmentFlag.AlignRight | bottom, what)
    if metrics.horizontalAdvance(tr(WHERE) + tr(WHAT)) + 4 * GAP < foot.width():
        painter.drawText(foot, Qt.AlignmentFlag.AlignLeft | bottom, tr(WHERE))


def powers(low: float, high: float) -> list[int]:
    """At most so many powers of ten between two decimal logarithms, evenly apart, from the highest one down."""
    first, last = math.ceil(low), math.floor(high + 0.2)
    step = max(1, math.ceil((last - first + 1) / MOST_RULES))
    return list(range(last, first - 1, -step))


def _paint_name(
    painter: QPainter, line: Line, limits: tuple[float, float], area: QRectF, theme: Theme, metrics: QFontMetricsF
) -> None:
    """A lane's name below its line, where there is room; above it where there is not."""
    points = [point for point in _points(line, limits, area) if point is not None]
    if not points:
        return
    at = points[len(points) // 4]
    width = metrics.horizontalAdvance(line.name)
    falls = points[0].y() - points[-1].y() > area.height() / 3
    x = at.x() + 3 * GAP if falls else area.center().x() - width / 2
    y = at.y() + metrics.ascent() + (GAP if falls else 2 * GAP)
    if y + GAP > area.bottom():
        y = area.bottom() - GAP
    painter.setPen(color(theme, f"{line.role}-text"))
    painter.drawText(QPointF(min(x, area.right() - width), y), line.name)


def _points(line: Line, limits: tuple[float, float], area: QRectF) -> list[QPointF | None]:
    last = max(len(line.values) - 1, 1)
    return [
        None
        if value is None
        else QPointF(area.left() + area.width() * k / last, _down(math.log10(value), limits, area))
        for k, value in enumerate(line.values)
    ]


def _down(value: float, limits: tuple[float, float], area: QRectF) -> float:
    low, high = limits
    return area.bottom() - area.height() * (value - low) / (high - low)


def _paint_line(painter: QPainter, points: list[QPointF | None]) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    run: list[QPointF] = []
    for point in [*points, None]:
        if point is not None:
            run.append(point)
        elif run:
            painter.drawPolyline(QPolygonF(run))
            run = []
