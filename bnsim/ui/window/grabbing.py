"""The picture of the window, with more pixels than it has on the screen: all is drawn anew for them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pyqtgraph as pg
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QGraphicsItem, QGraphicsView, QWidget

from bnsim.ui.canvas.view import CanvasView
from bnsim.ui.charts.plot import FigurePlot


def grabbed(window: QWidget, scale: float) -> QPixmap:
    """The window with so many times as many pixels across and down."""
    made = QPixmap(window.size() * scale)
    made.setDevicePixelRatio(scale)
    with drawn_for(window, scale):
        window.render(made)
    return made


@contextmanager
def drawn_for(window: QWidget, ratio: float) -> Iterator[None]:
    """Have lines whose width is in pixels of the device as wide as on the screen, and nothing kept in its pixels."""
    views = [view for view in window.findChildren(QGraphicsView) if view.isVisible()]
    plots = [view for view in views if isinstance(view, FigurePlot)]
    canvases = [view for view in views if isinstance(view, CanvasView)]
    for canvas in canvases:
        canvas.zoom.take_ratio(ratio)
    for plot in plots:
        plot.take_ratio(ratio)
    items = [item for view in views if (scene := view.scene()) is not None for item in scene.items()]
    cached = [(item, item.cacheMode()) for item in items if item.cacheMode() != QGraphicsItem.CacheMode.NoCache]
    points = [item for item in items if isinstance(item, pg.ScatterPlotItem) and item.opts["useCache"]]
    for item, _ in cached:
        item.setCacheMode(QGraphicsItem.CacheMode.NoCache)
    for item in points:
        item.opts["useCache"] = False
    try:
        yield
    finally:
        for item, mode in cached:
            item.setCacheMode(mode)
        for item in points:
            item.opts["useCache"] = True
        for plot in plots:
            plot.take_ratio()
        for canvas in canvases:
            canvas.zoom.take_ratio()
