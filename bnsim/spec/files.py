"""The .bnsim file: readable JSON with an integer version. Data only; nothing in it is ever executed."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from msgspec.structs import replace

from bnsim.spec.datasets import FileData
from bnsim.spec.errors import InputError
from bnsim.spec.experiment import Experiment, to_builtins
from bnsim.spec.numerals import count
from bnsim.spec.whole_file import written_whole

VERSION = 1
MAX_BYTES = 16 * 1024 * 1024
"""Checked before a file is read: the largest legal experiment is far below."""


def save(experiment: Experiment, path: str | os.PathLike[str]) -> None:
    """Write `experiment` to `path`, whole or not at all. InputError if the place cannot be written.

    Data in the file's own folder, or below it, is named from there: both can be moved together.
    """
    target = Path(path)
    text = encode(_with_names(experiment, partial(_named_from, folder=target.parent)))
    try:
        with written_whole(target) as file:
            file.write(text)
    except OSError as error:
        raise InputError(_cannot("save", target, error)) from error


def load(path: str | os.PathLike[str]) -> Experiment:
    """The experiment in the file at `path`; InputError says what is wrong and where in the file."""
    source = Path(path)
    try:
        size = source.stat().st_size
        if size > MAX_BYTES:
            raise InputError(
                f"Cannot open {source.name}: it has {count(size)} bytes, more than a .bnsim file can have "
                f"({count(MAX_BYTES)}); choose a file that bnsim saved."
            )
        content = source.read_bytes()
    except OSError as error:
        raise InputError(_cannot("open", source, error)) from error
    return _with_names(decode(content, source.name), partial(_found, folder=source.parent))


def encode(experiment: Experiment) -> bytes:
    """The file's content, UTF-8."""
    return msgspec.json.format(msgspec.json.encode({"version": VERSION, **to_builtins(experiment)}), indent=2) + b"\n"


def decode(content: bytes, name: str = "the file") -> Experiment:
    """The experiment in `content`; `name` is how errors call the file."""
    try:
        raw: Any = msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InputError(
            f"Cannot open {name}: it is not a .bnsim file ({_lower_first(str(error))}{_place(content, error)}); "
            "choose a file that bnsim saved, or mend that place in a text editor."
        ) from error
    except RecursionError as error:
        raise InputError(_too_deep(name)) from error
    return from_builtins(raw, name)


def from_builtins(raw: Any, name: str = "the file") -> Experiment:
    """The experiment in decoded JSON, its version checked first."""
    if not isinstance(raw, dict) or "version" not in raw:
        raise InputError(f'Cannot open {name}: it has no "version" at $; choose a file that bnsim saved.')
    version = raw["version"]
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise InputError(f"Cannot open {name}: {version!r} at $.version is not a whole number from 1 on.")
    if version > VERSION:
        raise InputError(
            f"Cannot open {name}: it was saved by a newer bnsim (version {version} at $.version, this one reads "
            f"up to {VERSION}); update bnsim."
        )
    fields = {key: value for key, value in raw.items() if key != "version"}
    try:
        return msgspec.convert(fields, Experiment)
    except msgspec.ValidationError as error:
        message, _, where = str(error).partition(" - at ")
        place = where.strip("`") or "$"
        raise InputError(
            f"Cannot open {name}: {_lower_first(message)} at {place}; correct that value in a text editor, "
            "or open another file."
        ) from error
    except RecursionError as error:
        raise InputError(_too_deep(name)) from error


def _with_names(experiment: Experiment, name: Callable[[str], str]) -> Experiment:
    """The experiment with its data files called by other names, if it has any."""
    data = experiment.data
    if not isinstance(data, FileData):
        return experiment
    path, labels = name(data.path), name(data.labels)
    if (path, labels) == (data.path, data.labels):
        return experiment
    return replace(experiment, data=replace(data, path=path, labels=labels))


def _named_from(name: str, folder: Path) -> str:
    """The absolute path of a file in `folder` as a relative one, with slashes on any system; others as they are."""
    try:
        path = Path(name)
        below = path.is_absolute() and path.is_file() and path.resolve().is_relative_to(folder.resolve())
        return path.resolve().relative_to(folder.resolve()).as_posix() if below else name
    except (OSError, ValueError):  # no path of this system, such as one with a NUL in it
        return name


def _found(name: str, folder: Path) -> str:
    """The absolute path if there is a file of that name in `folder`, and `folder` is not the working folder.

    So data named by a relative path is looked for beside the file first, then in the working folder.
    """
    try:
        place = (folder / name).resolve()
        elsewhere = place != Path(name).resolve()
        return str(place) if name and elsewhere and place.is_file() else name
    except (OSError, ValueError):  # no path of this system, such as one with a NUL in it
        return name


def _cannot(verb: str, path: Path, error: OSError) -> str:
    return f"Cannot {verb} {path}: {_lower_first(error.strerror or str(error))}; choose another place or name."


def _too_deep(name: str) -> str:
    return f"Cannot open {name}: it is nested too deeply at $; choose a file that bnsim saved."


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


def _place(content: bytes, error: Exception) -> str:
    """', line L column C' where a byte position can be read from msgspec's message."""
    found = re.search(r"byte (\d+)", str(error))
    if not found:
        return ""
    before = content[: int(found.group(1))]
    line, column = before.count(b"\n") + 1, len(before) - before.rfind(b"\n")
    return f", line {line} column {column}"
