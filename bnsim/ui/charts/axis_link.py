"""Plots over iterations go together: one that is zoomed takes the others along, and so does the pointer over one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

if TYPE_CHECKING:  # pyqtgraph comes with it, which is imported for the first figure, when the window is there
    from bnsim.ui.charts.linked_plot import LinkedPlot
    from bnsim.ui.charts.scale import Limits


class AxisLink(QObject):
    """Knows the plots of one window; those whose x axes have the same `link` move together while it is `on`."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.on = True
        self._plots: list[LinkedPlot] = []
        self._shared: dict[str, Limits] = {}

    def add(self, plot: LinkedPlot) -> None:
        """Let a plot go with the others from now on."""
        self._plots.append(plot)
        plot.x_moved.connect(partial(self._moved, plot))
        plot.fitted.connect(partial(self._fitted, plot))
        plot.x_hovered.connect(partial(self._hovered, plot))
        plot.link_changed.connect(partial(self._catch_up, plot))

    def set_on(self, on: bool) -> None:
        """Let plots go together or each by itself; what is shown stays until one is moved."""
        if on != self.on:
            self.on = on
            self._shared.clear()

    def _others(self, plot: LinkedPlot) -> list[LinkedPlot]:
        return [each for each in self._plots if each is not plot and each.link and each.link == plot.link]

    def _moved(self, plot: LinkedPlot) -> None:
        if self.on and plot.link:
            self._shared[plot.link] = plot.x_range
            for each in self._others(plot):
                each.share_x(plot.x_range)

    def _fitted(self, plot: LinkedPlot) -> None:
        if self.on and plot.link:
            self._shared.pop(plot.link, None)
            for each in self._others(plot):
                each.share_x(None)

    def _hovered(self, plot: LinkedPlot) -> None:
        for each in self._others(plot):
            each.point_at(plot.pointed)

    def _catch_up(self, plot: LinkedPlot) -> None:
        """A plot has another figure than before: it shows the iterations that the others show."""
        if self.on and plot.link in self._shared:
            plot.share_x(self._shared[plot.link])
