"""The marks of a figure as items of pyqtgraph's scene: a function for each kind of item, listed in `PASSES`.

Items are kept from one figure to the next and only given new numbers. Many thin lines of one color become one curve
with gaps, without antialiasing and one pixel wide: hundreds of features cost as much as one line.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import partial
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from bnsim.plot.figure import Figure
from bnsim.plot.marks import Band, Bars, Image, Mark, Regions, Ridge, Rule, Series
from bnsim.plot.theme import Theme
from bnsim.ui.charts import quick, scale
from bnsim.ui.theme.style import color


class Curve(pg.PlotCurveItem):
    """A line whose bounding rectangle is the view's: computing its own from the data costs more than drawing it."""

    def boundingRect(self) -> QRectF:
        view = self.viewRect()
        return super().boundingRect() if view is None else QRectF(view)

    def viewTransformChanged(self) -> None:
        self._cachedView = None  # pyqtgraph's curve keeps the view's rectangle as it first was, and is culled by it
        super().viewTransformChanged()


class Painted(pg.GraphicsObject):
    """Marks that `quick` paints, in pixels, onto the scene: cells and histograms look the same at rest and in a run."""

    def __init__(self, paint_them: quick.Pass) -> None:
        super().__init__()
        self._paint_them = paint_them
        self._shown: tuple[Figure, Theme] | None = None

    def show_marks(self, figure: Figure, theme: Theme) -> None:
        """Paint the marks of this figure from now on."""
        self._shown = figure, theme
        self.update()

    def boundingRect(self) -> QRectF:
        view = self.viewRect()
        return QRectF() if view is None else QRectF(view)

    def viewRangeChanged(self) -> None:
        self.prepareGeometryChange()
        self.update()

    def paint(self, painter: QPainter, _option: QStyleOptionGraphicsItem, _widget: QWidget | None = None) -> None:
        if self._shown is None:
            return
        figure, theme = self._shown
        shown = self.viewRect()
        corners = [painter.transform().map(QPointF(corner)) for corner in (shown.topLeft(), shown.bottomRight())]
        area = QRectF(*corners).normalized()
        painter.resetTransform()  # to the pixels of the painter's device, however many of the screen's each has
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        limits = (shown.left(), shown.right()), (shown.top(), shown.bottom())
        self._paint_them(painter, figure, theme, quick.View(area, *limits))


class Items:
    """The items of one plot by key. Between `begin` and `finish` every wanted item is asked for; others are removed.

    Those that were not asked for are taken away.
    """

    def __init__(self, plot: pg.PlotItem) -> None:
        self._plot = plot
        self._items: dict[Hashable, Any] = {}
        self._wanted: set[Hashable] = set()

    def begin(self) -> None:
        self._wanted = set()

    def item(self, key: Hashable, make: Callable[[], Any], depth: float) -> Any:
        """The item of that key; made with `make`, at z value `depth`, if there is none."""
        self._wanted.add(key)
        found = self._items.get(key)
        if found is None:
            found = self._items[key] = make()
            found.setZValue(depth)
            self._plot.addItem(found, ignoreBounds=True)
        return found

    def finish(self) -> None:
        for key in self._items.keys() - self._wanted:
            self._plot.removeItem(self._items.pop(key))

    def set_visible(self, visible: bool) -> None:
        for item in self._items.values():
            item.setVisible(visible)

    def clear(self) -> None:
        self.begin()
        self.finish()


def draw(items: Items, figure: Figure, theme: Theme) -> None:
    """Draw all marks of the figure, in place of those of the one before."""
    items.begin()
    for depth, (_, draw_them) in enumerate(PASSES, 1):
        draw_them(items, figure, theme, depth)
    items.finish()


