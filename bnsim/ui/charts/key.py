"""The key of a figure's colors, painted at the right of a live plot: a strip, its numbers, and its name along it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from bnsim.plot.colors import key_colors
from bnsim.plot.marks import ColorScale
from bnsim.plot.theme import Theme
from bnsim.ui.charts import scale
from bnsim.ui.charts.cells import picture
from bnsim.ui.theme.style import color, font

STRIP, GAP = 10.0, 8.0
"""Pixels: how wide the strip is, and the distances between plot, strip, numbers and name."""
PIXELS_PER_TICK = 40.0
TICKS = (2.0, 5.0, 10.0, 20.0)
"""How many ticks room is kept for."""


def room(shown: ColorScale, theme: Theme) -> float:
    """How many pixels the key takes at the right of the plot."""
    metrics = QFontMetricsF(font(theme, "tick"))
    # A high plot has more ticks, and between them numbers with more places.
    ticks = [words for number in TICKS for _, words in _ticks(shown, number)]
    widest = max(map(metrics.horizontalAdvance, ticks), default=0.0)
    return GAP + STRIP + GAP / 2 + widest + QFontMetricsF(font(theme, "axis")).height() + GAP


def paint(painter: QPainter, shown: ColorScale, theme: Theme, area: QRectF) -> None:
    """Paint the key beside `area`, the plot's rectangle."""
    strip = QRectF(area.right() + GAP, area.top(), STRIP, area.height())
    painter.drawImage(strip, picture(key_colors(shown, theme)[::-1, None]))
    low, high = shown.limits
    painter.setFont(font(theme, "tick"))
    painter.setPen(color(theme, "text-muted"))
    metrics = QFontMetricsF(painter.font())
    widest = 0.0
    for at, words in _ticks(shown, max(2.0, area.height() / PIXELS_PER_TICK)):
        middle = area.bottom() - area.height() * (at - low) / (high - low)
        down = min(max(middle, area.top() + metrics.height() / 2), area.bottom() - metrics.height() / 2)
        painter.drawText(QPointF(strip.right() + GAP / 2, down + metrics.ascent() / 2 - 1), words)
        widest = max(widest, metrics.horizontalAdvance(words))
    painter.setFont(font(theme, "axis"))
    painter.translate(strip.right() + GAP + widest, area.center().y())
    painter.rotate(90.0)
    along = QRectF(-area.height() / 2, -QFontMetricsF(painter.font()).height(), area.height(), 100.0)
    painter.drawText(along, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, shown.label)
    painter.resetTransform()


def _ticks(shown: ColorScale, count: float) -> list[tuple[float, str]]:
    step, places = scale.ticks(*shown.limits, count)
    return [(float(place), scale.tick_text(float(place), step)) for place in places]
