"""How much of the window's height the panels have. Left to Qt, the canvas alone would pay for a smaller window."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMainWindow

from bnsim.ui.panels.dock import PanelDock
from bnsim.ui.window.layout import panel_share


class PanelHeight:
    """Their share at first, and the most they keep when the window shrinks; a person can give them less."""

    def __init__(self, window: QMainWindow, panels: Sequence[PanelDock]) -> None:
        self._window = window
        self._panels = panels
        self._sized = False

    def start_anew(self) -> None:
        """Their share again, whatever a person has made of it."""
        self._sized = False

    def fit(self, *, projected: bool) -> None:
        """To the window's present height, in projector mode or at the desk."""
        docked = [dock for dock in self._panels if not (dock.isFloating() or dock.isHidden())]
        height = self._window.height()
        share = round(panel_share(height, projected=projected) * height)
        if docked and (not self._sized or docked[0].height() > share):
            self._sized = True
            self._window.resizeDocks(docked[:1], [share], Qt.Orientation.Vertical)
