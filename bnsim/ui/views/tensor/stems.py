"""Vectors, one stem for each element, and how the elements of any tensor are distributed."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QPainter, QPen
from PySide6.QtWidgets import QWidget

from bnsim.lenses.tensor.lens import TensorSeen
from bnsim.plot.theme import Theme
from bnsim.spec import numerals
from bnsim.ui.language import tr
from bnsim.ui.theme.style import color, font
from bnsim.ui.views.tensor.drawing import Element, TensorDrawing

DOTS_FROM = 6.0
"""A stem ends in a dot if it has at least this many pixels of width."""


class Stems(TensorDrawing):
    """A vector over its features. If there are more than pixels, a stem is the largest of several."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("tensor.stems", "Values by feature", parent)

    def step(self) -> tuple[int, int]:
        return (1, self.seen.grid.step[1]) if self.seen is not None and self.seen.grid is not None else (1, 1)

    def limits(self) -> tuple[float, float]:
        """The limits of the vertical axis, zero always included."""
        assert self.seen is not None
        assert self.seen.summary is not None
        low, high = min(self.seen.summary.low, 0.0), max(self.seen.summary.high, 0.0)
        return (low, high) if high > low else (-1.0, 1.0)

    def area(self) -> QRectF:
        """The rectangle of the stems."""
        line = self.small().height()
        texts = [numerals.significant(limit, 3) for limit in self.limits()] if self.has_numbers else ["0"]
        left = max(self.small().horizontalAdvance(text) for text in texts) + 10
        return QRectF(left, 8, self.width() - left - 8, self.height() - 2 * line - 14)

    def element_rect(self, element: Element) -> QRectF:
        assert self.seen is not None
        assert self.seen.grid is not None
        area, index = self.area(), element[1] // self.step()[1]
        wide = area.width() / self.seen.grid.cells.shape[1]
        return QRectF(area.left() + index * wide, area.top(), wide, area.height())

    def element_at(self, position: QPointF) -> Element | None:
        area = self.area()
        if self.seen is None or self.seen.grid is None or not area.contains(position):
            return None
        count = self.seen.grid.cells.shape[1]
        index = min(int((position.x() - area.left()) / area.width() * count), count - 1)
        return 0, index * self.step()[1]

    def paint(self, painter: QPainter, seen: TensorSeen, theme: Theme) -> None:
        assert seen.grid is not None
        area, (low, high) = self.area(), self.limits()
        cells = seen.grid.cells[0]
        wide = area.width() / len(cells)
        scale = max(abs(low), abs(high))
        tall = area.height() / (high / scale - low / scale)
        zero = area.top() + high / scale * tall
        _axis(painter, area, ((area.top(), high), (zero, 0.0), (area.bottom(), low)), theme)
        _across(painter, area, seen.columns, seen.axes[1], theme)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for index, value in enumerate(cells):
            x = area.left() + (index + 0.5) * wide
            if np.isnan(value):
                gone = QRectF(x - wide / 2, area.top(), wide, area.height())
                painter.fillRect(gone, QBrush(color(theme, "text"), Qt.BrushStyle.BDiagPattern))
                continue
            y = zero - value / scale * tall
            ink = color(theme, "negative" if value < 0 else "positive")
            painter.setPen(QPen(ink, max(1.0, min(3.0, wide - 1))))
            painter.drawLine(QLineF(x, zero, x, y))
            if wide >= DOTS_FROM:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(ink)
                painter.drawEllipse(QPointF(x, y), 2.5, 2.5)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


