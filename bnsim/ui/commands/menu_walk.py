"""All actions, read from the menu bar, so that command palette and key sheet miss none."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar


class Entry(Struct, frozen=True):
    """An action and the path of menus it is in, such as ("Stack", "Insert")."""

    action: QAction
    path: tuple[str, ...]

    @property
    def text(self) -> str:
        return plain(self.action.text())

    @property
    def keys(self) -> str:
        """The keys as the platform writes them, separated by commas."""
        native = QKeySequence.SequenceFormat.NativeText
        return ", ".join(keys.toString(native) for keys in self.action.shortcuts())


def entries(bar: QMenuBar) -> Iterator[Entry]:
    """All actions of all menus, in order; menus that fill themselves when opened are filled.

    A menu that stands in several is read where it stands first.
    """
    yield from _walk(bar.actions(), (), [])


def _walk(actions: list[QAction], path: tuple[str, ...], read: list[QAction]) -> Iterator[Entry]:
    for action in actions:
        inner = action.menu()
        if isinstance(inner, QMenu):
            if action not in read:
                read.append(action)
                inner.aboutToShow.emit()
                yield from _walk(inner.actions(), (*path, plain(action.text())), read)
        elif action.text() and not action.isSeparator() and action.isVisible():
            yield Entry(action, path)


def plain(text: str) -> str:
    """The text of an action without the "&" that marks its access key."""
    return text.replace("&", "").rstrip("…")
