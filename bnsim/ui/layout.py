"""Size and docks of the window, kept between runs."""

from __future__ import annotations

from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QMainWindow

from bnsim.ui import preferences
from bnsim.ui.side_dock import SideDock

LAYOUT_VERSION = 4
"""Raised when docks come or go: a layout kept by another version is not used."""
SIZE = (1680, 1020)


def restore_layout(window: QMainWindow, *, remembered: bool) -> None:
    """As it was left, else as large as the screen allows."""
    kept = preferences.load() if remembered else preferences.Preferences()
    geometry = QByteArray.fromBase64(kept.geometry.encode())
    if geometry.isEmpty() or not window.restoreGeometry(geometry):
        screen = window.screen().availableGeometry()
        window.resize(min(SIZE[0], screen.width()), min(SIZE[1], screen.height()))
    layout = QByteArray.fromBase64(kept.layout.encode())
    if not layout.isEmpty():
        window.restoreState(layout, LAYOUT_VERSION)
    for dock in window.findChildren(SideDock):
        shown = dock.isVisibleTo(window)
        dock.bring_up(kept.pages.get(dock.objectName(), ""))
        dock.setVisible(shown)


def keep_layout(window: QMainWindow) -> None:
    """Remember it for the next run."""
    preferences.update(
        pages={dock.objectName(): dock.front for dock in window.findChildren(SideDock)},
        geometry=bytes(window.saveGeometry().toBase64().data()).decode(),
        layout=bytes(window.saveState(LAYOUT_VERSION).toBase64().data()).decode(),
    )
