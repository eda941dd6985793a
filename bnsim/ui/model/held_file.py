"""A file that one holder at a time has: who dies lets go of it, however that comes, since the system keeps the lock."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_FAR = 1 << 30
"""Where Windows locks a byte: others may then read what stands at the file's start."""


class HeldFile:
    """A file held by this object, until `release`. `hold` makes one."""

    def __init__(self, path: Path, handle: int) -> None:
        self.path = path
        self._handle = handle

    def write(self, content: bytes) -> None:
        """Replace what the file holds."""
        os.ftruncate(self._handle, 0)
        os.lseek(self._handle, 0, os.SEEK_SET)
        os.write(self._handle, content)

    def release(self) -> None:
        """Remove the file and let go of it."""
        if sys.platform == "win32":
            os.close(self._handle)
            with suppress(OSError):  # another holder has it open
                self.path.unlink(missing_ok=True)
        else:  # while it is held: else it could be another holder's by now
            self.path.unlink(missing_ok=True)
            os.close(self._handle)


def hold(path: Path) -> HeldFile | None:
    """Hold the file at `path`, made with its folder where there is none; None if somebody holds it.

    Two objects of one process are two holders. OSError if it cannot be made.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            taken = _lock(handle)
            still_there = taken and _is_at(handle, path)
        except OSError:
            os.close(handle)
            raise
        if still_there:
            return HeldFile(path, handle)
        os.close(handle)
        if not taken:
            return None  # else its holder removed it just before it was ours


def remove_unheld(folder: Path) -> None:
    """Remove the files in a folder of held files whose holders died."""
    for path in folder.glob("*.lock"):
        held = hold(path)
        if held is not None:
            held.release()


def _lock(handle: int) -> bool:
    try:
        if sys.platform == "win32":
            os.lseek(handle, _FAR, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


def _is_at(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False
