"""Says aloud, to a screen reader, where the run stands after each step, and what an edit has done."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAccessible, QUndoStack
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from bnsim.runner.updates import Update
from bnsim.ui.language import tr
from bnsim.ui.widgets.spoken import announce


class Speaking:
    """Announces the position when it has changed and the run rests; a run that plays would never fall silent."""

    def __init__(self, about: QWidget, position: Callable[[], str]) -> None:
        """`position` gives the words, `about` the widget that shows them."""
        self._about, self._position = about, position
        self._said: tuple[int, int] | None = None

    def show_update(self, update: Update) -> None:
        """Announce the update's moment, unless it is the one that was announced last."""
        if update.playing or update.frame is None:
            return
        moment = update.frame.iteration, update.frame.tick
        if self._said not in (None, moment) and QAccessible.isActive():
            announce(self._about, self._position())
        self._said = moment


class EditsSaid(QObject):
    """Announces what an edit was, and what of it was undone: on the canvas it is seen, and not where the focus is."""

    def __init__(self, about: QWidget, edits: QUndoStack) -> None:
        """`about` is the widget that is edited."""
        super().__init__(about)
        self._about, self._edits, self._index = about, edits, edits.index()
        edits.indexChanged.connect(self._say)

    @Slot(int)
    def _say(self, index: int) -> None:
        if not isValid(self._edits):  # it says so on its way out, too
            return
        before, self._index = self._index, index
        if index < before and self._edits.count():  # none: another document
            announce(self._about, f"{tr('&Undo').replace('&', '')}: {tr(self._edits.text(index))}")
        elif index > before:
            announce(self._about, tr(self._edits.text(index - 1)))
