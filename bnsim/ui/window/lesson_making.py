"""Slides and a handout of a lesson, made in a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import CancelledError
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QProgressDialog, QWidget

from bnsim.lessons.lesson import Lesson
from bnsim.plot.theme import ThemeName
from bnsim.ui.exporting.background import Background
from bnsim.ui.model import preferences
from bnsim.ui.window.dialogs import ask_slides

HANDOUT = "{}-handout.pdf"
GIVEN_UP = "No slides were made: it was stopped."


class LessonMaking(QObject):
    """Makes them in one window, beside each other in a folder."""

    said = Signal(str)
    failed = Signal(str)
    _reported = Signal(int, int)

    def __init__(self, window: QWidget, parent: QObject) -> None:
        super().__init__(parent)
        self._window = window
        self._background = Background(self)
        self._stopped = threading.Event()
        self.progress: QProgressDialog | None = None
        self._reported.connect(self._show)

    def make(self, lesson: Lesson, theme: ThemeName) -> None:
        """Ask for a file, and begin; what is being made already comes first."""
        if self.progress is not None:
            self.progress.raise_()
            return
        path = ask_slides(self._window, f"{lesson.name}.pptx")
        if path is None:
            return
        preferences.update(folder=str(path.parent))
        self._stopped.clear()
        progress = self.progress = QProgressDialog(f"Making {path.name} and its handout", "Stop", 0, 0, self._window)
        progress.setObjectName("lesson.progress")
        progress.setWindowTitle("Deck and handout")
        progress.setWindowModality(Qt.WindowModality.NonModal)
        progress.setMinimumDuration(0)
        progress.setAutoReset(False)
        progress.canceled.connect(self._stopped.set)
        progress.show()
        work = partial(made, lesson, path, theme, self._report)
        self._background.ask("lesson", work, self._saved, self._could_not)

    def close(self) -> None:
        """Give up what is being made, and end the thread."""
        self._stopped.set()
        self._background.close()

    def _report(self, done: int, all_of: int) -> None:
        """Called in the thread; ends the work there once it is stopped."""
        if self._stopped.is_set():
            raise CancelledError
        self._reported.emit(done, all_of)

    @Slot(int, int)
    def _show(self, done: int, all_of: int) -> None:
        if self.progress is not None:
            self.progress.setMaximum(all_of)
            self.progress.setValue(done)

    def _saved(self, paths: tuple[Path, Path]) -> None:
        self._end()
        self.said.emit(f"Saved {paths[0]}; the handout is {paths[1].name}")

    def _could_not(self, sentence: str) -> None:
        self._end()
        self.failed.emit(sentence or GIVEN_UP)

    def _end(self) -> None:
        if self.progress is not None:
            self.progress.canceled.disconnect(self._stopped.set)
            self.progress.close()
            self.progress.deleteLater()
        self.progress = None


def made(lesson: Lesson, path: Path, theme: ThemeName, report: Callable[[int, int], None]) -> tuple[Path, Path]:
    """The slides at a path, and the handout beside them. InputError if one cannot be written."""
    from msgspec.structs import replace

    from bnsim.decks.handout import handout
    from bnsim.decks.lesson_deck import lesson_deck
    from bnsim.decks.lesson_pictures import pictures
    from bnsim.decks.writing import write_deck, write_paper
    from bnsim.lessons.kept_numbers import kept_or_measured, numbers
    from bnsim.plot.style import STYLES
    from bnsim.plot.writers import chosen
    from bnsim.ui.canvas.sketch.shown import CanvasShown
    from bnsim.ui.canvas.sketch.stack import canvas_diagram

    def go_on(_done: int) -> bool:
        report(0, 0)
        return True

    shown = numbers(kept_or_measured(lesson, go_on))
    steps = list(
        pictures(
            lesson,
            lambda session: canvas_diagram(CanvasShown(session.experiment, frame=session.frame())),
            lambda done: report(done, 2 * len(lesson.steps)),
        )
    )
    deck = lesson_deck(lesson, shown, steps)
    slides = len(deck.slides)
    write_deck(deck, path, chosen("slide", theme), report=lambda done: report(slides + done, 2 * slides))
    beside = path.with_name(HANDOUT.format(path.stem))
    write_paper(handout(lesson, shown, steps), beside, replace(STYLES["figure"], theme="light"))
    return path, beside
