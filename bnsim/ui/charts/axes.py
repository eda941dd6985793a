"""The two axes of a plot: few ticks, in words of their figure, and names cut to the room there is."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF
from PySide6.QtGui import QFontMetricsF

from bnsim.plot.figure import Axis, Figure
from bnsim.plot.theme import Theme
from bnsim.ui.charts import scale
from bnsim.ui.theme.style import color, font

PIXELS_PER_TICK = {"left": 40.0, "bottom": 70.0}
NAMED_PIXELS = 16.0
"""The same on the left where ticks have words of their own, such as layers: as many as fit."""
TEXT_MARGIN = 14
TICK_OFFSET = 6
WIDEST, LAST = "−10⁻¹²", "1000"
"""The widest words a tick on the left has, and what half of sticks out at the right."""
WIDEST_LARGE = "−2.5·10¹¹¹"
"""The widest on an axis of large numbers."""
BREAKS = (": ", ", ", " of ")
"""The name of an axis may be cut before these if there is no room for all of it."""
LABEL_MARGINS = 8.0
"""Pixels that Qt leaves at the ends of an axis's name, together."""
LEAST_SCALE = 0.6
"""An axis's name is never written smaller than this share of its size."""


class FigureAxis(pg.AxisItem):
    """An axis with few ticks, all of one level, labeled by `scale.tick_text`."""

    def __init__(self, orientation: str) -> None:
        super().__init__(orientation, maxTickLength=-4)
        self.axis = Axis("")
        self.pixels_per_tick = PIXELS_PER_TICK[orientation]
        self.enableAutoSIPrefix(False)  # ticks have their powers of ten themselves

    def set_theme(self, theme: Theme) -> None:
        """Draw it in the theme's colors and sizes."""
        self.setPen(pg.mkPen(color(theme, "plot-line")))
        self.setTickPen(pg.mkPen(color(theme, "grid")))
        self.setTextPen(pg.mkPen(color(theme, "text-muted")))
        self.setGrid(255 if self.orientation == "left" else False)
        self.setStyle(
            tickFont=font(theme, "tick"),
            tickTextOffset=TICK_OFFSET,
            autoExpandTextSpace=False,
            hideOverlappingLabels=False,
        )

    def show_axis(self, axis: Axis) -> bool:
        """Have another axis; True if its scale is another one."""
        before, self.axis = self.axis, axis
        if (before.scale, before.integer, before.ticks) != (axis.scale, axis.integer, axis.ticks):
            self.picture = None
            self.update()
        return before.scale != axis.scale

    def write_name(self, room: float, theme: Theme) -> None:
        """Write as much of its name as there is room for, in pixels."""
        metrics = QFontMetricsF(font(theme, "axis"))
        words = fitting(self.axis.label, room, metrics)
        # Where the shortest name is still too long, as in a low plot on a projector, it is written smaller.
        fits = (room - LABEL_MARGINS) / max(metrics.horizontalAdvance(words), 1.0)
        smaller = min(1.0, max(fits, LEAST_SCALE))
        style = {"color": theme.color("text-muted"), "font-size": f"{theme.size('axis') * smaller:.3g}px"}
        if self.labelText != words or self.labelStyle != style:
            self.setLabel(words, **style)
            self.resizeEvent()  # pyqtgraph centers the label by its width, only when resized

    def boundingRect(self) -> QRectF:
        # pyqtgraph drops the words of ticks at the very ends, which stick out by half a line.
        own: QRectF = super().boundingRect()
        return own.adjusted(-TEXT_MARGIN, -TEXT_MARGIN, TEXT_MARGIN, TEXT_MARGIN)

    def tickValues(self, minVal: float, maxVal: float, size: float) -> list[tuple[float, Any]]:
        low, high = sorted((minVal, maxVal))
        count = max(2.0, size / self.pixels_per_tick)
        if self.axis.ticks:
            if self.orientation == "left":
                count = max(count, size / NAMED_PIXELS)
            return [(1.0, np.array([at for at, _ in scale.named_ticks(self.axis, low, high, count)]))]
        return [scale.ticks(low, high, count, log=self.axis.scale == "log", integer=self.axis.integer)]

    def tickStrings(self, values: Any, _scale: float, spacing: float) -> list[str]:
        if self.axis.ticks:
            known = dict(scale.named_ticks(self.axis, -math.inf, math.inf, math.inf))
            return [known[float(value)] for value in values]
        log = self.axis.scale == "log"
        return [scale.tick_text(value, spacing, log=log, integer=self.axis.integer) for value in values]


def fitting(label: str, room: float, metrics: QFontMetricsF) -> str:
    """As much of an axis's name as fits into `room` pixels, broken only at BREAKS."""
    for end in ("", *BREAKS):
        short = label.partition(end)[0] if end else label
        if metrics.horizontalAdvance(short) <= room:
            return short
    return label.partition(BREAKS[-1])[0].partition(BREAKS[1])[0].partition(BREAKS[0])[0]


def room_below(theme: Theme, *, ticks: bool = True) -> float:
    """The height that the axis at the bottom needs for its name, and for its ticks if it has any."""
    name = QFontMetricsF(font(theme, "axis")).height() + 3
    return name + TICK_OFFSET + _tick(theme).height() if ticks else name


def room_at_left(figure: Figure | None, limits: scale.Limits | None, theme: Theme) -> float:
    """The width at the left: the same for all ticks but very large numbers, so that the plot stays put."""
    linear = figure is not None and figure.y.scale == "linear" and not figure.y.ticks
    large = linear and limits is not None and max(map(abs, limits)) >= scale.LARGE
    named = 0.0 if figure is not None and not figure.y.label else QFontMetricsF(font(theme, "axis")).height()
    return named + _tick(theme).horizontalAdvance(WIDEST_LARGE if large else WIDEST) + TICK_OFFSET + 4


def room_at_right(theme: Theme) -> float:
    """Half of the last tick's words stick out at the right."""
    return _tick(theme).horizontalAdvance(LAST) / 2


def _tick(theme: Theme) -> QFontMetricsF:
    return QFontMetricsF(font(theme, "tick"))
