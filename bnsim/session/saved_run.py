"""A run as it can be kept: where it stands, what was recorded, and states of the lanes to go on and back from.

Everything else follows from the experiment. Kept are parameters and the optimizer's arrays at the start of the present
iteration, at the start of the run, and at some moments between and after, so that going back replays little.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated

import numpy as np
from msgspec import Meta, Struct

from bnsim.engine.operation import Array
from bnsim.engine.program import Parameter, Program
from bnsim.session.changes import WeightScaling
from bnsim.session.stop import Stop
from bnsim.spec import budget
from bnsim.spec.breakpoints import MAX_BREAKPOINTS, Breakpoint
from bnsim.spec.datasets import FileData
from bnsim.spec.document import Document
from bnsim.spec.experiment import MAX_STACKS, Experiment
from bnsim.spec.recording import Recording

MOST_STATES = 16
"""Most moments of which states are kept."""
STATES_BYTES = 32 * budget.MIB
"""Most bytes of states beside those of the start and of the present iteration."""
MOST_MARKS = 1000
MOST_CHANGES = 100_000
LARGEST = 2**53

Count = Annotated[int, Meta(ge=0, le=LARGEST)]
Words = Annotated[str, Meta(max_length=2000)]
Names = Annotated[str, Meta(max_length=200)]
Instant = tuple[Count, Count]
"""Iteration and tick of a `Moment`."""


class RunRecord(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of what stands in the file's JSON. A field that is added has a default."""


class SavedForm(RunRecord, frozen=True, kw_only=True):
    """What a fork was before: states up to the start of iteration `until`, that too, are of these `parameters`."""

    until: Count
    parameters: tuple[tuple[Names, tuple[Count, ...]], ...]


class SavedLane(RunRecord, frozen=True, kw_only=True):
    """One lane, the stack of id `stack`.

    `parameters`: name and shape of everything that outlives an iteration, in the order in which states have them.
    `columns`: name and width of each record in a row of history. `rows` of history are kept, `tests` of measurements on
    held-out data. `loaded`: after how many updates other states were loaded. `unfilled`, `stride` and `recorded` are as
    in `LaneHistory`. `past`: what a fork was before.
    `not_finite_at`: where it stopped at a NaN. `test_not_finite`: as `EvaluationHistory` has it.
    """

    stack: Count
    parameters: tuple[tuple[Names, tuple[Count, ...]], ...]
    columns: tuple[tuple[Names, Count], ...]
    rows: Count
    recorded: Count
    unfilled: Count = 0
    stride: Annotated[int, Meta(ge=1, le=LARGEST)] = 1
    tests: Count = 0
    test_columns: Annotated[int, Meta(ge=1, le=2)] = 1
    test_stride: Annotated[int, Meta(ge=1, le=LARGEST)] = 1
    test_not_finite: tuple[Count, Words] = (0, "")
    loaded: tuple[Count, ...] = ()
    past: tuple[SavedForm, ...] = ()
    not_finite_at: tuple[Instant, ...] = ()


class SavedFacts(RunRecord, frozen=True, kw_only=True):
    """What is known of a run beside its arrays: `moment` is where it stands, `states` of which iterations' starts.

    `recording`, `details_every` and `history_bytes` are as a `Session` is given them.
    `states` are from before the `changes` that act as their iteration begins.
    `data` is a digest of the training data if that is a person's own, "" else.
    """

    moment: Instant
    recording: Recording
    details_every: Annotated[int, Meta(ge=1, le=LARGEST)] = 1
    history_bytes: Annotated[int, Meta(ge=1, le=LARGEST)] = budget.HISTORY.most
    states: Annotated[tuple[Count, ...], Meta(min_length=1, max_length=MOST_STATES)]
    lanes: Annotated[tuple[SavedLane, ...], Meta(min_length=1, max_length=MAX_STACKS)]
    stopped: Stop | None = None
    hits: Annotated[tuple[tuple[Breakpoint, Count], ...], Meta(max_length=MAX_BREAKPOINTS)] = ()
    marks: Annotated[tuple[tuple[Count, Count, Words], ...], Meta(max_length=MOST_MARKS)] = ()
    data: Annotated[str, Meta(max_length=64)] = ""
    changes: Annotated[tuple[WeightScaling, ...], Meta(max_length=MOST_CHANGES)] = ()


