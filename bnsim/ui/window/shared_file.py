"""Notices who else has the document's file: another window, or a program that wrote to it."""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path

import msgspec
from PySide6.QtCore import QEvent, QFileSystemWatcher, QObject, QTimer, Slot
from PySide6.QtWidgets import QWidget

from bnsim.runner.updates import Notice
from bnsim.spec.kept_json import read_kept
from bnsim.spec.places import real
from bnsim.ui.model.document import Document
from bnsim.ui.model.held_file import HeldFile, hold
from bnsim.ui.model.recovery import claims

SETTLE_MS = 200
"""A file is looked at so long after it was written to: programs write in several steps."""

log = logging.getLogger(__name__)


class _Holder(msgspec.Struct):
    """What stands in the file that the first window holds, in seconds since 1970."""

    process: int
    since: float


class SharedFile(QObject):
    """Each file that a window has open is claimed by one in the state folder.

    Who comes second tells the person, and writes to the claim, so that the first one's window tells, too.
    """

    def __init__(self, document: Document, notify: Callable[[Notice], object], window: QWidget) -> None:
        super().__init__(window)
        self._document = document
        self._notify = notify
        self._path: Path | None = None
        self._claim_path = Path()
        self._claim: HeldFile | None = None
        self._told_of_change = False
        self._watcher = QFileSystemWatcher(self)
        self._watcher.fileChanged.connect(self._file_changed)
        self._settling = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settling.timeout.connect(self.look)
        document.file_changed.connect(self._follow)
        window.installEventFilter(self)
        self._follow()

    def close(self) -> None:
        """The window ends, and another may claim the file."""
        self._document.file_changed.disconnect(self._follow)
        self._settling.stop()
        self._let_go()

    @Slot()
    def look(self) -> None:
        """Tell, once, if the file is not what was read from it or written to it."""
        if self._path is None:
            return
        self._watch(self._path)  # whoever replaces a file has it no longer watched
        if self._claim is None:  # its holder may be gone
            self._take(tell=False)
        changed = self._document.look_at_file()
        if changed and not self._told_of_change:
            name = self._path.name
            self._notify(
                Notice(f"{name} was changed by another program. File > Revert shows that; saving asks.", "problem")
            )
        self._told_of_change = changed

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.WindowActivate:
            self._settling.start()
        return False

    @Slot()
    def _follow(self) -> None:
        if self._document.path == self._path:
            return
        self._let_go()
        self._path, self._told_of_change = self._document.path, False
        if self._path is not None:
            self._watch(self._path)
            self._take(tell=True)

    def _take(self, *, tell: bool) -> None:
        """Claim the file; where somebody else has it, say so and let them know, if `tell`."""
        assert self._path is not None
        try:
            self._claim_path = _claim_of(self._path)
            self._claim = hold(self._claim_path)
            if self._claim is not None:
                self._claim.write(msgspec.json.encode(_Holder(os.getpid(), datetime.now().timestamp())))
                self._watch(self._claim_path)
            elif tell:
                holder = _holder(self._claim_path)
                with self._claim_path.open("ab") as claim:
                    claim.write(b" ")
                also = f"{self._document.name} is also open in another window"
                self._tell_shared(f"{also} ({holder})" if holder else also)
        except OSError as error:
            log.warning("whether another window has the file cannot be told: %s", error)

    def _let_go(self) -> None:
        if files := self._watcher.files():
            self._watcher.removePaths(files)
        if self._claim is not None:
            try:
                self._claim.release()
            except OSError as error:
                log.warning("a claim in the state folder cannot be removed: %s", error)
            self._claim = None

    def _watch(self, path: Path) -> None:
        if str(path) not in self._watcher.files() and path.exists():
            self._watcher.addPath(str(path))

    @Slot(str)
    def _file_changed(self, path: str) -> None:
        if path == str(self._path):
            self._settling.start()
        elif self._claim is not None and self._claim_path.exists():
            self._tell_shared(f"{self._document.name} was opened in another window, too")

    def _tell_shared(self, what: str) -> None:
        notice = Notice(f"{what}. Whoever saves second is asked.", "problem")
        QTimer.singleShot(0, self, partial(self._notify, notice))  # after the one that says that it was opened


def _claim_of(path: Path) -> Path:
    """The claim on a file, whatever links lead to it."""
    digest = hashlib.sha256(os.fsencode(os.path.normcase(real(path)))).hexdigest()
    return claims() / f"{digest[:32]}.lock"


def _holder(claim: Path) -> str:
    """Who has a file, such as "process 123, since 14:03"; "" where that cannot be read."""
    try:
        holder = read_kept(claim, _Holder)
        since = datetime.fromtimestamp(holder.since)
    except (OSError, msgspec.DecodeError, ValueError, OverflowError):  # just being written, or removed
        return ""
    return f"process {holder.process}, since {since:%H:%M}"
