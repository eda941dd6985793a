"""A plot that reads values under the pointer, marks where the run stands, and can share its x axis with others."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from bnsim.plot.figure import Figure
from bnsim.ui.charts import reading, scale
from bnsim.ui.charts.plot import FigurePlot


class LinkedPlot(FigurePlot):
    """`bnsim.ui.charts.axis_link` connects those of a window."""

    x_moved = Signal()
    """A person has zoomed or moved it; `x_range` has what it shows now."""
    fitted = Signal()
    """It shows all of its data again, as a person has asked."""
    x_hovered = Signal()
    """The pointer is over another x, `pointed`, or has left."""
    link_changed = Signal()
    """The x axis counts something else than before."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.link = ""
        self.pointed: float | None = None
        self._pointed_y: float | None = None
        """Where the pointer is, as a position on the y axis; None if it is over another plot."""
        self._present: float | None = None
        self.viewport().setMouseTracking(True)

    @property
    def x_range(self) -> scale.Limits:
        """What is shown of the x axis, in positions on it."""
        low, high = self.plotItem.vb.viewRange()[0]
        return float(low), float(high)

    def draw(self, figure: Figure, *, fast: bool = False) -> None:
        super().draw(figure, fast=fast)
        if figure.x.link != self.link:
            self.link, self._shared = figure.x.link, None
            self.link_changed.emit()

    def clear_figure(self) -> None:
        super().clear_figure()
        self._shared = self.pointed = None

    def share_x(self, limits: scale.Limits | None) -> None:
        """Show this part of the x axis, and what there is along y; None: all of it again."""
        self._shared = limits
        self.show_all()

    def set_present(self, iteration: int | None) -> None:
        """Mark that iteration on an axis of iterations."""
        present = None if iteration is None else float(iteration)
        if present != self._present:
            self._present = present
            self.viewport().update()

    def point_at(self, x: float | None) -> None:
        """Mark an x that the pointer is at in another plot."""
        self._point(x, None)

    def show_all(self) -> None:
        super().show_all()
        if self._shared is not None and self._figure is not None:
            self.zoomed.emit(True)

    def fit(self) -> None:
        self._shared = None
        super().fit()
        self.fitted.emit()

    def _moved_by_hand(self, *_args: object) -> None:
        super()._moved_by_hand()
        self.x_moved.emit()

    def _point(self, x: float | None, y: float | None) -> None:
        if (x, y) != (self.pointed, self._pointed_y):
            self.pointed, self._pointed_y = x, y
            self.viewport().update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        figure, area = self._figure, self._area()
        x = y = None
        at = event.position()
        if figure is not None and figure.has_data and not event.buttons() and area.area.contains(at):
            x_position, y_position = area.position(at)
            x = reading.nearest_x(figure, x_position)
            y = None if x is None else y_position
        before = self.pointed
        self._point(x, y)
        if x != before:
            self.x_hovered.emit()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        if self.pointed is not None and self._pointed_y is not None:
            self._point(None, None)
            self.x_hovered.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_A and event.modifiers() == Qt.KeyboardModifier.NoModifier:
            self.fit()
            event.accept()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        figure, theme = self._figure, self._theme
        if figure is None or theme is None or not figure.has_data:
            return
        marked = self._present if self.link else None
        if marked is None and self.pointed is None:
            return
        with QPainter(self.viewport()) as painter:
            view = self._area()
            if marked is not None:
                reading.paint_present(painter, theme, view, marked)
            if self.pointed is not None:
                reading.paint_pointed(painter, figure, theme, view, self.pointed, self._pointed_y)