class SavedRun(Struct, frozen=True, eq=False):
    """A run and the document it is of. `arrays` by name, as `expected_arrays` lists them; `name` is for sentences."""

    document: Document
    facts: SavedFacts
    arrays: Mapping[str, Array]
    name: str = "the run"

    @property
    def nbytes(self) -> int:
        """How many bytes the arrays have."""
        return sum(array.nbytes for array in self.arrays.values())


def expected_arrays(facts: SavedFacts, precision: str) -> dict[str, tuple[tuple[int, ...], np.dtype]]:
    """Shape and type of each array that belongs to a run, by its name."""
    real, whole, double = np.dtype(precision), np.dtype(np.int64), np.dtype(np.float64)
    found: dict[str, tuple[tuple[int, ...], np.dtype]] = {}
    for number, lane in enumerate(facts.lanes):
        for iteration in facts.states:
            found[state_name(number, iteration)] = (_numbers_at(lane, iteration),), real
        for updates in lane.loaded:
            found[loaded_name(number, updates)] = (_numbers_at(lane, updates),), real
        width = sum(columns for _, columns in lane.columns)
        found[f"lane-{number}/history"] = (lane.rows, width), real
        found[f"lane-{number}/iterations"] = (lane.rows,), whole
        found[f"lane-{number}/tests"] = (lane.tests, lane.test_columns), double
        found[f"lane-{number}/test-updates"] = (lane.tests,), whole
    return found


def state_name(lane: int, iteration: int) -> str:
    """The name of a lane's state at the start of an iteration."""
    return f"lane-{lane}/state-{iteration}"


def loaded_name(lane: int, updates: int) -> str:
    """The name of a state that was loaded into a lane after so many updates."""
    return f"lane-{lane}/loaded-{updates}"


def chosen_states(there: tuple[int, ...], present: int, state_bytes: int) -> tuple[int, ...]:
    """Of the iterations of which there are checkpoints those to keep: the start, the present one, the one before it.

    Others are spread evenly over what there is.
    """
    before = max((at for at in there if at < present), default=0)
    needed = {0, present, before}
    room = min(MOST_STATES - len(needed), STATES_BYTES // max(state_bytes, 1))
    others = [at for at in there if at not in needed]
    if room > 0 and others:
        picked = np.linspace(0, len(others) - 1, min(room, len(others))).round().astype(int)
        needed.update(others[k] for k in picked)
    return tuple(sorted(needed))


def parameters_of(program: Program) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """Name and shape of everything of a program that outlives an iteration.

    What an optimizer keeps is named by where the layer stands and what it is, such as "2: momentum of weight".
    """
    return tuple((_name(each), each.value.shape) for each in program.parameters)


def packed(program: Program, state: Array) -> Array:
    """A state without the gaps that it has in memory, shape (numbers,)."""
    parts = [_span(program, each) for each in program.parameters]
    return np.concatenate([state[part] for part in parts]) if parts else np.empty(0, state.dtype)


def unpacked(program: Program, numbers: Array) -> Array:
    """The state as it stands in memory, from its numbers without gaps."""
    state, start = np.zeros(program.state_size, numbers.dtype), 0
    for each in program.parameters:
        state[_span(program, each)] = numbers[start : start + each.value.size]
        start += each.value.size
    return state


def digest_of(experiment: Experiment, data: Array) -> str:
    """A digest of a person's own data, so that a run does not go on with other numbers; "" where it is generated."""
    return digest_of_numbers(data) if isinstance(experiment.data, FileData) else ""


def digest_of_numbers(data: Array) -> str:
    """The digest of a data set as lanes read it."""
    return hashlib.sha256(data.data).hexdigest()


def frozen(arrays: dict[str, Array]) -> Mapping[str, Array]:
    """The arrays, none of which can be written to any more."""
    for array in arrays.values():
        array.setflags(write=False)
    return MappingProxyType(arrays)


def _numbers_at(lane: SavedLane, iteration: int) -> int:
    """How many numbers a lane's state has as an iteration begins."""
    parameters = next((each.parameters for each in lane.past if iteration <= each.until), lane.parameters)
    return sum(_size(shape) for _, shape in parameters)


def _size(shape: tuple[int, ...]) -> int:
    size = 1
    for length in shape:
        size *= length
    return size


def _span(program: Program, parameter: Parameter) -> slice:
    start = program.offsets[parameter.value]
    return slice(start, start + parameter.value.size)


def _name(parameter: Parameter) -> str:
    return parameter.key or f"{'.'.join(map(str, parameter.path))}: {parameter.value.name}"
