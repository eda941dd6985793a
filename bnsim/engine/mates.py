"""Which rows of the data a mini-batch takes, and other batch-mates in one iteration.

Which other rows come is a function of (seed, mini-batch, place) alone. They are put in behind the loading of the
mini-batch, which only copies: so no kernel has to know of them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

import numpy as np

from bnsim.engine.executor import Executor
from bnsim.engine.kernels import counter
from bnsim.engine.kernels.batch import batch_rows
from bnsim.engine.operation import Array
from bnsim.engine.program import Program

OTHER_MATES = 102
"""Purpose of these draws: no kernel's, and not the x-ray's."""


def loads(program: Program) -> tuple[int, ...]:
    """The positions of the instructions that load a mini-batch, one for each of those that make an update."""
    return tuple(position for position, each in enumerate(program.instructions) if each.operation.key == "batch")


def loaded_rows(program: Program, iteration: int, position: int) -> Array:
    """Numbers of the rows that the loading at a position of the instructions takes in an iteration, shape (batch,)."""
    instruction = program.instructions[position]
    rows, shuffle, seed, _, each, micro = (int(scalar) for scalar in instruction.scalars)
    number = iteration * each + micro
    chosen = batch_rows(number, rows, instruction.places[0].shape[0], bool(shuffle), seed)
    if program.mates is None or program.mates.iteration != iteration:
        return chosen
    return with_other_mates(chosen, program.mates.keep, rows, seed, number)


def with_other_mates(chosen: Array, keep: Collection[int], rows: int, seed: int, number: int) -> Array:
    """The rows of mini-batch `number`: those at the places `keep` stay, at all others stand other rows, none twice.

    They are rows that were not in it, in an order drawn for this mini-batch; where there are too few, former mates.
    """
    free = np.setdiff1d(np.arange(len(chosen)), list(keep))
    # So many rows of a permutation of all hold a mini-batch's worth of others, if the data does.
    first = np.arange(min(rows, 2 * len(chosen)))
    drawn = counter.shuffled_array(first, rows, counter.key_of(seed, OTHER_MATES, number)).astype(np.int64)
    others = drawn[~np.isin(drawn, chosen)]
    former = drawn[np.isin(drawn, chosen[free])]
    found = chosen.copy()
    found[free] = np.concatenate([others, former])[: len(free)]
    return found


def load_mates(program: Program, memory: Array, data: Array, iteration: int, position: int) -> None:
    """Overwrite what the loading at a position has just written, if the iteration has other batch-mates."""
    if program.mates is None or program.mates.iteration != iteration:
        return
    instruction = program.instructions[position]
    x, t = (program.view(memory, place) for place in instruction.places)
    chosen = loaded_rows(program, iteration, position)
    inputs = int(instruction.scalars[0]) * x.shape[1]
    x[...] = data[:inputs].reshape(-1, x.shape[1])[chosen]
    t[...] = data[inputs:].reshape(-1, t.shape[1])[chosen]


def executor_of(
    make: Callable[[Program, Array, Array], Executor], program: Program, memory: Array, data: Array
) -> Executor:
    """What `make` gives for the program; if that has other batch-mates in an iteration, one that puts them in."""
    plain = make(program, memory, data)
    return plain if program.mates is None else _WithOtherMates(plain, program, memory, data)


class _WithOtherMates:
    """Executes as another one does, but for the rows that an iteration's mini-batches take."""

    def __init__(self, plain: Executor, program: Program, memory: Array, data: Array) -> None:
        assert program.mates is not None
        self._at = program.mates.iteration
        self._plain, self._program, self._memory, self._data = plain, program, memory, data
        self._loads = loads(program)
        self.suspect = False

    def execute(self, iteration: int, start: int, stop: int) -> None:
        """Execute instructions `start` to `stop - 1` of one iteration."""
        self.suspect = False
        if iteration == self._at:
            for position in self._loads:
                if start <= position < stop:
                    self._execute(iteration, start, position + 1)
                    load_mates(self._program, self._memory, self._data, iteration, position)
                    start = position + 1
        self._execute(iteration, start, stop)

    def run(self, iteration: int, rows: Array, *, full_end: bool = True) -> None:
        """Execute `len(rows)` whole iterations; the one with other mates is always executed in full."""
        k = self._at - iteration
        if not 0 <= k < len(rows):
            self._run(iteration, rows, full_end=full_end)
            return
        self._run(iteration, rows[:k], full_end=False)
        suspect = self.suspect
        self._run_whole(rows[k])
        suspect = suspect or self.suspect
        self._run(self._at + 1, rows[k + 1 :], full_end=full_end)
        self.suspect = suspect or self.suspect

    def _run(self, iteration: int, rows: Array, *, full_end: bool) -> None:
        self.suspect = False
        if len(rows):
            self._plain.run(iteration, rows, full_end=full_end)
            self.suspect = self._plain.suspect

    def _run_whole(self, row: Array) -> None:
        program = self._program
        self.execute(self._at, 0, program.first_update)
        suspect = self.suspect
        row[...] = self._memory[program.record_index]
        self.execute(self._at, program.first_update, len(program.instructions))
        self.suspect = suspect or self.suspect
        late = slice(program.late_record, program.row_size)
        row[late] = self._memory[program.record_index[late]]

    def _execute(self, iteration: int, start: int, stop: int) -> None:
        self._plain.execute(iteration, start, stop)
        self.suspect = self.suspect or self._plain.suspect
