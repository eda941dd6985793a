"""Who has how much of the window: at a desk, and before an audience, where cards come first."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QMainWindow, QWidget

from bnsim.runner.updates import Figures
from bnsim.ui.canvas.view import CanvasView
from bnsim.ui.panels.list_below import TALL
from bnsim.ui.window.docks import Docks
from bnsim.ui.window.panel_height import PanelHeight
from bnsim.ui.window.panel_layout import PanelLayout
from bnsim.ui.window.panels import Panels
from bnsim.ui.window.projector import Projector
from bnsim.ui.window.row_below import RowBelow
from bnsim.ui.window.stage_panel import StagePanel


class Room(QObject):
    """Shares the room out anew when the window's size, projector mode or a list below the canvas changes."""

    def __init__(
        self,
        window: QMainWindow,
        projector: Projector,
        docks: Docks,
        panels: Panels,
        layout: PanelLayout,
        height: PanelHeight,
        stage: StagePanel,
        canvas: CanvasView,
        timeline: QWidget,
        lists: Sequence[RowBelow],
    ) -> None:
        super().__init__(window)
        self._window, self._projector, self._docks, self._panels = window, projector, docks, panels
        self._layout, self._height, self._stage = layout, height, stage
        self._canvas, self._timeline, self._lists = canvas, timeline, lists
        self._begun = False

    def begin(self) -> None:
        """From now on do it by itself."""
        self._projector.changed.connect(self._projected)
        for below in self._lists:
            self._projector.changed.connect(below.give_way)
            below.opens.connect(self._give_room_to)
            below.opened_or_closed.connect(self._fit_timeline)

    def fit(self) -> None:
        """Adapt to the window's present size."""
        width, height = self._window.width(), self._window.height()
        self._docks.fit(width)
        self._height.fit(projected=self._projector.on)
        self._stage.fit(width)
        for below in self._lists:
            below.list.fit(height)
        self._fit_timeline()

    @Slot()
    def reset(self) -> None:
        """Put all docks where a new window of this size has them, out of projector mode."""
        if self._projector.on:
            self._projector.leave()
            QTimer.singleShot(0, self, self.reset)  # once the window has its size again
        self._docks.arrange()
        self._layout.forget()
        self._docks.fit(self._window.width())
        self._height.start_anew()
        self._height.fit(projected=False)

    def show_figures(self, figures: Figures) -> None:
        """Before an audience fold those panels that have nothing to show, once the run has begun."""
        self._begun = figures.updates > 0
        self._fold_panels()

    def _fold_panels(self) -> None:
        if self._begun and self._panels.folding.look():
            self._height.fit(projected=True)

    @Slot(bool)
    def _projected(self, on: bool) -> None:
        self._docks.shelf.go_on_stage(self._stage if on else None)
        self._canvas.keep_in_the_middle(on)
        self._canvas.setFocus()
        self._height.start_anew()
        self._height.fit(projected=on)
        self._fold_panels()
        self._fit_timeline()
        QTimer.singleShot(0, self._canvas, self._canvas.reveal_executed)  # once the canvas has its new size

    @Slot(object)
    def _give_room_to(self, opening: RowBelow) -> None:
        """Before an audience there is one list at a time below cards on a low screen."""
        for below in self._lists:
            if self._is_low_stage and below is not opening and below.is_open:
                below.close()

    @Slot()
    def _fit_timeline(self) -> None:
        """Before an audience, cards on a low screen need the room of the time line as long as a list is open."""
        opened = any(below.is_open for below in self._lists)
        self._timeline.setHidden(self._is_low_stage and opened)

    @property
    def _is_low_stage(self) -> bool:
        return self._projector.on and self._window.height() < TALL
