"""What the pointer over a plot reads: the values of lines and cells at one place, and where the run stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from bnsim.plot.figure import Axis, Figure
from bnsim.plot.marks import Array, Bars, Image, Mark, Regions, Ridge, Series
from bnsim.plot.theme import Theme
from bnsim.spec.numerals import count, percent, significant
from bnsim.spec.phrases import is_phrase
from bnsim.ui.charts import cells, quick, scale
from bnsim.ui.language import told_words, tr
from bnsim.ui.theme.style import color, font

MOST = 6
"""Lines that are read at a time: those nearest to the pointer."""
PAD = 6.0
NEAR = 24.0
"""Pixels between a pointer and the points that it reads, either way along x."""

Row = tuple[str, str, str]
"""A role, a name, a value."""


class Point(NamedTuple):
    """A point of a line of a figure, by the names of both. `watch`: the expression of what is drawn there, or ""."""

    figure: str
    line: str
    x: float
    y: float
    watch: str = ""


def nearest_x(figure: Figure, position: float) -> float | None:
    """The x of the point of a line, or of a column of cells, that is nearest to a position on the axis."""
    found: float | None = None
    for values in _xs(figure):
        positions = scale.position(values, figure.x.scale)
        if not np.isfinite(positions).any():
            continue
        own = float(values[int(np.nanargmin(np.abs(positions - position)))])
        if found is None or _off(own, figure, position) < _off(found, figure, position):
            found = own
    return found


def nearest_point(figure: Figure, view: quick.View, at: QPointF) -> Point | None:
    """The point of a line that is nearest to a place, in pixels, and near it, else the cell there; None without one.

    Of what can be watched the nearest one is told, be it a thin line beside the one that is read.
    """
    found = _nearest(figure, [series for series in _read(figure) if not series.ghost], view, at)
    watched = _nearest(figure, [series for series in figure.series if any(series.watches)], view, at)
    if found is None and watched is None:
        return _cell_at(figure, view, at)
    return watched if found is None else found._replace(watch="" if watched is None else watched.watch)


def _nearest(figure: Figure, lines: Sequence[Series], view: quick.View, at: QPointF) -> Point | None:
    found, least = None, NEAR
    for series in lines:
        across = view.across(scale.position(series.x, figure.x.scale))
        down = view.down(scale.position(series.y, figure.y.scale))
        away = np.hypot(across - at.x(), down - at.y())
        if len(series.watches) > 1:
            away = np.where(np.array([bool(each) for each in series.watches]), away, np.nan)
        if np.isfinite(away).any() and np.nanmin(away) < least:
            k, least = int(np.nanargmin(away)), float(np.nanmin(away))
            watch = series.watches[k if len(series.watches) > 1 else 0] if series.watches else ""
            found = Point(figure.name, series.name, float(series.x[k]), float(series.y[k]), watch)
    return found


def _cell_at(figure: Figure, view: quick.View, at: QPointF) -> Point | None:
    """The cell of an image at a place, with the numbers of its column and row."""
    x, y = view.position(at)
    for image in figure.of_kind(Image):
        (left, right), (low, high) = image.across, image.up
        if left <= x <= right and low <= y <= high:
            tall, wide = image.values.shape
            row = min(int((y - low) / (high - low) * tall), tall - 1)
            column = min(int((x - left) / (right - left) * wide), wide - 1)
            watch = image.watches[row] if image.watches else ""
            return Point(figure.name, image.name, float(image.x[column]), float(image.y[row]), watch)
    return None


def at_words(axis: Axis, x: float) -> str:
    """Where that is, in the words of the axis: "iteration 37"."""
    named = next((words for at, words in axis.ticks if at == x), "")
    label = axis.label.partition(",")[0].partition(":")[0]
    value = count(round(x)) if axis.integer else significant(x, 3)
    return named or f"{label} {value}"


def place_words(figure: Figure, x: float) -> str:
    """Where that is in what is drawn there, in the words of the axis: parts side by side have their own numbers."""
    for mark in figure.marks:
        own = _own_x(mark, x)
        if own is not None:
            return at_words(figure.x, own)
    return at_words(figure.x, x)


def rows(figure: Figure, x: float, y: float | None) -> list[Row]:
    """What is at `x`: values of lines from above, of those nearest to `y`, a position on the axis; the cell there.

    Of histograms that is the share or number in the bin, of a map the class.
    """
    found = [(series, value) for series in _read(figure) if np.isfinite(value := _value(series, x))]
    if y is not None and len(found) > MOST:
        at = [abs(float(scale.position(np.array([value]), figure.y.scale)[0]) - y) for _, value in found]
        found = [found[k] for k in sorted(np.argsort(np.nan_to_num(at, nan=np.inf))[:MOST].tolist())]
    found.sort(key=lambda each: -each[1])
    lines = [(series.role, _name(series), significant(value, 3)) for series, value in found[:MOST]]
    return lines + list(_bins(figure, x, y)) + list(_cells(figure, x, y))


def paint_present(painter: QPainter, theme: Theme, view: quick.View, x: float) -> None:
    """Paint a vertical line at the iteration that is under way."""
    _upright(painter, view, x, QPen(color(theme, "accent", 0.7), 1.0, Qt.PenStyle.DashLine))


def paint_pointed(painter: QPainter, figure: Figure, theme: Theme, view: quick.View, x: float, y: float | None) -> None:
    """Paint a line at `x` and what is read there; without `y`, where the pointer is over another plot, only its x."""
    across = _upright(painter, view, float(scale.position(np.array([x]), figure.x.scale)[0]), _pen(theme))
    if across is None:
        return
    words = place_words(figure, x)
    found = rows(figure, x, y) if y is not None else []
    bold, plain = font(theme, "tick", bold=True), font(theme, "tick")
    metrics, title = QFontMetricsF(plain), QFontMetricsF(bold)
    names = max((metrics.horizontalAdvance(name) for _, name, _ in found), default=0.0)
    values = max((metrics.horizontalAdvance(value) for _, _, value in found), default=0.0)
    inner = max(title.horizontalAdvance(words), names + values + 3 * PAD)
    box = QRectF(0.0, 0.0, inner + 2 * PAD, title.height() + len(found) * metrics.height() + PAD)
    right = across + PAD + box.width() <= view.area.right()
    box.moveLeft(across + PAD if right else max(view.area.left(), across - PAD - box.width()))
    box.moveTop(view.area.top() + 2.0)
    painter.setPen(QPen(color(theme, "line"), 1.0))
    painter.setBrush(color(theme, "card", 0.94))
    painter.drawRoundedRect(box, 4.0, 4.0)
    painter.setFont(bold)
    painter.setPen(QColor(theme.color("text")))
    down = box.top() + PAD / 2 + title.ascent()
    painter.drawText(QPointF(box.left() + PAD, down), words)
    painter.setFont(plain)
    for role, name, value in found:
        down += metrics.height()
        painter.setPen(QColor(theme.text_color(role)))
        painter.drawText(QPointF(box.left() + PAD, down), name)
        painter.drawText(QPointF(box.right() - PAD - metrics.horizontalAdvance(value), down), value)


def _xs(figure: Figure) -> Iterator[Array]:
    yield from (series.x for series in _read(figure))
    for image in cells.all_cells(figure):
        yield _centers(image.across, len(image.x))
    for bars in figure.of_kind(Bars):
        yield _middles(bars.edges)
    for ridge in figure.of_kind(Ridge):
        yield _middles(ridge.edges) + ridge.shift


def _read(figure: Figure) -> list[Series]:
    """The lines that are read: not the many thin ones beside others."""
    lines = [series for series in figure.series if series.weight != "thin" and series.x.size]
    return lines or [series for series in figure.series if series.x.size]


def _name(mark: Series | Bars) -> str:
    """What a line is called in words; a name that is of its numbers alone, "mean.batch", is not in words."""
    return mark.label if mark.label and not is_phrase(mark.name) else told_words(mark.name)


def _value(series: Series, x: float) -> float:
    """The value of a line at `x`; NaN where it has no point there."""
    off = np.abs(series.x - x)
    if np.isnan(off).all():
        return float("nan")
    at = int(np.nanargmin(off))
    apart = np.abs(np.diff(series.x))
    reach = float(np.nanmax(apart)) / 2 if np.isfinite(apart).any() else 0.5
    return float(series.y[at]) if abs(float(series.x[at]) - x) <= max(reach, 1e-12) else float("nan")


def _own_x(mark: Mark, x: float) -> float | None:
    """What `x`, a place on the axis, is to a mark that is drawn elsewhere than where its numbers are."""
    match mark:
        case Image() | Regions():
            (left, right), wide = mark.across, len(mark.x)
            return float(mark.x[min(int((x - left) / (right - left) * wide), wide - 1)]) if left <= x <= right else None
        case Ridge():
            return x - mark.shift if mark.edges[0] <= x - mark.shift <= mark.edges[-1] else None
    return None


def _middles(edges: Array) -> Array:
    middles: Array = (edges[:-1] + edges[1:]) / 2
    return middles


def _bins(figure: Figure, x: float, y: float | None) -> Iterator[Row]:
    for bars in figure.of_kind(Bars):
        if bars.edges[0] <= x <= bars.edges[-1]:
            yield bars.role, _name(bars), significant(float(bars.heights[_bin(bars.edges, x)]), 3)
    for ridge in figure.of_kind(Ridge):
        own = x - ridge.shift
        if y is None or not ridge.bases.size or not ridge.edges[0] <= own <= ridge.edges[-1]:
            continue
        below = ridge.bases <= y
        if y > ridge.bases.max() + ridge.height or not below.any():
            continue
        row = int(np.flatnonzero(below)[np.argmax(ridge.bases[below])])
        note = f" ({ridge.notes[row]})" if row < len(ridge.notes) and ridge.notes[row] else ""
        share = percent(float(ridge.shares[row, _bin(ridge.edges, own)]))
        yield ridge.role, f"{told_words(ridge.name)}, {significant(float(ridge.rows[row]), 4)}{note}", share


def _bin(edges: Array, x: float) -> int:
    return int(np.clip(np.searchsorted(edges, x, side="right") - 1, 0, len(edges) - 2))


def _cells(figure: Figure, x: float, y: float | None) -> Iterator[Row]:
    for image in cells.all_cells(figure):
        (left, right), (low, high) = image.across, image.up
        if y is None or not (left <= x <= right and low <= y <= high):
            continue
        values = image.values if isinstance(image, Image) else image.classes
        tall, wide = values.shape
        row = min(int((y - low) / (high - low) * tall), tall - 1)
        column = min(int((x - left) / (right - left) * wide), wide - 1)
        value = float(values[row, column])
        place = f"{image.label or told_words(image.name)}, {significant(float(image.y[row]), 4)}"
        yield "muted", place, _cell_words(value) if isinstance(image, Image) else _class_words(value)


def _class_words(value: float) -> str:
    return tr("no class") if np.isnan(value) else tr(f"class {count(round(value))}")


def _cell_words(value: float) -> str:
    if np.isnan(value):
        return tr("no value")
    return tr("exactly 0") if value == -np.inf else significant(value, 3)


def _centers(across: tuple[float, float], columns: int) -> Array:
    left, right = across
    centers: Array = left + (np.arange(columns, dtype=np.float64) + 0.5) * ((right - left) / max(columns, 1))
    return centers


def _off(x: float, figure: Figure, position: float) -> float:
    return abs(float(scale.position(np.array([x]), figure.x.scale)[0]) - position)


def _pen(theme: Theme) -> QPen:
    return QPen(color(theme, "text-muted", 0.8), 1.0)


def _upright(painter: QPainter, view: quick.View, position: float, pen: QPen) -> float | None:
    """Draw a line over the height of the plot; the pixels it is at, None out of view."""
    across = float(view.across(position))
    if not view.area.left() - 0.5 <= across <= view.area.right() + 0.5:
        return None
    painter.setPen(pen)
    painter.drawLine(QPointF(across, view.area.top()), QPointF(across, view.area.bottom()))
    return across
