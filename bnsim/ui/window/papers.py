"""Examples and figures of papers in the window: opened as documents, with what is told of them above the canvas.

The dialog of papers is made when it is first opened, and ends with the window.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from bnsim.runner.orders import Order, Seek
from bnsim.runner.updates import Notice
from bnsim.ui.commands.state_keeper import StateKeeper
from bnsim.ui.language import language_spoken, tr
from bnsim.ui.learn.claim_bar import ClaimBar, Told
from bnsim.ui.model.document import Document

if TYPE_CHECKING:
    from bnsim.lessons.examples import Example
    from bnsim.ui.learn.papers import PapersDialog


class Papers(QObject):
    """Opens an example or a figure of a paper as an untitled document, runs it as far as it says, and tells of it.

    What is told stays in `bar` as long as the document does, edited or saved.
    """

    def __init__(
        self,
        document: Document,
        may_lose_changes: Callable[[], bool],
        give: Callable[[Order], object],
        notify: Callable[[Notice], object],
        state: StateKeeper,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._window, self._document = window, document
        self._may_lose_changes, self._give, self._notify = may_lose_changes, give, notify
        self._dialog: PapersDialog | None = None
        self.bar = ClaimBar(window)
        self.bar.measure_asked.connect(self.open)
        self.bar.shown_or_hidden.connect(self._bar_changed)
        self._state = state
        document.replaced.connect(self._forget)

    @property
    def dialog(self) -> PapersDialog:
        """The dialog, made if it is not there yet."""
        if self._dialog is None:
            from bnsim.ui.learn.papers import PapersDialog

            self._dialog = PapersDialog(self._window)
            self._dialog.open_asked.connect(self._open)
            self._dialog.measured.connect(self._tell_more)
        return self._dialog

    def open_example(self, name: str) -> None:
        """Open the example of that name as an untitled document, and say what it is."""
        from bnsim.lessons.examples import document_of, examples

        if self._may_lose_changes():
            example = examples()[name]
            self._document.replace(document_of(name), None)
            if example.iterations:
                self._give(Seek(example.iterations))
            self.bar.tell(of_example(example))
            self._notify(Notice(f"{tr(example.title)}: {tr(example.what)} {tr(example.look)}", "done"))

    @Slot(str)
    def open(self, name: str = "") -> None:
        """Show the dialog, in front, with the paper of that name chosen."""
        if name:
            self.dialog.choose(name)
        self.dialog.show()
        self.dialog.raise_()
        self.dialog.activateWindow()

    def close(self) -> None:
        """Give up what is measured."""
        if self._dialog is not None:
            self._dialog.close()

    @Slot(str)
    def _open(self, name: str) -> None:
        from bnsim.lessons.papers import document_of, papers

        if self._may_lose_changes():
            paper = papers(language_spoken())[name]
            self._document.replace(document_of(name), None)
            self._give(Seek(paper.iterations))
            self.bar.tell(self.dialog.told_of(name))
            self._notify(Notice(f"{paper.source}: {paper.title}", "done"))

    @Slot(str)
    def _tell_more(self, name: str) -> None:
        """Have the numbers that were measured in what is told."""
        if self.bar.told is not None and self.bar.told.paper == name:
            self.bar.tell_more(self.dialog.told_of(name))

    @Slot()
    def _forget(self) -> None:
        if isValid(self.bar):
            self.bar.tell(None)

    @Slot()
    def _bar_changed(self) -> None:
        self._state.set_told(self.bar.told is not None, not self.bar.isHidden())


def of_example(example: Example) -> Told:
    """What is told of an example."""
    what, look = tr(example.what), tr(example.look)
    return Told(tr(example.title), f"{what} {look}", f"<p>{escape(what)} <b>{escape(look)}</b></p>")
