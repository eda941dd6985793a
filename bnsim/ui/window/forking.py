"""The window's dialog of forks: opened for a lane where the run stands; what is chosen is one edit of the document."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from bnsim.plot.theme import Theme
from bnsim.runner.updates import Update
from bnsim.spec.experiment import Experiment
from bnsim.ui.model.document import Document
from bnsim.ui.model.fork_plan import Source

if TYPE_CHECKING:
    from bnsim.ui.window.fork_dialog import ForkDialog

TEXT = "fork lane"


class Forking(QObject):
    """Opens the dialog over its window; `pause` keeps the run where the fork is to be."""

    def __init__(self, document: Document, pause: Callable[[], object], window: QWidget) -> None:
        super().__init__(window)
        self._window, self._document, self._pause = window, document, pause
        self._theme: Theme | None = None
        self._update = Update()
        self.dialog: ForkDialog | None = None

    def show_update(self, update: Update) -> None:
        """Know where the run stands, and the shape of its data."""
        self._update = update

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme

    def open(self, stack_id: int, kind: str = "", layer_id: int = 0) -> None:
        """Open the dialog for a lane, where the run stands; with a change of a kind, about a layer if it can be."""
        from bnsim.ui.window.fork_dialog import ForkDialog

        self._pause()
        frame, data = self._update.frame, self._update.data
        shape = None if data is None else data.shape
        source = Source(self._document.experiment, stack_id, 0 if frame is None else frame.iteration, shape)
        made = self.dialog = ForkDialog(source, shape, self._theme, self._window)
        made.chosen.connect(self._chosen)
        made.finished.connect(self._closed)
        made.open()
        if kind:
            made.begin(kind, layer_id)

    @Slot(object)
    def _chosen(self, experiment: Experiment) -> None:
        self._document.push(experiment, TEXT)

    @Slot()
    def _closed(self) -> None:
        self.dialog = None
