"""Draws a figure's data in a hurry, many times a second: in pixels, straight onto a picture of the empty plot.

pyqtgraph's scene costs several times as much for each update as the lines themselves. What is drawn here looks
like its items, but for antialiasing; axes, grid and zoom stay pyqtgraph's.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
import pyqtgraph as pg
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray
from pyqtgraph.graphicsItems.ScatterPlotItem import Symbols
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen

from bnsim.plot.figure import Figure
from bnsim.plot.marks import Band, Bars, Image, Mark, Regions, Ridge, Rule, Series
from bnsim.plot.part_names import LINE, Room, broken, parts
from bnsim.plot.theme import Theme
from bnsim.ui.charts import cells, labels, scale
from bnsim.ui.theme.style import color, font

STYLES = {
    "solid": Qt.PenStyle.SolidLine,
    "dashed": Qt.PenStyle.DashLine,
    "dotted": Qt.PenStyle.DotLine,
    "dash-dot": Qt.PenStyle.DashDotLine,
    "long-dash": Qt.PenStyle.CustomDashLine,
    "dash-dot-dot": Qt.PenStyle.DashDotDotLine,
}
_LONG_DASH = [8.0, 2.0]
"""In widths of the line, as Qt's own patterns."""
MARKERS = {"circle": "o", "square": "s", "triangle": "t1", "diamond": "d", "triangle-down": "t", "star": "star"}
FILLED = 0.35
"""Opacity of a histogram: another one is seen through it."""
BEHIND = 0.72
"""Opacity of the background behind words on the plot."""
_AA = QPainter.RenderHint.Antialiasing


class Words(Struct, frozen=True):
    """A name on the plot; `x`, `y` are its top left corner in pixels of the data's area."""

    text: str
    x: float
    y: float
    font: QFont
    ink: QColor
    behind: QColor
    width: float
    height: float
    ascent: float


class View(Struct, frozen=True):
    """Which part of the axes (in their positions) is shown in which rectangle of pixels."""

    area: QRectF
    x: scale.Limits
    y: scale.Limits

    def across(self, positions: Any) -> Any:
        """Pixels for positions on the x axis."""
        return self.area.left() + (positions - self.x[0]) * (self.area.width() / (self.x[1] - self.x[0]))

    def down(self, positions: Any) -> Any:
        """Pixels for positions on the y axis."""
        return self.area.top() + (self.y[1] - positions) * (self.area.height() / (self.y[1] - self.y[0]))

    def position(self, at: QPointF) -> tuple[float, float]:
        """The positions on both axes that a place in pixels is at."""
        across = (at.x() - self.area.left()) / max(self.area.width(), 1.0)
        up = (self.area.bottom() - at.y()) / max(self.area.height(), 1.0)
        return self.x[0] + across * (self.x[1] - self.x[0]), self.y[0] + up * (self.y[1] - self.y[0])


def words(text: str, role: str, shape: QFont, theme: Theme, spot: labels.Placed) -> Words:
    """The name of a line or rule at its place."""
    metrics = QFontMetricsF(shape)
    return Words(
        text=text,
        x=spot.x,
        y=spot.y,
        font=shape,
        ink=QColor(theme.text_color(role)),
        behind=color(theme, "plot-background", BEHIND),
        width=metrics.horizontalAdvance(text) + 2,
        height=metrics.height() + 2,
        ascent=metrics.ascent(),
    )


def paint(painter: QPainter, figure: Figure, theme: Theme, view: View, names: list[Words]) -> None:
    """Paint all of the figure but its axes, from the back to the front."""
    painter.save()
    painter.setClipRect(view.area)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for _, paint_them in PASSES:
        paint_them(painter, figure, theme, view)
    painter.restore()
    for name in names:
        at = QRectF(view.area.left() + name.x, view.area.top() + name.y, name.width, name.height)
        painter.fillRect(at, name.behind)
        painter.setFont(name.font)
        painter.setPen(name.ink)
        painter.drawText(QPointF(at.left() + 1, at.top() + 1 + name.ascent), name.text)


def for_pixels(theme: Theme, ratio: float) -> Theme:
    """The theme with lines as wide for so many pixels of the device for each of the screen, in which pens are measured.

    Thin lines stay thin: there are many of them, and wide ones take long to draw.
    """
    if ratio == 1.0:
        return theme
    wider = {name: ratio * size for name, size in theme.sizes.items() if name.startswith("line-") or name == "hairline"}
    return replace(theme, sizes=theme.sizes | wider)


