"""A file that is written whole or not at all."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from bnsim.spec.places import real, regular

try:
    import fcntl
except ImportError:  # Windows, where a file that is open cannot be removed
    fcntl = None  # type: ignore[assignment]

_NAME_BYTES = 100
"""So much of the target's name is in its temporary file's, which is then shorter than any file system allows."""


@contextmanager
def written_whole(target: Path) -> Iterator[BinaryIO]:
    """A file beside `target` to write to; it takes its place once all went well. An exception leaves what was there.

    Symbolic links are followed. What is there keeps its mode and, where that is allowed, its owner; a new file has the
    mode that the umask gives. The content is on the disk, not in a buffer, when this ends. What a killed process left
    of writing the same file is removed. OSError for a place that cannot be written to, and for what is no regular file.
    """
    there, target = regular(target), real(target)
    if there is not None and not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(target))
    _remove_leftovers(target)
    temporary = target.with_name(f"{_start(target)}{os.urandom(4).hex()}.part")
    mode = 0o666 if there is None else stat.S_IMODE(there.st_mode)
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    handle = os.open(temporary, flags, mode)
    try:
        with os.fdopen(handle, "wb") as file:
            _lock(file)
            yield file
            if there is not None:
                _give(temporary, there)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)


def _start(target: Path) -> str:
    """How the names of the temporary files of `target` begin."""
    return f".{os.fsencode(target.name)[:_NAME_BYTES].decode('utf-8', 'ignore')}."


def _give(temporary: Path, there: os.stat_result) -> None:
    """Owner and mode of the file that is there. The owner first: a change of it takes bits of the mode away."""
    if hasattr(os, "chown"):
        with suppress(OSError):
            os.chown(temporary, there.st_uid, there.st_gid)
    os.chmod(temporary, stat.S_IMODE(there.st_mode))


def _remove_leftovers(target: Path) -> None:
    """Remove temporary files of `target` that nobody is writing."""
    ours = re.compile(re.escape(_start(target)) + r"[0-9a-z_]{8}\.part")
    with suppress(OSError):
        for name in os.listdir(target.parent):
            if ours.fullmatch(name):
                _remove_unless_written(target.with_name(name))


def _remove_unless_written(leftover: Path) -> None:
    with suppress(OSError):
        if fcntl is not None and regular(leftover) is not None:
            with leftover.open("r+b") as file:
                _lock(file)
        leftover.unlink()


def _lock(file: BinaryIO) -> None:
    """Tell other processes that this one has the file. OSError if another has it."""
    if fcntl is not None:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise
        except OSError:
            return  # a file system without locks


def _sync_folder(folder: Path) -> None:
    """Have the file's new name on the disk, too, where a system can say so of a folder."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
