"""What a sweep has given so far, as arrays, and as one CSV."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from bnsim.plot.marks import Array
from bnsim.spec.errors import InputError
from bnsim.spec.numerals import count, counted
from bnsim.spec.whole_file import written_whole
from bnsim.sweeps.measuring import Outcome
from bnsim.sweeps.sweep import Point, Sweep

FILE = "sweep.csv"
WAITING, DONE, DIVERGED, FAILED = range(4)
_STATES = {"": DONE, "diverged": DIVERGED, "failed": FAILED}


class Results(Struct, frozen=True):
    """`values` and `states`, read-only, have the sweep's shape: lanes, values of each axis, seeds.

    A value is NaN where its run has not been done (state 0), diverged (2) or failed (3); `notes` say of the last two
    why, by their place.
    """

    sweep: Sweep
    values: Array
    states: NDArray[np.int8]
    notes: Mapping[tuple[int, ...], str]

    @property
    def done(self) -> int:
        """How many runs are done, those that diverged or failed among them."""
        return int(np.count_nonzero(self.states))

    def remarks(self) -> tuple[str, ...]:
        """How many runs diverged, and how many could not be run, each with why the first of them did; sentences."""
        said = []
        for state, word in ((DIVERGED, "diverged"), (FAILED, "could not be run")):
            places = np.argwhere(self.states == state).tolist()
            if places:
                why = self.notes.get(tuple(places[0]), "").rstrip(".")
                said.append(f"{count(len(places))} of {counted(self.sweep.runs, 'run')} {word}, such as: {why}.")
        return tuple(said)

    def save_csv(self, path: Path) -> None:
        """Write a line for each run that is done: parameters, seed, lane, value, what failed. Whole or not at all."""
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        sweep = self.sweep
        writer.writerow([*(axis.path for axis in sweep.axes), "seed", "lane", sweep.measure, "problem", "note"])
        words = {DONE: "", DIVERGED: "diverged", FAILED: "failed"}
        for place in map(tuple, np.argwhere(np.moveaxis(self.states, 0, -1)).tolist()):
            *numbers, seed, lane = place
            at = (lane, *numbers, seed)
            axes = [_cell(axis.values[number]) for axis, number in zip(sweep.axes, numbers, strict=True)]
            value = repr(float(self.values[at]))
            problem = words[int(self.states[at])]
            name = sweep.experiment.stacks[lane].name
            writer.writerow([*axes, sweep.seeds[seed], name, value, problem, self.notes.get(at, "")])
        try:
            with written_whole(path) as file:
                file.write(text.getvalue().encode())
        except OSError as error:
            raise InputError(f"Cannot write {path}: {error.strerror or error}; choose another folder.") from error


class Collected:
    """Takes outcomes in any order; `results` is what there is by now."""

    def __init__(self, sweep: Sweep) -> None:
        self._sweep = sweep
        self._values = np.full(sweep.shape, math.nan)
        self._states = np.zeros(sweep.shape, np.int8)
        self._notes: dict[tuple[int, ...], str] = {}

    def put(self, point: Point, outcome: Outcome) -> None:
        """Take the outcome of a run."""
        at = (point.lane, *point.values, point.seed)
        self._values[at] = outcome.value
        self._states[at] = _STATES[outcome.problem]
        if outcome.note:
            self._notes[at] = outcome.note

    def results(self) -> Results:
        """A copy of what there is."""
        values, states = self._values.copy(), self._states.copy()
        values.flags.writeable = states.flags.writeable = False
        return Results(self._sweep, values, states, dict(self._notes))


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return value if isinstance(value, str) else repr(value)
