"""What stands around the canvas: building blocks left, what is selected explained right, evidence below."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabWidget, QWidget

from bnsim.ui.document import Document
from bnsim.ui.inspector import Inspector
from bnsim.ui.outline import Outline
from bnsim.ui.palette import PalettePanel
from bnsim.ui.panels.panel import FigurePanel, PanelDock
from bnsim.ui.publisher import PANELS
from bnsim.ui.selection import Selection
from bnsim.ui.views.equation import EquationView
from bnsim.ui.views.shelf import Shelf
from bnsim.ui.views.tensor import TensorView
from bnsim.ui.views.view import View
from bnsim.ui.views.xray import XRayView

TITLES = {
    "gradient_by_depth": "Gradient by depth",
    "batch_statistics": "Mini-batch mean and variance",
    "gamma_beta": "Gamma and beta",
}
VIEWS: tuple[type[View], ...] = (EquationView, TensorView, XRayView)
"""Tabs at the right, in front of the inspector's."""

LEFT, RIGHT, BOTTOM = (
    Qt.DockWidgetArea.LeftDockWidgetArea,
    Qt.DockWidgetArea.RightDockWidgetArea,
    Qt.DockWidgetArea.BottomDockWidgetArea,
)
WIDTHS = (190, 340)


class Docks:
    """All docks of one window; made once."""

    def __init__(self, window: QMainWindow, document: Document, selection: Selection) -> None:
        self._window = window
        window.setDockNestingEnabled(True)
        window.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        window.setCorner(Qt.Corner.BottomLeftCorner, LEFT)
        window.setCorner(Qt.Corner.BottomRightCorner, BOTTOM)
        self.palette = PalettePanel(document, selection, window)
        self.outline = Outline(document, selection, window)
        self.inspector = Inspector(document, selection, window)
        palette = self._dock("palette", "Layers", self.palette, LEFT)
        self._behind(palette, self._dock("outline", "Outline", self.outline, LEFT))
        views = [self._dock(kind.name, kind.title, kind(document, selection, window), RIGHT) for kind in VIEWS]
        inspector = self._dock("inspector", "Layer", self.inspector, RIGHT)
        for dock in views[1:]:
            self._behind(views[0], dock)
        if views:
            self._behind(views[0], inspector)
        inspector.raise_()
        self.shelf = Shelf(views, window)
        self.panels = tuple(PanelDock(FigurePanel(name, TITLES[name]), window) for name in PANELS)
        for dock in self.panels:
            window.addDockWidget(BOTTOM, dock)
        for first, second in zip(self.panels, self.panels[1:], strict=False):
            window.splitDockWidget(first, second, Qt.Orientation.Horizontal)
        window.resizeDocks([palette, inspector], list(WIDTHS), Qt.Orientation.Horizontal)
        window.resizeDocks(list(self.panels), [1] * len(self.panels), Qt.Orientation.Horizontal)

    def _dock(self, name: str, title: str, widget: QWidget, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(title, self._window)
        dock.setObjectName(f"dock.{name}")
        dock.setWidget(widget)
        # The widget says what it is; a title bar above it would say it twice.
        dock.setTitleBarWidget(QWidget(dock))
        self._window.addDockWidget(area, dock)
        return dock

    def _behind(self, front: QDockWidget, dock: QDockWidget) -> None:
        self._window.tabifyDockWidget(front, dock)
        front.raise_()
