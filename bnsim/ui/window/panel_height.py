"""The height of the panels' dock area. Qt alone would take it all from the canvas when the window shrinks."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMainWindow

from bnsim.ui.panels.dock import PanelDock
from bnsim.ui.window.layout import panel_share

MOST = 0.7
"""The largest share of the height that a layout gives to panels."""


class PanelHeight:
    """Gives the panels below the canvas their share at first, and at most that when the window shrinks.

    When it grows they grow with it: to their share, or by as much as the window where a person has set their height.
    """

    def __init__(self, window: QMainWindow, panels: Sequence[PanelDock]) -> None:
        self._window = window
        self._panels = panels
        self._sized = self._projected = False
        self._chosen = 0.0
        self._before = self._given = 0
        """The window's height when it was adapted to last, and the height that the panels had then, if it was given."""

    def start_anew(self, chosen: float = 0.0) -> None:
        """Give the panels their share again, whatever a person has set; `chosen` is another than the usual one."""
        self._sized, self._chosen = False, min(chosen, MOST)

    def fit(self, *, projected: bool) -> None:
        """Adapt to the window's present height; `projected`: in projector mode."""
        self._projected = projected
        docked = self._first_column()
        height = self._window.height()
        share = max(self._chosen, panel_share(height, projected=projected))
        if self._chosen and not self._sized:
            share = self._chosen
        wanted, present = round(share * height), [dock.height() for dock in docked]
        grown = self._sized and 0 < self._before < height
        if grown and sum(present) != self._given:
            wanted = min(round(sum(present) / self._before * height), round(MOST * height))
        self._before = height
        if docked and (not self._sized or sum(present) > wanted or (grown and sum(present) < wanted)):
            self._sized, self._given = True, wanted
            heights = [max(1, round(wanted * each / max(sum(present), 1))) for each in present]
            self._window.resizeDocks(docked, heights, Qt.Orientation.Vertical)

    def fit_now(self) -> None:
        """Adapt again, as the window was adapted to last."""
        self.fit(projected=self._projected)

    def _first_column(self) -> list[PanelDock]:
        """The docks below the canvas that stand one above the other at the very left: their heights are the area's."""
        area = Qt.DockWidgetArea.BottomDockWidgetArea
        docked = [
            dock
            for dock in self._panels
            if not (dock.isFloating() or dock.isHidden()) and self._window.dockWidgetArea(dock) == area
        ]
        seen = [dock for dock in docked if dock.seen] or docked
        left = min((dock.x() for dock in seen), default=0)
        return [dock for dock in seen if dock.x() == left] if len(seen) > 1 else seen
