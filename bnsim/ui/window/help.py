"""Finding an action, all keys on one sheet, and what this is."""

from __future__ import annotations

from PySide6.QtWidgets import QMainWindow

from bnsim.ui.commands.command_palette import CommandPalette
from bnsim.ui.commands.key_sheet import ShortcutSheet
from bnsim.ui.theme.style import Appearance
from bnsim.ui.window import dialogs


class Help:
    """Over one window, about what is in its menus."""

    def __init__(self, window: QMainWindow, palette: CommandPalette, appearance: Appearance) -> None:
        self._window = window
        self._palette = palette
        self._appearance = appearance

    def find_action(self) -> None:
        """Search all actions."""
        self._palette.open_for(self._window.menuBar())

    def show_keys(self) -> None:
        """All keys on one sheet, once."""
        if self._window.findChild(ShortcutSheet) is None:
            ShortcutSheet(self._window.menuBar(), self._appearance.theme, self._window).open()

    def show_about(self) -> None:
        """Name and version."""
        dialogs.show_about(self._window)
