"""A list below the canvas that a person opens and closes, such as that of findings."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QWidget

from bnsim.ui.panels.list_below import ListBelow


class RowBelow(QObject):
    """Holds such a `list`, and closes it while an audience is there."""

    list: ListBelow

    opens = Signal(object)
    """This one does, in a moment."""
    opened_or_closed = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._open_before = False

    @property
    def is_open(self) -> bool:
        """Whether the list is open."""
        return not self.list.isHidden()

    def close(self) -> None:
        """Close the list."""
        self._set_open(False)

    @Slot(bool)
    def give_way(self, projected: bool) -> None:
        """Close the list before an audience, where cards need the room until one asks for it; afterwards as before."""
        if projected:
            self._open_before = self.is_open
            self._set_open(False)
        else:
            self._set_open(self._open_before)

    def _set_open(self, opens: bool) -> None:
        if opens:
            self.opens.emit(self)
        self._show_list(opens)
        self.opened_or_closed.emit()

    def _show_list(self, shown: bool) -> None:
        """Show the list, with what there is now in it, or hide it."""
        raise NotImplementedError
