"""Draws a `Figure` live with pyqtgraph.

Its limits and zoom; marks are `items` of its scene. While many figures come a second, the items are hidden and `quick`
draws in their place.
"""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPixmap, QShowEvent
from PySide6.QtWidgets import QWidget

from bnsim.plot.figure import Axis, Figure
from bnsim.plot.theme import Theme
from bnsim.ui.charts import items, key, quick, reading, scale
from bnsim.ui.charts.axes import FigureAxis, room_at_left, room_at_right, room_below
from bnsim.ui.charts.names import Names
from bnsim.ui.language import told
from bnsim.ui.theme.style import color

PALE = 0.6
"""How much of the background lies over what is no longer true."""


def _appearance(axis: Axis) -> tuple[object, ...]:
    """The properties of an axis that are painted, besides its limits."""
    return axis.label, axis.scale, axis.integer, axis.ticks


class FigurePlot(pg.PlotWidget):
    """The plot of one figure. Wheel and drag zoom and pan what is drawn; a double click shows all the data again."""

    zoomed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        self._axes = {"left": FigureAxis("left"), "bottom": FigureAxis("bottom")}
        super().__init__(parent, axisItems=dict(self._axes), enableMenu=False)
        self.setAcceptDrops(False)  # its scene takes what is dragged and drops nothing: that is for the window
        self._figure: Figure | None = None
        self._theme: Theme | None = None
        self._ratio = 1.0
        """Device pixels for each logical pixel: pens of lines are measured in device pixels."""
        self._manual = False
        self._smooth = True
        self._pale = False
        self._drawing = False
        """A figure is being drawn: its names come when it is done."""
        self._limits: tuple[scale.Limits, scale.Limits] | None = None
        self._y_limits: scale.Limits | None = None
        self._x_limits: scale.Limits | None = None
        self._shared: scale.Limits | None = None
        """What another plot has it show of the x axis."""
        self._grows = False
        self._left = self._right = -1
        self._marks = items.Items(self.plotItem)
        self._empty: QPixmap | None = None
        self._empty_of: object = None
        self.setFrameShape(self.Shape.NoFrame)
        # Curves do not know their bounds (see Curve), so which part of the picture is stale is not known either.
        self.setViewportUpdateMode(self.ViewportUpdateMode.FullViewportUpdate)
        # The plot fills all of it: nothing of the window behind need be painted first.
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.hideButtons()
        for axis in self._axes.values():
            axis.setZValue(-1000)  # the grid behind the lines and their names
        self._names = Names(self.plotItem, self.viewport().update, self)
        view = self.plotItem.vb
        view.disableAutoRange()
        self._let_move(False)
        view.sigRangeChangedManually.connect(self._moved_by_hand)
        view.sigRangeChanged.connect(self._view_changed)
        view.sigResized.connect(self._view_changed)
        view.sigResized.connect(self._name_axes)

    @property
    def fast(self) -> bool:
        """Whether it is drawn in a hurry, as one of many a second."""
        return not self._smooth

    @property
    def data_area(self) -> QRectF:
        """The rectangle between the axes, in pixels of the viewport."""
        view = self.plotItem.vb
        found: QRectF = self.viewportTransform().mapRect(view.mapRectToScene(view.rect()))
        return found

    def set_theme(self, theme: Theme) -> None:
        """Draw everything again in the theme's colors and sizes."""
        self._theme = theme
        self.setBackground(color(theme, "plot-background"))
        for item in self._axes.values():
            item.set_theme(theme)
        self._axes["bottom"].setHeight(self._below(theme))
        self._fit_left(theme)
        self._fit_key()
        self._marks.clear()
        self._names.set_theme(theme)
        self._empty = None
        if self._figure is not None:
            self.draw(self._figure, fast=not self._smooth)

    def take_ratio(self, ratio: float | None = None) -> None:
        """Adapt line widths to the pixel ratio of the screen, or to that of a picture that is taken."""
        wanted = self.devicePixelRatioF() if ratio is None else ratio
        if wanted != self._ratio:
            self._ratio = wanted
            self._marks.clear()
            if self._figure is not None and self._theme is not None:
                self.draw(self._figure, fast=not self._smooth)
                self.place_now()

    def _below(self, theme: Theme) -> int:
        """The height of the axis at the bottom."""
        return round(room_below(theme))

    def _fit_left(self, theme: Theme) -> None:
        """Reserve the room at the left that the ticks and the name there need."""
        room = round(room_at_left(self._figure, self._y_limits, theme))
        if room != self._left:
            self._left = room
            self._axes["left"].setWidth(room)

    def _fit_key(self) -> None:
        """Reserve the room at the right that the key of colors takes, or else half of the last tick's words."""
        assert self._theme is not None
        shown = None if self._figure is None else self._figure.color_scale
        room = room_at_right(self._theme) if shown is None else key.room(shown, self._theme)
        if round(room) != self._right:
            self._right = round(room)
            self.plotItem.setContentsMargins(4, 6, self._right, 2)

    def draw(self, figure: Figure, *, fast: bool = False) -> None:
        """Show `figure` in place of what was there; `fast`, for one of many a second, leaves antialiasing out."""
        assert self._theme is not None
        figure = self._figure = told(figure)
        self._let_move(figure.has_data)
        self._drawing = True
        try:
            self._draw_marks(figure, quick.for_pixels(self._theme, self._ratio), fast=fast)
        finally:
            self._drawing = False
        self._names.show_figure(figure, fast=fast)

    def _draw_marks(self, figure: Figure, theme: Theme, *, fast: bool) -> None:
        self._draw_axes(figure)
        if fast:
            if self._smooth:
                self._show_items(False)
            self.viewport().update()
        else:
            items.draw(self._marks, figure, theme)
            if not self._smooth:
                self._show_items(True)
        self._smooth = not fast
        if not self._manual:
            self.show_all()

    def point_near(self, at: QPointF) -> reading.Point | None:
        """The point of a line, or the cell, at a place in the viewport; None if there is none."""
        return None if self._figure is None else reading.nearest_point(self._figure, self._area(), at)

    def _area(self) -> quick.View:
        """What of the axes is shown where."""
        (x_low, x_high), (y_low, y_high) = self.plotItem.vb.viewRange()
        return quick.View(self.data_area, (float(x_low), float(x_high)), (float(y_low), float(y_high)))

    def clear_figure(self) -> None:
        """Show no figure; axes and names begin anew with the next one."""
        self._figure = None
        self._let_move(False)
        self._marks.clear()
        self._names.forget()
        self._manual = False
        self._limits = self._x_limits = self._y_limits = None
        self.viewport().update()

    def _let_move(self, on: bool) -> None:
        """Let wheel and drag zoom and pan, or not: nothing is drawn, and what comes is to be seen whole."""
        view = self.plotItem.vb
        if view.mouseEnabled() != [on, on]:
            view.setMouseEnabled(on, on)

    def set_pale(self, pale: bool) -> None:
        """Paint the figure pale, since it shows what is no longer so."""
        self._pale = pale
        self.viewport().update()

    def settle(self) -> None:
        """Draw again in full, with antialiasing, what was drawn fast."""
        if not self._smooth and self._figure is not None:
            self.draw(self._figure)

    def _show_items(self, shown: bool) -> None:
        """Show or hide the marks; while updates come fast, `quick` draws in their place."""
        self._marks.set_visible(shown)
        self._empty = None

    def show_all(self) -> None:
        """Show limits that hold all of the data, and follow the data as it changes."""
        self._manual = False
        if self._figure is None:
            return
        self._y_limits = scale.y_limits(self._figure, self._y_limits)
        if self._theme is not None:
            self._fit_left(self._theme)
        x_limits = scale.x_limits(self._figure) if self._shared is None else self._shared
        # An axis that moves at each update would cost more than the lines.
        self._grows = not self._smooth and (self._grows or x_limits != self._x_limits)
        self._x_limits = x_limits
        if self._grows and self._shared is None:
            x_limits = scale.roomy(x_limits)
        if (x_limits, self._y_limits) != self._limits:
            self._limits = (x_limits, self._y_limits)
            self.plotItem.vb.setRange(xRange=x_limits, yRange=self._y_limits, padding=0, update=True)
        self.zoomed.emit(False)

    def fit(self) -> None:
        """Show all of the data again, since a person has asked for it."""
        self.show_all()

    def _draw_axes(self, figure: Figure) -> None:
        assert self._theme is not None
        self._fit_key()
        for side, axis in (("left", figure.y), ("bottom", figure.x)):
            item = self._axes[side]
            if item.show_axis(axis):
                self._y_limits = None
        self._name_axes()

    def _name_axes(self, *_args: object) -> None:
        if self._theme is not None and self._figure is not None:
            area = self.plotItem.vb.rect()
            self._axes["left"].write_name(area.height(), self._theme)
            self._axes["bottom"].write_name(area.width(), self._theme)

    def _view_changed(self, *_args: object) -> None:
        if not self._drawing:
            self._names.place_soon()

    def place_now(self) -> None:
        """Place the names at once, before a picture is taken."""
        self._names.place_now()

    def _moved_by_hand(self, *_args: object) -> None:
        self._manual = True
        self._limits = None
        self.zoomed.emit(True)

    def _paint_fast(self, figure: Figure, theme: Theme) -> None:
        view, size = self.plotItem.vb, self.viewport().size()
        x_limits, y_limits = (tuple(limits) for limits in view.viewRange())
        ratio = self.devicePixelRatioF()
        of = (x_limits, y_limits, size.toTuple(), ratio, *map(_appearance, (figure.x, figure.y)))
        if self._empty is None or of != self._empty_of:
            self._empty = QPixmap(size * ratio)
            self._empty.setDevicePixelRatio(ratio)
            self._empty.fill(color(theme, "plot-background"))
            with QPainter(self._empty) as painter:
                self.render(painter, QRectF(self.viewport().rect()), self.viewport().rect())
            self._empty_of = of
        with QPainter(self.viewport()) as painter:
            painter.drawPixmap(0, 0, self._empty)
            view_ = quick.View(self.data_area, x_limits, y_limits)
            quick.paint(painter, figure, quick.for_pixels(theme, self._ratio), view_, self._names.words)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.take_ratio()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self.take_ratio()
        return bool(super().event(event))

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._smooth or self._figure is None or self._theme is None:
            super().paintEvent(event)
        else:
            self._paint_fast(self._figure, self._theme)
        if self._figure is not None and (self._figure.color_scale is not None or self._names.key is not None):
            with QPainter(self.viewport()) as painter:
                self.paint_key(painter)
        if self._pale and self._theme is not None:
            with QPainter(self.viewport()) as painter:
                painter.fillRect(self.viewport().rect(), color(self._theme, "plot-background", PALE))

    def paint_key(self, painter: QPainter) -> None:
        """Paint the keys of colors and of names, in pixels of the viewport, if the figure has any."""
        if self._figure is None or self._theme is None:
            return
        shown, area = self._figure.color_scale, self.data_area
        self._names.paint_key(painter, area)
        if shown is not None:
            key.paint(painter, shown, self._theme, area)

    def close(self) -> bool:
        # pyqtgraph drops its items here; names that were to be placed a little later have nothing to stand beside.
        self._names.stop()
        return bool(super().close())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.fit()
        event.accept()
