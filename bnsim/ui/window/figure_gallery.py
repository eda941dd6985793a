"""The window's gallery of figures: made when it is first opened, it opens panels, which have a “+” that opens it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget

from bnsim.plot.theme import Theme
from bnsim.runner.updates import Preview, Update
from bnsim.ui.model.document import Document
from bnsim.ui.model.selection import Selection
from bnsim.ui.panels.dock import PanelDock

if TYPE_CHECKING:
    from bnsim.ui.gallery.gallery import Gallery


class FigureGallery(QObject):
    """Opens the gallery over its window. `docks`: of all panels, open or not."""

    wanted = Signal(tuple)
    """The names of the previews that are to be made; () for no more."""

    def __init__(self, window: QWidget, document: Document, selection: Selection, docks: Sequence[PanelDock]) -> None:
        super().__init__(window)
        self._window, self._document, self._selection = window, document, selection
        self._docks = {dock.name: dock for dock in docks}
        self._gallery: Gallery | None = None
        self._theme: Theme | None = None
        self._update = Update()
        # Docks move one after the other; once they stand, it is seen which of them is the last of the row.
        self._moved = QTimer(self, singleShot=True, interval=0)
        self._moved.timeout.connect(self._place_plus)
        for dock in docks:
            dock.more_asked.connect(self.open)
            for moved in (dock.visibilityChanged, dock.topLevelChanged, dock.dockLocationChanged, dock.resized):
                moved.connect(self._moved.start)

    @property
    def gallery(self) -> Gallery:
        """The gallery itself, made if it is not there yet."""
        if self._gallery is None:
            from bnsim.ui.gallery.gallery import Gallery

            made = self._gallery = Gallery(self._document, self._selection, self.is_open, self._window)
            made.wanted.connect(self.wanted)
            made.chosen.connect(self.open_panel)
            if self._theme is not None:
                made.set_theme(self._theme)
            made.show_update(self._update)
        return self._gallery

    @Slot()
    def open(self) -> None:
        """Show the gallery over the window."""
        self.gallery.open()

    def is_open(self, name: str) -> bool:
        """Whether a kind's panel is open, in front of others or behind them."""
        return self._docks[name].toggleViewAction().isChecked()

    @Slot(str)
    def open_panel(self, name: str) -> None:
        """Open a kind's panel, or bring it to the front if it is open."""
        dock = self._docks[name]
        dock.show()
        dock.raise_()
        if dock.isFloating():
            dock.activateWindow()

    @Slot(str)
    def open_watch(self, expression: str) -> None:
        """Open the panel of watches with the figure of an expression."""
        panel = self._docks["watch"].panel
        panel.choose(panel.layer, panel.every, {"expression": expression})
        self.open_panel("watch")

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        if self._gallery is not None:
            self._gallery.set_theme(theme)

    def show_update(self, update: Update) -> None:
        self._update = update
        if self._gallery is not None:
            self._gallery.show_update(update)

    @Slot(object)
    def show_preview(self, preview: Preview) -> None:
        self.gallery.show_preview(preview)

    @Slot()
    def _place_plus(self) -> None:
        """Show the “+” on the panel at the right end of the uppermost row."""
        docked = [dock for dock in self._docks.values() if dock.seen and not dock.isFloating()]
        last = max(docked, key=lambda dock: (dock.geometry().right(), -dock.y()), default=None)
        for dock in self._docks.values():
            dock.set_last(dock is last)
