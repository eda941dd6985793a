"""Commands for files: open, save and revert a document or a run, asking before changes are lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication

from bnsim.plot.writers.carrying import is_carrier
from bnsim.runner.orders import LoadWeights, Order, ReadRun, SaveRun, SaveWeights
from bnsim.runner.updates import Notice, RunRead
from bnsim.spec.data_files import kind_of
from bnsim.spec.defaults import blank_experiment
from bnsim.spec.errors import InputError
from bnsim.spec.files import is_run
from bnsim.ui.commands.action import Action
from bnsim.ui.commands.state import State
from bnsim.ui.model import preferences
from bnsim.ui.model.document import Document
from bnsim.ui.model.payloads import Picture, carrying_picture, dropped_file

if TYPE_CHECKING:  # the engine comes with it, which is imported only after the window's first paint
    from bnsim.session.past import Past
    from bnsim.session.saved_run import SavedRun


ShowData = Callable[[Path, Callable[[], object] | None], object]
"""Shows a file of data; what is called first once it is to be used, None where it comes into the present document."""


class AskAboutFiles(Protocol):
    """The dialogs about files that commands need."""

    def ask_open(self) -> Path | None:
        """Ask for a file to open; None if the person cancels."""

    def ask_data_file(self) -> Path | None:
        """Ask for a file of data; None if the person cancels."""

    def ask_save(self, name: str) -> Path | None:
        """Ask where to save, `name` suggested; None if the person cancels."""

    def ask_save_run(self, name: str) -> Path | None:
        """Ask where to save a run, `name` suggested; None if the person cancels."""

    def ask_save_weights(self, name: str) -> Path | None:
        """Ask where to save weights, `name` suggested; None if the person cancels."""

    def ask_load_weights(self) -> Path | None:
        """Ask for a file of weights; None if the person cancels."""

    def ask_unsaved(self, name: str) -> Literal["save", "discard", "cancel"]:
        """Ask what to do with unsaved changes of the document of that name."""

    def ask_changed(self, name: str) -> Literal["overwrite", "elsewhere", "cancel"]:
        """Ask what to do where another program changed the file of that name, which is about to be written."""


class FileCommands:
    """Reads and writes the document's file. `notify` is called with a sentence about the result.

    `lane` gives the id of the stack whose weights are read and written.
    Runs are read and written by the runner, to which `give` gives orders; `go_on` shows one that was read from a path.
    `go_back` brings back the moment that a picture carries, and says so.
    `show_data` shows what is in a file of data, which becomes the document's, after a call, if the person says so.
    """

    def __init__(
        self,
        document: Document,
        ask: AskAboutFiles,
        show_data: ShowData,
        notify: Callable[[Notice], object],
        give: Callable[[Order], object],
        go_on: Callable[[SavedRun, Path], object],
        go_back: Callable[[Past, Path | None], object],
        lane: Callable[[], int],
    ) -> None:
        self._document = document
        self._ask = ask
        self._show_data = show_data
        self._notify = notify
        self._give = give
        self._go_on = go_on
        self._go_back = go_back
        self._lane = lane

    def new(self) -> None:
        """Start a new document with one empty lane."""
        if self.may_lose_changes():
            self._document.replace(blank_experiment(), None)

    def new_from_data(self) -> None:
        """Start a new document with the default experiment's lanes on a file of data that the person chooses."""
        path = self._ask.ask_data_file()
        if path is not None and self.may_lose_changes():
            self._show_data(path, self._document.new)

    def open(self) -> None:
        """Open a file that the person chooses."""
        path = self._ask.ask_open()
        if path is not None:
            self.open_path(path)

    def open_path(self, path: Path) -> None:
        """Open a .bnsim file, a run or a picture that carries one's moment.

        If it cannot be used, a sentence says why and nothing changes.
        """
        if is_run(path):
            self._notify(Notice(f"Opening {path.name}"))
            self._give(ReadRun(path))
            return
        if is_carrier(path):
            self._open_picture(path)
            return
        if not self.may_lose_changes():
            return
        if self._tried(lambda: self._document.open(path)):
            preferences.add_recent(path.absolute())
            self._notify(Notice(f"Opened {path.name}", "done"))

    def _open_picture(self, path: Path) -> None:
        """Bring back the moment that a picture carries."""
        from bnsim.session.past import read_past  # the engine comes with it

        self._bring_back(lambda: read_past(path), path)

    def open_picture(self, picture: Picture) -> None:
        """Bring back the moment that a picture without a file carries."""
        from bnsim.session.past import past_in  # the engine comes with it

        self._bring_back(lambda: past_in(picture.format, picture.content, "the picture"), None)

    def open_copied(self) -> bool:
        """Bring back the moment that a picture or a file on the clipboard carries; False if there is none such."""
        copied = QGuiApplication.clipboard().mimeData() or QMimeData()
        path, picture = dropped_file(copied), carrying_picture(copied)
        if path:
            self.open_dropped(path)
        elif picture is not None:
            self.open_picture(picture)
        return bool(path) or picture is not None

    def _bring_back(self, read: Callable[[], Past], path: Path | None) -> None:
        try:
            past = read()
        except InputError as error:
            self._notify(Notice(str(error), "problem"))
            return
        if self.may_lose_changes():
            self._go_back(past, path)

    def show_run(self, read: RunRead) -> None:
        """Go on with a run that was read; if it cannot be used, a sentence says why and nothing changes."""
        if read.run is None:
            self._notify(Notice(read.problem, "problem"))
        elif self.may_lose_changes():
            self._go_on(read.run, read.path)
            preferences.add_recent(read.path.absolute())
            self._notify(Notice(f"Opened {read.path.name}", "done"))

    def save_run(self) -> None:
        """Ask for a file and save the run as it stands there, with the document."""
        path = self._ask.ask_save_run(f"{Path(self._document.name).stem}.bnrun")
        if path is not None:
            self._give(SaveRun(path, self._document.to_save))
            preferences.add_recent(path.absolute())

    def save_weights(self) -> None:
        """Ask for a file and write the weights of the lane that is looked at."""
        lane = self._lane()
        path = self._ask.ask_save_weights(f"{_plain(self._document.experiment.stack(lane).name)}.safetensors")
        if path is not None:
            self._give(SaveWeights(path, lane))

    def load_weights(self) -> None:
        """Ask for a file, whose weights the lane that is looked at has from the next iteration on."""
        lane, path = self._lane(), self._ask.ask_load_weights()
        if path is not None:
            self._give(LoadWeights(path, lane))

    def open_dropped(self, dropped: str) -> None:
        """Use a file dropped on the window: open an experiment, or show data that may become the present one's."""
        path = Path(dropped)
        if kind_of(path.name):
            self._show_data(path, None)
        else:
            self.open_path(path)

    def save(self) -> bool:
        """Save to the document's file, asking for one if it has none; True if it was saved."""
        return self._save_to(self._document.path) if self._document.path is not None else self.save_as()

    def save_as(self) -> bool:
        """Ask for a file and save there; True if it was saved."""
        name = "experiment" if self._document.folder is None else Path(self._document.name).stem
        path = self._ask.ask_save(self._document.name if self._document.path is not None else f"{name}.bnsim")
        return path is not None and self._save_to(path)

    def revert(self) -> None:
        """Restore what the file holds, as one undo step."""
        if self._tried(self._document.revert):
            self._notify(Notice(f"Back to what {self._document.name} holds; undo brings the changes back", "done"))

    def may_lose_changes(self) -> bool:
        """True if the document has no unsaved changes, or the person saves or discards them."""
        if not self._document.modified:
            return True
        answer = self._ask.ask_unsaved(self._document.name)
        return self.save() if answer == "save" else answer == "discard"

    def _save_to(self, path: Path) -> bool:
        if path == self._document.path and self._document.changed_on_disk:
            answer = self._ask.ask_changed(path.name)
            if answer != "overwrite":
                return answer == "elsewhere" and self.save_as()
        if not self._tried(lambda: self._document.save(path)):
            return False
        preferences.add_recent(path.absolute())
        self._notify(Notice(f"Saved {path}", "done"))
        return True

    def _tried(self, work: Callable[[], object]) -> bool:
        """True if `work` raised no InputError; else a sentence says why not."""
        try:
            work()
        except InputError as error:
            self._notify(Notice(str(error), "problem"))
            return False
        return True


