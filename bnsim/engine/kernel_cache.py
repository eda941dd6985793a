"""The folder in which compiled kernels are kept, and what is done where it is damaged or cannot be written to.

A kept kernel is machine code: with one bit wrong it may end the process. So each file has a checksum beside it, made
when it was written. Before kernels are loaded from a folder for the first time, what does not agree is removed, and
compiled anew. Where there is no folder to write to, kernels are compiled for this process alone. Either is said once.
"""

from __future__ import annotations

import hashlib
import logging
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from platformdirs import user_cache_path

from bnsim.spec.places import of_user

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

T = TypeVar("T")

ENDINGS = (".nbi", ".nbc")
"""Those of Numba's files: an index, and code."""
SUM = ".sum"
LOCK = "lock"
LOCK_SECONDS, LOCK_LOOK = 60.0, 0.02
"""How long to wait for another process that is at the same kernels, and how often to look."""

log = logging.getLogger(__name__)
_remarks: list[str] = []


def remark() -> str:
    """What is to be told of the cache, "" for nothing: one sentence, the same for the whole process."""
    return _remarks[0] if _remarks else ""


def base_folder() -> Path:
    """Where bnsim keeps what it can make anew; BNSIM_CACHE_DIR moves it. OSError where this user has no such place."""
    chosen = os.environ.get("BNSIM_CACHE_DIR")
    return Path(chosen) if chosen else of_user(user_cache_path("bnsim", appauthor=False))


class KernelCache:
    """One folder of kernels, used by one thread at a time. `folder()` says where; it may raise OSError.

    `source` is a file with kernels: of a function whose source is not there Numba keeps nothing.
    """

    def __init__(self, folder: Callable[[], Path], source: Path) -> None:
        self._folder = folder
        self._source = source
        self._path: Path | None = None
        self._works = False
        self._summed: dict[Path, tuple[int, int]] = {}
        """Time and size of the files whose checksums are right."""

    def open(self) -> Path | None:
        """The folder, with nothing damaged in it; None if kernels cannot be kept. Looked at once, until it moves."""
        try:
            path = self._folder()
            if path != self._path:
                self._path, self._works, self._summed = path, False, {}
                if not self._source.exists():
                    raise FileNotFoundError(f"bnsim was installed without {self._source.name}")
                path.mkdir(parents=True, exist_ok=True)
                tempfile.TemporaryFile(dir=path).close()
                with _locked(path):
                    self._drop_damaged(path)
                self._works = True
        except OSError as error:
            self._give_up(error)
        return self._path if self._works else None

    def build(self, make: Callable[[bool], T]) -> T:
        """What `make(cached)` makes: from the cache or for it, and without it where that fails.

        Of several processes one makes it and the others wait for it, to load it: what two write at the same time would
        not agree with its checksum.
        """
        if not self._works or self._path is None:
            return make(False)
        with _locked(self._path):
            try:
                made = make(True)
            except Exception as error:
                # If this fails too, the kernel is at fault, and not the cache.
                made = make(False)
                self._mend(error)
            else:
                # Of a kernel that was loaded nothing is written; there may be thousands of files to look at.
                if not getattr(made, "cache_hits", 0):
                    self._add_sums()
        return made

    def _mend(self, error: Exception) -> None:
        """Start anew after a kernel could be made only without the cache, or do without from now on."""
        assert self._path is not None
        if isinstance(error, OSError):
            self._give_up(error)
            return
        try:
            for path in _files(self._path):
                path.unlink(missing_ok=True)
            self._summed.clear()
            _tell_damaged(self._path)
        except OSError as refused:
            self._give_up(refused)

    def _give_up(self, error: OSError) -> None:
        self._works = False
        why = error.strerror or str(error)
        where = f" in {self._path}" if self._path is not None else ""
        _tell(f"Compiled kernels cannot be kept{where} ({why[:1].lower()}{why[1:]}): each start compiles them anew.")

    def _drop_damaged(self, folder: Path) -> None:
        damaged = [path for path in _files(folder) if not self._is_right(path)]
        # Without a checksum it is of a process that was ended before it wrote that: nothing to be told.
        told = any(_sum_of(path).exists() for path in damaged)
        for path in damaged:
            path.unlink(missing_ok=True)
            _sum_of(path).unlink(missing_ok=True)
        if told:
            _tell_damaged(folder)

    def _is_right(self, path: Path) -> bool:
        """Whether the file is what was written. One without a checksum may be cut: its writer died."""
        try:
            found = path.stat()
            right = _sum_of(path).read_text("ascii", "replace") == _digest(path)
        except FileNotFoundError:
            return False
        if right:
            self._summed[path] = found.st_mtime_ns, found.st_size
        return right

    def _add_sums(self) -> None:
        assert self._path is not None
        try:
            for path in _files(self._path):
                try:
                    found = path.stat()
                    stamp = found.st_mtime_ns, found.st_size
                    if self._summed.get(path) != stamp:
                        _write(_sum_of(path), _digest(path))
                        self._summed[path] = stamp
                except FileNotFoundError:  # another process found it without a checksum
                    continue
        except OSError as error:
            self._give_up(error)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Alone at the kernels in a folder, among all processes; where locks do not work, or one is held long, as ever."""
    try:
        handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError:  # what is done there will tell
        yield
        return
    try:
        _lock(handle)
        yield
    finally:
        os.close(handle)


def _lock(handle: int) -> None:
    end = time.monotonic() + LOCK_SECONDS
    while fcntl is not None and time.monotonic() < end:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            time.sleep(LOCK_LOOK)
        except OSError:
            return  # a file system without locks


def _files(folder: Path) -> Iterator[Path]:
    for parent, _, names in os.walk(folder):
        for name in names:
            if name.endswith(ENDINGS):
                yield Path(parent, name)


def _sum_of(path: Path) -> Path:
    return path.with_name(path.name + SUM)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _write(path: Path, text: str) -> None:
    """Whole or not at all, and without waiting for the disk: what is lost is compiled again."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        temporary.write_text(text, "ascii")
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def _tell_damaged(folder: Path) -> None:
    _tell(f"Compiled kernels in {folder} were damaged; they are compiled anew.")


def _tell(sentence: str) -> None:
    if not _remarks:
        _remarks.append(sentence)
        log.warning(sentence)
