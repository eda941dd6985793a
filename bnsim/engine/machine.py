"""The machine: one lane's memory, and the running of its program on it.

Play, step and replay all come down to `execute`; a fast run is `run`, the same instructions in one call.
What carries them out is either the NumPy twins or the compiled kernels; a machine keeps to one of them for life.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy

import numpy as np

from bnsim.engine.builder import nothing
from bnsim.engine.executor import Executor
from bnsim.engine.initial import initial
from bnsim.engine.mates import executor_of
from bnsim.engine.operation import Array
from bnsim.engine.program import Parameter, Place, Program
from bnsim.spec.errors import InputError

NOT_MEASURED = 0x7FF8_DEAD_0BAD_0BAD
"""The bits of a float64, a NaN that no arithmetic gives, where a watch has not been measured."""


class Twins:
    """Executes every operation by its plain NumPy twin, in order: the reference."""

    def __init__(self, program: Program, memory: Array, data: Array) -> None:
        self._program = program
        self._memory = memory
        self._data = data
        self.suspect = False
        self._views: list[tuple[Array, ...] | None] = [None] * len(program.instructions)

    def execute(self, iteration: int, start: int, stop: int) -> None:
        """Execute instructions `start` to `stop - 1` of one iteration."""
        self._execute(iteration, start, stop)
        self.suspect = not finite(self._memory[: self._program.scratch_from])

    def _execute(self, iteration: int, start: int, stop: int) -> None:
        with np.errstate(all="ignore"):
            for position in range(start, stop):
                instruction = self._program.instructions[position]
                operation = instruction.operation
                context = (self._data, iteration) if operation.clock else ()
                views = self._views[position]
                if views is None:  # made when first needed: a stack may be deep, and soon run on compiled kernels
                    views = tuple(self._program.view(self._memory, place) for place in instruction.places)
                    self._views[position] = views
                operation.twin(*context, *views, *instruction.scalars)

    def run(self, iteration: int, rows: Array, *, full_end: bool = True) -> None:
        """Execute `len(rows)` whole iterations, and write their records into `rows`; the end is always a full one."""
        program = self._program
        self.suspect = False
        for k in range(len(rows)):
            self._execute(iteration + k, 0, program.first_update)
            rows[k] = self._memory[program.record_index]
            self._execute(iteration + k, program.first_update, len(program.instructions))
            self.suspect = self.suspect or not finite(self._memory[: program.scratch_from])
            late = slice(program.late_record, program.row_size)
            rows[k, late] = self._memory[program.record_index[late]]


class Machine:
    """Memory and executor of one lane. `data` is the flat data set (see `flat_data`), shared and read-only.

    `each_parameter` is called before each is drawn; what it raises ends the making. Unless `drawn`, parameters are
    zero until a state is put in.
    """

    def __init__(
        self,
        program: Program,
        data: Array,
        seed: int,
        executor: type | None = None,
        each_parameter: Callable[[], None] = nothing,
        *,
        drawn: bool = True,
    ) -> None:
        self.program = program
        self.memory: Array = np.zeros(program.memory_size, data.dtype)
        self.record: Array = np.full(program.record_index.size, np.nan, data.dtype)
        self._data, self._make = data, Twins if executor is None else executor
        self._executor: Executor = executor_of(self._make, program, self.memory, data)
        for parameter in program.parameters if drawn else ():
            each_parameter()
            program.view(self.memory, parameter.value)[...] = initial(parameter, seed)

    def execute(self, iteration: int, start: int, stop: int) -> None:
        """Execute instructions `start` to `stop - 1` of one iteration.

        The record is taken as the first update begins; what only the update computes, NaN till then, when it ends.
        """
        middle, late = self.program.first_update, slice(self.program.late_record, self.program.row_size)
        if start <= middle < stop:
            self._executor.execute(iteration, start, middle)
            self.record = self.memory[self.program.record_index]
            self.record[late] = np.nan
            start = middle
        self._executor.execute(iteration, start, stop)
        if start < stop == len(self.program.instructions):
            self.record[late] = self.memory[self.program.record_index[late]]

    def run(self, iteration: int, count: int, *, full_end: bool = True) -> Array:
        """Execute `count` whole iterations and return their records, shape (count, record size).

        Without `full_end`, which is faster, only the state is right afterwards: other values may be of no iteration.
        """
        rows = np.empty((count, self.record.size), self.memory.dtype)
        self._executor.run(iteration, rows, full_end=full_end)
        if count:
            self.record = rows[-1]
        return rows

    def with_program(self, program: Program) -> Machine:
        """A machine as this one, in the same state, that measures what other watches need.

        In the present iteration these are not measured: what stands there is `NOT_MEASURED`.
        """
        other = copy(self)
        other.program = program
        other.memory = np.zeros(program.memory_size, self.memory.dtype)
        same = min(len(self.memory), program.watched_from or program.memory_size)
        other.memory[:same] = self.memory[:same]
        for place in program.watched:
            program.view(other.memory, place).view(np.int64)[...] = NOT_MEASURED
        other.record = other.memory[program.record_index]
        other.record[: program.row_size] = self.record[: program.row_size]
        other._executor = executor_of(self._make, program, other.memory, self._data)
        return other

    def release(self) -> None:
        """Give the memory back; the machine cannot be used any more."""
        self.memory = self.memory[:0].copy()
        self._executor = Twins(self.program, self.memory, self.memory)

    @property
    def suspect(self) -> bool:
        """Whether the last `execute` or `run` may have made a NaN or an infinity."""
        return self._executor.suspect

    @property
    def is_finite(self) -> bool:
        """Whether no number in memory is a NaN or an infinity. Scratch, and gaps between places, hold no numbers."""
        numbers = self.memory[: self.program.scratch_from]
        return finite(numbers) or finite(numbers[self.program.is_number])

    def find_non_finite(self, iteration: int, start: int, stop: int) -> tuple[int, Place] | None:
        """Execute instructions one by one; the first one that wrote a NaN or an infinity, and where, if one did.

        Instructions that only record are not asked. All of them are carried out in any case.
        """
        found = None
        for position in range(start, stop):
            self.execute(iteration, position, position + 1)
            if found is None and (place := self.wrote_non_finite(position)) is not None:
                found = position, place
        return found

    def wrote_non_finite(self, position: int) -> Place | None:
        """The place in which an instruction left a NaN or an infinity; None if none, or if it only records."""
        instruction = self.program.instructions[position]
        if instruction.hidden:
            return None
        operation = instruction.operation
        for name, place in zip(operation.operands(), instruction.places, strict=True):
            if name in operation.writes and not finite(self.program.view(self.memory, place)):
                return place
        return None

    @property
    def state(self) -> Array:
        """A copy of everything that outlives an iteration."""
        return self.memory[: self.program.state_size].copy()

    @state.setter
    def state(self, saved: Array) -> None:
        self.memory[: self.program.state_size] = saved

    def parameters(self) -> dict[str, Array]:
        """Copies of all parameters and running statistics, by `state_dict` key."""
        out = {}
        for parameter in self.program.parameters:
            if not parameter.key:
                continue
            value = self.program.view(self.memory, parameter.value)
            out[parameter.key] = value.astype(np.int64) if parameter.integer else value.copy()
        return out

    def load_parameters(self, arrays: Mapping[str, Array]) -> None:
        """Overwrite all parameters; InputError, and nothing changed, if a key or shape does not fit."""
        wanted = {parameter.key: parameter for parameter in self.program.parameters if parameter.key}
        checked = [(parameter, _checked(parameter, arrays)) for parameter in wanted.values()]
        unknown = [key for key in arrays if key not in wanted]
        if unknown:
            raise InputError(
                f"Cannot load the state: there is no {unknown[0]!r} in this stack; "
                f"leave it out (the keys are {', '.join(list(wanted)[:6])}, ...)."
            )
        for parameter, value in checked:
            self.program.view(self.memory, parameter.value)[...] = value


def finite(array: Array) -> bool:
    """Whether no element is a NaN or an infinity."""
    with np.errstate(all="ignore"):
        # A sum is the fastest look at all of them. It may overflow by itself: then each is asked.
        return bool(np.isfinite(array.sum())) or bool(np.isfinite(array).all())


def _checked(parameter: Parameter, arrays: Mapping[str, Array]) -> Array:
    if parameter.key not in arrays:
        raise InputError(
            f"Cannot load the state: {parameter.key!r} is missing; give it with shape {parameter.value.shape}."
        )
    value = np.asarray(arrays[parameter.key])
    if value.shape != parameter.value.shape:
        raise InputError(
            f"Cannot load the state: {parameter.key!r} has shape {value.shape}; it must have {parameter.value.shape}."
        )
    if not np.issubdtype(value.dtype, np.number) or np.issubdtype(value.dtype, np.complexfloating):
        raise InputError(f"Cannot load the state: {parameter.key!r} holds {value.dtype}; give real numbers.")
    return value


def flat_data(x: Array, y: Array, precision: str) -> Array:
    """Inputs then targets, row by row, as one read-only array of the network's precision; classes as whole numbers."""
    flat = np.empty(x.size + y.size, precision)
    flat[: x.size], flat[x.size :] = x.reshape(-1), y.reshape(-1)
    flat.setflags(write=False)
    return flat
