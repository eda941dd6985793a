"""A curve that is drawn by hand on the empty axes of a figure: by mouse, or point by point by keyboard."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from bnsim.plot.figure import Figure
from bnsim.plot.marks import Array
from bnsim.plot.theme import Theme
from bnsim.spec.numerals import significant
from bnsim.ui.charts.plot import FigurePlot
from bnsim.ui.language import tr
from bnsim.ui.learn.lesson.sketch_figures import emptied, line_of
from bnsim.ui.theme.style import color
from bnsim.ui.widgets.spoken import announce

OWN_KEYS = "ownKeys"
STEP, FAR = 1 / 40, 5
"""The share of the axis that a key moves a point by, and how many times as far with Shift."""


class CurveSketch(QWidget):
    """Axes of a figure, and a curve over the places of one of its lines, which is not there."""

    drawn = Signal(bool)
    """Whether there is a curve."""
    accepted = Signal()
    """Enter: the curve is as it is to be."""

    def __init__(self, figure: Figure, column: str, parent: QWidget | None = None) -> None:
        """`figure` is the measured one; its line `column` is drawn."""
        super().__init__(parent)
        self.setObjectName("lesson.sketch")
        self.setProperty(OWN_KEYS, True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.places = line_of(figure, column).x
        self._empty = emptied(figure, column)
        self._log = figure.y.scale == "log"
        self.heights: Array = np.full(len(self.places), np.nan)
        """Of each point, 0 at the lower end of the axis and 1 at the upper; NaN where nothing is drawn yet."""
        self.at = 0
        self._last: tuple[int, float] | None = None
        self._theme: Theme | None = None
        self.words = QLabel(tr(f"Draw “{column}” here."), self)
        self.words.setContentsMargins(16, 2, 16, 0)
        self.words.setProperty("role", "muted")
        self.plot = FigurePlot(self)
        self.plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        column_of = QVBoxLayout(self)
        column_of.setContentsMargins(0, 0, 0, 0)
        column_of.setSpacing(0)
        column_of.addWidget(self.words)
        column_of.addWidget(self.plot, 1)
        self._ink = _Ink(self)
        self._say()

    @property
    def curve(self) -> Array:
        """The curve (points,), where nothing was drawn as its neighbors are; NaN without any."""
        there = np.isfinite(self.heights)
        if not there.any():
            return self.heights.copy()
        places = np.arange(len(self.places))
        heights = np.interp(places, places[there], self.heights[there])
        low, high = self._limits
        if self._log:
            return np.asarray(10 ** (np.log10(low) + heights * (np.log10(high) - np.log10(low))))
        return np.asarray(low + heights * (high - low))

    @property
    def _limits(self) -> tuple[float, float]:
        limits = self._empty.y.limits
        assert limits is not None
        return limits

    def point(self, number: int) -> QPointF:
        """Where a point stands, in pixels; one that is not drawn yet in the middle."""
        area = self.plot.data_area
        low, high = self.plot.plotItem.vb.viewRange()[0]
        height = self.heights[number] if np.isfinite(self.heights[number]) else 0.5
        (bottom, top), (first, last) = self.plot.plotItem.vb.viewRange()[1], self._view_limits
        share = (first + height * (last - first) - bottom) / ((top - bottom) or 1.0)
        x = area.left() + (float(self.places[number]) - low) / ((high - low) or 1.0) * area.width()
        return QPointF(x, area.bottom() - share * area.height()) + QPointF(self.plot.pos())

    @property
    def _view_limits(self) -> tuple[float, float]:
        low, high = self._limits
        return (float(np.log10(low)), float(np.log10(high))) if self._log else (low, high)

    def _place_of(self, at: QPointF) -> tuple[int, float]:
        """The number of the nearest point, and the height there."""
        area, at = self.plot.data_area, at - QPointF(self.plot.pos())
        (low, high), (bottom, top) = self.plot.plotItem.vb.viewRange()
        x = low + (at.x() - area.left()) / max(area.width(), 1.0) * (high - low)
        y = bottom + (area.bottom() - at.y()) / max(area.height(), 1.0) * (top - bottom)
        first, last = self._view_limits
        height = min(max((y - first) / ((last - first) or 1.0), 0.0), 1.0)
        return int(np.argmin(np.abs(self.places - x))), height

    def draw_to(self, at: QPointF, *, begin: bool) -> None:
        """Draw from where the pen was to a place, in pixels; `begin`: the pen was just put down."""
        number, height = self._place_of(at)
        before = (number, height) if begin or self._last is None else self._last
        low, high = sorted((before, (number, height)))
        for each in range(low[0], high[0] + 1):
            share = (each - low[0]) / max(high[0] - low[0], 1)
            self.heights[each] = low[1] + share * (high[1] - low[1]) if low[0] != high[0] else height
        self._last, self.at = (number, height), number
        self._changed()

    def lift(self, by: float) -> None:
        """Move the present point by a share of the axis; the first time all points come from the middle."""
        if not np.isfinite(self.heights).any():
            self.heights[:] = 0.5
        self.heights = np.where(np.isfinite(self.heights), self.heights, 0.5)
        self.heights[self.at] = min(max(self.heights[self.at] + by, 0.0), 1.0)
        self._changed()

    def _changed(self) -> None:
        self._say()
        self._ink.update()
        self.drawn.emit(True)

    def _say(self) -> None:
        y = self.curve[self.at]
        where = f"{self._empty.x.label} {significant(float(self.places[self.at]))}"
        said = f"{where}: {significant(float(y)) if np.isfinite(y) else 'not drawn'}"
        self.setAccessibleName(f"Your curve. {said}")
        announce(self, said)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.plot.set_theme(theme)
        self.plot.draw(self._empty)
        self._ink.update()

    def paint_curve(self, painter: QPainter) -> None:
        """Paint the curve, and a ring around the present point if it has the keyboard."""
        if self._theme is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        accent = color(self._theme, "accent")
        there = [self.point(number) for number in range(len(self.places)) if np.isfinite(self.heights[number])]
        painter.setPen(QPen(accent, 2.5, Qt.PenStyle.DashLine))
        painter.drawPolyline(QPolygonF(there))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(accent)
        for point in there:
            painter.drawEllipse(point, 3.0, 3.0)
        if self.hasFocus():
            painter.setPen(QPen(accent, 2.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(self.point(self.at), 7.0, 7.0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._ink.setGeometry(self.rect())
        self._ink.raise_()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        far = FAR if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        match event.key():
            case Qt.Key.Key_Left | Qt.Key.Key_Right:
                by = far if event.key() == Qt.Key.Key_Right else -far
                self.at = min(max(self.at + by, 0), len(self.places) - 1)
                self._say()
                self._ink.update()
            case Qt.Key.Key_Home | Qt.Key.Key_End:
                self.at = 0 if event.key() == Qt.Key.Key_Home else len(self.places) - 1
                self._say()
                self._ink.update()
            case Qt.Key.Key_Up | Qt.Key.Key_Down:
                self.lift(far * (STEP if event.key() == Qt.Key.Key_Up else -STEP))
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.accepted.emit()
            case _:
                super().keyPressEvent(event)

    def focusInEvent(self, event: object) -> None:
        self._ink.update()

    def focusOutEvent(self, event: object) -> None:
        self._ink.update()


class _Ink(QWidget):
    """Lies over the axes, and takes the mouse for them."""

    def __init__(self, sketch: CurveSketch) -> None:
        super().__init__(sketch)
        self._sketch = sketch
        self.setCursor(Qt.CursorShape.CrossCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._sketch.setFocus(Qt.FocusReason.MouseFocusReason)
            self._sketch.draw_to(event.position(), begin=True)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._sketch.draw_to(event.position(), begin=False)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            self._sketch.paint_curve(painter)
