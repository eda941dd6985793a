"""Paths as people give them, and what may be read or written there."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path


def place(path: str | os.PathLike[str]) -> Path:
    """`path` with its `~` expanded; the `~` of somebody unknown here stays, and no such file will be found."""
    given = Path(path)
    try:
        return given.expanduser()
    except RuntimeError:
        return given


def real(path: Path) -> Path:
    """Where `path` leads once symbolic links are followed. OSError for what no system has as a path."""
    try:
        return Path(os.path.realpath(path))
    except UnicodeEncodeError as error:
        raise OSError(errno.EINVAL, "there is half a letter in its name", str(path)) from error
    except ValueError as error:  # a NUL in it
        raise OSError(errno.EINVAL, "there is a NUL in its name", str(path)) from error


def regular(path: Path) -> os.stat_result | None:
    """The status of the file at `path`, None if there is none. OSError for a folder, a device, a pipe, and the like.

    To be asked before opening: a pipe would wait for whoever writes to it, and a device may never end.
    """
    try:
        found = real(path).stat()
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "it is a device, a pipe or the like, not a file", str(path))
    return found


def is_there(path: Path) -> bool:
    """Whether there is something at `path`; not where no system has such a path, or this user may not look."""
    return os.path.exists(path)


def is_file_there(path: Path) -> bool:
    """Whether there is a regular file at `path`; not where no system has such a path, or this user may not look."""
    return os.path.isfile(path)


def is_folder_there(path: Path) -> bool:
    """Whether there is a folder at `path`; not where no system has such a path, or this user may not look."""
    return os.path.isdir(path)


def of_user(folder: Path) -> Path:
    """A folder below the user's home. OSError where the user has no home: it would be one called "~"."""
    if not folder.is_absolute():
        raise FileNotFoundError(errno.ENOENT, "this user has no home folder", str(folder))
    return folder
