"""From numbers to colors: zero neutral, negative one way and positive the other, equally far at equal size."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter, QPen

from bnsim.plot.theme import Theme
from bnsim.spec.numerals import significant
from bnsim.ui.theme.style import color, font

STEPS = 127
"""Shades on either side of zero."""
CLEAR = 2 * STEPS + 1
"""Place, in `shades`, of what is not drawn at all."""
BAR = 8


@lru_cache(maxsize=8)
def _shades(negative: str, zero: str, positive: str) -> NDArray[np.uint32]:
    def parts(name: str) -> NDArray[np.float64]:
        shade = QColor(name)
        return np.array([shade.red(), shade.green(), shade.blue()], np.float64)

    ends = [parts(name) for name in (negative, zero, positive)]
    share = np.arange(1, STEPS + 1)[:, None] / STEPS
    below = ends[1] + (ends[0] - ends[1]) * share
    above = ends[1] + (ends[2] - ends[1]) * share
    colors = np.vstack((below[::-1], ends[1][None], above)).round().astype(np.uint32)
    opaque = 0xFF000000 | colors[:, 0] << 16 | colors[:, 1] << 8 | colors[:, 2]
    made = np.append(opaque, 0).astype(np.uint32)
    made.flags.writeable = False
    return made


def shades(theme: Theme) -> NDArray[np.uint32]:
    """As ARGB, from the most negative over zero, at `STEPS`, to the most positive; then nothing, at `CLEAR`."""
    return _shades(theme.color("negative"), theme.color("zero"), theme.color("positive"))


def largest(cells: NDArray[Any]) -> float:
    """Largest magnitude of the finite cells; 0 if there are none."""
    kept = np.abs(cells[np.isfinite(cells)])
    return float(kept.max()) if kept.size else 0.0


def picture(cells: NDArray[Any], limit: float, theme: Theme) -> QImage:
    """A pixel for each cell; nothing where a cell is not finite."""
    finite = np.isfinite(cells)
    share = np.where(finite, cells, 0.0).astype(np.float64) / (limit or 1.0)
    steps = np.where(finite, np.rint(share * STEPS).clip(-STEPS, STEPS) + STEPS, CLEAR).astype(np.intp)
    pixels = np.ascontiguousarray(shades(theme)[steps])
    height, width = pixels.shape
    # A copy, for Qt does not keep the array.
    return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32).copy()


def paint_bar(painter: QPainter, area: QRectF, limit: float, theme: Theme, *, signed: bool) -> None:
    """The scale: a bar of the colors, and the numbers at its ends and its middle below it."""
    names = ("negative", "zero", "positive") if signed else ("zero", "positive")
    ramp = QLinearGradient(area.left(), 0, area.right(), 0)
    for step, name in enumerate(names):
        ramp.setColorAt(step / (len(names) - 1), color(theme, name))
    bar = QRectF(area.left(), area.top(), area.width(), BAR)
    painter.fillRect(bar, ramp)
    painter.setPen(QPen(color(theme, "line"), theme.size("hairline")))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(bar)
    painter.setFont(font(theme, "text-small"))
    painter.setPen(color(theme, "text-muted"))
    numbers = ((0.0, -limit), (0.5, 0.0), (1.0, limit)) if signed else ((0.0, 0.0), (1.0, limit))
    for along, value in numbers:
        text = significant(value, 3)
        width = painter.fontMetrics().horizontalAdvance(text)
        left = min(max(area.left() + along * area.width() - width / 2, area.left()), area.right() - width)
        painter.drawText(QPointF(left, bar.bottom() + 3 + painter.fontMetrics().ascent()), text)
