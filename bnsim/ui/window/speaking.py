"""Says aloud, to a screen reader, where the run stands after each step."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QWidget

from bnsim.runner.updates import Update
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
