"""Projector mode: full screen, large type, thick lines, nothing beside the stacks and the panels."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QObject, Signal, Slot
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget
from shiboken6 import isValid

from bnsim.ui.panels.dock import PanelDock
from bnsim.ui.theme.style import Appearance
from bnsim.ui.window.layout import LAYOUT_VERSION

STAYS = "staysProjected"
"""The property of a dock at a side that is shown in projector mode, too."""


class Projector(QObject):
    """Turns projector mode of a window on and off; turning it off restores the layout of before."""

    changed = Signal(bool)

    def __init__(self, window: QMainWindow, appearance: Appearance) -> None:
        super().__init__(window)
        self._window = window
        self._appearance = appearance
        self._before: tuple[QByteArray, QByteArray] | None = None

    @property
    def on(self) -> bool:
        return self._before is not None

    def takes_escape(self) -> bool:
        """Whether Escape leaves this mode."""
        return self.on

    @Slot()
    def toggle(self) -> None:
        if self.on:
            self.leave()
        else:
            self.enter()

    def enter(self) -> None:
        """Turn projector mode on; does nothing if it is on."""
        if self.on:
            return
        window, focused = self._window, self._window.focusWidget()
        self._before = (window.saveGeometry(), window.saveState(LAYOUT_VERSION))
        for dock in window.findChildren(QDockWidget):
            if isinstance(dock, PanelDock):
                dock.set_bare(True)
            elif not dock.property(STAYS):
                dock.hide()
        window.menuBar().hide()
        window.statusBar().hide()
        self._appearance.project(True, self)
        window.showFullScreen()
        self.changed.emit(True)
        _focus(focused)

    def leave(self) -> None:
        """Turn projector mode off; does nothing if it is off."""
        if self._before is None:
            return
        geometry, layout = self._before
        self._before = None
        self._appearance.project(False, self)
        window, focused = self._window, self._window.focusWidget()
        for dock in window.findChildren(PanelDock):
            dock.set_bare(False)
        window.menuBar().show()
        window.statusBar().show()
        window.showNormal()
        window.restoreGeometry(geometry)
        window.restoreState(layout, LAYOUT_VERSION)
        self.changed.emit(False)
        _focus(focused)


def _focus(widget: QWidget | None) -> None:
    """Have the keyboard where it was, such as in an answer that is being written, if that is still seen."""
    if widget is not None and isValid(widget) and widget.isVisible() and not widget.hasFocus():
        widget.setFocus()
