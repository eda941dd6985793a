"""The window's lessons: what shows them is made when the first one is asked for, as a window opens sooner without."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMainWindow

from bnsim.plot.theme import Theme
from bnsim.runner.orders import Order
from bnsim.runner.updates import Notice, Update

if TYPE_CHECKING:  # typeset formulas come with it, and what measures claims
    from bnsim.ui.window.lesson_player import LessonPlayer
    from bnsim.ui.window.lesson_room import Host


class Lessons(QObject):
    """Carries out what `commands.lessons` asks for."""

    def __init__(
        self,
        window: QMainWindow,
        host: Host,
        give: Callable[[Order], int],
        notify: Callable[[Notice], object],
    ) -> None:
        super().__init__(window)
        self._window, self._host, self._give, self._notify = window, host, give, notify
        self._player: LessonPlayer | None = None
        self._theme: Theme | None = None

    @property
    def player(self) -> LessonPlayer:
        """What shows lessons, made if it is not there yet."""
        if self._player is None:
            from bnsim.ui.window.lesson_player import LessonPlayer

            self._player = LessonPlayer(self._window, self._host, self._give, self._notify)
            if self._theme is not None:
                self._player.set_theme(self._theme)
        return self._player

    def open(self, name: str) -> None:
        """Open the lesson of that name, or in the folder at that path; a sentence says why not."""
        self.player.open(name)

    def show_list(self) -> None:
        self.player.show_list()

    def open_folder(self) -> None:
        self.player.open_folder()

    def next_step(self) -> None:
        self.player.next_step()

    def previous_step(self) -> None:
        self.player.previous_step()

    def set_stage(self) -> None:
        self.player.set_stage()

    def close_lesson(self) -> None:
        """Close the lesson that is open, if one is."""
        if self._player is not None:
            self._player.close_lesson()

    def begin_again(self) -> None:
        self.player.begin_again()

    def save_answers(self) -> None:
        self.player.save_answers()

    def make_deck(self) -> None:
        self.player.make_deck()

    def change_side(self) -> None:
        self.player.change_side()

    def show_update(self, update: Update) -> None:
        """Let the open lesson look whether its task is done."""
        if self._player is not None:
            self._player.show_update(update)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        if self._player is not None:
            self._player.set_theme(theme)

    def close(self) -> None:
        """The window is closed: a lesson that is open is left, with all that it covered."""
        if self._player is not None:
            self._player.close()
