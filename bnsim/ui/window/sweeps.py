"""The window's sweeps: the dialog is made when it is first opened, and ends with the window."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from bnsim.plot.theme import Theme
from bnsim.runner.updates import Notice
from bnsim.spec.experiment import Experiment
from bnsim.ui.charts.panel import FigurePanel
from bnsim.ui.model.document import Document

if TYPE_CHECKING:
    from bnsim.ui.sweeping.dialog import SweepDialog

GOES_ON = "The sweep goes on; Run > Sweep parameters… shows it."


class Sweeps(QObject):
    """Opens the dialog beside its window. `serve` is given its panel; `open_experiment` a point's experiment."""

    def __init__(
        self,
        document: Document,
        serve: Callable[[FigurePanel], object],
        open_experiment: Callable[[Experiment], object],
        notify: Callable[[Notice], object],
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._window, self._document = window, document
        self._serve, self._open_experiment, self._notify = serve, open_experiment, notify
        self._dialog: SweepDialog | None = None
        self._theme: Theme | None = None

    @property
    def dialog(self) -> SweepDialog:
        """The dialog, made if it is not there yet."""
        if self._dialog is None:
            from bnsim.ui.sweeping.dialog import SweepDialog

            made = self._dialog = SweepDialog(self._document, self._window)
            made.open_asked.connect(self._open)
            made.went_on.connect(self._tell)
            self._serve(made.panel)
            if self._theme is not None:
                made.set_theme(self._theme)
        return self._dialog

    def open(self) -> None:
        """Show the dialog, in front."""
        self.dialog.show()
        self.dialog.raise_()
        self.dialog.activateWindow()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        if self._dialog is not None:
            self._dialog.set_theme(theme)

    def close(self) -> None:
        """Give up what runs."""
        if self._dialog is not None:
            self._dialog.end()

    @Slot(object)
    def _open(self, experiment: Experiment) -> None:
        self._open_experiment(experiment)

    @Slot()
    def _tell(self) -> None:
        self._notify(Notice(GOES_ON))
