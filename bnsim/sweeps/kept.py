"""What is done of a sweep, kept in a folder line by line, and used again by whatever sweep needs the same run.

A run is known by what it is of: the lane's layers, loss, data and training, iterations, measure, and the version of
bnsim; not by its place in a grid. So a wider or finer grid, more seeds, or a renamed lane find what is there.
"""

from __future__ import annotations

import hashlib
import math
import os
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from bnsim.spec.data_files import is_on_network
from bnsim.spec.datasets import FileData
from bnsim.spec.edits import without_ids
from bnsim.spec.errors import InputError
from bnsim.spec.experiment import Experiment
from bnsim.spec.files import encode
from bnsim.spec.places import real, regular
from bnsim.sweeps.measuring import Outcome
from bnsim.version import __version__

FILE = "runs.jsonl"


class _Line(Struct, frozen=True):
    key: str
    value: float | None
    problem: Literal["", "diverged"] = ""
    note: str = ""


def alone(experiment: Experiment, lane: int) -> Experiment:
    """The experiment with one of its lanes, without what does not change its numbers: names, colors, ids.

    The seed is set to 0; whoever runs it sets the one that is wanted.
    """
    stack = experiment.stacks[lane]
    layers = tuple(without_ids(layer) for layer in stack.layers)
    training = replace(experiment.training, seed=0)
    return Experiment(
        data=experiment.data,
        training=training,
        stacks=(replace(stack, layers=layers, id=0, name="lane", color=0, hidden=False),),
    )


def content_of(experiment: Experiment) -> tuple[bytes, str]:
    """An experiment in bytes, and what identifies it together with its data files, if it has any."""
    content = encode(experiment)
    return content, hashlib.sha256(b"\n".join([__version__.encode(), _data_marks(experiment), content])).hexdigest()


def key_of(content_key: str, seed: int, iterations: int, measure: str) -> str:
    """What a run is kept under."""
    return hashlib.sha256(f"{content_key} {seed} {iterations} {measure}".encode()).hexdigest()[:32]


def _data_marks(experiment: Experiment) -> bytes:
    """Size and time of the data files: with others in their place, runs are other runs."""
    data = experiment.data
    if not isinstance(data, FileData):
        return b""
    marks = []
    for name in (data.path, data.labels):
        try:
            there = regular(Path(name)) if name and not is_on_network(name) else None
        except OSError:  # the run will say what is wrong with it
            there = None
        marks.append(f"{there.st_size} {there.st_mtime_ns}" if there else "")
    return "\n".join(marks).encode()


class Kept:
    """Outcomes by key. With a `folder` they are read from there, and each new one is a line more at once.

    A line that a crash cut off is left out. InputError if the file cannot be read or written.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._outcomes: dict[str, Outcome] = {}
        self._path = None if folder is None else folder / FILE
        self._file: int | None = None
        if self._path is not None:
            self._read(self._path)

    def __len__(self) -> int:
        return len(self._outcomes)

    def get(self, key: str) -> Outcome | None:
        """The outcome of a run; None if it is not there."""
        return self._outcomes.get(key)

    def add(self, key: str, outcome: Outcome) -> None:
        """Keep an outcome. One that failed is not kept: it may do better next time."""
        if outcome.problem == "failed":
            return
        self._outcomes[key] = outcome
        if self._path is not None:
            value = None if math.isnan(outcome.value) else outcome.value
            self._write(self._path, _Line(key, value, "diverged" if outcome.problem else "", outcome.note))

    def close(self) -> None:
        """Let go of the file; it is opened again when needed."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _read(self, path: Path) -> None:
        try:
            lines = path.read_bytes().split(b"\n") if regular(path) is not None else []
        except OSError as error:
            raise InputError(f"Cannot read {path}: {error.strerror or error}; choose another folder.") from error
        reader = msgspec.json.Decoder(_Line)
        for line in lines:
            try:
                found = reader.decode(line)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):  # cut off, or nobody's
                continue
            value = math.nan if found.value is None else found.value
            self._outcomes[found.key] = Outcome(value, found.problem, found.note)

    def _write(self, path: Path, line: _Line) -> None:
        try:
            if self._file is None:
                there = regular(path)
                self._file = os.open(real(path), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
                if there is not None and there.st_size:
                    os.write(self._file, b"\n")  # what a crash cut off ends here
            # One call for a line: two sweeps that share the folder do not mix theirs.
            os.write(self._file, msgspec.json.encode(line) + b"\n")
        except OSError as error:
            raise InputError(f"Cannot write {path}: {error.strerror or error}; choose another folder.") from error
