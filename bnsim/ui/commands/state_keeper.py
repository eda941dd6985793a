"""Keeps the state of the window up to date, and emits a signal when it changes."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Signal, Slot
from shiboken6 import isValid

from bnsim.runner.updates import Update
from bnsim.ui.commands.state import State, state_of
from bnsim.ui.model.breakpoints import Breakpoints
from bnsim.ui.model.document import Document
from bnsim.ui.model.preferences import CardContents, ClickerStep
from bnsim.ui.model.selection import Selection
from bnsim.ui.theme.choice import LanguageChoice, ThemeChoice


class StateKeeper(QObject):
    """Holds the state in `now`. It follows document, selection and breakpoints; the rest is set by its methods."""

    changed = Signal()

    def __init__(
        self,
        document: Document,
        selection: Selection,
        breakpoints: Breakpoints | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._selection = selection
        self._breakpoints = breakpoints
        self.now: State = state_of(document, selection)
        for signal in (
            document.changed,
            document.file_changed,
            document.undo_stack.indexChanged,
            selection.changed,
            selection.blocks.changed,
        ):
            signal.connect(self._read_document)
        if breakpoints is not None:
            breakpoints.changed.connect(self._read_breakpoints)

    def expect_session(self) -> None:
        """A session is being made: orders given from now on wait for it."""
        self._put(replace(self.now, can_run=True))

    def show_update(self, update: Update) -> None:
        """Take the facts about the run from an update."""
        self._put(self.now.after(update))

    @Slot(str)
    def set_card_contents(self, contents: CardContents) -> None:
        """Set what the cards show."""
        self._put(replace(self.now, card_contents=contents))

    @Slot(bool)
    def set_projected(self, projected: bool) -> None:
        """Set whether projector mode is on."""
        self._put(replace(self.now, projected=projected))

    def set_panels(self, *, layout_before: bool, axes_linked: bool, pinned: bool) -> None:
        """Set what menus say of the panels of figures."""
        self._put(replace(self.now, layout_before=layout_before, axes_linked=axes_linked, pinned=pinned))

    def set_compares_runs(self, compares: bool) -> None:
        """Set whether the run before an edit stays behind the new one."""
        self._put(replace(self.now, compares_runs=compares))

    def set_clicker(self, step: ClickerStep) -> None:
        """Set how far a clicker steps."""
        self._put(replace(self.now, clicker=step))

    def set_exports(self, exports: str, again: str) -> None:
        """Set what would be exported now, and what was exported last, as menus call them; "" for nothing."""
        self._put(replace(self.now, exports=exports, exports_again=again))

    def set_findings_shown(self, shown: bool) -> None:
        """Set whether the list of findings is open."""
        self._put(replace(self.now, findings_shown=shown))

    def set_watches_shown(self, shown: bool) -> None:
        """Set whether the list of watches is open."""
        self._put(replace(self.now, watches_shown=shown))

    def set_told(self, told: bool, shown: bool) -> None:
        """Set whether there is something to be told of the experiment, and whether it is in sight."""
        self._put(replace(self.now, told=told, told_shown=shown))

    def set_lesson(self, step: int, held: frozenset[str] = frozenset()) -> None:
        """Set which step of a lesson is open, from 1, 0 for none, and which actions are off until one has predicted."""
        self._put(replace(self.now, lesson_step=step, held=held))

    def set_theme_choice(self, choice: ThemeChoice) -> None:
        """Set which theme is chosen."""
        self._put(replace(self.now, theme=choice))

    def set_text_size(self, percent: int) -> None:
        """Set which size of text is chosen."""
        self._put(replace(self.now, text_size=percent))

    def set_language(self, choice: LanguageChoice) -> None:
        """Set which language is chosen."""
        self._put(replace(self.now, language=choice))

    @Slot()
    def _read_document(self) -> None:
        if not isValid(self._document.undo_stack):
            return  # the selection changes, too, while the window is being destroyed
        self._put(state_of(self._document, self._selection, self.now))

    @Slot()
    def _read_breakpoints(self) -> None:
        assert self._breakpoints is not None
        self._put(replace(self.now, breakpoints=self._breakpoints.items))

    def _put(self, state: State) -> None:
        if state != self.now:
            self.now = state
            self.changed.emit()
