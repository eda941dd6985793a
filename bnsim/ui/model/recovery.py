"""What unfinished work is kept of, so that a crash loses nothing: one small file for each window, in the state folder.

A window's file is held (see `held_file`) as long as the window lives. One that nobody holds is left of a crash, a kill
or a logout, and the next start offers it.
"""

from __future__ import annotations

import logging
import os
import time
from pathlib import Path

import msgspec
from msgspec import Struct
from platformdirs import user_state_path

from bnsim.session.changes import Changes
from bnsim.spec.document import Document
from bnsim.spec.errors import InputError
from bnsim.spec.files import decode_document, encode_document
from bnsim.spec.kept_json import encoded, read_kept
from bnsim.spec.layout import Layout
from bnsim.spec.places import of_user
from bnsim.spec.whole_file import written_whole
from bnsim.ui.model.held_file import HeldFile, hold, remove_unheld

log = logging.getLogger(__name__)


class Work(Struct, frozen=True):
    """Work as it stood at one moment.

    `path` is the document's file, "" for none, `digest` a hash of what that held; `moment` the iteration and tick (see
    `session.moment`). `unread`: its data is a file that nobody has agreed to read. `saved_at`: seconds since 1970.
    `updates`: the iteration as the window says it, at whose end the next one is said; None: that of `moment`.
    `layout`: how the panels were arranged. `changes`: what was done to weights in the run,
    `loaded`: after how many updates others were loaded, which are not kept.
    """

    document: Document
    path: str = ""
    digest: str = ""
    moment: tuple[int, int] = (0, 0)
    unread: bool = False
    saved_at: float = msgspec.field(default_factory=time.time)
    updates: int | None = None
    layout: Layout | None = None
    changes: Changes = ()
    loaded: tuple[int, ...] = ()


class _Content(Struct):
    """The file: the document stands in it as in a .bnsim file, which checks and migrates it."""

    document: msgspec.Raw
    path: str
    digest: str
    moment: tuple[int, int]
    unread: bool
    saved_at: float
    updates: int | None = None
    layout: Layout | None = None
    changes: Changes = ()
    loaded: tuple[int, ...] = ()


def folder() -> Path:
    """The folder of what lives as long as a window; in the one that BNSIM_CONFIG_DIR names, if that is set.

    OSError where this user has none.
    """
    chosen = os.environ.get("BNSIM_CONFIG_DIR")
    return Path(chosen) / "state" if chosen else of_user(user_state_path("bnsim", appauthor=False))


def claims() -> Path:
    """The folder of the files by which windows tell each other which documents they have open."""
    return folder() / "open"


class Autosave:
    """The file in which one window's work is kept. Its methods are not for two threads at once."""

    def __init__(self) -> None:
        self._name = f"{time.time_ns():x}-{os.urandom(4).hex()}.json"
        self._held: HeldFile | None = None

    def keep(self, work: Work) -> None:
        """Replace what is kept. OSError or InputError if it cannot be written."""
        path = _place() / self._name
        if self._held is None:
            self._held = hold(_lock_of(path))
        document = msgspec.Raw(encode_document(work.document))
        where = (work.path, work.digest, work.moment, work.unread)
        run = (work.changes, work.loaded)
        content = _Content(document, *where, work.saved_at, work.updates, work.layout, *run)
        with written_whole(path) as file:
            file.write(encoded(content))

    def remove(self) -> None:
        """Keep nothing: all is saved, or given up."""
        if self._held is not None:
            (_place() / self._name).unlink(missing_ok=True)
        self.let_go()

    def let_go(self) -> None:
        """The window ends, and what is kept is for the next start."""
        if self._held is not None:
            self._held.release()
            self._held = None


class LeftWork:
    """Work that a window left behind, held by this process.

    `work` is None where it cannot be read; `problem` then says why.
    """

    def __init__(self, path: Path, held: HeldFile) -> None:
        self._path, self._held = path, held
        self.work: Work | None = None
        self.problem = ""
        try:
            self.work = _read(path)
        except (OSError, InputError, msgspec.DecodeError) as error:
            self.problem = str(error)

    def remove(self) -> None:
        """Remove it for good."""
        self._path.unlink(missing_ok=True)
        self._held.release()

    def leave(self) -> None:
        """Leave it for the next start."""
        self._held.release()


def left_work() -> list[LeftWork]:
    """Everything that windows left behind, the newest first; another start does not get it while this one has it."""
    found = []
    try:
        for path in sorted(_place().glob("*.json"), reverse=True):
            held = hold(_lock_of(path))
            if held is None:
                continue
            if path.exists():
                found.append(LeftWork(path, held))
            else:
                held.release()
        for place in (_place(), claims()):
            remove_unheld(place)
    except OSError as error:
        log.warning("what was left of former runs cannot be looked for: %s", error)
    return found


def kept_text() -> bytes:
    """All work that is kept, also of open windows, as it stands in its files; OSError if one cannot be read."""
    return b"\n".join(path.read_bytes() for path in _place().glob("*.json"))


def _place() -> Path:
    return folder() / "unsaved"


def _lock_of(path: Path) -> Path:
    return path.with_suffix(".lock")


def _read(path: Path) -> Work:
    content = read_kept(path, _Content)
    document = decode_document(bytes(content.document), path.name)
    place, run = (content.path, content.digest, content.moment), (content.changes, content.loaded)
    return Work(document, *place, content.unread, content.saved_at, content.updates, content.layout, *run)
