"""MNIST's own file format, IDX: a magic number, the lengths, then the numbers, all big-endian (LeCun, Cortes, Burges).

Read with suspicion: the lengths are checked against a limit, and against the file, before memory is taken; a packed
file is unpacked no further than its lengths say.
"""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from io import BufferedReader
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bnsim.data.content import Content, ask_for, floats, read_at_most, refusal, refuse_non_finite
from bnsim.data.dataset import Reading
from bnsim.data.targets import Task, targets
from bnsim.spec.numerals import count
from bnsim.spec.places import place

MAX_DIMENSIONS = 8

_TYPES = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}


def paths_of(images: Path, labels: str) -> tuple[Path, Path]:
    """The files of images and of labels; InputError if the labels are not given and not beside the images."""
    if labels:
        return images, place(labels)
    name = images.name.replace("images", "labels").replace("idx3", "idx1")
    for candidate in (name, name.removesuffix(".gz"), f"{name}.gz"):
        if candidate != images.name and images.with_name(candidate).is_file():
            return images, images.with_name(candidate)
    raise refusal(images, "its labels are in another file, which is not beside it", "choose the file of the labels")


def read_idx(images: Path, labels: Path, task: Task = "auto") -> Content:
    """Inputs (rows, ...) from the file of images, and targets (rows,) from the file of labels."""
    x, y = _read(images), _read(labels)
    if y.ndim != 1:
        raise refusal(labels, f"its shape is {y.shape}, not one label for each row", "choose the file of the labels")
    if len(x) != len(y):
        raise refusal(
            labels,
            f"it has {count(len(y))} labels and there are {count(len(x))} rows",
            "choose the file of the labels",
        )
    numbers = floats(x).reshape(len(x), -1)
    refuse_non_finite(images, "it", numbers)
    found = targets(labels, y, task=task)
    reading = Reading(notes=(f"Labels are those of {labels.name}.", *found.notes))
    return Content(numbers, found.y, x.shape[1:] or (1,), (), "label", found.class_names, reading)


def _read(path: Path) -> NDArray[Any]:
    try:
        with path.open("rb") as file:
            packed = file.read(2) == b"\x1f\x8b"
        with gzip.open(path, "rb") if packed else path.open("rb") as file:
            shape, dtype = _header(path, file)
            size = math.prod(shape) * dtype.itemsize
            content = read_at_most(file, size + 1)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise refusal(path, "it is packed, and broken or cut off", "fetch it again") from error
    if len(content) != size:
        more = "more" if len(content) > size else count(len(content))
        raise refusal(path, f"it says shape {shape}, {count(size)} bytes, but holds {more}", "fetch it again")
    return np.frombuffer(content, dtype).reshape(shape)


def _header(path: Path, file: gzip.GzipFile | BufferedReader) -> tuple[tuple[int, ...], np.dtype[Any]]:
    magic = file.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0" or magic[2] not in _TYPES or not 1 <= magic[3] <= MAX_DIMENSIONS:
        found = f"0x{magic.hex()}" if magic else "nothing"
        raise refusal(path, f"it is not an IDX file, for it begins with {found}", "choose MNIST's images or the like")
    lengths = file.read(4 * magic[3])
    if len(lengths) < 4 * magic[3]:
        raise refusal(path, "it ends in the middle of its header", "fetch it again")
    shape = struct.unpack(f">{magic[3]}I", lengths)
    amount = math.prod(shape)
    if amount == 0:
        raise refusal(path, f"it is empty, shape {shape}", "choose a file with at least two rows")
    ask_for(path, amount)
    return shape, np.dtype(_TYPES[magic[2]])
