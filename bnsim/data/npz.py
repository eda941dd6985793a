"""Reads the user's .npz without trusting it: sizes are checked before memory is allocated, no pickle is loaded."""

from __future__ import annotations

import math
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bnsim.data.arrays_in_zip import BROKEN_ARCHIVE, read_header, reason
from bnsim.data.content import Content, ask_for, floats, refusal, refuse_non_finite
from bnsim.data.dataset import Reading
from bnsim.data.targets import Task, targets
from bnsim.spec import budget
from bnsim.spec.errors import InputError
from bnsim.spec.numerals import count
from bnsim.spec.places import regular

MAX_LISTED = 1000
"""Most arrays of an archive whose headers are read."""
PAIRS = (
    ("x", "y"),
    ("X", "Y"),
    ("X", "y"),
    ("x_train", "y_train"),
    ("X_train", "y_train"),
    ("X_train", "Y_train"),
    ("train_x", "train_y"),
    ("data", "target"),
    ("data", "labels"),
    ("images", "labels"),
    ("train_images", "train_labels"),
    ("features", "labels"),
    ("inputs", "targets"),
    ("arr_0", "arr_1"),
)
"""Names of inputs and targets that are in use; the first pair that is there is offered."""


def read_npz(path: Path, x_name: str = "", target: str = "", task: Task = "auto") -> Content:
    """Inputs (rows, features...) are `x_name` or "x"; targets, (rows,) or (rows, outputs), are `target` or "y"."""
    try:
        archive = zipfile.ZipFile(path)
    except BROKEN_ARCHIVE as error:
        raise refusal(path, "it is not an .npz archive", "save it with numpy.savez(path, x=..., y=...)") from error
    x_name, target = x_name or "x", target or "y"
    with archive:
        names = [name.removesuffix(".npy") for name in archive.namelist() if name.endswith(".npy")]
        for name in (x_name, target):
            if name not in names:
                raise _missing(path, name, names)
        shapes = {name: _checked_shape(path, archive, name, words=name == target) for name in (x_name, target)}
        if shapes[x_name][0] != shapes[target][0]:
            rows = f"{x_name} has {count(shapes[x_name][0])} rows and {target} has {count(shapes[target][0])}"
            raise refusal(path, rows, "make them equal")
        x, y = (_array(path, archive, name) for name in (x_name, target))
        arrays = _listed(path, archive, names)
    numbers = floats(x).reshape(len(x), -1)
    refuse_non_finite(path, x_name, numbers)
    found = targets(path, y, target, task)
    reading = Reading(arrays=arrays, x_name=x_name, notes=found.notes)
    return Content(numbers, found.y, x.shape[1:] if x.ndim > 1 else (1,), (), target, found.class_names, reading)


def arrays_in(path: Path) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """Names and shapes of the arrays in an archive, from their headers; () if it is none."""
    try:
        regular(path)
        with zipfile.ZipFile(path) as archive:
            names = [name.removesuffix(".npy") for name in archive.namelist() if name.endswith(".npy")]
            return _listed(path, archive, names)
    except (OSError, *BROKEN_ARCHIVE):
        return ()


def offered(names: Iterable[str]) -> tuple[str, str] | None:
    """The first pair of usual names for inputs and targets that are both among `names`; None if there is none."""
    there = set(names)
    return next((pair for pair in PAIRS if there.issuperset(pair)), None)


def _missing(path: Path, name: str, names: list[str]) -> InputError:
    there = ", ".join(each[:40] for each in names[:8]) + (" and others" if len(names) > 8 else "")
    pair = offered(names)
    if pair is not None and name in ("x", "y"):
        remedy = f"choose x_name={pair[0]!r} and target={pair[1]!r}"
    else:
        remedy = (
            "choose which are inputs (x_name) and targets (target), or save it with numpy.savez(path, x=..., y=...)"
        )
    return refusal(path, f"it has no array called {name}, but {there or 'none at all'}", remedy)


def _listed(path: Path, archive: zipfile.ZipFile, names: list[str]) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """Names and shapes of the arrays whose headers can be read."""
    found = []
    for name in names[:MAX_LISTED]:
        try:
            with archive.open(f"{name}.npy") as file:
                found.append((name, tuple(read_header(file)[0])))
        except BROKEN_ARCHIVE:
            continue
    return tuple(found)


def _checked_shape(path: Path, archive: zipfile.ZipFile, name: str, *, words: bool) -> tuple[int, ...]:
    """The shape of one array, read from its header alone; `words` says whether it may hold words."""
    info = archive.getinfo(f"{name}.npy")
    try:
        with archive.open(info) as file:
            shape, dtype, header = read_header(file)
    except BROKEN_ARCHIVE as error:
        raise _broken(path, name, error) from error
    if dtype.kind not in ("buifUS" if words else "buif"):
        kind = "Python objects" if dtype.hasobject else f"values of type {dtype}"
        raise refusal(
            path, f"array {name} holds {kind}", "store plain numbers or words" if words else "store plain numbers"
        )
    if any(length < 0 for length in shape):
        raise refusal(path, f"array {name} has the impossible shape {shape}", "save it again")
    amount = math.prod(shape)
    if not shape or amount == 0:
        raise refusal(path, f"array {name} is empty, shape {shape}", "put at least two rows in")
    ask_for(path, amount, f"array {name}")
    budget.request(amount * dtype.itemsize, budget.DATA)
    if info.file_size != header + amount * dtype.itemsize:
        raise refusal(
            path, f"array {name} says shape {shape} but holds {count(info.file_size - header)} bytes", "save it again"
        )
    return tuple(shape)


def _array(path: Path, archive: zipfile.ZipFile, name: str) -> NDArray[Any]:
    try:
        with archive.open(f"{name}.npy") as file:
            values: NDArray[Any] = np.lib.format.read_array(file, allow_pickle=False)
    except BROKEN_ARCHIVE as error:
        raise _broken(path, name, error) from error
    return values


def _broken(path: Path, name: str, error: Exception) -> InputError:
    return refusal(path, f"array {name} cannot be read ({reason(error)})", "save it again")
