"""Who has how much of the window: at a desk, and before an audience or in large text, where cards come first."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QMainWindow, QWidget

from bnsim.plot.theme import Theme
from bnsim.runner.updates import Figures
from bnsim.ui.canvas.view import CanvasView
from bnsim.ui.panels.list_below import TALL, USUAL_TEXT
from bnsim.ui.window.docks import Docks
from bnsim.ui.window.panel_height import PanelHeight
from bnsim.ui.window.panel_layout import PanelLayout
from bnsim.ui.window.panels import Panels
from bnsim.ui.window.projector import Projector
from bnsim.ui.window.row_below import RowBelow
from bnsim.ui.window.stage_panel import StagePanel

CRAMPED = 400
"""Height of a window in text of the usual size in which a list has room only without the time line."""


class Room(QObject):
    """Shares the room out anew when the window's size, its text, projector mode or a list below the canvas changes."""

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
        self._scale = 1.0
        """How much larger the text is than usual."""

    def set_theme(self, theme: Theme) -> None:
        """Take the size of its text."""
        self._scale = theme.size("text") / USUAL_TEXT
        self._fit_timeline()

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
        """There is one list at a time below cards in a low window, which would grow for what goes only afterwards."""
        if not self._is_low:
            return
        for below in self._lists:
            if below is not opening and below.is_open:
                below.close()
        self._timeline.hide()

    @Slot()
    def _fit_timeline(self) -> None:
        """In a low window cards need the room of the time line as long as a list is open."""
        opened = any(below.is_open for below in self._lists)
        self._timeline.setHidden(self._is_low and opened)

    @property
    def _is_low(self) -> bool:
        """Whether a list and the time line have no room at once: before an audience cards are larger."""
        return self._window.height() < (TALL if self._projector.on else CRAMPED * self._scale)
