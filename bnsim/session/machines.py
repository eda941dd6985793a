"""Machines for the programs of a session: on the kernels there are, with its data and its seed."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from bnsim.engine.builder import nothing
from bnsim.engine.machine import Machine
from bnsim.engine.operation import Array
from bnsim.engine.program import Program
from bnsim.engine.readiness import Readiness
from bnsim.session.lane import Lane
from bnsim.spec import budget


class Machines:
    """`compiled()` says whether the lanes have switched to the compiled kernels, which may be ready before."""

    def __init__(self, data: Array, seed: int, readiness: Readiness, compiled: Callable[[], bool]) -> None:
        self._data = data
        self._seed = seed
        self._readiness = readiness
        self._compiled = compiled

    def drawn(self, program: Program, each_parameter: Callable[[], None] = nothing) -> Machine:
        """A machine with its initial parameters, on the best kernels there are."""
        return Machine(program, self._data, self._seed, self._readiness.executor, each_parameter)

    def as_lanes(self, program: Program) -> Machine:
        """A machine to take a state, on the executor of the lanes."""
        executor = self._readiness.executor if self._compiled() else None
        return Machine(program, self._data, self._seed, executor, drawn=False)

    def beside(self, program: Program) -> Machine:
        """As `as_lanes`; InputError if there is no memory for it."""
        budget.request(self._data.itemsize * program.memory_size, budget.AGAIN)
        return self.as_lanes(program)

    def make_anew(self, lanes: Iterable[Lane]) -> None:
        """Have lanes stand in machines on what kernels there are now."""
        forms = [form for lane in lanes for form in lane.forms]
        self._readiness.extend([form.program for form in forms if form.program.watched])
        for form in forms:
            form.made = None
        for lane in lanes:
            lane.forms[0].made = self.drawn(lane.forms[0].program)

    def release(self) -> None:
        """Let go of the data; no machine can be made any more."""
        self._data = self._data[:0].copy()