@lru_cache(maxsize=64)
def _pen(shade: str, alpha: float, width: float, line: str) -> QPen:
    ink = QColor(shade)
    ink.setAlphaF(alpha)
    made: QPen = pg.mkPen(ink, width=width, style=STYLES[line])
    if line == "long-dash":
        made.setDashPattern(_LONG_DASH)
    return made


def thin_pen(theme: Theme, role: str, line: str, ghost: bool = False) -> QPen:
    """A pen one pixel wide, for many lines: pale if solid, opaque if not, since pale dots would be invisible.

    That of a `ghost` is paler.
    """
    alpha = (theme.size("thin-alpha") if line == "solid" else 1.0) * (theme.size("ghost-alpha") if ghost else 1.0)
    return _pen(theme.color(role), alpha, 1.0, line)


def line_pen(theme: Theme, series: Series) -> QPen:
    """The pen of a line that is drawn by itself."""
    alpha = theme.size("ghost-alpha") if series.ghost else 1.0
    return _pen(theme.color(series.role), alpha, theme.size(f"line-{series.weight}"), series.line)


def marker_color(theme: Theme, series: Series) -> QColor:
    """The color of a line's markers."""
    return color(theme, series.role, theme.size("ghost-alpha") if series.ghost else 1.0)


def rule_pen(theme: Theme, role: str) -> QPen:
    """The pen of a horizontal rule."""
    return _pen(theme.color(role), 1.0, theme.size("hairline"), "dotted")


def many_lines(group: list[Series], figure: Figure) -> tuple[NDArray[Any], NDArray[Any], NDArray[np.int32]]:
    """Lines end to end: positions, and whether each point is joined to the next one.

    It is not over a gap, nor from one line to another.
    """
    x = scale.position(np.concatenate([series.x for series in group]), figure.x.scale)
    y = scale.position(np.concatenate([series.y for series in group]), figure.y.scale)
    joined = np.isfinite(x) & np.isfinite(y)
    joined[:-1] &= joined[1:]
    ends = np.cumsum([len(series.x) for series in group], dtype=np.int64)
    joined[ends[ends > 0] - 1] = False
    return x, y, joined.astype(np.int32)


def thin_groups(figure: Figure) -> dict[tuple[str, str, bool], list[Series]]:
    """Thin lines by (role, line, ghost): those of one group look the same, and are drawn as one."""
    groups: dict[tuple[str, str, bool], list[Series]] = {}
    for series in figure.series:
        if series.weight == "thin" and series.line != "none":
            groups.setdefault((series.role, series.line, series.ghost), []).append(series)
    return groups


def _thin_lines(painter: QPainter, figure: Figure, theme: Theme, view: View) -> None:
    for (role, line, ghost), group in thin_groups(figure).items():
        painter.setPen(thin_pen(theme, role, line, ghost))
        x, y, joined = many_lines(group, figure)
        painter.drawPath(pg.arrayToQPath(view.across(x), view.down(y), connect=joined))


def _rules(painter: QPainter, figure: Figure, theme: Theme, view: View) -> None:
    for rule in figure.rules:
        painter.setPen(rule_pen(theme, rule.role))
        y = float(view.down(scale.position(np.array([rule.y]), figure.y.scale))[0])
        painter.drawLine(QPointF(view.area.left(), y), QPointF(view.area.right(), y))


def _lines(painter: QPainter, figure: Figure, theme: Theme, view: View) -> None:
    for series in figure.series:
        if series.weight != "thin" and series.line != "none":
            painter.setPen(line_pen(theme, series))
            x, y = scale.position(series.x, figure.x.scale), scale.position(series.y, figure.y.scale)
            painter.drawPath(pg.arrayToQPath(view.across(x), view.down(y), connect="finite"))


def _bands(painter: QPainter, figure: Figure, theme: Theme, view: View) -> None:
    for band in figure.bands:
        _band(painter, band, figure, theme, view)


def _markers(painter: QPainter, figure: Figure, theme: Theme, view: View) -> None:
    painter.setRenderHint(_AA)
    for series in figure.series:
        if series.marker != "none":
            _marks_of(painter, series, figure, theme, view)


