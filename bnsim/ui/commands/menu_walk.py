"""Everything that can be done, read from the menu bar: so nothing in it can be missing from palette and sheet."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar


class Entry(Struct, frozen=True):
    """`path`: the menus it is in, such as ("Stack", "Insert")."""

    action: QAction
    path: tuple[str, ...]

    @property
    def text(self) -> str:
        return plain(self.action.text())

    @property
    def keys(self) -> str:
        """As the platform writes them, several by commas."""
        native = QKeySequence.SequenceFormat.NativeText
        return ", ".join(keys.toString(native) for keys in self.action.shortcuts())


def entries(bar: QMenuBar) -> Iterator[Entry]:
    """All actions of all menus, in order. Menus that fill themselves when they open are asked to."""
    yield from _walk(bar.actions(), ())


def _walk(actions: list[QAction], path: tuple[str, ...]) -> Iterator[Entry]:
    for action in actions:
        inner = action.menu()
        if isinstance(inner, QMenu):
            inner.aboutToShow.emit()
            yield from _walk(inner.actions(), (*path, plain(action.text())))
        elif action.text() and not action.isSeparator() and action.isVisible():
            yield Entry(action, path)


def plain(text: str) -> str:
    """Without the mark of the key that chooses it in a menu."""
    return text.replace("&", "").rstrip("…")
