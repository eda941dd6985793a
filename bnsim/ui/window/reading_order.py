"""What a screen reader finds in the window: its areas in the order in which one reads, and only what is in sight.

Qt has the parts of a window in the order in which they were made, the status bar first, and those that the start page
covers among them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol, cast

from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget, QMainWindow, QWidget

from bnsim.ui.widgets.spoken import Own


class Read(Protocol):
    """The window, as far as it is read aloud."""

    @property
    def parts_to_read(self) -> Sequence[QWidget]:
        """What is read of it, in order."""
        ...


def in_order(window: QMainWindow, areas: Iterable[QWidget], cover: QWidget | None) -> list[QWidget]:
    """The parts of a window that are in sight: the menu bar, what holds its areas, and what else there is.

    `cover` is what lies over everything between menu bar and status bar, if anything does.
    """
    menus, status = window.menuBar(), window.statusBar()
    if cover is not None:
        return [menus, cover, status]
    parts = [each for each in window.children() if isinstance(each, QWidget)]
    parts = [each for each in parts if not each.isWindow() and not each.isHidden()]
    first: dict[QWidget, None] = {menus: None}
    for area in areas:
        first.update({part: None for part in parts if part is area or part.isAncestorOf(area)})
    first.pop(status, None)
    return [*first, *(part for part in parts if part not in first and part is not status), status]


def interface_of(widget: QWidget) -> QAccessibleInterface | None:
    """What a screen reader sees of a window; None for anything else."""
    return _Window(widget) if isinstance(widget, QMainWindow) and hasattr(type(widget), "parts_to_read") else None


class _Window(Own, QAccessibleWidget):
    """A window whose parts are sorted."""

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window, QAccessible.Role.Window)

    def _parts(self) -> Sequence[QWidget]:
        window = self.object()
        # Before it is shown it is being made, and after that it is going.
        return cast(Read, window).parts_to_read if cast(QWidget, window).isVisible() else ()

    def childCount(self) -> int:
        return len(self._parts())

    def child(self, index: int) -> QAccessibleInterface | None:  # type: ignore[override]
        parts = self._parts()
        return QAccessible.queryAccessibleInterface(parts[index]) if 0 <= index < len(parts) else None

    def indexOfChild(self, child: QAccessibleInterface) -> int:
        about, parts = child.object(), self._parts()
        return parts.index(about) if about in parts else -1

    def childAt(self, x: int, y: int) -> QAccessibleInterface | None:  # type: ignore[override]
        found = (child for at in range(self.childCount()) if (child := self.child(at)) and child.rect().contains(x, y))
        return next(found, None)
