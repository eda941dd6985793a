"""Gives the runner its standing orders: experiment, breakpoints, and the figures and lenses that are visible."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Slot

from bnsim.lenses.lens import Inquiry, Lens
from bnsim.runner.orders import (
    Ask,
    FillIn,
    Order,
    Pause,
    SetBreakpoints,
    SetExperiment,
    SetFigures,
    SetLenses,
    SetPreviews,
)
from bnsim.ui.model.breakpoints import Breakpoints
from bnsim.ui.model.document import Document
from bnsim.ui.model.selection import Selection


class StandingOrders(QObject):
    """Gives an order whenever one of these changes, until it is closed."""

    def __init__(
        self,
        give: Callable[[Order], object],
        document: Document,
        selection: Selection,
        breakpoints: Breakpoints,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._give = give
        self._document = document
        self._selection = selection
        self._breakpoints = breakpoints
        self._closed = False
        breakpoints.changed.connect(self.set_breakpoints)

    def close(self) -> None:
        """Give no more orders, since the runner ends."""
        self._closed = True

    @Slot()
    def set_experiment(self) -> None:
        """Order the document's experiment; from the start if the document was just opened."""
        path = self._document.path
        # A document just opened has no edits yet: it starts anew, whatever was there before.
        restart = self._document.undo_stack.count() == 0
        may_read = self._document.data_to_ask_about is None
        folder = None if path is None else path.parent
        self._order(SetExperiment(self._document.experiment, folder, restart, may_read))

    @Slot()
    def set_breakpoints(self) -> None:
        """Order the document's breakpoints."""
        self._order(SetBreakpoints(self._breakpoints.items))

    def set_figures(self, order: SetFigures) -> None:
        """Order the visible figures, with what is chosen of each."""
        self._order(order)

    @Slot(bool)
    def fill_in(self, wanted: bool) -> None:
        """Order the past that figures need to be filled in, or not."""
        self._order(FillIn(wanted))

    @Slot(tuple)
    def set_previews(self, names: tuple[str, ...]) -> None:
        """Order the previews that the gallery shows, about the selected layer."""
        self._order(SetPreviews(names, self._selection.current or None))

    @Slot(tuple)
    def set_lenses(self, lenses: tuple[Lens, ...]) -> None:
        """Order the lenses of the visible views."""
        self._order(SetLenses(lenses))

    @Slot(object)
    def ask(self, inquiry: Inquiry) -> None:
        """Order an inquiry."""
        self._order(Ask(inquiry))

    @Slot()
    def give_up(self) -> None:
        """Cancel the inquiry under way."""
        self._order(Pause())

    def _order(self, order: Order) -> None:
        if not self._closed:
            self._give(order)
