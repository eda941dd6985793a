"""The rows of a list in a panel, with what the keyboard does in all of them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QTreeWidget, QWidget

ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
REMOVE = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)


class Rows(QTreeWidget):
    """Rows without a header, called `name` and, by a screen reader, `words`. Enter chooses the current one.

    So do the keys `also`. Where rows can be removed (`removable`), Del asks for it.
    """

    removed = Signal()
    chosen = Signal()

    def __init__(
        self,
        name: str,
        words: str,
        columns: int,
        parent: QWidget,
        *,
        removable: bool = False,
        also: Sequence[Qt.Key] = (),
    ) -> None:
        super().__init__(parent)
        self._removing: Sequence[Qt.Key] = REMOVE if removable else ()
        self._choosing = (*ENTER, *also)
        self._own = (*self._removing, *also)
        self.setObjectName(name)
        self.setAccessibleName(words)
        self.setColumnCount(columns)
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setIndentation(0)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)

    @property
    def current_row(self) -> int:
        """The number of the current row; -1 if there is none."""
        item = self.currentItem()
        return -1 if item is None else self.indexOfTopLevelItem(item)

    def event(self, event: QEvent) -> bool:
        # These keys belong to the selected layers elsewhere in the window.
        asked = event.type() == QEvent.Type.ShortcutOverride
        if asked and isinstance(event, QKeyEvent) and event.key() in self._own:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in self._removing:
            self.removed.emit()
        elif event.key() in self._choosing:
            self.chosen.emit()
        else:
            super().keyPressEvent(event)
