"""The lecturer's notes: a small window with a text for each file, kept between runs."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QCloseEvent, QHideEvent
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from bnsim.plot.theme import Theme
from bnsim.ui.language import tr
from bnsim.ui.model import preferences
from bnsim.ui.model.document import Document
from bnsim.ui.theme.style import font

KEEP_MS = 800
"""Milliseconds after the last key until the text is kept."""
SIZE = (420, 520)


class Notes(QWidget):
    """Shows and keeps the notes of the document's file; those of a document without a file are kept as well."""

    def __init__(self, document: Document, window: QWidget) -> None:
        super().__init__(window, Qt.WindowType.Tool)
        self.setObjectName("notes")
        self._document = document
        self._path, self._experiment = self._present(), document.experiment
        self.text = QPlainTextEdit(self)
        self.text.setObjectName("notes.text")
        self.text.setAccessibleName(tr("Lecturer's notes"))
        self.text.setPlaceholderText(tr("What to say, and when. The audience does not see this."))
        self.text.setTabChangesFocus(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.addWidget(self.text)
        self._timer = QTimer(self, singleShot=True, interval=KEEP_MS)
        self._timer.timeout.connect(self.keep)
        self.resize(*SIZE)
        self._show()
        self.text.textChanged.connect(self._timer.start)
        document.file_changed.connect(self._file_changed)

    def set_theme(self, theme: Theme) -> None:
        self.text.setFont(font(theme, "text-large"))

    def keep(self) -> None:
        """Keep the text now."""
        self._timer.stop()
        preferences.keep_notes(self._path, self.text.toPlainText())

    def _present(self) -> str:
        return "" if self._document.path is None else str(self._document.path)

    def _file_changed(self) -> None:
        path, experiment = self._present(), self._document.experiment
        # Opening another document brings another experiment; saving under a name leaves it as it is.
        saved_as = not self._path and experiment is self._experiment
        self._experiment = experiment
        if path == self._path:
            return
        self.keep()
        self._path = path
        if saved_as:  # what was written about a document goes along into its file
            self.keep()
            preferences.keep_notes("", "")
        self._show()

    def _show(self) -> None:
        name = self._document.name
        self.setWindowTitle(tr(f"Notes: {name}"))
        self.text.blockSignals(True)
        self.text.setPlainText(preferences.load().notes.get(self._path, ""))
        self.text.blockSignals(False)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if self._timer.isActive():
            self.keep()

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        if self._timer.isActive():
            self.keep()
