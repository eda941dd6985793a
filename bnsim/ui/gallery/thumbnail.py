"""A figure drawn small, without words: lines, bands and colors as a panel has them."""

from __future__ import annotations

from msgspec.structs import replace
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from bnsim.plot.figure import Figure
from bnsim.plot.marks import Bars, Mark, Ridge
from bnsim.plot.theme import Theme
from bnsim.ui.charts import cells, quick, scale
from bnsim.ui.theme.style import color

DRAWN_SCALE = 1.6
"""Lines have their width in a panel of this many times the size, and are then made smaller with it."""
MARGIN = 0.06
"""The share of width and height that stays free at each edge."""
GRID_LINES = 4


def thumbnail(figure: Figure, theme: Theme, size: QSize, ratio: float) -> QImage:
    """The figure's marks on the plot's background; `size` in logical pixels, of a screen with that pixel ratio."""
    drawn = size * max(DRAWN_SCALE, ratio)
    made = QImage(drawn, QImage.Format.Format_ARGB32_Premultiplied)
    made.fill(color(theme, "plot-background"))
    across, up = drawn.width() * MARGIN, drawn.height() * MARGIN
    area = QRectF(made.rect()).adjusted(across, up, -across, -up)
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if not cells.all_cells(figure):
        _paint_axes(painter, area, theme)
    view = quick.View(area, scale.x_limits(figure), scale.y_limits(figure, None))
    quick.paint(painter, replace(figure, marks=tuple(map(_wordless, figure.marks))), theme, view, [])
    painter.end()
    smooth = Qt.TransformationMode.SmoothTransformation
    made = made.scaled(size * ratio, Qt.AspectRatioMode.IgnoreAspectRatio, smooth)
    made.setDevicePixelRatio(ratio)
    return made


def _wordless(mark: Mark) -> Mark:
    if isinstance(mark, Ridge):
        return replace(mark, notes=(), label="")
    if isinstance(mark, Bars) or hasattr(mark, "scale") or hasattr(mark, "classes"):
        return replace(mark, label="")
    return mark


def _paint_axes(painter: QPainter, area: QRectF, theme: Theme) -> None:
    painter.setPen(QColor(theme.color("grid")))
    for line in range(1, GRID_LINES):
        y = area.top() + area.height() * line / GRID_LINES
        painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
    painter.setPen(QColor(theme.color("line")))
    painter.drawLine(area.bottomLeft(), area.bottomRight())
    painter.drawLine(area.topLeft(), area.bottomLeft())
