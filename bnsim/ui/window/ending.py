"""Ends the app when the system asks it to, with what is unsaved kept: Ctrl+C, SIGTERM, SIGHUP, logout."""

from __future__ import annotations

import signal
import socket
import sys
from contextlib import suppress
from types import FrameType
from typing import Any

from PySide6.QtCore import QObject, QSocketNotifier, Slot
from PySide6.QtGui import QSessionManager
from PySide6.QtWidgets import QApplication

from bnsim.ui.window.main_window import MainWindow

NAMES = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
"""Those that ask a program to end; not every system has all of them."""


class Ending(QObject):
    """From its making until `close`, signals end the app's event loop; `code` is then the exit code, as shells have it.

    Python's own handlers run only between instructions of Python, and an idle app carries out none: so Python is told
    to write each signal to a socket, which Qt listens to. A second signal ends the process at once.
    """

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self.code: int | None = None
        self._application = application
        self._reads, self._writes = socket.socketpair()
        for end in (self._reads, self._writes):
            end.setblocking(False)
        self._notifier = QSocketNotifier(self._reads.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._came)
        self._fd_before = signal.set_wakeup_fd(self._writes.fileno(), warn_on_full_buffer=False)
        self._before: dict[int, Any] = {}
        for number in (getattr(signal, name) for name in NAMES if hasattr(signal, name)):
            if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup sets it
                self._before[number] = signal.signal(number, self._note)
        application.commitDataRequest.connect(self.keep_all)
        application.saveStateRequest.connect(self._save_state)

    def close(self) -> None:
        """Signals do what they did before."""
        signal.set_wakeup_fd(self._fd_before)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._notifier.setEnabled(False)
        self._reads.close()
        self._writes.close()

    @Slot()
    def keep_all(self, _manager: QSessionManager | None = None) -> bool:
        """Keep the unsaved work of all windows; whether there is any."""
        kept = [window.autosave.keep_now() for window in _windows()]
        return any(kept)

    @Slot()
    def _save_state(self, manager: QSessionManager) -> None:
        self.keep_all()
        # It would be started by a command line that it does not have.
        manager.setRestartHint(QSessionManager.RestartHint.RestartNever)

    def _note(self, number: int, _frame: FrameType | None) -> None:
        signal.signal(number, signal.SIG_DFL)  # the next one ends it, whatever it is busy with

    @Slot()
    def _came(self) -> None:
        with suppress(BlockingIOError):
            for number in self._reads.recv(64):
                if number in self._before and self.code is None:
                    self._end(number)

    def _end(self, number: int) -> None:
        self.code = 128 + number
        kept = self.keep_all()
        with suppress(OSError):  # the terminal may be what went away
            more = " What was not saved is kept; the next start offers it." if kept else ""
            print(f"bnsim: ended by {signal.Signals(number).name}.{more}", file=sys.stderr, flush=True)
        for window in _windows():
            window.close_keeping()
        self._application.exit(self.code)


def _windows() -> list[MainWindow]:
    return [each for each in QApplication.topLevelWidgets() if isinstance(each, MainWindow)]
