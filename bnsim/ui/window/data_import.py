"""A file of data on its way into the document: the runner reads it, the person looks at it, then it is used."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QMessageBox, QWidget

from bnsim.runner.data import DataRead
from bnsim.runner.orders import ReadData
from bnsim.spec import edits
from bnsim.spec.datasets import FileData
from bnsim.ui.model.asking import AskFile
from bnsim.ui.model.document import Document
from bnsim.ui.model.selection import Selection
from bnsim.ui.window.bridge import RunnerBridge
from bnsim.ui.window.dialogs import outside_question


class DataImport(QObject):
    """Shows import dialogs over `window`. `ask_data_file` asks for a file; None where the person gives up."""

    def __init__(
        self, bridge: RunnerBridge, document: Document, selection: Selection, ask_data_file: AskFile, window: QWidget
    ) -> None:
        super().__init__(window)
        self._bridge = bridge
        self._document = document
        self._selection = selection
        self._ask_data_file = ask_data_file
        self._window = window
        self._asking: FileData | None = None
        self._edits: list[tuple[FileData, str, str]] = []
        bridge.data_read.connect(self._learn)
        bridge.data_read.connect(self._finish_edits)

    refused = Signal(str)
    """Why an edit of the data was not made."""

    @Slot()
    def ask_file(self) -> None:
        """Ask for a file of data, and show what is in it."""
        path = self._ask_data_file()
        if path is not None:
            self.show_file(path)

    def show_file(self, path: Path, begin: Callable[[], object] | None = None) -> None:
        """Show what is in a file of data; it becomes the data if the person says so, after `begin` is called.

        Until then nothing changes.
        """
        from bnsim.ui.window.import_dialog import ImportDialog  # many windows never need it

        before = self._document.experiment.data
        standardize = before.standardize if isinstance(before, FileData) else True
        # Beside the document a file is named relative to it, so that both can move together.
        beside = begin is None and self._folder == path.parent
        data = FileData(path=path.name if beside else str(path), standardize=standardize)
        dialog = ImportDialog(data, self._ask_data_file, self._window)
        dialog.asked.connect(self._read)
        if begin is not None:
            dialog.chosen.connect(begin)
        dialog.chosen.connect(self._use)
        self._bridge.data_read.connect(dialog.show_read)
        self._read(data)
        dialog.open()

    def ask_before_reading(self, read: Callable[[], object]) -> None:
        """Somebody's document may name any file as its data: one outside its folder is read once the person agrees."""
        data = self._document.data_to_ask_about
        if data is None or data == self._asking:
            return
        self._asking = data

        def answer(pressed: int) -> None:
            self._asking = None
            if box.buttonRole(box.clickedButton()) is QMessageBox.ButtonRole.AcceptRole:
                self._document.agree_to_data(data)
                read()

        box = outside_question(data, self._window)
        box.finished.connect(answer)
        box.open()

    @Slot(object, str, str)
    def edit(self, data: FileData, text: str, merge_key: str) -> None:
        """Make it the data once it turns out that it can be read; if not, what there is stays, and `refused` tells."""
        if self._document.names_unread(data):  # not to be read by way of another field
            self._document.push(edits.change_data(self._document.experiment, data), text, merge_key)
            return
        self._edits.append((data, text, merge_key))
        self._read(data)

    @Slot(object)
    def _learn(self, read: DataRead) -> None:
        if read.summary is not None:
            self._document.learn_outputs(read.data, read.summary.shape.outputs)

    @Slot(object)
    def _finish_edits(self, read: DataRead) -> None:
        waiting = [edit for edit in self._edits if edit[0] == read.asked]
        self._edits = [edit for edit in self._edits if edit[0] != read.asked]
        for _, text, merge_key in waiting[-1:]:
            if read.summary is None:
                self.refused.emit(read.problem)
                continue
            self._document.push(edits.change_data(self._document.experiment, read.data), text, merge_key)

    @property
    def _folder(self) -> Path | None:
        return self._document.folder

    @Slot(object)
    def _read(self, data: FileData) -> None:
        self._bridge.runner.give(ReadData(data, self._folder))

    @Slot(object)
    def _use(self, data: FileData) -> None:
        self._document.agree_to_data(data)
        after = edits.change_data(self._document.experiment, data)
        self._document.push(after, f"use {Path(data.path).name} as data")
        self._selection.set([])  # the inspector then shows the data