def zeros(painter: QPainter, figure: Figure, theme: Theme, view: View) -> None:
    """Write a 0 at the lower end of a logarithmic axis where a line is exactly that, as many as have room."""
    shape = font(theme, "tick", bold=True)
    metrics = QFontMetricsF(shape)
    width = metrics.horizontalAdvance("0")
    painter.setFont(shape)
    for row, (series, xs) in enumerate(figure.zeros):
        painter.setPen(QColor(theme.text_color(series.role)))
        down = view.area.bottom() - 3 - row * metrics.ascent()
        last = -math.inf
        for across in view.across(scale.position(xs, figure.x.scale)).tolist():
            if across - last > 1.3 * width:
                left = min(max(across - width / 2, view.area.left() + 1), view.area.right() - 1 - width)
                painter.drawText(QPointF(left, down), "0")
                last = across


def _band(painter: QPainter, band: Band, figure: Figure, theme: Theme, view: View) -> None:
    x = scale.position(band.x, figure.x.scale)
    low, high = (scale.position(edge, figure.y.scale) for edge in (band.low, band.high))
    kept = np.isfinite(x) & np.isfinite(low) & np.isfinite(high)
    if not kept.any():
        return
    x, low, high = view.across(x[kept]), view.down(low[kept]), view.down(high[kept])
    outline = pg.arrayToQPath(np.concatenate((x, x[::-1])), np.concatenate((low, high[::-1])))
    painter.fillPath(outline, color(theme, band.role, theme.size("band-alpha")))


def _marks_of(painter: QPainter, series: Series, figure: Figure, theme: Theme, view: View) -> None:
    size = theme.size("marker")
    x = view.across(scale.position(series.x, figure.x.scale))
    y = view.down(scale.position(series.y, figure.y.scale))
    kept = np.isfinite(x) & np.isfinite(y)
    painter.fillPath(_spots(x[kept], y[kept], series.marker, size), marker_color(theme, series))


def paint_marker(painter: QPainter, series: Series, theme: Theme, at: QPointF) -> None:
    """Paint one of a line's markers at a place in pixels."""
    spot = _spots(np.array([at.x()]), np.array([at.y()]), series.marker, theme.size("marker"))
    painter.fillPath(spot, marker_color(theme, series))


def _spots(x: NDArray[Any], y: NDArray[Any], marker: str, size: float) -> QPainterPath:
    """A marker at each of these pixels, as one shape."""
    shape = pg.QtGui.QTransform.fromScale(size, size).map(Symbols[MARKERS[marker]])
    spots = QPainterPath()
    spots.setFillRule(Qt.FillRule.WindingFill)  # where two overlap, both are seen
    for across, down in zip(x.tolist(), y.tolist(), strict=True):
        spots.addPath(shape.translated(across, down))
    return spots


def images(painter: QPainter, figure: Figure, theme: Theme, view: View) -> None:
    """Paint matrices as cells with sharp edges."""
    for image in figure.of_kind(Image):
        _cells(painter, image, theme, view)


def regions(painter: QPainter, figure: Figure, theme: Theme, view: View) -> None:
    """Paint maps of classes with their points, each class with a marker of its own."""
    symbols = tuple(MARKERS)
    for mark in figure.of_kind(Regions):
        _cells(painter, mark, theme, view)
        painter.setRenderHint(_AA)
        for number in np.unique(mark.point_classes).astype(int).tolist():
            own = mark.points[mark.point_classes == number]
            at = view.across(own[:, 0] + mark.shift), view.down(own[:, 1])
            spots = _spots(*at, symbols[number % len(symbols)], theme.size("marker"))
            painter.setPen(QPen(color(theme, "plot-background"), 0.5))
            painter.setBrush(color(theme, mark.roles[number % len(mark.roles)]))
            painter.drawPath(spots)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setRenderHint(_AA, False)


def bars(painter: QPainter, figure: Figure, theme: Theme, view: View) -> None:
    """Paint histograms as filled outlines."""
    for mark in figure.of_kind(Bars):
        x, y = mark.outline()
        kept = np.isfinite(y)
        across = view.across(scale.position(x[kept], figure.x.scale))
        _outline(painter, across, view.down(scale.position(y[kept], figure.y.scale)), mark, theme)


