"""The docks around the canvas: palette at the left, inspector and views at the right, figure panels below."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget

from bnsim.figures import FIGURES
from bnsim.ui.charts.panel import FigurePanel
from bnsim.ui.inspector import Inspector
from bnsim.ui.language import tr
from bnsim.ui.model.document import Document
from bnsim.ui.model.selection import Selection
from bnsim.ui.outline.tree import Outline
from bnsim.ui.palette.panel import PalettePanel
from bnsim.ui.panels.breakpoint_list import BreakpointList
from bnsim.ui.panels.dock import PanelDock
from bnsim.ui.theme.style import by_text
from bnsim.ui.views.names import EQUATION, TENSOR, WHY, XRAY
from bnsim.ui.views.view import View
from bnsim.ui.window.dialogs import Questions
from bnsim.ui.window.shelf import Shelf
from bnsim.ui.window.side_dock import SideDock

LEFT, RIGHT, BOTTOM = (
    Qt.DockWidgetArea.LeftDockWidgetArea,
    Qt.DockWidgetArea.RightDockWidgetArea,
    Qt.DockWidgetArea.BottomDockWidgetArea,
)
WIDTHS, SHARES = (224, 340), (0.18, 0.28)
"""Pixels for text of the usual size, and how much of the window they may have for larger text."""
WIDE = 1560
"""Pixels from which three panels have room beside what is at the right, which then has the whole height."""


class Docks:
    """All docks of one window, made once; what is in them is made when it is first seen."""

    def __init__(
        self,
        window: QMainWindow,
        document: Document,
        selection: Selection,
        breakpoints: BreakpointList,
        ask: Questions,
        make_panel: Callable[[str, str], FigurePanel],
    ) -> None:
        """`make_panel` makes a figure's panel, given its name and its title."""
        window.setDockNestingEnabled(True)
        window.setCorner(Qt.Corner.BottomLeftCorner, LEFT)
        self._window = window
        self.palette = PalettePanel(document, selection, window)
        self.outline = Outline(document, selection, window)
        self.inspector = Inspector(document, selection, ask.ask_data_file, window)
        self.left = SideDock(
            "blocks",
            tr("Building blocks"),
            [(self.palette, tr("Layers")), (self.outline, tr("Outline")), (breakpoints, tr("Breaks"))],
            window,
        )
        # In front of the inspector's tab; each is made when it first comes to the front.
        pages = [(_unmade(name, window), title) for name, title in (EQUATION, TENSOR, XRAY, WHY)]
        self.right = SideDock("explanation", tr("Explanation"), [*pages, (self.inspector, tr("Layer"))], window)
        self.shelf = Shelf(_view_makers(document, selection, ask, window), self.right, window)
        self.panels = tuple(PanelDock(kind.name, tr(kind.title), make_panel, window) for kind in FIGURES.values())
        for dock in self.panels:
            if not FIGURES[dock.name].docked:
                dock.toggleViewAction().triggered.connect(dock.raise_)
        self.arrange()
        self.fit(0)

    def arrange(self) -> None:
        """Put all docks where a new window has them, wherever they are; `share_width` gives them their widths."""
        for dock in self.all:
            dock.setFloating(False)
            self._window.removeDockWidget(dock)
        self.left.bring_up(self.palette.objectName())
        self.right.bring_up(self.inspector.objectName())
        for area, dock in ((LEFT, self.left), (RIGHT, self.right)):
            self._window.addDockWidget(area, dock)
            dock.show()
        self._lay_panels()
        self.share_width()

    def show_own_training(self, stack_id: int) -> None:
        """Bring up what is that lane's own of the training, in the inspector."""
        self.right.bring_up(self.inspector.objectName())
        self.inspector.show_own_training(stack_id)

    def share_width(self) -> None:
        """Give the docks at the sides their usual widths, and docked panels one width each."""
        room = self._window.width()
        widths = [
            max(width, min(by_text(width), int(share * room))) for width, share in zip(WIDTHS, SHARES, strict=True)
        ]
        self._window.resizeDocks([self.left, self.right], widths, Qt.Orientation.Horizontal)
        docked = [dock for dock in self.panels if not dock.isHidden()]
        self._window.resizeDocks(docked, [1] * len(docked), Qt.Orientation.Horizontal)

    @property
    def all(self) -> tuple[QDockWidget, ...]:
        """All docks: at the left, at the right, and the panels."""
        return (self.left, self.right, *self.panels)

    def _lay_panels(self) -> None:
        """Dock the panels of a new window side by side; others are closed, and open as tabs of the last one."""
        window, beside = self._window, None
        for dock in self.panels:
            docked = FIGURES[dock.name].docked
            window.addDockWidget(BOTTOM, dock)
            dock.setVisible(docked)
            if beside is not None and docked:
                window.splitDockWidget(beside, dock, Qt.Orientation.Horizontal)
            elif beside is not None:
                window.tabifyDockWidget(beside, dock)
            if docked:
                beside = dock

    def fit(self, width: int) -> None:
        """Adapt to the window's width: in a wide one, the dock at the right takes the whole height."""
        corner = Qt.Corner.BottomRightCorner
        owner = RIGHT if width >= WIDE else BOTTOM
        if self._window.corner(corner) != owner:
            self._window.setCorner(corner, owner)


def _unmade(name: str, window: QMainWindow) -> QWidget:
    """Keeps the place of a view that is not made yet."""
    page = QWidget(window)
    page.setObjectName(name)
    return page


def _view_makers(
    document: Document, selection: Selection, ask: Questions, window: QMainWindow
) -> Mapping[str, Callable[[], View]]:
    """Functions that make the views, by name; a view's modules are imported when it is made."""

    def equation() -> View:
        from bnsim.ui.views.equation.view import EquationView

        return EquationView(document, selection, window)

    def tensor() -> View:
        from bnsim.ui.views.tensor.view import TensorView

        return TensorView(document, selection, ask.ask_export, window)

    def xray() -> View:
        from bnsim.ui.views.xray.view import XRayView

        return XRayView(document, selection, window)

    def why() -> View:
        from bnsim.ui.views.why.view import WhyView

        return WhyView(document, selection, window)

    return {EQUATION[0]: equation, TENSOR[0]: tensor, XRAY[0]: xray, WHY[0]: why}
