"""Gives the runner its standing orders: experiment, breakpoints, and the figures and lenses that are visible."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

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
    SetWatches,
)
from bnsim.ui.model.breakpoints import Breakpoints
from bnsim.ui.model.document import Document
from bnsim.ui.model.selection import Selection

if TYPE_CHECKING:
    from bnsim.session.saved_run import SavedRun


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
        self._run: SavedRun | None = None
        breakpoints.changed.connect(self.set_breakpoints)
        document.watches_changed.connect(self.set_watches)

    def close(self) -> None:
        """Give no more orders, since the runner ends."""
        self._closed = True

    def expect_run(self, run: SavedRun) -> None:
        """The document that is loaded next is that of a run, which goes on once its data may be read."""
        self._run = run

    @Slot()
    def set_experiment(self) -> None:
        """Order the document's experiment; from the start if the document was just opened, without a run."""
        # A document just opened has no edits yet: it starts anew, whatever was there before.
        restart = self._document.undo_stack.count() == 0
        may_read = self._document.data_to_ask_about is None
        run, experiment = self._run, self._document.experiment
        if may_read or (run is not None and run.document.experiment is not experiment):
            self._run = None
        run = run if run is not None and run.document.experiment is experiment else None
        self._order(SetExperiment(experiment, self._document.folder, restart, may_read, run))

    @Slot()
    def set_breakpoints(self) -> None:
        """Order the document's breakpoints."""
        self._order(SetBreakpoints(self._breakpoints.items))

    @Slot()
    def set_watches(self) -> None:
        """Order the document's watches."""
        self._order(SetWatches(self._document.watches))

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
