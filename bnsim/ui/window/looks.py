"""How a window looks and speaks: theme, size of text, language; each choice is kept for the next start."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Slot

from bnsim.runner.updates import Notice
from bnsim.ui.commands.state_keeper import StateKeeper
from bnsim.ui.model import preferences
from bnsim.ui.theme.choice import LanguageChoice, ThemeChoice, nearest_size
from bnsim.ui.theme.style import Appearance

NEXT_START = "The language changes with the next start. / Die Sprache wechselt beim nächsten Start."
"""Said in both, for one who does not know one of them."""


class Looks(QObject):
    """Carries out what `commands.window.Looks` asks for, and tells the state, in which actions see what is chosen."""

    def __init__(
        self, appearance: Appearance, state: StateKeeper, notify: Callable[[Notice], object], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._appearance, self._state, self._notify = appearance, state, notify
        state.set_language(preferences.load().language)
        self._changed()
        appearance.changed.connect(self._changed)

    def choose_theme(self, choice: ThemeChoice) -> None:
        """Choose light, dark or the system's theme."""
        preferences.update(theme=choice)
        self._appearance.choose(choice)
        self._state.set_theme_choice(choice)

    def change_text_size(self, step: int) -> None:
        """Show all text so many sizes larger, or smaller."""
        self.choose_text_size(nearest_size(self._appearance.text_size, step))

    def choose_text_size(self, percent: int) -> None:
        """Show all text at that size."""
        preferences.update(text_size=percent)
        self._appearance.set_text_size(percent)

    def choose_language(self, choice: LanguageChoice) -> None:
        """Store the language for the next start: texts of a window are made once."""
        preferences.update(language=choice)
        self._state.set_language(choice)
        self._notify(Notice(NEXT_START))

    @Slot()
    def _changed(self) -> None:
        self._state.set_theme_choice(self._appearance.choice)
        self._state.set_text_size(self._appearance.text_size)
