"""Finding the operation that wrote a lane's first NaN or infinity."""

from __future__ import annotations

import numpy as np

from bnsim.engine.machine import finite
from bnsim.engine.operation import Array
from bnsim.session.conditions import Hit
from bnsim.session.lane import Lane
from bnsim.session.lanes import Lanes
from bnsim.session.moment import Moment


class NonFiniteSearch:
    """Runs lanes while looking at their numbers. A lane is searched by executing instructions one by one again."""

    def __init__(self, lanes: Lanes) -> None:
        self._lanes = lanes
        self._look_closely: set[int] = set()
        """Lanes whose processor flags say that something is not finite where nothing is."""

    def run(
        self, lane: Lane, state: Array, start: int, stop: int, last: Moment | None = None, *, full_end: bool = True
    ) -> tuple[Array, Hit | None]:
        """Iterations `start` to `stop - 1` from a state, which is in memory; the rows recorded, and what was found.

        After a stop, at `last`, a lane is looked at again as soon as an iteration has come by without a NaN. Without
        `full_end`, which is faster, only the state and the rows are of use afterwards.
        """
        passed: list[Array] = []
        if last is not None:
            if not finite(state):
                return lane.machine.run(start, stop - start), None
            while start < stop and not lane.machine.is_finite:
                passed.append(lane.machine.run(start, 1))
                start += 1
            if start == stop:
                return np.concatenate(passed), None
            state = lane.machine.state
        rows, hit = self._run(lane, state, start, stop, full_end)
        return np.concatenate([*passed, rows]), hit

    def is_news(self, lane: Lane, last: Moment | None, iteration: int) -> bool:
        """Whether a NaN or an infinity that comes up next is a reason to stop; `last` is the lane's last such stop."""
        return last is None or (last.iteration < iteration and lane.machine.is_finite)

    def find(self, lane: Lane, state: Array, iteration: int, start: int, stop: int) -> Hit | None:
        """Execute instructions `start` to `stop - 1` again: the one that wrote the first NaN or infinity, or None.

        `state` is that of the iteration's start. The values they read must still be in memory, from that start on.
        """
        machine, first = lane.machine, lane.program.first_update
        if stop > first:
            machine.state = state
            if start > first:
                machine.execute(iteration, first, start)
        found = machine.find_non_finite(iteration, start, stop)
        if found is None:
            return None
        position, place = found
        return Hit(iteration, self._lanes.lockstep.tick_of(lane.index, position), lane.index, position, place=place)

    def with_place(self, hit: Hit) -> Hit:
        """The hit with the array that holds the NaN; its lane must stand at the moment of the hit."""
        lane = self._lanes[hit.lane]
        for position in range(lane.position):
            place = lane.machine.wrote_non_finite(position)
            if place is not None and self._lanes.lockstep.tick_of(hit.lane, position) == hit.tick:
                return Hit(hit.iteration, hit.tick, hit.lane, position, place=place)
        return hit

    def _run(self, lane: Lane, state: Array, start: int, stop: int, full_end: bool) -> tuple[Array, Hit | None]:
        if lane.index in self._look_closely or not finite(state):
            return self._run_checked(lane, state, start, stop)
        rows = lane.machine.run(start, stop - start, full_end=full_end)
        # Flags belong to a thread, in which anything that runs in between may lower them: losses are asked as well.
        if not lane.machine.suspect and _losses_are_finite(lane, rows):
            return rows, None
        _, hit = self._run_checked(lane, state, start, stop)
        if hit is None:
            self._look_closely.add(lane.index)
        return rows, hit

    def _run_checked(self, lane: Lane, state: Array, start: int, stop: int) -> tuple[Array, Hit | None]:
        """Run with every number looked at: rows up to the iteration of the first NaN or infinity, and the hit."""
        lane.machine.state = state
        rows = []
        for iteration in range(start, stop):
            before = lane.machine.state
            rows.append(lane.machine.run(iteration, 1))
            if not lane.machine.is_finite:
                lane.machine.state = before
                if hit := self.find(lane, before, iteration, 0, len(lane.program.instructions)):
                    return np.concatenate(rows), hit
        return np.concatenate(rows), None


def _losses_are_finite(lane: Lane, rows: Array) -> bool:
    """Whether no recorded loss is a NaN or an infinity; True where none is recorded."""
    start = 0
    for record in lane.program.records:
        if record.name == "loss":
            return finite(rows[:, start])
        start += sum(place.size for place in record.places)
    return True
