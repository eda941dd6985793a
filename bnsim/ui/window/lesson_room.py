"""What a window has for lessons, and which parts of the window a lesson makes use of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMainWindow, QWidget

from bnsim.plot.theme import Theme
from bnsim.runner.orders import Order
from bnsim.ui.canvas.view import CanvasView
from bnsim.ui.commands.actions import Actions
from bnsim.ui.commands.state_keeper import StateKeeper
from bnsim.ui.learn.lesson.panel import LessonPanel
from bnsim.ui.learn.pointer import TargetPointer
from bnsim.ui.model.document import Document
from bnsim.ui.panels.dock import PanelDock
from bnsim.ui.transport.scaling import WeightScaler
from bnsim.ui.window.docks import Docks
from bnsim.ui.window.lesson_asking import Asking
from bnsim.ui.window.lesson_cover import Cover
from bnsim.ui.window.lesson_dock import LessonDock
from bnsim.ui.window.lesson_numbers import LessonNumbers
from bnsim.ui.window.lesson_stage import LessonStage
from bnsim.ui.window.lesson_targets import Targets
from bnsim.ui.window.panels import Panels
from bnsim.ui.window.projector import Projector


class Host(Protocol):
    """The window's parts that a lesson makes use of."""

    @property
    def document(self) -> Document: ...
    @property
    def panels(self) -> Panels: ...
    @property
    def docks(self) -> Docks: ...
    @property
    def projector(self) -> Projector: ...
    @property
    def canvas(self) -> CanvasView: ...
    @property
    def stage(self) -> QWidget: ...
    @property
    def timeline(self) -> QWidget: ...
    @property
    def scaler(self) -> WeightScaler: ...
    @property
    def lists_below(self) -> Sequence[QWidget]: ...
    @property
    def panel_docks(self) -> Sequence[PanelDock]: ...
    @property
    def state(self) -> StateKeeper: ...
    @property
    def actions_by_name(self) -> Actions: ...
    def another_window(self) -> Any: ...
    def end_tour(self) -> None: ...
    def go_to(self, layer_id: int, /) -> None: ...


class LessonRoom(QObject):
    """What a window has for lessons, made with the first one."""

    def __init__(self, window: QMainWindow, host: Host, give: Callable[[Order], int], parent: QObject) -> None:
        super().__init__(parent)
        self.panel = LessonPanel(window)
        self.dock = LessonDock(window, host.docks, host.projector, self.panel)
        self.stage = LessonStage(host.document, host.panels, host.docks, give, self)
        self.cover = Cover(
            host.panel_docks, host.docks.right, host.stage, host.canvas, host.timeline, host.lists_below, self
        )
        self.numbers = LessonNumbers(self)
        self.pointer = TargetPointer(window)
        shelf = host.docks.shelf
        self.targets = Targets(window, host.document, host.canvas, host.panel_docks, lambda: shelf.front)
        self.asking = Asking(self.panel, self.stage, self.cover, self.numbers, host.state, host.panel_docks, self)

    def set_theme(self, theme: Theme) -> None:
        for part in (self.panel, self.pointer, self.asking):
            part.set_theme(theme)
