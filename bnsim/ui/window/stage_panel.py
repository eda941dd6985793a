"""The fourth panel of projector mode: a view beside the canvas, such as the equation or why a gradient is small."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from bnsim.ui.language import tr
from bnsim.ui.window.side_dock import SideDock

SHARE = 0.34
"""The share of the window's width."""


class StagePanel(QFrame):
    """Borrows a page of a side dock, and gives it back when another one is wanted or the mode ends."""

    def __init__(self, dock: SideDock, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("stage")
        self.setAccessibleName(tr("Explanation"))
        self._dock = dock
        self._page: QWidget | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(1, 0, 0, 0)
        self.hide()

    @property
    def name(self) -> str:
        """The name of the page that is shown, "" for none."""
        return "" if self._page is None else self._page.objectName()

    def show_page(self, name: str) -> None:
        """Show that page of the dock here."""
        if name != self.name:
            self._give_back()
            page = self._page = self._dock.lend(name)
            self.layout().addWidget(page)  # type: ignore[union-attr]
            page.show()
        self.show()

    def fold(self) -> None:
        """Show nothing."""
        self._give_back()
        self.hide()

    def fit(self, width: int) -> None:
        """Take the panel's share of a window that wide."""
        self.setFixedWidth(round(SHARE * width))

    def _give_back(self) -> None:
        page, self._page = self._page, None
        if page is not None:
            self._dock.take_back(page)
