"""Measured numbers of lessons, kept in the user's cache folder: what was measured once need not run again.

They belong to the claims, the experiments that these are of and the data that those read, and to this version of
bnsim: a change of any of these has another name, and is measured anew. Whatever else lies in the folder is not looked
at; of a file of more than MAX_READ bytes its size and its time stand for what is in it.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
from platformdirs import user_cache_path

from bnsim.lessons.checking import go_on_always, measured
from bnsim.lessons.claims import Measurement
from bnsim.lessons.lesson import EXPERIMENT_ENDING, Lesson
from bnsim.lessons.lines import CLAIMS
from bnsim.spec.data_files import is_outside
from bnsim.spec.errors import InputError
from bnsim.spec.kept_json import encoded, keep_newest, read_kept
from bnsim.spec.places import of_user, regular
from bnsim.spec.whole_file import written_whole
from bnsim.version import __version__

MAX_KEPT = 300
"""Files in the folder; those kept longest ago go."""
MAX_READ = 2**28
"""Bytes of a file up to which all of it is read for the name: a second or less."""
_MAX_BYTES = 256 * 1024

log = logging.getLogger(__name__)


def folder() -> Path:
    """Where numbers are kept. OSError where this user has no such place."""
    chosen = os.environ.get("BNSIM_CACHE_DIR")
    return (Path(chosen) if chosen else of_user(user_cache_path("bnsim", appauthor=False))) / "lessons"


def kept(lesson: Lesson) -> dict[str, Measurement] | None:
    """The numbers that were measured before; None if there are none, or none that can be read."""
    try:
        values = read_kept(folder() / _name(lesson), dict[str, str], _MAX_BYTES)
        return {name: Measurement(claim, float(values[name])) for name, claim in lesson.claims.items()}
    except (OSError, ValueError, KeyError):  # msgspec's errors are ValueErrors
        return None


def keep(lesson: Lesson, measurements: dict[str, Measurement]) -> None:
    """Keep numbers for the next time. A folder that cannot be written to is logged, never an error for the user."""
    values = {name: repr(each.value) for name, each in measurements.items()}
    try:
        folder().mkdir(parents=True, exist_ok=True)
        with written_whole(folder() / _name(lesson)) as file:
            file.write(encoded(values))
        keep_newest(folder(), MAX_KEPT)
    except OSError as error:
        log.warning("measured numbers could not be kept: %s", error)


def kept_or_measured(lesson: Lesson, go_on: Callable[[int], bool] = go_on_always) -> dict[str, Measurement]:
    """The numbers of a lesson's claims as they are kept, else by running its experiments, as `measured` does."""
    there = kept(lesson)
    if there is not None:
        return there
    given_up = False

    def go_on_still(done: int) -> bool:
        nonlocal given_up
        given_up = given_up or not go_on(done)
        return not given_up

    found = measured(lesson, go_on_still)
    if not given_up:
        keep(lesson, found)
    return found


def numbers(measurements: dict[str, Measurement]) -> dict[str, str]:
    """What stands in the text for each claim."""
    return {name: each.shown for name, each in measurements.items()}


class _Named(msgspec.Struct):
    """The files that an experiment's data names, as they stand in its file."""

    path: str = ""
    labels: str = ""


class _Experiment(msgspec.Struct):
    """An experiment's file, but for all that a name does not need."""

    data: _Named = msgspec.field(default_factory=_Named)


def _name(lesson: Lesson) -> str:
    """A name that another one has as soon as something else may be measured."""
    total = hashlib.sha256(__version__.encode())
    try:
        for path in _files(lesson):
            total.update(path.name.encode("utf-8", "surrogateescape") + b"\0")
            total.update(_content(path))
    except OSError as error:
        raise InputError(f"Cannot read the folder of the lesson {lesson.name!r}: {error.strerror}.") from error
    return f"{total.hexdigest()[:32]}.json"


def _files(lesson: Lesson) -> Iterator[Path]:
    """The claims, their experiments, and the data of these; none that is elsewhere, which no experiment may read."""
    yield lesson.folder / CLAIMS
    for experiment in sorted({claim.experiment for claim in lesson.claims.values()}):
        path = lesson.folder / f"{experiment}{EXPERIMENT_ENDING}"
        yield path
        for name in _data_of(path):
            if not is_outside(name, lesson.folder):
                yield lesson.folder / Path(name).expanduser()


def _data_of(path: Path) -> tuple[str, ...]:
    """What an experiment's data names; nothing of a file that is none, which says so when it is measured."""
    there = regular(path)
    if there is None or there.st_size > MAX_READ:
        return ()
    try:
        data = msgspec.json.decode(path.read_bytes(), type=_Experiment).data
    except msgspec.DecodeError:
        return ()
    return tuple(name for name in (data.path, data.labels) if name)


def _content(path: Path) -> bytes:
    """What stands for what is in a file."""
    there = regular(path)
    if there is None:
        return b""
    if there.st_size > MAX_READ:
        return f"{there.st_size} {there.st_mtime_ns}".encode()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()