def _plain(name: str) -> str:
    """A lane's name as a file can have it everywhere."""
    return "".join(each if each.isalnum() or each in " -_." else "-" for each in name).strip(" .") or "lane"


def _can_run(state: State) -> bool:
    return state.can_run and bool(state.lane)


ACTIONS: tuple[Action[FileCommands], ...] = (
    Action(
        "file.new",
        "&New",
        FileCommands.new,
        keys=("Ctrl+N",),
        icon="new",
        tip="Start with one empty lane",
    ),
    Action(
        "file.newFromData",
        "New from data…",
        FileCommands.new_from_data,
        icon="import-data",
        tip="Start with your own data, and a deep stack with and without BatchNorm",
    ),
    Action(
        "file.open",
        "&Open…",
        FileCommands.open,
        keys=("Ctrl+O",),
        icon="open",
        tip="Open a .bnsim file, or a run that was saved",
    ),
    Action("file.save", "&Save", FileCommands.save, keys=("Ctrl+S",), icon="save", tip="Save to the file"),
    Action(
        "file.saveAs",
        "Save &as…",
        FileCommands.save_as,
        keys=("Ctrl+Shift+S",),
        icon="save-as",
        tip="Save to another file",
    ),
    Action(
        "file.saveRun",
        "Save r&un…",
        FileCommands.save_run,
        keys=("Ctrl+Alt+S",),
        icon="save-run",
        tip="Document, weights, history and this moment in one file, to go on from here",
        enabled=lambda state: state.can_run,
        why="no stack can run yet",
    ),
    Action(
        "file.saveWeights",
        "Save wei&ghts of lane…",
        FileCommands.save_weights,
        icon="save-weights",
        tip="One lane's weights and running statistics alone, as PyTorch calls them: .safetensors or .npz",
        enabled=_can_run,
        why="no stack can run yet",
        shown=lambda state: f"Save wei&ghts of {state.lane_words}…",
    ),
    Action(
        "file.loadWeights",
        "&Load weights into lane…",
        FileCommands.load_weights,
        icon="load-weights",
        tip="From the next iteration on; going back before that brings the former ones back",
        enabled=_can_run,
        why="no stack can run yet",
        shown=lambda state: f"&Load weights into {state.lane_words}…",
    ),
    Action(
        "file.revert",
        "Re&vert",
        FileCommands.revert,
        icon="revert",
        tip="Back to what the file holds; undo brings this back",
        enabled=lambda state: state.differs,
        why="nothing to revert",
    ),
)
