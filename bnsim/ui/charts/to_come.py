"""What an empty panel shows: a faint sketch of the kind of its figure, and in words what it will show.

The sketch gives nothing away: in a lesson one predicts what will be seen here.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from bnsim.figures import FIGURES, FigureKind
from bnsim.plot.theme import Theme
from bnsim.ui.language import tr
from bnsim.ui.theme.style import color, font

if TYPE_CHECKING:  # pyqtgraph comes with it
    from bnsim.ui.charts.plot import FigurePlot

Shape = Literal["layers", "curves", "histograms", "cells"]
MARGINS = (66, 10, 22, 50)
"""Pixels for axes and words where there is no figure yet: left, top, right, bottom."""
FAINT = 0.3
LEAST = (90, 50)
"""Pixels below which there is no sketch."""
ROWS, COLUMNS = 5, 16
_PLACED = frozenset(
    (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show, QEvent.Type.Hide, QEvent.Type.LayoutRequest)
)


def shape_of(kind: FigureKind) -> Shape:
    """What a figure of that kind looks like, as its record says it."""
    if "histogram" in kind.shows:
        return "histograms"
    if any(words in kind.shows for words in ("as colors", "sample and unit", "in the plane")):
        return "cells"
    return "layers" if kind.section == "By depth" else "curves"


def shortened(sentence: str, fits: Callable[[str], bool]) -> str:
    """The sentence without as many of its last clauses as do not fit; if not even the first one does, of its words."""
    said = sentence
    while not fits(said) and ", " in said:
        said = f"{said.rpartition(', ')[0]}."
    while not fits(said) and " " in said:
        said = f"{said.rpartition(' ')[0].rstrip(',.;:…')}…"
    return said


class ToCome(QWidget):
    """Lies over the lower part of its panel, `top` pixels down, while there is no data; it takes no clicks."""

    def __init__(self, name: str, below: QWidget, panel: QWidget) -> None:
        """Of the figure of that name; it begins where `below` ends, and whatever `stay_below` adds to that."""
        super().__init__(panel)
        self._kind = FIGURES.get(name)
        self._above, self._panel = [below], panel
        self._theme: Theme | None = None
        self._plot: FigurePlot | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setObjectName(f"panel.{name}.toCome")
        panel.installEventFilter(self)

    def stay_below(self, other: QWidget) -> None:
        """Leave room for another widget of the panel, wherever that stands while it is shown."""
        self._above.append(other)
        other.installEventFilter(self)
        self._place()

    def settle(self, plot: FigurePlot | None, has_data: bool) -> None:
        """Be there while there is no data, between the axes of the plot; without one there are no axes below."""
        self._plot = plot
        self.setVisible(self._kind is not None and not has_data)
        self._place()
        self.raise_()
        self.update()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def _place(self) -> None:
        top = 1 + max((each.geometry().bottom() for each in self._above if not each.isHidden()), default=-1)
        self.setGeometry(0, top, self._panel.width(), max(self._panel.height() - top, 0))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _PLACED and not self.isHidden():
            self._place()
        return False

    def paintEvent(self, _event: QPaintEvent) -> None:
        area = self.area()
        if self._theme is None or self._kind is None or area.width() < LEAST[0] or area.height() < LEAST[1]:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ink = color(self._theme, "text-disabled", FAINT)
        if self._plot is None:
            painter.setPen(QPen(ink, 1))
            painter.drawPolyline([area.topLeft(), area.bottomLeft(), area.bottomRight()])
        painter.setFont(font(self._theme, "text-small"))
        painter.setPen(color(self._theme, "text-muted"))
        flags = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap
        words = QRectF(area.adjusted(8, 0, -8, 0))
        metrics = QFontMetricsF(painter.font())

        def fits(text: str) -> bool:
            return metrics.boundingRect(words, flags, text).height() <= words.height()

        told = painter.drawText(words, flags, shortened(tr(f"Shows: {self._kind.shows}."), fits))
        sketched = QRectF(area)
        sketched.setTop(min(told.bottom() + 6, area.bottom()))
        painter.setPen(QPen(ink, 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
        if sketched.height() > LEAST[1] / 2:
            PAINTERS[shape_of(self._kind)](painter, sketched)
        painter.end()

    def area(self) -> QRectF:
        """Between the axes, below what stands above."""
        left, top, right, bottom = MARGINS
        if self._plot is None:
            return QRectF(self.rect()).adjusted(left, top, -right, -bottom)
        corner = self.mapFrom(self._panel, self._plot.viewport().mapTo(self._panel, QPoint()))
        area = self._plot.data_area.translated(QPointF(corner))
        area.setTop(max(area.top(), top))
        return area.adjusted(0, 0, -4, -4)


def _layers(painter: QPainter, area: QRectF) -> None:
    """Points on waves that cross: of layers, and none of them says how it will go."""
    for sign in (-1, 1):
        points = [_at(area, k / COLUMNS, 0.5 + 0.22 * sign * math.cos(7 * k / COLUMNS)) for k in range(COLUMNS + 1)]
        painter.drawPolyline(QPolygonF(points))
        for point in points:
            painter.drawEllipse(point, 1.5, 1.5)


def _curves(painter: QPainter, area: QRectF) -> None:
    """Ragged lines, as of mini-batches: none of them says how it will go."""
    for middle, phase in ((0.35, 0.0), (0.65, 2.0)):
        points = []
        for k in range(COLUMNS * 3 + 1):
            ragged = 0.08 * math.sin(1.9 * k + phase) + 0.06 * math.sin(4.3 * k + 2 * phase)
            points.append(_at(area, k / (COLUMNS * 3), middle + ragged))
        painter.drawPolyline(QPolygonF(points))


def _at(area: QRectF, x: float, y: float) -> QPointF:
    """The point at shares of an area, from its left and from its top."""
    return QPointF(area.left() + x * area.width(), area.top() + y * area.height())


def _histograms(painter: QPainter, area: QRectF) -> None:
    """Bells, one above the other, wider from one to the next."""
    for row in range(3):
        base = area.bottom() - row * area.height() / 4
        width = 0.07 + 0.04 * row
        points = []
        for k in range(COLUMNS * 3 + 1):
            x = k / (COLUMNS * 3)
            high = math.exp(-0.5 * ((x - 0.5) / width) ** 2)
            points.append(QPointF(area.left() + x * area.width(), base - high * area.height() / 2.4))
        painter.drawPolyline(QPolygonF(points))


def _cells(painter: QPainter, area: QRectF) -> None:
    """A map: rows and columns."""
    ink = painter.pen().color()
    painter.setPen(Qt.PenStyle.NoPen)
    across, down = area.width() / COLUMNS, area.height() / ROWS
    for row in range(ROWS):
        for column in range(COLUMNS):
            shade = 0.5 + 0.5 * math.sin(0.7 * column + 1.3 * row)
            ink.setAlphaF(FAINT * 0.2 + FAINT * 0.6 * shade)
            painter.fillRect(
                QRectF(area.left() + column * across, area.top() + row * down, across - 1.5, down - 1.5), ink
            )


PAINTERS = {"layers": _layers, "curves": _curves, "histograms": _histograms, "cells": _cells}
