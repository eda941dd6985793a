"""Help: the command palette, the sheet of keys, and the dialog about bnsim."""

from __future__ import annotations

from PySide6.QtWidgets import QMainWindow

from bnsim.ui.commands.command_palette import CommandPalette
from bnsim.ui.commands.key_sheet import ShortcutSheet
from bnsim.ui.theme.style import Appearance
from bnsim.ui.window import dialogs


class Help:
    """The help of one window, made from its menus."""

    def __init__(self, window: QMainWindow, palette: CommandPalette, appearance: Appearance) -> None:
        self._window = window
        self._palette = palette
        self._appearance = appearance

    def find_action(self) -> None:
        """Open the command palette."""
        self._palette.open_for(self._window.menuBar())

    def show_keys(self) -> None:
        """Show the sheet of all keys."""
        if self._window.findChild(ShortcutSheet) is None:
            ShortcutSheet(self._window.menuBar(), self._appearance.theme, self._window).open()

    def show_about(self) -> None:
        """Show name and version."""
        dialogs.show_about(self._window)
