"""The document of a window: what it holds now, its history of edits, and its file.

What it holds is an immutable value (`bnsim.spec.document.Document`), so an undo step is two whole values and a name;
there is no inverse operation to get wrong. Everyone who shows or edits the experiment listens to `changed` and calls
`push`. Breakpoints are kept beside the experiment: they are saved with it and an undo step brings them back, but
`changed`, which starts another run, is not emitted for them. How the panels of figures are arranged is saved with it,
too, but is neither an undo step nor a change that one is asked about.
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

from msgspec.structs import replace
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from bnsim.spec import files
from bnsim.spec.breakpoints import Breakpoint
from bnsim.spec.data_files import is_outside
from bnsim.spec.datasets import Data, FileData
from bnsim.spec.defaults import default_experiment
from bnsim.spec.document import Document as Contents
from bnsim.spec.errors import InputError
from bnsim.spec.experiment import Experiment
from bnsim.spec.last_linear import following, outputs_of
from bnsim.spec.layout import Layout
from bnsim.spec.places import place
from bnsim.spec.watches import Watch
from bnsim.ui.model import kept_data
from bnsim.ui.model.fingerprint import Fingerprint, fingerprint, same_content

UNTITLED = "untitled"
MOST_UNDO = 1000
"""Steps that can be undone; each keeps a whole document, though they share what they have alike."""


class Document(QObject):
    """The document that a window shows and edits, with its undo history and its file."""

    changed = Signal(object)
    """The new experiment, after every push, undo, redo and load that makes it another one."""
    breakpoints_changed = Signal()
    """Emitted after every push, undo, redo and load that changes breakpoints, and after `changed`."""
    watches_changed = Signal()
    """The same for watches."""
    replaced = Signal()
    """Another document has been loaded; emitted after `changed`. Ids of layers and stacks mean others now."""
    file_changed = Signal()
    """The path, the modified mark or what is known of the file may be another one now."""

    def __init__(self, experiment: Experiment | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._contents = Contents(experiment=default_experiment() if experiment is None else experiment)
        self._announced = self._saved = self._contents
        self._path: Path | None = None
        self._called = ""
        self._run_path: Path | None = None
        """The file of a run that the document was opened from; it is not saved there."""
        self._on_disk: Fingerprint | None = None
        """That of the file when it was last read or written."""
        self.layout_read: Layout | None = None
        """How what was loaded last wants the panels arranged; None: as they are."""
        self.layout_source: Callable[[], Layout | None] | None = None
        """Says how the panels are arranged, of which this knows only what a file said."""
        self._outdated = False
        self._outputs: dict[Data, int] = {}
        self._named_by_files: set[str] = set()
        """Data files that nobody has agreed to read."""
        self.undo_stack = QUndoStack(self)
        self.undo_stack.setUndoLimit(MOST_UNDO)
        self.undo_stack.indexChanged.connect(self._announce)
        self.undo_stack.cleanChanged.connect(self._clean_changed)

    @property
    def contents(self) -> Contents:
        """The whole document; its panels are as they were when it was read."""
        return self._contents

    @property
    def to_save(self) -> Contents:
        """The whole document with the panels as they are now."""
        layout = None if self.layout_source is None else self.layout_source()
        return self._contents if layout is None else replace(self._contents, layout=layout)

    @property
    def experiment(self) -> Experiment:
        """The experiment that runs."""
        return self._contents.experiment

    @property
    def breakpoints(self) -> tuple[Breakpoint, ...]:
        """The breakpoints at which runs stop."""
        return self._contents.breakpoints

    @property
    def watches(self) -> tuple[Watch, ...]:
        """The numbers that are followed."""
        return self._contents.watches

    @property
    def path(self) -> Path | None:
        """The file that the document was read from or saved to; None before that."""
        return self._path

    @property
    def folder(self) -> Path | None:
        """The folder of its file, or of the run that it was opened from; None without one."""
        path = self._path or self._run_path
        return None if path is None else path.parent

    @property
    def name(self) -> str:
        """The name of the file, or of the run that it was opened from, or what it is called without one."""
        path = self._path or self._run_path
        return self._called or UNTITLED if path is None else path.name

    @property
    def untouched(self) -> bool:
        """Whether nobody would miss it: it has no file, and nothing was done to it."""
        return self._path is None and self._run_path is None and self.undo_stack.count() == 0

    @property
    def modified(self) -> bool:
        """Whether there are changes that are not saved."""
        return not self.undo_stack.isClean() and not _same_work(self._contents, self._saved)

    @property
    def digest(self) -> str:
        """A hash of what the file held when it was last read or written; "" without one."""
        return "" if self._on_disk is None else self._on_disk.digest.hex()

    @property
    def changed_on_disk(self) -> bool:
        """Whether the file holds something else than what was last read from it or written to it."""
        if self._path is None or not self._path.exists():
            return False
        return self._on_disk is None or not same_content(self._path, self._on_disk)

    @property
    def outdated(self) -> bool:
        """Whether the file had changed on disk when it was last looked at."""
        return self._outdated

    def look_at_file(self) -> bool:
        """See whether the file has changed on disk, and return it."""
        self._note_outdated(self.changed_on_disk)
        return self._outdated

    @property
    def data_to_ask_about(self) -> FileData | None:
        """The data, if it is a file outside the document's folder that the document names and nobody agreed to read."""
        data = self.experiment.data
        return data if isinstance(data, FileData) and self.names_unread(data) else None

    def names_unread(self, data: FileData) -> bool:
        """Whether it is in a file outside the document's folder that the document names and nobody agreed to read."""
        folder = self.folder
        named = self._named_by_files.intersection((data.path, data.labels))
        return any(is_outside(name, folder) for name in named)

    def agree_to_data(self, data: FileData) -> None:
        """The person wants that file to be read, whoever named it."""
        self._named_by_files.difference_update((data.path, data.labels))

    def _named(self, contents: Contents) -> None:
        data = contents.experiment.data
        if isinstance(data, FileData):
            self._named_by_files.update(filter(None, (data.path, data.labels)))

    def push(self, experiment: Experiment, text: str, merge_key: str = "") -> None:
        """Change the experiment as one undo step named `text`; does nothing if it equals the present one.

        Consecutive pushes of the same non-empty `merge_key` become one step. Breakpoints of what is gone go with it.
        A last Linear that follows the data has its units changed with it.
        """
        outputs = outputs_of(experiment.data) or self._outputs.get(experiment.data)
        after = following(self.experiment, experiment, outputs)
        self._push(self._contents.with_experiment(after), text, merge_key)

    def learn_outputs(self, data: Data, outputs: int) -> None:
        """That data, read from a file, has so many classes, or numbers to predict."""
        self._outputs[data] = outputs

    def push_breakpoints(self, breakpoints: Iterable[Breakpoint], text: str) -> None:
        """Change the breakpoints as one undo step named `text`; does nothing if they are the same."""
        self._push(replace(self._contents, breakpoints=tuple(breakpoints)), text)

    def push_watches(self, watches: Iterable[Watch], text: str) -> None:
        """Change the watches as one undo step named `text`; does nothing if they are the same."""
        self._push(replace(self._contents, watches=tuple(watches)), text)

    def new(self) -> None:
        """Start a new document with the default experiment and no file."""
        self.replace(default_experiment(), None)

    def open(self, path: str | os.PathLike[str]) -> None:
        """Open a file. InputError if it cannot be used; the document then stays as it was."""
        target = place(path).absolute()
        self.replace(files.load_document(target), target)

    def open_run(self, contents: Contents, path: Path | None, *, unread: bool = True) -> None:
        """Load the document of a run that was read from `path`; it has no file of its own yet.

        `unread`: nobody has agreed to read the data that it names.
        """
        self.layout_read = contents.layout
        self._begin(contents, contents, None, None, unread=unread, run_path=path)

    def save(self, path: str | os.PathLike[str] | None = None) -> None:
        """Write the document to `path`, or to its file. InputError if that fails; nothing changes then."""
        target = self._path if path is None else place(path).absolute()
        if target is None:
            raise ValueError("save needs a path")
        files.save_document(kept_data.beside(self.to_save, target), target)
        self._path = target
        self._on_disk = fingerprint(target)
        self._saved = self._contents
        self._outdated = False
        self.undo_stack.setClean()
        self.file_changed.emit()

    def revert(self) -> None:
        """Restore what the file holds now, as one undo step. InputError if it cannot be used; nothing changes then."""
        if self._path is not None:
            before, self._saved = self._saved, files.load_document(self._path)
            self._on_disk = fingerprint(self._path)
            if self._saved != before:
                self.undo_stack.resetClean()  # undone is what the file held before, and that is gone
            if self._saved.experiment.data != self.experiment.data:
                self._named(self._saved)
            self._push(replace(self._saved, layout=self._contents.layout), "revert")
            self._note_outdated(False)

    def replace(self, contents: Contents | Experiment, path: Path | None, called: str = "") -> None:
        """Load another document; the undo history starts anew. Without a file it is `called` so, or "untitled"."""
        whole = contents if isinstance(contents, Contents) else Contents(experiment=contents)
        on_disk = None if path is None else fingerprint(path)
        self.layout_read = whole.layout
        self._begin(whole, whole, path, on_disk, unread=path is not None, called=called)

    def recover(
        self, contents: Contents, path: Path | None, digest: str, *, unread: bool, layout: Layout | None = None
    ) -> None:
        """Load what was kept of a document, as one undo step from what its file holds.

        `digest` is what it was then (see the property): where the file has changed since, saving is a question.
        `unread`: nobody has agreed to read the data that it names. `layout`: how the panels were arranged.
        """
        saved = Contents(experiment=default_experiment())
        if path is not None:
            with suppress(InputError):  # gone, or damaged: that must not keep anybody from the work
                saved = files.load_document(path)
        self.layout_read, contents = layout, replace(contents, layout=saved.layout)
        on_disk = Fingerprint((0, 0, 0), bytes.fromhex(digest)) if digest else None
        self._begin(contents, saved, path, on_disk, unread=unread)
        if not _same_work(contents, saved):
            self.undo_stack.push(_Change(self, saved, contents, "recover unsaved changes", ""))

    def _begin(
        self,
        contents: Contents,
        saved: Contents,
        path: Path | None,
        on_disk: Fingerprint | None,
        *,
        unread: bool,
        run_path: Path | None = None,
        called: str = "",
    ) -> None:
        """Start an undo history with those contents, while the file holds `saved`."""
        self._contents, self._saved, self._path, self._on_disk = contents, saved, path, on_disk
        self._outdated, self._run_path, self._called = False, run_path, called
        self._named_by_files.clear()
        if path is not None:
            self._named(saved)
        self._named(contents)
        data = contents.experiment.data
        if isinstance(data, FileData) and not unread:
            self.agree_to_data(data)
        self.undo_stack.clear()
        self.undo_stack.setClean()
        self._announce()
        self.replaced.emit()
        self.file_changed.emit()

    def _push(self, contents: Contents, text: str, merge_key: str = "") -> None:
        if contents.experiment == self.experiment:
            contents = replace(contents, experiment=self.experiment)  # the very same: a run of it goes on
        if not _same_work(contents, self._contents):
            self.undo_stack.push(_Change(self, self._contents, contents, text, merge_key))

    def _note_outdated(self, outdated: bool) -> None:
        if outdated != self._outdated:
            self._outdated = outdated
            self.file_changed.emit()

    def _put(self, contents: Contents) -> None:
        self._contents = contents

    def _clean_changed(self, _clean: bool) -> None:
        self.file_changed.emit()

    def _announce(self) -> None:
        # Emitted only once the undo stack is done, so that a listener sees a settled index and clean state.
        before, now = self._announced, self._contents
        self._announced = now
        if before.experiment is not now.experiment:
            self.changed.emit(now.experiment)
        if before.breakpoints != now.breakpoints:
            self.breakpoints_changed.emit()
        if before.watches != now.watches:
            self.watches_changed.emit()
        if before is not now:
            self.file_changed.emit()


def _same_work(first: Contents, second: Contents) -> bool:
    """Whether two documents are the same but for how panels are arranged, which is no edit."""
    return (first.experiment, first.breakpoints, first.watches) == (
        second.experiment,
        second.breakpoints,
        second.watches,
    )


class _Change(QUndoCommand):
    """An undo step from one experiment to another."""

    def __init__(self, document: Document, before: Contents, after: Contents, text: str, merge_key: str) -> None:
        super().__init__(text)
        # Weak: in a cycle with its commands an undo stack may be collected after them, and deletes them once more.
        self._document = weakref.ref(document)
        self._before = before
        self._after = after
        self._merge_key = merge_key

    def undo(self) -> None:
        self._put(self._before)

    def redo(self) -> None:
        self._put(self._after)

    def _put(self, contents: Contents) -> None:
        document = self._document()
        assert document is not None, "a document outlives its undo stack"
        document._put(contents)

    def id(self) -> int:
        return 1 if self._merge_key else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, _Change) or other._merge_key != self._merge_key:
            return False
        self._after = other._after
        self.setObsolete(self._before == self._after)
        return True
