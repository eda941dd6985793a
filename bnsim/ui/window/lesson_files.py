"""The files of lessons: the list, folders of one's own and what changes in them, answers, slides."""

from __future__ import annotations

import os
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QMainWindow

from bnsim.lessons.lesson import Lesson
from bnsim.lessons.progress import Done
from bnsim.lessons.shipped import is_shipped
from bnsim.spec.errors import InputError
from bnsim.ui.language import language_spoken, sayer, tr
from bnsim.ui.model import preferences
from bnsim.ui.window.dialogs import ask_folder

if TYPE_CHECKING:
    from bnsim.ui.learn.lessons import LessonsDialog

MOST_FILES = 1_000
"""Of a folder so many are watched: a system has only so many watches for all its programs."""
SETTLED_MS = 200
"""An editor writes a file in several steps: it is read once nothing has come for so long."""


class LessonFiles(QObject):
    """Reads and writes what lessons have of files."""

    chosen = Signal(object)
    """The `Lesson` to open."""
    changed = Signal(object)
    """The `Lesson` that is watched, read anew."""
    refused = Signal(str)
    """A sentence: why something cannot be read or written."""
    said = Signal(str)

    def __init__(self, window: QMainWindow, parent: QObject) -> None:
        super().__init__(parent)
        self._window = window
        self._dialog: LessonsDialog | None = None
        self._watched: Path | None = None
        self._watcher: QFileSystemWatcher | None = None
        self._settled = QTimer(self, singleShot=True, interval=SETTLED_MS)
        self._settled.timeout.connect(self._read_again)

    def open(self, name: str) -> None:
        """Choose the lesson of that name, or in the folder at that path; what is wrong with its steps is told."""
        from bnsim.lessons.checking import check_steps
        from bnsim.lessons.shipped import lesson_of

        try:
            lesson = lesson_of(name, language_spoken())
            self.chosen.emit(lesson)
            if not is_shipped(lesson):
                check_steps(lesson)
        except InputError as error:
            self.refused.emit(str(error))

    # All lessons

    @property
    def dialog(self) -> LessonsDialog:
        """The list, made if it is not there yet."""
        if self._dialog is None:
            from bnsim.ui.learn.lessons import LessonsDialog

            self._dialog = LessonsDialog(self._window)
            self._dialog.lesson_asked.connect(self.open)
            self._dialog.folder_asked.connect(self.ask_folder)
        return self._dialog

    def show_list(self, current: str | None) -> None:
        """Show the list, in front, with that lesson chosen."""
        dialog = self.dialog
        try:
            dialog.show_lessons(current)
        except InputError as error:
            self.refused.emit(str(error))
            return
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()

    @Slot()
    def ask_folder(self) -> None:
        """Ask for a folder with a lesson in it, and choose that."""
        folder = ask_folder(self._window, Path(preferences.load().folder or Path.home()))
        if folder is not None:
            self.open(str(folder))

    # One that is written

    def watch(self, lesson: Lesson | None) -> None:
        """Tell of changes in that lesson's folder; None, or one that comes with bnsim: of none any more."""
        self._settled.stop()
        if self._watcher is not None:
            self._watcher.deleteLater()
            self._watcher = None
        self._watched = None
        if lesson is None or is_shipped(lesson):
            return
        self._watched = lesson.folder
        self._watcher = QFileSystemWatcher(self)
        self._watcher.directoryChanged.connect(self._settled.start)
        self._watcher.fileChanged.connect(self._settled.start)
        self._watch_files()

    def _watch_files(self) -> None:
        """Also the files that were put in place of others, as many editors do."""
        if self._watcher is not None and self._watched is not None:
            try:
                files = {str(path) for path in islice(self._watched.iterdir(), MOST_FILES) if os.access(path, os.R_OK)}
            except OSError:  # it is gone, or this user may not list it
                files = set()
            new = files | {str(self._watched)}
            new -= {*self._watcher.files(), *self._watcher.directories()}
            if new:
                self._watcher.addPaths(sorted(new))

    @Slot()
    def _read_again(self) -> None:
        from bnsim.lessons.checking import check_steps
        from bnsim.lessons.reading import read
        from bnsim.lessons.translating import translated

        if self._watched is None:
            return
        try:
            self._watch_files()
            lesson = translated(read(self._watched), language_spoken())
            check_steps(lesson)
        except (InputError, OSError) as error:
            self.refused.emit(str(error))
            return
        self.changed.emit(lesson)

    # What is made of one

    def save_answers(self, lesson: Lesson, done: Done, numbers: Mapping[str, str]) -> None:
        """Ask for a file, and write what was answered."""
        from bnsim.lessons.answers import save

        folder = Path(preferences.load().folder or Path.home())
        name = str(folder / f"{lesson.name}-answers.md")
        chosen, _ = QFileDialog.getSaveFileName(self._window, tr("Save my answers"), name, "Markdown (*.md)")
        if not chosen:
            return
        path = Path(chosen) if Path(chosen).suffix else Path(f"{chosen}.md")
        try:
            save(lesson, done, numbers, path, say=sayer())
            self.said.emit(f"Saved {path}")
        except InputError as error:
            self.refused.emit(str(error))

    def close(self) -> None:
        """The window is closed."""
        self.watch(None)
        if self._dialog is not None:
            self._dialog.close()
