"""A panel's figure written to a file, by the runner."""

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
    """Asks where to, and orders it."""

    def __init__(
        self,
        give: Callable[[Order], object],
        ask: AskExport,
        say: Callable[[Notice], object],
        appearance: Appearance,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._give = give
        self._ask = ask
        self._say = say
        self._appearance = appearance

    def serve(self, panel: FigurePanel) -> None:
        """Export its figure when it asks for that."""
        panel.export_asked.connect(self._export)

    @Slot(str)
    def _export(self, suffix: str) -> None:
        panel = self.sender()
        assert isinstance(panel, FigurePanel)
        self.export(panel, suffix)

    def export(self, panel: FigurePanel, suffix: str) -> None:
        """The panel's present figure, the frozen one if it is frozen, in the format of that suffix."""
        path = self._ask(panel.name, suffix)
        if path is None:
            return
        preferences.update(folder=str(path.parent))
        self._say(Notice(f"Writing {path.name}…"))
        options = {"theme": self._appearance.theme.name} if path.suffix != ".csv" else {}
        live = panel.name in FIGURES and not panel.frozen
        self._give(Export(panel.name, path, options, None if live else panel.figure))
