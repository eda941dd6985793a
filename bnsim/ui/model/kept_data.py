"""Data that a picture brought along: kept in the app's data folder until the document that it belongs to is saved.

Each set of files has a folder of its own, named by the hash of its numbers, so that the same data is there once. Saving
the document puts a copy beside it. Sets that were used longest ago go when there are many or large ones.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from msgspec.structs import replace
from platformdirs import user_data_path

from bnsim.spec.data_files import kind_of
from bnsim.spec.datasets import FileData
from bnsim.spec.document import Document
from bnsim.spec.errors import InputError
from bnsim.spec.files import cannot
from bnsim.spec.places import of_user
from bnsim.spec.whole_file import written_whole
from bnsim.ui.model import recovery

LETTERS = 32
"""Of a hash, in the name of a folder."""
MOST_SETS, MOST_BYTES = 24, 1024**3
"""So many sets, with so many bytes in all, are kept."""
RESTED = 24 * 3600.0
"""A set that was used within so many seconds stays: a step of undo, or a window of another bnsim, may need it."""


def folder() -> Path:
    """Where it is kept; in the folder that BNSIM_CONFIG_DIR names, if that is set. OSError where this user has none."""
    chosen = os.environ.get("BNSIM_CONFIG_DIR")
    return (Path(chosen) if chosen else of_user(user_data_path("bnsim", appauthor=False))) / "data"


def place_of(digest: str, name: str) -> Path:
    """Where the file of that name of the data with that hash is kept, if it is."""
    return folder() / _plain(digest[:LETTERS]) / name


def keep(digest: str, files: Mapping[str, bytes]) -> None:
    """Keep files of data, by their own names.

    InputError for names that no data has, and for a folder that cannot be written to.
    """
    for name, content in files.items():
        if name != Path(name).name or not kind_of(name):
            raise InputError(f"Cannot keep the data {name[:100]!r}: no data file is called so; choose another picture.")
        try:
            target = place_of(digest, name)
            if not _holds(target, content):
                target.parent.mkdir(parents=True, exist_ok=True)
                with written_whole(target) as file:
                    file.write(content)
            os.utime(target.parent)  # it is used now
        except OSError as error:
            raise InputError(cannot("keep", Path(name), error)) from error


def prune(documents: Iterable[Document]) -> None:
    """Remove the sets that were used longest ago, so that no more stay than may be.

    None goes that one of these documents names, or unsaved work that is kept for the next start, or that was used a
    short while ago. What cannot be removed stays.
    """
    with suppress(OSError):
        needed = {path.parent.resolve() for document in documents for path in _named_by(document)}
        unsaved = recovery.kept_text()
        sets = sorted((each for each in folder().iterdir() if each.is_dir()), key=_used, reverse=True)
        number, size, now = 0, 0, time.time()
        for each in sets:
            large = sum(file.stat().st_size for file in each.iterdir())
            stays = each.resolve() in needed or each.name.encode() in unsaved or now - _used(each) < RESTED
            if stays or (number < MOST_SETS and size + large <= MOST_BYTES):
                number, size = number + 1, size + large
            else:
                shutil.rmtree(each, ignore_errors=True)


def _named_by(document: Document) -> list[Path]:
    data = document.experiment.data
    return [Path(data.path)] if isinstance(data, FileData) and _is_kept(data.path) else []


def _used(folder: Path) -> float:
    return folder.stat().st_mtime


def beside(document: Document, target: Path) -> Document:
    """The document as it is saved at `target`: data that is kept is copied beside that, and named there.

    A file of that name with other content stays, and the copy gets a number. InputError if it cannot be written.
    """
    data = document.experiment.data
    if not isinstance(data, FileData) or not _is_kept(data.path):
        return document
    moved = replace(
        data,
        path=str(_copied(Path(data.path), target.parent)),
        labels=str(_copied(Path(data.labels), target.parent)) if data.labels else "",
    )
    return replace(document, experiment=replace(document.experiment, data=moved))


def _is_kept(path: str) -> bool:
    try:
        return Path(path).is_absolute() and Path(path).resolve().is_relative_to(folder().resolve())
    except (OSError, ValueError):  # no home, or no path of this system
        return False


def _copied(source: Path, into: Path) -> Path:
    try:
        content, number, target = source.read_bytes(), 2, into / source.name
        while target.exists() and not _holds(target, content):
            target = into / f"{source.stem}-{number}{source.suffix}"
            number += 1
        if not target.exists():
            with written_whole(target) as file:
                file.write(content)
    except OSError as error:
        raise InputError(cannot("put the data beside the document as", into / source.name, error)) from error
    return target


def _holds(path: Path, content: bytes) -> bool:
    return path.is_file() and path.stat().st_size == len(content) and path.read_bytes() == content


def _plain(letters: str) -> str:
    """Letters of a hash; what else a file may say has no place in a path."""
    return "".join(each for each in letters if each in "0123456789abcdef") or "unknown"
