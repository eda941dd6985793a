"""Bringing back the moment that a picture carries, once the data that it was made with is found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace
from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget

from bnsim.runner.data import DataRead
from bnsim.runner.orders import ReadData
from bnsim.runner.updates import Notice
from bnsim.spec.datasets import FileData
from bnsim.spec.document import Document as SavedDocument
from bnsim.spec.errors import InputError
from bnsim.spec.places import is_file_there
from bnsim.ui.model import kept_data, preferences
from bnsim.ui.model.asking import AskFile
from bnsim.ui.model.document import Document
from bnsim.ui.window.bridge import RunnerBridge
from bnsim.ui.window.dialogs import data_question

if TYPE_CHECKING:  # the engine comes with it
    from bnsim.session.past import Past

SHORT = 8
"""Letters of a hash where it is told."""
CLIPBOARD = "the picture"
"""What a picture without a file is called."""


def _open_documents() -> list[SavedDocument]:
    """What the windows of this bnsim have open."""
    documents = (getattr(each, "document", None) for each in QApplication.topLevelWidgets())
    return [each.to_save for each in documents if isinstance(each, Document)]


class Returning(QObject):
    """`go_back` loads a past whose data, if it is a file, is named where it is. One picture after the other.

    Data is known by the hash of its numbers. It is what the picture has in itself, or a file beside it, or the data of
    the present document, or what was kept of another picture; else the person is asked for it with `ask_data_file`.
    """

    def __init__(
        self,
        bridge: RunnerBridge,
        document: Document,
        ask_data_file: AskFile,
        go_back: Callable[[Past, Path | None], object],
        notify: Callable[[Notice], object],
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._bridge, self._document, self._window = bridge, document, window
        self._ask_data_file, self._go_back, self._notify = ask_data_file, go_back, notify
        self._past: Past | None = None
        self._path: Path | None = None
        self._places: Iterator[FileData] = iter(())
        self._tried: FileData | None = None
        """The data that is being read."""
        self._chosen = False
        """The person chose the file that is being read."""
        self.question: QMessageBox | None = None
        bridge.data_read.connect(self._read)

    def bring_back(self, past: Past, path: Path | None) -> None:
        """Bring back what the picture at `path` carries; None for one that is no file."""
        self._give_up()
        if not isinstance(past.document.experiment.data, FileData):
            self._done(past, path)
            return
        self._past, self._path = past, path
        try:
            self._places = iter(self._possible(past, path))
        except InputError as error:
            self._past = None
            self._notify(Notice(str(error), "problem"))
            return
        self._try_next()

    def _possible(self, past: Past, path: Path | None) -> list[FileData]:
        """The data at each of the places where it may be; what the picture has in itself is kept first."""
        data = past.document.experiment.data
        assert isinstance(data, FileData)
        if past.data:
            labels = {data.labels: past.labels} if past.labels else {}
            kept_data.keep(past.digest, {data.path: past.data, **labels})
            kept_data.prune(_open_documents())
        folders = [] if path is None else [path.parent]
        now = self._document.experiment.data
        if isinstance(now, FileData) and not self._document.names_unread(now):
            folders.append(_folder_of(now, self._document.folder))
        with suppress(OSError):  # this user may have no home
            folders.insert(0 if past.data else len(folders), kept_data.place_of(past.digest, data.path).parent)
        return [_in_folder(data, folder) for folder in folders if is_file_there(folder / data.path)]

    def _try_next(self) -> None:
        place = next(self._places, None)
        if place is None:
            self._ask("")
        else:
            self._try(place)

    def _try(self, data: FileData, *, chosen: bool = False) -> None:
        assert self._past is not None
        self._tried, self._chosen = data, chosen
        self._bridge.runner.give(ReadData(data, None, self._past.document.experiment.training.precision))

    @Slot(object)
    def _read(self, read: DataRead) -> None:
        past = self._past
        if past is None or read.asked is not self._tried:
            return
        self._tried = None
        if read.summary is not None and read.digest == past.digest:
            self._past = None
            experiment = replace(past.document.experiment, data=read.asked)
            self._done(replace(past, document=replace(past.document, experiment=experiment)), self._path)
        elif not self._chosen:
            self._try_next()
        elif read.summary is None:
            self._ask(read.problem)
        else:
            found = Path(read.asked.path).name
            self._ask(
                f"{found} is not that data: the hash of its numbers is {read.digest[:SHORT]}, "
                f"that of the picture's is {past.digest[:SHORT]}; choose another file."
            )

    def _ask(self, wrong: str) -> None:
        """Ask for the data, with what was wrong with the file that was chosen before."""
        past = self._past
        assert past is not None
        data = past.document.experiment.data
        assert isinstance(data, FileData)
        box = self.question = data_question(self._name, data.path, past.digest[:SHORT], wrong, self._window)

        def answer(_pressed: int) -> None:
            self.question = None
            if box.buttonRole(box.clickedButton()) is not QMessageBox.ButtonRole.AcceptRole:
                self._give_up()
                self._notify(Notice(f"{self._name} was not opened: its data is not here.", "problem"))
                return
            path = self._ask_data_file()
            if path is None:
                self._ask("")
            elif self._past is past:
                labels = ""  # those beside the images
                self._try(replace(data, path=str(path), labels=labels), chosen=True)

        box.finished.connect(answer)
        box.open()

    @property
    def _name(self) -> str:
        return CLIPBOARD if self._path is None else self._path.name

    def _done(self, past: Past, path: Path | None) -> None:
        self._go_back(past, path)
        if path is not None:
            preferences.add_recent(path.absolute())
        name = CLIPBOARD if path is None else path.name
        self._notify(Notice(f"Opened {name}: {past.told}", "done"))

    def _give_up(self) -> None:
        self._past = self._tried = None
        if self.question is not None:
            self.question.finished.disconnect()
            self.question.close()
            self.question = None


def _folder_of(data: FileData, folder: Path | None) -> Path:
    """The folder of a document's data; `folder` is that of the document."""
    return (Path() if folder is None else folder).joinpath(data.path).parent


def _in_folder(data: FileData, folder: Path) -> FileData:
    """The data with its files in that folder, named by their absolute paths."""
    labels = str((folder / data.labels).absolute()) if data.labels else ""
    return replace(data, path=str((folder / data.path).absolute()), labels=labels)
