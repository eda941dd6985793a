"""Makes or reads the arrays of a data record. Results are cached, for files by their times and sizes too."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
from msgspec.structs import replace

from bnsim.data import generated
from bnsim.data.content import Content, refusal
from bnsim.data.dataset import Dataset, make_dataset
from bnsim.data.idx import paths_of, read_idx
from bnsim.data.kept import Kept
from bnsim.data.npz import arrays_in, offered, read_npz
from bnsim.data.tables import names_in, read_table
from bnsim.spec import budget
from bnsim.spec.data_files import kind_of
from bnsim.spec.datasets import (
    XOR,
    Blobs,
    Circles,
    Curve,
    Data,
    DataShape,
    Digits,
    FileData,
    GaussianNoise,
    TwoMoons,
    TwoSpirals,
)
from bnsim.spec.errors import InputError
from bnsim.spec.places import place
from bnsim.spec.resources import resource

_GRAY_LEVELS = 16.0
_IN_THE_PLANE = ("x₁", "x₂")


def load(data: Data) -> Dataset:
    """The data set as read-only arrays; InputError, in one sentence, if it cannot be made or read."""
    found = _load(data, _stamp(data))
    if isinstance(found, InputError):
        raise InputError(str(found))
    return found


def describe(data: Data) -> DataShape:
    """The shape of a data set, for shape checks; InputError as in `load`."""
    return load(data).shape


def suggested(data: FileData) -> FileData:
    """The record with the likeliest arrays of an .npz chosen, if it names none and x and y are not in the file.

    Otherwise as it is; nothing but headers is read.
    """
    if kind_of(data.path) != "npz" or data.x_name or data.target:
        return data
    pair = offered(name for name, _ in arrays_in(place(data.path)))
    return data if pair is None or pair == ("x", "y") else replace(data, x_name=pair[0], target=pair[1])


def arrays_of(data: FileData) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """Names and shapes of the arrays in an .npz, as far as they can be read; () for other files."""
    return arrays_in(place(data.path)) if kind_of(data.path) == "npz" else ()


def columns_of(data: FileData) -> tuple[str, ...]:
    """Names of the columns of a table whose first line has them; () for other files."""
    return names_in(place(data.path), data) if kind_of(data.path) == "table" else ()


def _stamp(data: Data) -> tuple[object, ...]:
    """Times and sizes of the record's files, which change with their content; empty for data without a file."""
    if not isinstance(data, FileData):
        return ()
    return tuple(_state(path) for path in files_of(data))


def files_of(data: FileData) -> tuple[Path, ...]:
    """The files that the data is in: one, or those of images and of labels. InputError if there are no labels."""
    path = place(data.path)
    return paths_of(path, data.labels) if kind_of(data.path) == "idx" else (path,)


def _state(path: Path) -> tuple[object, ...]:
    try:
        status = path.stat()
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error
    if not path.is_file():
        raise refusal(path, "it is not a file", "choose a table, an .npz or an IDX file")
    return path.resolve(), status.st_mtime_ns, status.st_size


@Kept
def _load(data: Data, stamp: tuple[object, ...]) -> Dataset | InputError:
    try:
        return _made(data)
    except InputError as error:
        return error


def _made(data: Data) -> Dataset:
    if isinstance(data, GaussianNoise):  # the one whose rows may be wide; others have a number or two
        budget.request(8 * data.samples * data.features, budget.DATA)
    match data:
        case Digits():
            return _digits(data)
        case TwoSpirals():
            x, y = generated.two_spirals(data.samples, data.noise)
        case Blobs():
            x, y = generated.blobs(data.samples, data.classes, data.noise)
        case TwoMoons():
            x, y = generated.two_moons(data.samples, data.noise)
        case Circles():
            x, y = generated.circles(data.samples, data.noise, data.inner)
        case XOR():
            x, y = generated.xor(data.samples, data.noise)
        case GaussianNoise():
            x, y = generated.gaussian_noise(data.samples, data.features, data.classes)
            return make_dataset(x, y, test_fraction=data.test_fraction, classes=data.classes)
        case Curve():
            x, curve = generated.curve(data.function, data.samples, data.noise)
            return make_dataset(x, curve, test_fraction=data.test_fraction, names=("x",))
        case FileData():
            return _file(data)
    return make_dataset(x, y, test_fraction=data.test_fraction, names=_IN_THE_PLANE, classes=_classes(data))


def _classes(data: Data) -> int:
    """Of data in the plane: as many even if there are too few rows for all."""
    return data.classes if isinstance(data, Blobs) else 2


def _digits(data: Digits) -> Dataset:
    with gzip.open(resource("digits.csv.gz"), "rt", encoding="ascii") as file:
        table = np.loadtxt(file, delimiter=",", dtype=np.int64)
    return make_dataset(
        table[:, :-1] / _GRAY_LEVELS,
        table[:, -1],
        standardize=data.standardize,
        test_fraction=data.test_fraction,
        feature_shape=(8, 8),
        target="digit",
    )


def _file(data: FileData) -> Dataset:
    try:
        found = _content(data)
    except OSError as error:
        raise _unreadable(place(data.path), error) from error
    return make_dataset(
        found.x,
        found.y,
        standardize=data.standardize,
        test_fraction=data.test_fraction,
        feature_shape=found.feature_shape,
        names=found.names,
        target=found.target,
        class_names=found.class_names,
        reading=found.reading,
    )


def _content(data: FileData) -> Content:
    paths = files_of(data)
    path = paths[0]
    match kind_of(data.path):
        case "idx":
            return read_idx(path, paths[1], data.task)
        case "npz":
            return read_npz(path, data.x_name, data.target, data.task)
        case "table":
            return read_table(path, data)
    ending = f"it has the ending {path.suffix}" if path.suffix else "it has no ending"
    raise refusal(path, ending, "choose a table (.csv, .tsv, .txt, .data), an .npz file, or MNIST's images")


def _unreadable(path: Path, error: Exception) -> InputError:
    reason = getattr(error, "strerror", None) or str(error)
    return refusal(path, reason[:1].lower() + reason[1:], "choose another file")
