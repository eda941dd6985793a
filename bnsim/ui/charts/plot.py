"""Draws a `Figure` live with pyqtgraph.

Axes, zoom and the names of lines; marks are `items` of its scene. While many figures come a second, the items are
hidden and `quick` draws in their place.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Set
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QElapsedTimer, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetricsF, QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QWidget

from bnsim.plot.figure import Axis, Figure
from bnsim.plot.marks import Rule, Series
from bnsim.plot.theme import Theme
from bnsim.ui.charts import items, key, labels, name_key, quick, reading, scale
from bnsim.ui.language import told
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
LONGEST_NAME = 0.55
"""How much of the plot's width the name of a line takes at most."""
SHORT_NAME = 12
"""Names of at most so many of their heights are not shortened."""
BREAKS = (": ", ", ", " of ")
"""The name of an axis may be cut before these if there is no room for all of it."""
LABEL_MARGINS = 8.0
"""Pixels that Qt leaves at the ends of an axis's name, together."""
LEAST_SCALE = 0.6
"""An axis's name is never written smaller than this share of its size."""
PALE = 0.6
"""How much of the background lies over what is no longer true."""
NO_ROOM: labels.Size = (0.0, 0.0)
LABEL_MS = 200
FAST_LABEL_MS = 500
"""Milliseconds between two searches for the best places of names: at rest or in steps, and while figures come fast."""
LOST_LABEL_MS = 100
"""The same where a name has no place of its own any more."""
PLACING_SHARE = 0.05
"""The search takes at most this share of the window's time while figures come fast."""


class FigureAxis(pg.AxisItem):
    """An axis with few ticks, all of one level, labeled by `scale.tick_text`."""

    def __init__(self, orientation: str) -> None:
        super().__init__(orientation, maxTickLength=-4)
        self.axis = Axis("")
        self.pixels_per_tick = PIXELS_PER_TICK[orientation]
        self.enableAutoSIPrefix(False)  # ticks have their powers of ten themselves

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


def _shortened(name: str, room: float, metrics: QFontMetricsF) -> str:
    """The name of a line in a plot `room` pixels wide; what is left out of a long one ends in "…"."""
    short = SHORT_NAME * metrics.height()
    if metrics.horizontalAdvance(name) <= short:
        return name
    return metrics.elidedText(name, Qt.TextElideMode.ElideRight, max(LONGEST_NAME * room, min(room - 4, short)))


def _appearance(axis: Axis) -> tuple[object, ...]:
    """The properties of an axis that are painted, besides its limits."""
    return axis.label, axis.scale, axis.integer, axis.ticks


