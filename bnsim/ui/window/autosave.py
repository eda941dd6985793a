"""Keeps a window's unsaved work and its place in time for the next start, a moment after they change."""

from __future__ import annotations

import logging
from concurrent.futures import Future, ThreadPoolExecutor

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from bnsim.runner.updates import Update
from bnsim.session.changes import Changes
from bnsim.session.moment import START, Moment
from bnsim.spec.errors import InputError
from bnsim.spec.kept_json import is_text
from bnsim.ui.model.document import Document
from bnsim.ui.model.recovery import Autosave, Work

EDIT_MS = 700
"""An edit is kept after so long, with what came meanwhile."""
MOVE_MS = 4000
"""While it runs the place in time is kept this often."""

log = logging.getLogger(__name__)


class Autosaver(QObject):
    """Writes in a thread of its own, so that a slow disk never holds the window up.

    Kept is what a crash would lose: a modified document, or a run that is past its start. `failed` tells, once, why
    nothing can be kept.
    """

    failed = Signal(str)
    _could_not = Signal(str)

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._moment = START
        self._changes: Changes = ()
        self._loaded: tuple[int, ...] = ()
        self._updates: int | None = None
        self._kept: Work | None = None
        self._autosave = Autosave()
        self._writer = ThreadPoolExecutor(1, "bnsim-autosave")
        self._writing: Future[None] | None = None
        self._told = False
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._write)
        self._could_not.connect(self._tell)
        for signal in (document.changed, document.breakpoints_changed, document.file_changed):
            signal.connect(self._edited)

    @Slot(object)
    def show_update(self, update: Update) -> None:
        """Note where the run stands."""
        if update.experiment is not self._document.experiment or update.frame is None:
            return
        frame = update.frame
        # The frame counts updates, and at an iteration's end that is one more than the iterations begun.
        self._moment = Moment(frame.iteration - (frame.tick == frame.ticks), frame.tick)
        self._updates, self._changes = frame.iteration, update.changes
        self._loaded = tuple(sorted({at for at, _ in update.loaded if at <= frame.iteration}))
        kept = (self._kept.moment, self._kept.changes) if self._kept else (START, ())
        if not self._timer.isActive() and (self._moment, self._changes) != kept:
            self._timer.start(MOVE_MS)

    def keep_now(self, moment: Moment | None = None, changes: Changes = ()) -> bool:
        """Keep what there is, before this returns; whether there is anything.

        `moment`: a place it is on its way to, in a run with these `changes`.
        """
        self._timer.stop()
        if moment is not None:
            self._moment, self._updates, self._changes, self._loaded = moment, None, changes, ()
        self._write()
        if self._writing is not None:
            self._writing.exception()
        return self._kept is not None

    def close(self, *, keep: bool) -> None:
        """End with the window. Unless `keep`, its work is saved or given up, and not offered again."""
        if keep:
            self.keep_now()
        self._timer.stop()
        self._writer.shutdown()
        try:
            if keep:
                self._autosave.let_go()
            else:
                self._autosave.remove()
        except OSError as error:
            log.warning("what was kept for recovery cannot be removed: %s", error)

    @Slot()
    def _edited(self) -> None:
        if not self._timer.isActive() or self._timer.remainingTime() > EDIT_MS:
            self._timer.start(EDIT_MS)

    @Slot()
    def _write(self) -> None:
        document = self._document
        if not document.modified and self._moment == START and not self._changes:
            if self._kept is not None:
                self._kept = None
                self._submit(None)
            return
        path = str(document.path) if document.path is not None and is_text(str(document.path)) else ""
        unread = document.data_to_ask_about is not None
        moment = (self._moment.iteration, self._moment.tick)
        self._kept = Work(
            document.contents,
            path,
            document.digest,
            moment,
            unread,
            updates=self._updates,
            layout=document.to_save.layout,
            changes=self._changes,
            loaded=self._loaded,
        )
        self._submit(self._kept)

    def _submit(self, work: Work | None) -> None:
        self._writing = self._writer.submit(self._carry_out, work)

    def _carry_out(self, work: Work | None) -> None:
        """In the writer's thread."""
        try:
            if work is None:
                self._autosave.remove()
            else:
                self._autosave.keep(work)
        except (OSError, InputError) as error:
            log.warning("unsaved work is not kept for recovery: %s", error)
            self._could_not.emit(str(error))
        except Exception as error:  # nobody asks the thread what came of it
            log.exception("unsaved work is not kept for recovery")
            self._could_not.emit(f"{type(error).__name__}: {error}")

    @Slot(str)
    def _tell(self, why: str) -> None:
        if not self._told:
            self._told = True
            self.failed.emit(f"Unsaved work is not kept for recovery ({why}); save it yourself.")
