"""The height of the panels' dock area. Qt alone would take it all from the canvas when the window shrinks."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMainWindow

from bnsim.ui.panels.dock import PanelDock
from bnsim.ui.window.layout import panel_share


class PanelHeight:
    """Gives the panels their share at first, and at most that when the window shrinks."""

    def __init__(self, window: QMainWindow, panels: Sequence[PanelDock]) -> None:
        self._window = window
        self._panels = panels
        self._sized = False

    def start_anew(self) -> None:
        """Give the panels their share again, whatever a person has set."""
        self._sized = False

    def fit(self, *, projected: bool) -> None:
        """Adapt to the window's present height; `projected`: in projector mode."""
        docked = [dock for dock in self._panels if not (dock.isFloating() or dock.isHidden())]
        height = self._window.height()
        share = round(panel_share(height, projected=projected) * height)
        if docked and (not self._sized or docked[0].height() > share):
            self._sized = True
            self._window.resizeDocks(docked[:1], [share], Qt.Orientation.Vertical)
