"""The panel of a sweep's figure: a click on a point asks for its experiment."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from bnsim.ui.charts.linked_plot import LinkedPlot
from bnsim.ui.charts.panel import FigurePanel
from bnsim.ui.charts.plot import FigurePlot
from bnsim.ui.language import tr


class SweepPlot(LinkedPlot):
    """Emits where it was clicked, in the numbers of the figure's axes."""

    clicked = Signal(float, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pressed: QPointF | None = None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed = event.position()
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        pressed, self._pressed = self._pressed, None
        figure, at = self._figure, event.position()
        if figure is None or pressed is None or not self._area().area.contains(at):
            return
        if (at - pressed).manhattanLength() < QApplication.startDragDistance():
            x, y = self._area().position(at)
            self.clicked.emit(10.0**x if figure.x.scale == "log" else x, 10.0**y if figure.y.scale == "log" else y)


class SweepPanel(FigurePanel):
    """A figure panel whose plot can be clicked."""

    clicked = Signal(float, float)

    def _new_plot(self) -> FigurePlot:
        plot = SweepPlot(self)
        plot.clicked.connect(self.clicked)
        plot.setToolTip(tr("Click a point to open its experiment in a window of its own"))
        return plot
