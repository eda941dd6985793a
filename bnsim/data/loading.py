"""From a data record to its arrays. Results are kept, by record and, for a file, by its time and size."""

from __future__ import annotations

import gzip
from functools import lru_cache
from pathlib import Path

import numpy as np

from bnsim.data.dataset import Dataset, make_dataset
from bnsim.data.generated import two_spirals
from bnsim.data.resources import resource
from bnsim.data.userfiles import read_csv, read_npz, refusal
from bnsim.spec.datasets import Data, DataShape, Digits, FileData, TwoSpirals
from bnsim.spec.errors import InputError

_GRAY_LEVELS = 16.0


def load(data: Data) -> Dataset:
    """The data set as read-only arrays; InputError, in one sentence, if it cannot be had."""
    found = _load(data, _stamp(data))
    if isinstance(found, InputError):
        raise InputError(str(found))
    return found


def describe(data: Data) -> DataShape:
    """Its shape, which is what the shape checks need to know; InputError as `load`."""
    return load(data).shape


def _stamp(data: Data) -> tuple[object, ...]:
    """What tells one content of the record's file from another; empty for data that is not in a file."""
    if not isinstance(data, FileData):
        return ()
    path = Path(data.path).expanduser()
    try:
        status = path.stat()
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error
    if not path.is_file():
        raise refusal(path, "it is not a file", "choose an .npz or a .csv file")
    return path.resolve(), status.st_mtime_ns, status.st_size


@lru_cache(maxsize=4)
def _load(data: Data, stamp: tuple[object, ...]) -> Dataset | InputError:
    """An error is kept as well, so that asking again about a large broken file costs nothing."""
    try:
        return _made(data)
    except InputError as error:
        return error


def _made(data: Data) -> Dataset:
    match data:
        case Digits():
            return _digits(data.standardize)
        case TwoSpirals():
            x, y = two_spirals(data.samples, data.noise)
            return make_dataset(x, y, names=("x₁", "x₂"))
        case FileData():
            return _file(data)


def _digits(standardize: bool) -> Dataset:
    with gzip.open(resource("digits.csv.gz"), "rt", encoding="ascii") as file:
        table = np.loadtxt(file, delimiter=",", dtype=np.int64)
    return make_dataset(table[:, :-1] / _GRAY_LEVELS, table[:, -1], standardize=standardize, feature_shape=(8, 8))


def _file(data: FileData) -> Dataset:
    path = Path(data.path).expanduser()
    readers = {".npz": read_npz, ".csv": read_csv}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        ending = f"the ending {path.suffix}" if path.suffix else "no ending"
        raise refusal(path, f"it has {ending}", "choose an .npz or a .csv file")
    try:
        found = reader(path)
    except OSError as error:
        raise _unreadable(path, error) from error
    return make_dataset(
        found.x, found.y, standardize=data.standardize, feature_shape=found.feature_shape, names=found.names
    )


def _unreadable(path: Path, error: Exception) -> InputError:
    reason = getattr(error, "strerror", None) or str(error)
    return refusal(path, reason[:1].lower() + reason[1:], "choose another file")