def _bands(items: Items, figure: Figure, theme: Theme, depth: int) -> None:
    for band in figure.bands:
        brush = pg.mkBrush(color(theme, band.role, theme.size("band-alpha")))
        make = partial(Curve, pen=None, brush=brush, fillLevel="enclosed")
        x = scale.position(band.x, figure.x.scale)
        low, high = (scale.position(edge, figure.y.scale) for edge in (band.low, band.high))
        kept = np.isfinite(x) & np.isfinite(low) & np.isfinite(high)
        x, low, high = x[kept], low[kept], high[kept]
        item = items.item(("band", band.name), make, depth)
        item.setData(np.concatenate((x, x[::-1])), np.concatenate((low, high[::-1])))


def _thin_lines(items: Items, figure: Figure, theme: Theme, depth: int) -> None:
    for (role, line, ghost), group in quick.thin_groups(figure).items():
        pen = quick.thin_pen(theme, role, line, ghost)
        item = items.item(("thin", role, line, ghost), partial(Curve, pen=pen, antialias=False), depth)
        x, y, joined = quick.many_lines(group, figure)
        item.setData(x, y, connect=joined)


def _rules(items: Items, figure: Figure, theme: Theme, depth: int) -> None:
    for rule in figure.rules:
        pen = quick.rule_pen(theme, rule.role)
        make = partial(pg.InfiniteLine, angle=0, pen=pen, movable=False)
        item = items.item(("rule", rule.y, rule.role), make, depth)
        item.setValue(float(scale.position(np.array([rule.y]), figure.y.scale)[0]))


def _lines(items: Items, figure: Figure, theme: Theme, depth: int) -> None:
    for series in figure.series:
        if series.weight != "thin" and series.line != "none":
            pen = quick.line_pen(theme, series)
            key = ("line", series.name, series.role, series.line, series.weight)
            item = items.item(key, partial(Curve, pen=pen, connect="finite"), depth)
            x, y = scale.position(series.x, figure.x.scale), scale.position(series.y, figure.y.scale)
            item.setData(x, y, antialias=True)


def _markers(items: Items, figure: Figure, theme: Theme, depth: int) -> None:
    for series in figure.series:
        if series.marker != "none":
            size, symbol, brush = theme.size("marker"), quick.MARKERS[series.marker], quick.marker_color(theme, series)
            make = partial(pg.ScatterPlotItem, size=size, symbol=symbol, pen=None, brush=brush, antialias=True)
            item = items.item(("marker", series.name, series.role, series.marker), make, depth)
            x, y = scale.position(series.x, figure.x.scale), scale.position(series.y, figure.y.scale)
            kept = np.isfinite(x) & np.isfinite(y)
            item.setData(x[kept], y[kept])


def _painted(kind: type[Mark], paint_them: quick.Pass) -> Pass:
    """A pass that shows all marks of a kind with the function that paints them in a hurry."""

    def draw_them(items: Items, figure: Figure, theme: Theme, depth: int) -> None:
        if figure.of_kind(kind):
            items.item(kind, partial(Painted, paint_them), depth).show_marks(figure, theme)

    return draw_them


def _zeros(items: Items, figure: Figure, theme: Theme, depth: int) -> None:
    if figure.zeros:
        items.item("zeros", partial(Painted, quick.zeros), depth).show_marks(figure, theme)


def _part_names(items: Items, figure: Figure, theme: Theme, depth: int) -> None:
    if any(getattr(mark, "label", "") for kind in (Image, Regions, Ridge) for mark in figure.of_kind(kind)):
        items.item("names of parts", partial(Painted, quick.part_names), depth).show_marks(figure, theme)


Pass = Callable[[Items, Figure, Theme, int], None]
PASSES: tuple[tuple[type[Mark], Pass], ...] = (
    (Image, _painted(Image, quick.images)),
    (Regions, _painted(Regions, quick.regions)),
    (Band, _bands),
    (Bars, _painted(Bars, quick.bars)),
    (Ridge, _painted(Ridge, quick.ridges)),
    (Series, _thin_lines),
    (Rule, _rules),
    (Series, _lines),
    (Series, _markers),
    (Series, _zeros),
    (Ridge, _part_names),
)
"""The functions that draw the marks, from the back to the front."""
FRONT = 20
"""The z value of names, in front of all marks."""
