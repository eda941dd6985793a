"""The window's dialog of papers: made when it is first opened; it ends with the window."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from bnsim.runner.orders import Order, Seek
from bnsim.runner.updates import Notice
from bnsim.ui.model.document import Document

if TYPE_CHECKING:
    from bnsim.ui.learn.papers import PapersDialog


class Papers(QObject):
    """Opens a figure of a paper as an untitled document, runs it as far as its figure needs, and says so."""

    def __init__(
        self,
        document: Document,
        may_lose_changes: Callable[[], bool],
        give: Callable[[Order], object],
        notify: Callable[[Notice], object],
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._window, self._document = window, document
        self._may_lose_changes, self._give, self._notify = may_lose_changes, give, notify
        self._dialog: PapersDialog | None = None

    @property
    def dialog(self) -> PapersDialog:
        """The dialog, made if it is not there yet."""
        if self._dialog is None:
            from bnsim.ui.learn.papers import PapersDialog

            self._dialog = PapersDialog(self._window)
            self._dialog.open_asked.connect(self._open)
        return self._dialog

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
            paper = papers()[name]
            self._document.replace(document_of(name), None)
            self._give(Seek(paper.iterations))
            self._notify(Notice(f"{paper.source}: {paper.title}", "done"))
