"""Exports the figure of a panel to a file; the runner writes it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Slot

from bnsim.figures import FIGURES
from bnsim.runner.orders import Export, Order
from bnsim.runner.updates import Notice
from bnsim.ui.charts.panel import FigurePanel
from bnsim.ui.model import preferences
from bnsim.ui.model.asking import AskExport
from bnsim.ui.theme.style import Appearance


class FigureExport(QObject):
    """Asks for the file and gives the order to the runner."""

    def __init__(
        self,
        give: Callable[[Order], object],
        ask: AskExport,
        notify: Callable[[Notice], object],
        appearance: Appearance,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._give = give
        self._ask = ask
        self._notify = notify
        self._appearance = appearance

    def serve(self, panel: FigurePanel) -> None:
        """Export the panel's figure whenever the panel asks for it."""
        panel.export_asked.connect(self._export)

    @Slot(str)
    def _export(self, suffix: str) -> None:
        panel = self.sender()
        assert isinstance(panel, FigurePanel)
        self.export(panel, suffix)

    def export(self, panel: FigurePanel, suffix: str) -> None:
        """Ask for a file and export the panel's figure in the format `suffix`; of a frozen panel, the frozen one."""
        path = self._ask(panel.name, suffix)
        if path is None:
            return
        preferences.update(folder=str(path.parent))
        self._notify(Notice(f"Writing {path.name}…"))
        options = {"theme": self._appearance.theme.name} if path.suffix != ".csv" else {}
        live = panel.name in FIGURES and not panel.frozen
        self._give(Export(panel.name, path, options, None if live else panel.shown, panel.ghosts))
