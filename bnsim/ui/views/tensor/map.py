"""The heat map: rows down, columns across, a scale bar below; what is not finite is hatched."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QImage, QPainter
from PySide6.QtWidgets import QWidget

from bnsim.lenses.tensor.lens import TensorSeen
from bnsim.plot.theme import Theme
from bnsim.ui.language import tr
from bnsim.ui.theme.style import color, font
from bnsim.ui.views.tensor.drawing import Element, TensorDrawing
from bnsim.ui.views.tensor.scale import BAR, largest, paint_bar, picture

LARGEST_CELL = 30.0


class HeatMap(TensorDrawing):
    """A matrix as a heat map; a cell stands for several elements if there are more than can be drawn."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("tensor.map", "Heat map", parent)
        self._drawn: tuple[object, object] = (None, None)
        self._image = QImage()
        self._limit = 0.0

    def step(self) -> tuple[int, int]:
        return self.seen.grid.step if self.seen is not None and self.seen.grid is not None else (1, 1)

    def area(self) -> QRectF:
        """The rectangle of the cells."""
        if self.seen is None or self.seen.grid is None:
            return QRectF()
        line = self.small().height()
        left = max(line + 4, self.small().horizontalAdvance(str(max(self.seen.rows - 1, 0))) + 6)
        room = QRectF(left, line + 6, self.width() - left - 4, self.height() - 2 * line - BAR - 24)
        rows, columns = self.seen.grid.cells.shape
        width, height = min(room.width() / columns, LARGEST_CELL), min(room.height() / rows, LARGEST_CELL)
        # Cells of whole pixels are all alike, where that does not waste much of the room.
        width = math.floor(width) if width >= 4 else width
        height = math.floor(height) if height >= 4 else height
        return QRectF(room.left(), room.top(), width * columns, height * rows)

    def element_rect(self, element: Element) -> QRectF:
        area, (high, wide) = self.area(), self.step()
        assert self.seen is not None
        assert self.seen.grid is not None
        rows, columns = self.seen.grid.cells.shape
        width, height = area.width() / columns, area.height() / rows
        return QRectF(area.left() + element[1] // wide * width, area.top() + element[0] // high * height, width, height)

    def element_at(self, position: QPointF) -> Element | None:
        area, (high, wide) = self.area(), self.step()
        if self.seen is None or self.seen.grid is None or not area.contains(position):
            return None
        rows, columns = self.seen.grid.cells.shape
        row = min(int((position.y() - area.top()) / area.height() * rows), rows - 1)
        column = min(int((position.x() - area.left()) / area.width() * columns), columns - 1)
        return row * high, column * wide

    def paint(self, painter: QPainter, seen: TensorSeen, theme: Theme) -> None:
        assert seen.grid is not None
        if self._drawn != (seen.grid, theme):
            self._drawn = (seen.grid, theme)
            self._limit = largest(seen.grid.cells)
            self._image = picture(seen.grid.cells, self._limit, theme)
        area = self.area()
        painter.fillRect(area, color(theme, "surface"))
        painter.fillRect(area, QBrush(color(theme, "text"), Qt.BrushStyle.BDiagPattern))
        # Cells larger than a pixel keep their edges; smaller ones are averaged.
        smaller = area.width() < self._image.width() or area.height() < self._image.height()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smaller)
        if seen.summary is not None and not seen.summary.non_finite:
            painter.fillRect(area, color(theme, "zero"))
        painter.drawImage(area, self._image)
        self._label(painter, area, seen, theme)
        signed = seen.summary is None or seen.summary.low < 0
        bar = QRectF(area.left(), area.bottom() + 12, max(area.width(), 150), BAR)
        paint_bar(painter, bar, self._limit, theme, signed=signed)

    def _label(self, painter: QPainter, area: QRectF, seen: TensorSeen, theme: Theme) -> None:
        """Draw the name of each axis, with its first and its last number."""
        painter.setFont(font(theme, "text-small"))
        painter.setPen(color(theme, "text-muted"))
        metrics = painter.fontMetrics()
        over = area.top() - 4 - metrics.descent()
        last = str(seen.columns - 1)
        painter.drawText(QPointF(area.left(), over), "0")
        painter.drawText(QPointF(area.right() - metrics.horizontalAdvance(last), over), last)
        name = f"{tr(seen.axes[1])} →"
        if area.width() > metrics.horizontalAdvance(f"0  {name}  {last}"):
            painter.drawText(QPointF(area.center().x() - metrics.horizontalAdvance(name) / 2, over), name)
        bottom = str(seen.rows - 1)
        edge = area.left() - 4
        painter.drawText(QPointF(edge - metrics.horizontalAdvance("0"), area.top() + metrics.ascent()), "0")
        painter.drawText(QPointF(edge - metrics.horizontalAdvance(bottom), area.bottom() - metrics.descent()), bottom)
        name = f"← {tr(seen.axes[0])}"
        if area.height() > metrics.horizontalAdvance(name) + 3 * metrics.height():
            painter.save()
            painter.translate(edge - metrics.descent(), area.center().y() + metrics.horizontalAdvance(name) / 2)
            painter.rotate(-90)
            painter.drawText(QPointF(0, 0), name)
            painter.restore()
