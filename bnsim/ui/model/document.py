"""The document: the one holder of the current experiment.

An experiment is an immutable value, so an undo step is two whole values and a name; there is no inverse
operation to get wrong. Everyone who shows or edits the experiment listens to `changed` and calls `push`.
"""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from bnsim.spec import files
from bnsim.spec.defaults import default_experiment
from bnsim.spec.experiment import Experiment

UNTITLED = "untitled"


class Document(QObject):
    """The current experiment, its history of edits and its file."""

    changed = Signal(object)
    """The new experiment, after every push, undo, redo and load."""
    file_changed = Signal()
    """The path or the modified mark may be another one now."""

    def __init__(self, experiment: Experiment | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._experiment = default_experiment() if experiment is None else experiment
        self._announced = self._experiment
        self._saved = self._experiment
        self._path: Path | None = None
        self.undo_stack = QUndoStack(self)
        self.undo_stack.indexChanged.connect(self._announce)
        self.undo_stack.cleanChanged.connect(self._clean_changed)

    @property
    def experiment(self) -> Experiment:
        return self._experiment

    @property
    def path(self) -> Path | None:
        """The file it was read from or saved to; None before that."""
        return self._path

    @property
    def name(self) -> str:
        """The file's name, or "untitled"."""
        return UNTITLED if self._path is None else self._path.name

    @property
    def modified(self) -> bool:
        """Whether there is something a save would keep."""
        return not self.undo_stack.isClean() and self._experiment != self._saved

    def push(self, experiment: Experiment, text: str, merge_key: str = "") -> None:
        """One undo step named `text`, such as "insert BatchNorm"; nothing if `experiment` equals the present one.

        Consecutive pushes of the same non-empty `merge_key` become one step.
        """
        if experiment != self._experiment:
            self.undo_stack.push(_Change(self, self._experiment, experiment, text, merge_key))

    def new(self) -> None:
        """The default experiment, without a file."""
        self.replace(default_experiment(), None)

    def open(self, path: str | os.PathLike[str]) -> None:
        """The experiment in a file. InputError if it cannot be used; the document then stays as it was."""
        target = Path(path).absolute()
        self.replace(files.load(target), target)

    def save(self, path: str | os.PathLike[str] | None = None) -> None:
        """Write to `path`, or to the file it came from. InputError if that cannot be done; nothing changes then."""
        target = self._path if path is None else Path(path).absolute()
        if target is None:
            raise ValueError("save needs a path")
        files.save(self._experiment, target)
        self._path = target
        self._saved = self._experiment
        self.undo_stack.setClean()
        self.file_changed.emit()

    def revert(self) -> None:
        """Back to what the file holds now, as one undo step. InputError if it cannot be used; nothing changes then."""
        if self._path is not None:
            held = files.load(self._path)
            self._saved = held
            self.push(held, "revert")

    def replace(self, experiment: Experiment, path: Path | None) -> None:
        """Another document altogether: the history of edits starts anew."""
        self._experiment = self._saved = experiment
        self._path = path
        self.undo_stack.clear()
        self.undo_stack.setClean()
        self._announce()
        self.file_changed.emit()

    def _put(self, experiment: Experiment) -> None:
        self._experiment = experiment

    def _clean_changed(self, _clean: bool) -> None:
        self.file_changed.emit()

    def _announce(self) -> None:
        # Told only once the undo stack is done, so that a listener sees a settled index and clean state.
        if self._announced is not self._experiment:
            self._announced = self._experiment
            self.changed.emit(self._experiment)
            self.file_changed.emit()


class _Change(QUndoCommand):
    """An undo step from one experiment to another."""

    def __init__(self, document: Document, before: Experiment, after: Experiment, text: str, merge_key: str) -> None:
        super().__init__(text)
        self._document = document
        self._before = before
        self._after = after
        self._merge_key = merge_key

    def undo(self) -> None:
        self._document._put(self._before)

    def redo(self) -> None:
        self._document._put(self._after)

    def id(self) -> int:
        return 1 if self._merge_key else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, _Change) or other._merge_key != self._merge_key:
            return False
        self._after = other._after
        self.setObsolete(self._before == self._after)
        return True