class FigurePlot(pg.PlotWidget):
    """The plot of one figure. Wheel and drag zoom and pan; a double click shows all the data again."""

    zoomed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        self._axes = {"left": FigureAxis("left"), "bottom": FigureAxis("bottom")}
        super().__init__(parent, axisItems=dict(self._axes), enableMenu=False)
        self.setAcceptDrops(False)  # its scene takes what is dragged and drops nothing: that is for the window
        self._figure: Figure | None = None
        self._theme: Theme | None = None
        self._manual = False
        self._smooth = True
        self._pale = False
        self._drawing = False
        """A figure is being drawn: names are placed when it is done."""
        self._limits: tuple[scale.Limits, scale.Limits] | None = None
        self._y_limits: scale.Limits | None = None
        self._x_limits: scale.Limits | None = None
        self._shared: scale.Limits | None = None
        """What another plot has it show of the x axis."""
        self._grows = False
        self._left = self._right = -1
        self._marks, self._names = items.Items(self.plotItem), items.Items(self.plotItem)
        self._choices: dict[str, int] = {}
        self._words: list[quick.Words] = []
        self._keyed: frozenset[str] = frozenset()
        """Names of lines that stand in the key of names, since there is no place beside their lines."""
        self._name_key: name_key.NameKey | None = None
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
        view = self.plotItem.vb
        view.disableAutoRange()
        view.sigRangeChangedManually.connect(self._moved_by_hand)
        # Names go along with their lines; better places for them are looked for several times a second at most.
        self._label_timer = QTimer(self, singleShot=True, interval=LABEL_MS)
        self._label_timer.timeout.connect(lambda: self.place_now())
        self._placed_at = QElapsedTimer()
        self._placed_at.start()
        self._placing_took = 0.0
        """Milliseconds that it took to find places for the names the last time."""
        view.sigRangeChanged.connect(lambda *_: self._place_soon())
        view.sigResized.connect(lambda *_: self._place_soon())
        view.sigResized.connect(lambda *_: self._name_axes())

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
        for side, item in self._axes.items():
            item.setPen(pg.mkPen(color(theme, "plot-line")))
            item.setTickPen(pg.mkPen(color(theme, "grid")))
            item.setTextPen(pg.mkPen(color(theme, "text-muted")))
            item.setGrid(255 if side == "left" else False)
            tick_font = font(theme, "tick")
            item.setStyle(
                tickFont=tick_font, tickTextOffset=TICK_OFFSET, autoExpandTextSpace=False, hideOverlappingLabels=False
            )
        self._fit_axes(theme)
        self._marks.clear()
        self._names.clear()
        self._words = []
        self._empty = None
        if self._figure is not None:
            self.draw(self._figure, fast=not self._smooth)

    def _fit_axes(self, theme: Theme) -> None:
        """Reserve the room that labels of the theme's sizes need, and no more."""
        tick, name = QFontMetricsF(font(theme, "tick")), QFontMetricsF(font(theme, "axis"))
        self._axes["bottom"].setHeight(round(TICK_OFFSET + tick.height() + 3 + name.height()))
        self._fit_left(theme)
        self._fit_key()

    def _fit_left(self, theme: Theme) -> None:
        """Reserve the room at the left: the same for all ticks but very large numbers, so that the plot stays put."""
        tick, name = QFontMetricsF(font(theme, "tick")), QFontMetricsF(font(theme, "axis"))
        linear = self._figure is not None and self._figure.y.scale == "linear" and not self._figure.y.ticks
        large = linear and self._y_limits is not None and max(map(abs, self._y_limits)) >= scale.LARGE
        named = 0.0 if self._figure is not None and not self._figure.y.label else name.height()
        room = round(named + tick.horizontalAdvance(WIDEST_LARGE if large else WIDEST) + TICK_OFFSET + 4)
        if room != self._left:
            self._left = room
            self._axes["left"].setWidth(room)

    def _fit_key(self) -> None:
        """Reserve the room at the right that the key of colors takes, or else half of the last tick's words."""
        assert self._theme is not None
        shown = None if self._figure is None else self._figure.color_scale
        if shown is None:
            room: float = QFontMetricsF(font(self._theme, "tick")).horizontalAdvance(LAST) / 2
        else:
            room = key.room(shown, self._theme)
        if round(room) != self._right:
            self._right = round(room)
            self.plotItem.setContentsMargins(4, 6, self._right, 2)

    def draw(self, figure: Figure, *, fast: bool = False) -> None:
        """Show `figure` in place of what was there; `fast`, for one of many a second, leaves antialiasing out."""
        assert self._theme is not None
        figure = self._figure = told(figure)
        changed = self._smooth == fast
        self._drawing = True
        try:
            self._draw_marks(figure, self._theme, fast=fast)
        finally:
            self._drawing = False
        if changed:
            self.place_now()
        else:
            self._place_soon()

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
        self._label_timer.stop()
        self._figure = None
        self._marks.clear()
        self._names.clear()
        self._words = []
        self._choices = {}
        self._keyed, self._name_key = frozenset(), None
        self._manual = False
        self._limits = self._x_limits = self._y_limits = None
        self.viewport().update()

    def set_pale(self, pale: bool) -> None:
        """Paint the figure pale, since it shows what is no longer so."""
        self._pale = pale
        self.viewport().update()

    def settle(self) -> None:
        """Draw again in full, with antialiasing, what was drawn fast."""
        if not self._smooth and self._figure is not None:
            self.draw(self._figure)

    def _show_items(self, shown: bool) -> None:
        """Show or hide all items but the axes; while updates come fast, `quick` draws in their place."""
        self._marks.set_visible(shown)
        self._names.set_visible(shown)
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
            before = item.axis
            if (before.scale, before.integer, before.ticks) != (axis.scale, axis.integer, axis.ticks):
                if item.axis.scale != axis.scale:
                    self._y_limits = None
                item.picture = None
                item.update()
            item.axis = axis
        self._name_axes()

    def _name_axes(self) -> None:
        theme = self._theme
        if theme is None or self._figure is None:
            return
        metrics, area = QFontMetricsF(font(theme, "axis")), self.plotItem.vb.rect()
        for side, room in (("left", area.height()), ("bottom", area.width())):
            item = self._axes[side]
            words = fitting(item.axis.label, room, metrics)
            # Where the shortest name is still too long, as in a low plot on a projector, it is written smaller.
            fits = (room - LABEL_MARGINS) / max(metrics.horizontalAdvance(words), 1.0)
            smaller = min(1.0, max(fits, LEAST_SCALE))
            style = {"color": theme.color("text-muted"), "font-size": f"{theme.size('axis') * smaller:.3g}px"}
            if item.labelText != words or item.labelStyle != style:
                item.setLabel(words, **style)
                item.resizeEvent()  # pyqtgraph centers the label by its width, only when resized

    def _place_soon(self) -> None:
        if self._drawing:
            return
        # At each change names go along with their lines; looking for better places takes longer, and is done if it is
        # time, else once the data has come to rest.
        least = LABEL_MS if self._smooth else max(FAST_LABEL_MS, self._placing_took / PLACING_SHARE)
        if self._placed_at.elapsed() >= least:
            self.place_now()
        else:
            whole = self._place_labels(labels.follow)
            if whole or self._placed_at.elapsed() < max(LOST_LABEL_MS, self._placing_took / PLACING_SHARE):
                self._label_timer.start()
            else:
                self.place_now()

    def place_now(self) -> None:
        """Place the names at once, before a picture is taken."""
        self._label_timer.stop()
        self._placed_at.restart()
        self._place_labels(labels.place)
        self._placing_took = self._placed_at.nsecsElapsed() / 1e6
        self._placed_at.restart()

    def _place_labels(self, find: Callable[..., list[labels.Placed | None]]) -> bool:
        """Write the names of lines and rules where `find` says, in pixels of the plot's area; False if not all.

        One that would be taken for another line's is left out, and stands in the key once places are searched for.
        """
        figure, theme = self._figure, self._theme
        if figure is None or theme is None:
            return True
        area = self.plotItem.vb.rect()
        metrics = QFontMetricsF(font(theme, "label", bold=True))
        small = QFontMetricsF(font(theme, "tick"))
        # Hundreds of thin lines are everywhere; names stay off single ones.
        drawn = [series for series in figure.lines if series.weight != "thin" or series.line != "solid"]
        order: list[Series | Rule] = [*sorted(drawn, key=lambda series: not series.label)]
        order += [rule for rule in figure.rules if rule.label]
        lines = [self._pixels_of(mark, figure) for mark in order]
        shapes = [small if isinstance(mark, Rule) else metrics for mark in order]
        words = [
            mark.label if isinstance(mark, Rule) else _shortened(mark.label, area.width(), metrics) for mark in order
        ]
        names = [f"rule {mark.y}" if isinstance(mark, Rule) else mark.name for mark in order]
        if find is labels.place:
            # While figures come fast a name that has gone into the key stays there: it would come and go.
            self._keyed = frozenset() if self._smooth else self._keyed & set(names)
        # As they are painted, with a pixel of the background all around. What is in the key takes no room, but others
        # must not be taken for it.
        sizes: list[labels.Size | None] = [
            None
            if not text
            else NO_ROOM
            if name in self._keyed
            else (shape.horizontalAdvance(text) + 4, shape.height() + 2)
            for name, text, shape in zip(names, words, shapes, strict=True)
        ]
        before = [self._choices.get(name) for name in names]
        found = find(lines, sizes, area.width(), area.height(), before)
        self._choices.update({name: spot.choice for name, spot in zip(names, found, strict=True) if spot is not None})
        kept = [
            None if name in self._keyed else spot
            for name, spot in zip(
                names, labels.own_places(found, lines, sizes, area.width(), area.height()), strict=True
            )
        ]
        if find is labels.place:
            kept = self._fill_key(names, order, lines, sizes, kept)
        self._show_names(names, [(text, mark.role) for text, mark in zip(words, order, strict=True)], kept, theme)
        return all(
            spot is not None or size is None or name in self._keyed
            for name, spot, size in zip(names, kept, sizes, strict=True)
        )

    def _fill_key(
        self,
        names: list[str],
        marks: list[Series | Rule],
        lines: list[labels.Points],
        sizes: list[labels.Size | None],
        kept: list[labels.Placed | None],
    ) -> list[labels.Placed | None]:
        """Put the names of lines that have no place of their own into the key, and that where it covers least.

        Where it has no free place beside the other names, those of all lines are in it, so that none is below it; and
        where it has none either, without those of an earlier moment.
        Returns the places of the names that stay beside their lines. A rule's is left out: what the rule stands for is
        seen in a larger panel.
        """
        missing = {name for name, size, spot in zip(names, sizes, kept, strict=True) if size and spot is None}
        # A line that is out of view needs no name.
        self._keyed |= {name for name, line in zip(names, lines, strict=True) if name in missing and self._seen(line)}
        told = {mark.label for name, mark in zip(names, marks, strict=True) if name in self._keyed}
        # One entry has all lines of its name.
        self._keyed |= {name for name, mark in zip(names, marks, strict=True) if mark.label and mark.label in told}
        kept = [None if name in self._keyed else spot for name, spot in zip(names, kept, strict=True)]
        boxes = {
            name: QRectF(spot.x, spot.y, *size)
            for name, spot, size in zip(names, kept, sizes, strict=True)
            if spot and size is not None
        }
        made = self._key_of(self._keyed, names, marks, lines, list(boxes.values()))
        if made is not None and made.covers:
            rules = {name for name, mark in zip(names, marks, strict=True) if isinstance(mark, Rule)}
            past = {name for name, mark in zip(names, marks, strict=True) if isinstance(mark, Series) and mark.ghost}
            every = self._keyed | boxes.keys() - rules
            beside = [boxes[name] for name in boxes.keys() & rules]
            # What is pale is told in the panel's corner, too.
            tried = [self._key_of(keyed, names, marks, lines, beside) for keyed in (every, every - past)]
            best = min([made, *(each for each in tried if each is not None)], key=lambda each: each.covers)
            if best is not made:
                made, self._keyed = best, every
                kept = [None if name in every else spot for name, spot in zip(names, kept, strict=True)]
        self._name_key = made
        self.viewport().update()
        return kept

    def _key_of(
        self,
        keyed: Set[str],
        names: list[str],
        marks: list[Series | Rule],
        lines: list[labels.Points],
        boxes: list[QRectF],
    ) -> name_key.NameKey | None:
        """The key of the names `keyed`, where it covers the least of the lines and of the names in `boxes`."""
        assert self._theme is not None
        area = self.plotItem.vb.rect()
        named = [
            (mark.label, mark)
            for name, mark in zip(names, marks, strict=True)
            if name in keyed and isinstance(mark, Series)
        ]
        made = name_key.arranged(named, self._theme, area.width(), area.height())
        return name_key.placed(made, lines, boxes, area.width(), area.height()) if made else None

    def _seen(self, line: labels.Points) -> bool:
        area = self.plotItem.vb.rect()
        dense = labels.densely(line, area.width())
        return bool(((dense >= (0, 0)) & (dense <= (area.width(), area.height()))).all(axis=1).any())

    def _pixels_of(self, mark: Series | Rule, figure: Figure) -> labels.Points:
        if isinstance(mark, Series):
            return self._pixels(mark, figure)
        height = self._pixel_y(mark.y, figure)
        return np.array([[0.0, height], [self.plotItem.vb.rect().width(), height]])

    def _show_names(
        self, names: list[str], texts: list[tuple[str, str]], placed: list[labels.Placed | None], theme: Theme
    ) -> None:
        self._words = []
        if self._smooth:
            self._names.begin()
        for name, (text, role), spot in zip(names, texts, placed, strict=True):
            if spot is None:
                continue
            if self._smooth:
                self._write(name, text, role, spot)
            else:
                shape = font(theme, "tick") if name.startswith("rule") else font(theme, "label", bold=True)
                self._words.append(quick.words(text, role, shape, theme, spot))
        if self._smooth:
            self._names.finish()
        else:
            self.viewport().update()

    def _write(self, name: str, text: str, role: str, spot: labels.Placed) -> None:
        assert self._theme is not None
        theme = self._theme

        def make() -> Any:
            behind = color(theme, "plot-background", 0.72)
            item = pg.TextItem(text, color=theme.text_color(role), anchor=(0, 0), fill=behind)
            item.setFont(font(theme, "tick") if name.startswith("rule") else font(theme, "label", bold=True))
            # Typesetting anew at each paint would cost as much as drawing all lines.
            item.textItem.setCacheMode(item.textItem.CacheMode.DeviceCoordinateCache)
            item.textItem.document().setDocumentMargin(1)
            item.updateTextPos()
            return item

        item = self._names.item((name, text), make, items.FRONT)
        item.setPos(self.plotItem.vb.mapToView(QPointF(spot.x, spot.y)))

    def _pixels(self, series: Series, figure: Figure) -> labels.Points:
        """The line in pixels of the plot's area, without the cost of a call for each point."""
        view = self.plotItem.vb
        (x_low, x_high), (y_low, y_high) = view.viewRange()
        area = view.rect()
        x, y = scale.position(series.x, figure.x.scale), scale.position(series.y, figure.y.scale)
        across = (x - x_low) / (x_high - x_low) * area.width()
        return np.column_stack((across, (y_high - y) / (y_high - y_low) * area.height()))

    def _pixel_y(self, y: float, figure: Figure) -> float:
        low, high = map(float, self.plotItem.vb.viewRange()[1])
        at = float(scale.position(np.array([y]), figure.y.scale)[0])
        height: float = self.plotItem.vb.rect().height()
        return (high - at) / (high - low) * height

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
            quick.paint(painter, figure, theme, quick.View(self.data_area, x_limits, y_limits), self._words)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._smooth or self._figure is None or self._theme is None:
            super().paintEvent(event)
        else:
            self._paint_fast(self._figure, self._theme)
        if self._figure is not None and (self._figure.color_scale is not None or self._name_key is not None):
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
        if self._name_key is not None:
            name_key.paint(painter, self._name_key, self._theme, area)
        if shown is not None:
            key.paint(painter, shown, self._theme, area)

    def close(self) -> bool:
        # pyqtgraph drops its items here; names that were to be placed a little later have nothing to stand beside.
        self._label_timer.stop()
        return bool(super().close())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.fit()
        event.accept()