def ridges(painter: QPainter, figure: Figure, theme: Theme, view: View) -> None:
    """Paint histograms one above the other, the lower ones in front, and their notes."""
    for mark in figure.of_kind(Ridge):
        for _, x, y in mark.outlines():
            _outline(painter, view.across(x), view.down(y), mark, theme)
        _notes(painter, mark, theme, view)


def _notes(painter: QPainter, mark: Ridge, theme: Theme, view: View) -> None:
    shape = font(theme, "tick")
    by = mark.note_size(view.area.width() / (view.x[1] - view.x[0]), QFontMetricsF(shape).horizontalAdvance)
    if not by:
        return
    shape.setPixelSize(round(by * shape.pixelSize()))
    metrics = QFontMetricsF(shape)
    painter.setFont(shape)
    ink, behind = QColor(theme.text_color(mark.role)), color(theme, "plot-background", BEHIND)
    across, tall = view.area.width() / (view.x[1] - view.x[0]), view.area.height() / (view.y[1] - view.y[0])
    above = np.inf
    for row, (base, note) in enumerate(zip(mark.bases, mark.notes, strict=False)):
        bottom = float(view.down(float(base)))
        if not note or bottom > above:
            continue
        width = metrics.horizontalAdvance(note) + 2 * cells.ROOM
        end, free = mark.note_end(row, width / across, metrics.height() / tall)
        at = QRectF(float(view.across(end)) - width, bottom - metrics.height(), width, metrics.height())
        if not free:
            painter.fillRect(at, behind)
        painter.setPen(ink)
        painter.drawText(at, Qt.AlignmentFlag.AlignCenter, note)
        above = bottom - metrics.height()


def part_names(painter: QPainter, figure: Figure, theme: Theme, view: View) -> None:
    """Write the names of lanes side by side, or one above the other, over them."""
    found = parts(figure, view.y[1])
    if not found:
        return
    shape = font(theme, "label", bold=True)
    corners = [(view.across(part.left), view.down(part.low), view.across(part.right)) for part in found]
    rooms = [
        Room(float(right - left), float(low - view.down(part.high)))
        for part, (left, low, right) in zip(found, corners, strict=True)
    ]
    size = QFontMetricsF(shape).height() / LINE
    made = broken([part.label for part in found], rooms, size, QFontMetricsF(shape).horizontalAdvance)
    shape.setPixelSize(max(round(made.by * shape.pixelSize()), 1))
    metrics = QFontMetricsF(shape)
    painter.setFont(shape)
    painter.setPen(QColor(theme.color("text")))
    for lines, room, (left, low, _) in zip(made.lines, rooms, corners, strict=True):
        for number, line in enumerate(reversed(lines)):
            words = metrics.elidedText(line, Qt.TextElideMode.ElideRight, room.width)
            painter.drawText(QPointF(left, low - metrics.descent() - number * metrics.height()), words)


def _cells(painter: QPainter, mark: cells.Cells, theme: Theme, view: View) -> None:
    left, right = (float(view.across(end)) for end in mark.across)
    low, high = (float(view.down(end)) for end in mark.up)
    at = QRectF(left, high, right - left, low - high)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    painter.drawImage(at, cells.picture(cells.colors_of(mark, theme)[::-1]))


def _outline(painter: QPainter, across: NDArray[Any], down: NDArray[Any], mark: Bars | Ridge, theme: Theme) -> None:
    outline, role, width = pg.arrayToQPath(across, down), mark.role, theme.size("line-small")
    if mark.ghost:
        painter.setPen(_pen(theme.color(role), theme.size("ghost-alpha"), width, "dashed"))
    else:
        painter.fillPath(outline, color(theme, role, FILLED))
        painter.setPen(_pen(theme.color(role), 1.0, width, "solid"))
    painter.drawPath(outline)


Pass = Callable[[QPainter, Figure, Theme, View], None]
PASSES: tuple[tuple[type[Mark], Pass], ...] = (
    (Image, images),
    (Regions, regions),
    (Band, _bands),
    (Bars, bars),
    (Ridge, ridges),
    (Series, _thin_lines),
    (Rule, _rules),
    (Series, _lines),
    (Series, _markers),
    (Series, zeros),
    (Ridge, part_names),
)
"""The functions that paint the marks, from the back to the front."""
