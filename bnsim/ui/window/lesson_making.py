"""Slides, a handout and a plan of a lesson, made in a thread of its own."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QProgressDialog, QWidget

from bnsim.lessons.lesson import Lesson
from bnsim.plot.speaker import speaking
from bnsim.plot.theme import ThemeName
from bnsim.spec.phrases import Say, in_english
from bnsim.ui.language import sayer, speaker, tr
from bnsim.ui.model import preferences
from bnsim.ui.window.dialogs import ask_slides
from bnsim.ui.window.making import Making

GIVEN_UP = "No slides were made: it was stopped."


class LessonMaking(QObject):
    """Makes them in one window, beside each other in a folder."""

    said = Signal(str)
    failed = Signal(str)

    def __init__(self, window: QWidget, parent: QObject) -> None:
        super().__init__(parent)
        self._window = window
        self._making = Making("lesson", tr("Deck, handout and plan"), window)

    @property
    def progress(self) -> QProgressDialog | None:
        """How far it is, while they are being made."""
        return self._making.progress

    def make(self, lesson: Lesson, theme: ThemeName) -> None:
        """Ask for a file, and begin; what is being made already comes first."""
        if self.progress is not None:
            self.progress.raise_()
            return
        path = ask_slides(self._window, f"{lesson.name}.pptx")
        if path is None:
            return
        preferences.update(folder=str(path.parent))
        self._making.begin(tr(f"Making {path.name}, its handout and plan"))
        work = partial(made, lesson, path, theme, self._making.report, sayer())
        self._making.work(work, self._saved, self._could_not)

    def close(self) -> None:
        """Give up what is being made, and end the thread."""
        self._making.close()

    def _saved(self, paths: tuple[Path, Path, Path]) -> None:
        slides, handout, plan = paths
        self.said.emit(tr(f"Saved {slides}; beside it {handout.name} and {plan.name}"))

    def _could_not(self, sentence: str) -> None:
        self.failed.emit(sentence or GIVEN_UP)


def made(
    lesson: Lesson, path: Path, theme: ThemeName, report: Callable[[int, int], None], say: Say = in_english
) -> tuple[Path, Path, Path]:
    """The slides at a path, handout and plan beside them. InputError if one cannot be written."""
    from bnsim.decks.lesson_writing import write_lesson
    from bnsim.plot.writers import chosen
    from bnsim.ui.window.lesson_drawing import draw_step

    with speaking(speaker()):
        return write_lesson(lesson, path, chosen("slide", theme), draw_step, report, say)