class Bins(TensorDrawing):
    """The histogram of all finite elements; the height is the share of the fullest bin."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("tensor.histogram", "Histogram", parent)

    def area(self) -> QRectF:
        """The rectangle of the bars."""
        line = self.small().height()
        most = int(self.seen.histogram.counts.max()) if self.seen is not None and self.seen.histogram is not None else 0
        left = self.small().horizontalAdvance(numerals.count(most)) + 10
        return QRectF(left, 8, self.width() - left - 8, self.height() - 2 * line - 14)

    def element_rect(self, element: Element) -> QRectF:
        assert self.seen is not None
        assert self.seen.histogram is not None
        area, wide = self.area(), self.area().width() / len(self.seen.histogram.counts)
        return QRectF(area.left() + element[1] * wide, area.top(), wide, area.height())

    def element_at(self, position: QPointF) -> Element | None:
        area = self.area()
        if self.seen is None or self.seen.histogram is None or not area.contains(position):
            return None
        count = len(self.seen.histogram.counts)
        return 0, min(int((position.x() - area.left()) / area.width() * count), count - 1)

    def _there(self, element: Element) -> bool:
        histogram = None if self.seen is None else self.seen.histogram
        return histogram is not None and element[1] < len(histogram.counts)

    def bin_words(self, element: Element) -> str:
        """The limits and the count of a bin, in words."""
        assert self.seen is not None
        assert self.seen.histogram is not None
        counts, edges = self.seen.histogram.counts, self.seen.histogram.edges
        index = min(element[1], len(counts) - 1)
        share = float(counts[index]) / max(self.seen.summary.size if self.seen.summary else 1, 1)
        low, high = numerals.significant(float(edges[index])), numerals.significant(float(edges[index + 1]))
        return f"{numerals.count(int(counts[index]))} of them, {numerals.percent(share)}, from {low} to {high}"

    def paint(self, painter: QPainter, seen: TensorSeen, theme: Theme) -> None:
        assert seen.histogram is not None
        area, counts, edges = self.area(), seen.histogram.counts, seen.histogram.edges
        most = max(int(counts.max()), 1)
        wide = area.width() / len(counts)
        _axis(painter, area, ((area.top(), float(most)), (area.bottom(), 0.0)), theme, whole=True)
        for index, count in enumerate(counts):
            middle = (edges[index] + edges[index + 1]) / 2
            ink = color(theme, "negative" if middle < 0 else "positive")
            tall = max(area.height() * count / most, 1.0 if count else 0.0)
            bar = QRectF(area.left() + index * wide, area.bottom() - tall, max(wide - 1, 1.0), tall)
            painter.fillRect(bar, ink)
        painter.setFont(font(theme, "text-small"))
        metrics = painter.fontMetrics()
        below = area.bottom() + 4 + metrics.ascent()
        painter.setPen(color(theme, "text-muted"))
        low, high = numerals.significant(edges[0], 3), numerals.significant(edges[-1], 3)
        painter.drawText(QPointF(area.left(), below), low)
        painter.drawText(QPointF(area.right() - metrics.horizontalAdvance(high), below), high)
        if edges[0] < 0 < edges[-1]:
            scale = max(abs(edges[0]), abs(edges[-1]))
            x = area.left() - edges[0] / scale / (edges[-1] / scale - edges[0] / scale) * area.width()
            painter.setPen(QPen(color(theme, "line-strong"), 1, Qt.PenStyle.DotLine))
            painter.drawLine(QLineF(x, area.top(), x, area.bottom() + 3))
            painter.setPen(color(theme, "text-muted"))
            first, last = metrics.horizontalAdvance(low) + 6, metrics.horizontalAdvance(high) + 6
            if area.left() + first < x < area.right() - last:
                painter.drawText(QPointF(x - metrics.horizontalAdvance("0") / 2, below), "0")


def _axis(
    painter: QPainter, area: QRectF, ticks: tuple[tuple[float, float], ...], theme: Theme, *, whole: bool = False
) -> None:
    """Draw hairlines with their numbers at the left; those that would overlap are left out."""
    painter.setFont(font(theme, "text-small"))
    metrics = painter.fontMetrics()
    written: list[float] = []
    for y, value in ticks:
        painter.setPen(QPen(color(theme, "plot-line" if value == 0 else "grid"), 1))
        painter.drawLine(QLineF(area.left(), y, area.right(), y))
        if all(abs(y - other) > metrics.height() for other in written):
            written.append(y)
            text = numerals.count(round(value)) if whole else numerals.significant(value, 3)
            painter.setPen(color(theme, "text-muted"))
            lowered = min(max(y + metrics.ascent() / 2 - 1, area.top() + metrics.ascent() - 4), area.bottom() + 4)
            painter.drawText(QPointF(area.left() - 6 - metrics.horizontalAdvance(text), lowered), text)


def _across(painter: QPainter, area: QRectF, count: int, name: str, theme: Theme) -> None:
    painter.setFont(font(theme, "text-small"))
    painter.setPen(color(theme, "text-muted"))
    metrics = painter.fontMetrics()
    below = area.bottom() + 6 + metrics.ascent()
    last, words = str(count - 1), f"{tr(name)} →"
    painter.drawText(QPointF(area.left(), below), "0")
    painter.drawText(QPointF(area.right() - metrics.horizontalAdvance(last), below), last)
    painter.drawText(QPointF(area.center().x() - metrics.horizontalAdvance(words) / 2, below), words)
