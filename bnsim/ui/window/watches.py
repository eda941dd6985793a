"""Watches in the window: the list below the canvas, and who adds to it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from bnsim.runner.orders import Order, RunToBreakpoint, Seek
from bnsim.spec.breakpoints import OnWatch
from bnsim.spec.errors import InputError
from bnsim.ui.commands.state_keeper import StateKeeper
from bnsim.ui.model import preferences
from bnsim.ui.model.breakpoints import Breakpoints
from bnsim.ui.model.document import Document
from bnsim.ui.model.watches import Watches, check
from bnsim.ui.panels.watch_list import WatchList
from bnsim.ui.widgets.numbers import NumberMenu
from bnsim.ui.window.row_below import RowBelow


class WatchesRow(RowBelow):
    """Holds the watches and their list, and opens it when something is watched."""

    def __init__(
        self,
        document: Document,
        breakpoints: Breakpoints,
        state: StateKeeper,
        refuse: Callable[[str], object],
        kept: preferences.Preferences,
        give: Callable[[Order], int],
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self.watches = Watches(document, self)
        self._give = give
        self.list: WatchList = WatchList(self.watches, document, lambda iteration: give(Seek(iteration)), window)
        self._document, self._breakpoints, self._state, self._refuse = document, breakpoints, state, refuse
        self.list.closed.connect(self.toggle)
        self.list.when_asked.connect(self._when_asked)
        self._set_open(kept.shows_watches)

    def serve(self, numbers: NumberMenu) -> None:
        """Do what is asked for on any number in the window."""
        numbers.watch_asked.connect(self.watch)
        numbers.break_asked.connect(self.break_when_changed)
        numbers.when_asked.connect(self.say_when)

    @Slot()
    def toggle(self) -> None:
        """Open the list or close it."""
        self._choose(not self.is_open)

    @Slot()
    def type_one(self) -> None:
        """Open the list with the keyboard in the line for another watch."""
        self._choose(True)
        self.list.line.setFocus()

    @Slot(str)
    def watch(self, expression: str) -> None:
        """Watch an expression, and have it seen."""
        try:
            self.watches.add(expression)
        except InputError as error:
            self._refuse(str(error))
            return
        self._choose(True)

    @Slot(str)
    def say_when(self, expression: str) -> None:
        """Watch an expression, with the keyboard where it is said when the run is to stop."""
        self.watch(expression)
        self.list.say_when(expression)

    def ask_when(self, what: str) -> None:
        """Have a breakpoint on the current watch ("break"), or run to where it "last" or "next" became so."""
        self._choose(True)
        if not self.list.ask_when(what):
            self.list.line.setFocus()
            self._refuse("Nothing is watched; type an expression, or choose an example.")

    @Slot(str, object)
    def _when_asked(self, what: str, meant: OnWatch) -> None:
        if what == "break":
            self._breakpoints.add(meant)
        else:
            self._give(RunToBreakpoint(reverse=what == "last", only=meant))

    @Slot(str)
    def break_when_changed(self, expression: str) -> None:
        """Have runs stop when the value of an expression changes."""
        try:
            check(expression, self._document.experiment)
        except InputError as error:
            self._refuse(str(error))
            return
        self._breakpoints.add(OnWatch(expression=expression))

    def _choose(self, opens: bool) -> None:
        self._set_open(opens)
        preferences.update(shows_watches=opens)

    def _show_list(self, shown: bool) -> None:
        self.list.setVisible(shown)
        self.list.show_again()
        self._state.set_watches_shown(shown)
