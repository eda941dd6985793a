"""What a window does with files: open, save, revert, export, and asking before changes are lost."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QLabel, QMainWindow

from bnsim.figures import FIGURES
from bnsim.runner.orders import Export, ReadData
from bnsim.runner.runner import Runner
from bnsim.runner.updates import Notice
from bnsim.spec import edits
from bnsim.spec.data_files import kind_of
from bnsim.spec.datasets import FileData
from bnsim.spec.errors import InputError
from bnsim.ui.charts.panel import FigurePanel
from bnsim.ui.model import preferences
from bnsim.ui.model.document import Document
from bnsim.ui.model.selection import Selection
from bnsim.ui.theme.style import Appearance
from bnsim.ui.window import dialogs
from bnsim.ui.window.bridge import RunnerBridge
from bnsim.ui.window.import_dialog import ImportDialog

NOTICE_MS, PROBLEM_MS = 9000, 15_000
"""How long a sentence stands in the status bar."""


class WindowFiles(QMainWindow):
    """The part of the main window that reads and writes, and says how it went."""

    document: Document
    selection: Selection
    bridge: RunnerBridge
    runner: Runner
    _appearance: Appearance

    def _add_status_bar(self) -> None:
        self.statusBar().setSizeGripEnabled(False)
        self._message = QLabel(self)
        self._message.setObjectName("message")
        self._message.setAccessibleName("Message")
        self._message.setMinimumWidth(10)
        self._engine = QLabel(self)
        self._engine.setObjectName("engine")
        self.statusBar().addWidget(self._message, 1)
        self.statusBar().addPermanentWidget(self._engine)
        self._message_timer = QTimer(self, singleShot=True)
        self._message_timer.timeout.connect(self._clear_message)

    def open_path(self, path: Path) -> None:
        """Open a .bnsim file in this window; a sentence in the status bar if it cannot be used, and nothing changes."""
        if not self._may_drop_changes():
            return
        try:
            self.document.open(path)
        except InputError as error:
            self.notice(Notice(str(error), "problem"))
            return
        preferences.add_recent(path.absolute())
        self.notice(Notice(f"Opened {path.name}", "done"))

    def save(self) -> bool:
        """Save to the document's file, asking for one if it has none; whether it was saved."""
        return self._save_to(self.document.path) if self.document.path is not None else self.save_as()

    def save_as(self) -> bool:
        """Ask for a file and save there; whether it was saved."""
        name = self.document.name if self.document.path is not None else "experiment.bnsim"
        path = dialogs.ask_save(self, name)
        return path is not None and self._save_to(path)

    def notice(self, notice: Notice) -> None:
        """One sentence in the status bar, for a while; a problem goes with the next edit or order to run, too."""
        self._message.setProperty("kind", notice.kind)
        self._message.style().unpolish(self._message)
        self._message.style().polish(self._message)
        self._message.setText(notice.text)
        self._message.setToolTip(notice.text)
        self._message_timer.start(PROBLEM_MS if notice.kind == "problem" else NOTICE_MS)

    @Slot(str)
    def refuse(self, words: str) -> None:
        """Say why something was not done."""
        self.notice(Notice(words, "problem"))

    @Slot()
    def clear_problem(self) -> None:
        """What was refused matters no longer: something else was done."""
        if self._message.property("kind") == "problem":
            self._clear_message()

    @Slot()
    def _clear_message(self) -> None:
        self._message.setText("")
        self._message.setToolTip("")

    def export(self, panel: FigurePanel, suffix: str) -> None:
        """Ask for a place and write the panel's figure there, what is frozen if it is frozen."""
        path = dialogs.ask_export(self, panel.name, suffix)
        if path is None:
            return
        preferences.update(folder=str(path.parent))
        self.notice(Notice(f"Writing {path.name}…"))
        options = {"theme": self._appearance.theme.name} if path.suffix != ".csv" else {}
        live = panel.name in FIGURES and not panel.frozen
        self.runner.give(Export(panel.name, path, options, None if live else panel.figure))

    def _new(self) -> None:
        if self._may_drop_changes():
            self.document.new()

    def _revert(self) -> None:
        try:
            self.document.revert()
        except InputError as error:
            self.notice(Notice(str(error), "problem"))
        else:
            self.notice(Notice(f"Back to what {self.document.name} holds; undo brings the changes back", "done"))

    def _open(self) -> None:
        path = dialogs.ask_open(self)
        if path is not None:
            self.open_path(path)

    def _open_dropped(self, dropped: str) -> None:
        self.open_any(Path(dropped))

    def open_any(self, path: Path) -> None:
        """A document, or a file of data, by its name."""
        if kind_of(path.name):
            self.import_data(path)
        else:
            self.open_path(path)

    @Slot()
    def import_own_file(self) -> None:
        """Ask for a file of data, and show what is in it."""
        path = dialogs.ask_data_file(self)
        if path is not None:
            self.import_data(path)

    def import_data(self, path: Path) -> None:
        """Show what is in a file of data; it becomes the data if the person says so. Until then nothing changes."""
        before = self.document.experiment.data
        folder = self._data_folder
        standardize = before.standardize if isinstance(before, FileData) else True
        # Beside the document a file is named relative to it, so that both can move together.
        data = FileData(path=path.name if folder == path.parent else str(path), standardize=standardize)
        dialog = ImportDialog(data, lambda: dialogs.ask_data_file(self), self)
        dialog.asked.connect(self._read_data)
        dialog.chosen.connect(self._use_data)
        self.bridge.data_read.connect(dialog.show_read)
        self._read_data(data)
        dialog.open()

    @property
    def _data_folder(self) -> Path | None:
        return None if self.document.path is None else self.document.path.parent

    @Slot(object)
    def _read_data(self, data: FileData) -> None:
        self.runner.give(ReadData(data, self._data_folder))

    @Slot(object)
    def _use_data(self, data: FileData) -> None:
        after = edits.change_data(self.document.experiment, data)
        self.document.push(after, f"use {Path(data.path).name} as data")
        self.selection.set([])  # the inspector then shows the data

    def _save_to(self, path: Path) -> bool:
        try:
            self.document.save(path)
        except InputError as error:
            self.notice(Notice(str(error), "problem"))
            return False
        preferences.add_recent(path.absolute())
        self.notice(Notice(f"Saved {path}", "done"))
        return True

    def _close_asking(self) -> bool:
        return self._may_drop_changes() and self.close()

    def _may_drop_changes(self) -> bool:
        """Whether the present document may go: it is saved, or the person says so."""
        if not self.document.modified:
            return True
        answer = dialogs.ask_unsaved(self, self.document.name)
        return self.save() if answer == "save" else answer == "discard"
