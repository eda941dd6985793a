"""A lane replayed beside the run, on machines of its own: the lane itself is only read."""

from __future__ import annotations

from collections.abc import Callable

from bnsim.engine.machine import Machine
from bnsim.engine.operation import Array
from bnsim.engine.program import Program
from bnsim.session.lane import Form, Lane
from bnsim.session.timetable import Timetable


class Beside:
    """Runs a lane's iterations; `take` says from which state on. `make(program)` gives a machine."""

    def __init__(self, lane: Lane, timetable: Timetable, make: Callable[[Program], Machine]) -> None:
        self._lane = lane
        self._timetable = timetable
        self._make = make
        self._machines: dict[Form, Machine] = {}
        self._machine: Machine | None = None
        self._begun = -1
        self.state: Array = lane.machine.memory[:0]
        """Everything that outlives an iteration, from before what acts as the next one begins."""

    def take(self, state: Array) -> None:
        """Let this be the state, from before what acts as the next iteration begins."""
        self.state, self._begun = state, -1

    def begin(self, iteration: int) -> None:
        """Have in memory what an iteration begins with, once all that acts there has acted."""
        form = self._lane.form_at(iteration)
        if form not in self._machines:
            self._machines[form] = self._make(form.program)
        self._machine = self._machines[form]
        acts = self._timetable.acts_at(iteration)
        self._machine.state = self._timetable.begun(self._lane, self.state, iteration) if acts else self.state
        self._begun = iteration

    def run(self, iteration: int, count: int) -> Array:
        """Run whole iterations, and return their records; nothing acts but as the first of them begins."""
        if self._begun != iteration:
            self.begin(iteration)
        assert self._machine is not None
        rows = self._machine.run(iteration, count)
        self.take(self._machine.state)
        return rows

    @property
    def memory(self) -> Array:
        """That of the machine of the iteration that was begun last."""
        assert self._machine is not None
        return self._machine.memory

    def release(self) -> None:
        """Give the machines' memory back."""
        for machine in self._machines.values():
            machine.release()
        self._machines = {}
