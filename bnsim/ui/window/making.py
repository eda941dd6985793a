"""Files that take a while to make: a dialog says how far it is and stops it, a thread of its own makes them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import CancelledError
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QProgressDialog, QWidget

from bnsim.ui.exporting.background import Background
from bnsim.ui.language import tr

Result = TypeVar("Result")


class Making(QObject):
    """One making at a time. `name` is the dialog's name and what the work is called; `title` stands on the dialog.

    Title and words are in the language of the window.
    """

    stopped = Signal()
    """The person does not want it any more."""
    _reported = Signal(int, int)

    def __init__(self, name: str, title: str, window: QWidget) -> None:
        super().__init__(window)
        self._name, self._title, self._window = name, title, window
        self._background = Background(self)
        self._stopping = threading.Event()
        self.progress: QProgressDialog | None = None
        self._reported.connect(self._show)

    @property
    def busy(self) -> bool:
        """Whether something is being made."""
        return self.progress is not None

    def begin(self, words: str) -> None:
        """Show the dialog; `words` say what is made."""
        self._stopping.clear()
        self.progress = QProgressDialog(words, tr("Stop"), 0, 0, self._window)
        self.progress.setObjectName(f"{self._name}.progress")
        self.progress.setWindowTitle(self._title)
        self.progress.setWindowModality(Qt.WindowModality.NonModal)
        self.progress.setMinimumDuration(0)
        self.progress.setAutoReset(False)
        self.progress.canceled.connect(self.stop)
        self.progress.show()

    def say(self, words: str) -> None:
        """What is made now."""
        if self.progress is not None:
            self.progress.setLabelText(words)

    def report(self, done: int, all_of: int) -> None:
        """Called in other threads: so many parts are done; CancelledError once it is stopped."""
        if self._stopping.is_set():
            raise CancelledError
        self._reported.emit(done, all_of)

    def work(
        self, work: Callable[[], Result], then: Callable[[Result], object], failed: Callable[[str], object]
    ) -> None:
        """Have `work` done in the thread; the dialog is gone when `then` has the result, or `failed` a sentence.

        The sentence is "" if it was stopped.
        """

        def ended(result: Result) -> None:
            self._end()
            then(result)

        def not_made(sentence: str) -> None:
            self._end()
            failed(sentence)

        self._background.ask(self._name, work, ended, not_made)

    @Slot()
    def stop(self) -> None:
        """End what is being made soon."""
        self._stopping.set()
        self.stopped.emit()

    def close(self) -> None:
        """Give up what is being made, and end the thread."""
        self.stop()
        self._background.close()

    @Slot(int, int)
    def _show(self, done: int, all_of: int) -> None:
        if self.progress is not None:
            self.progress.setMaximum(all_of)
            self.progress.setValue(done)

    def _end(self) -> None:
        if self.progress is not None:
            self.progress.canceled.disconnect(self.stop)
            self.progress.close()
            self.progress.deleteLater()
        self.progress = None
