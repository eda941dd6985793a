"""JSON that bnsim keeps for itself in the user's folders: read whatever stands there, up to a size."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from bnsim.spec.places import regular

MOST_BYTES = 64 * 1024 * 1024

T = TypeVar("T")


def read_kept(path: Path, kind: type[T], most: int = MOST_BYTES) -> T:
    """What the file at `path` holds.

    FileNotFoundError if there is none, OSError for one that cannot be read, is no regular file or has more than `most`
    bytes, msgspec.DecodeError for one that holds something else.
    """
    there = regular(path)
    if there is None:
        raise FileNotFoundError(errno.ENOENT, "there is no such file", str(path))
    if there.st_size > most:
        raise OSError(errno.EFBIG, f"it has more than {most} bytes", str(path))
    return decoded(path.read_bytes(), kind)


def decoded(content: bytes, kind: type[T]) -> T:
    """The value that JSON holds. msgspec.DecodeError for what is none, or is too much inside one another."""
    try:
        return msgspec.json.decode(content, type=kind)
    except RecursionError as error:
        raise msgspec.DecodeError("too much is inside one another") from error


def encoded(value: Any) -> bytes:
    """The value as JSON. OSError for a text that no file can hold, such as a file's name with half a letter in it."""
    try:
        return msgspec.json.encode(value, enc_hook=_plain)
    except UnicodeEncodeError as error:
        raise OSError(errno.EINVAL, "a name in it is not text") from error


def _plain(value: Any) -> str:
    """A phrase as the text that it is (`bnsim.spec.phrases`); TypeError for what is no text."""
    if isinstance(value, str):
        return str(value)
    raise TypeError(f"{type(value).__name__} is nothing that can be kept")


def keep_newest(folder: Path, most: int) -> None:
    """Remove the JSON files in a folder that were written longest ago, so that `most` stay. OSError if it cannot."""
    newest_last = sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime)
    for old in newest_last[:-most]:
        old.unlink(missing_ok=True)


def is_text(name: str) -> bool:
    """Whether JSON can hold a name; a system's names of files may have bytes that are no letters."""
    return name.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in name)
