"""Going on where another run stood: work that a crash left, a saved run, the moment that a picture carries."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from bnsim.runner.orders import Order, Return
from bnsim.session.moment import START, Moment
from bnsim.spec.experiment import Experiment
from bnsim.ui.model.document import Document
from bnsim.ui.model.recovery import Work
from bnsim.ui.window.autosave import Autosaver
from bnsim.ui.window.recovering import lost_weights
from bnsim.ui.window.standing_orders import StandingOrders
from bnsim.ui.window.status_bar import StatusBar

if TYPE_CHECKING:  # the engine comes with it, which is imported only after the first paint
    from bnsim.session.past import Past
    from bnsim.session.saved_run import SavedRun


class Resuming(QObject):
    """Loads the document, then has its run go to that moment, once its data may be read.

    `order_now` orders the document's experiment if that waits for the first paint.
    """

    def __init__(
        self,
        document: Document,
        orders: StandingOrders,
        give: Callable[[Order], int],
        autosave: Autosaver,
        order_now: Callable[[], object],
        messages: StatusBar,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._document, self._orders, self._give = document, orders, give
        self._autosave, self._order_now, self._messages = autosave, order_now, messages
        self._waiting: tuple[Experiment, Return] | None = None

    def recover(self, work: Work) -> None:
        """Go on with work that a crash left behind: the document, its breakpoints, and the place in time."""
        path = Path(work.path) if work.path else None
        self._document.recover(work.document, path, work.digest, unread=work.unread, layout=work.layout)
        moment = Moment(*work.moment)
        self._return(Return(*moment, work.changes))
        self._autosave.keep_now(moment, work.changes)
        if work.loaded:
            self._messages.refuse(lost_weights(work.loaded))

    def go_on_with(self, run: SavedRun, path: Path) -> None:
        """Go on with a run that was read from `path`, where it stood."""
        self._orders.expect_run(run)
        self._document.open_run(run.document, path)

    def go_back(self, past: Past, path: Path | None) -> None:
        """Stand where the picture at `path` was made; None for one that is no file. Its data is where it says."""
        self._document.open_run(past.document, path, unread=False)
        self._return(Return(*past.moment, past.changes))

    def data_may_be_read(self) -> None:
        """The run can be made now; it goes where it is to go on, unless the experiment was edited meanwhile."""
        if self._waiting is not None:
            experiment, back = self._waiting
            self._waiting = None
            if experiment is self._document.experiment:
                self._give(back)

    def _return(self, back: Return) -> None:
        if back == Return(*START):
            return
        self._order_now()
        if self._document.data_to_ask_about is None:
            self._give(back)
        else:
            self._waiting = self._document.experiment, back
