"""Bringing the lanes to any moment: forward by running, backward by undoing an update or replaying from a checkpoint.

Nothing here looks for breakpoints or for a NaN; that is `bnsim.session.travel`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from bnsim.engine.machine import Machine
from bnsim.engine.operation import Array
from bnsim.engine.program import Program
from bnsim.session.beside import Beside
from bnsim.session.carrying import Carrier
from bnsim.session.changes import Changes, without
from bnsim.session.checkpoints import Checkpoints, States
from bnsim.session.lane import Lane
from bnsim.session.lanes import Lanes
from bnsim.session.moment import START, Moment
from bnsim.session.run_log import RunLog
from bnsim.session.timetable import Timetable
from bnsim.spec import budget
from bnsim.spec.errors import InputError

MANY_TICKS = 50
"""Executing more than this many ticks at once is worth a thread for each lane."""


class Replay:
    """Moves the lanes. `loaded`: states that were loaded by hand, by iteration and lane index.

    What was loaded at the start of an iteration is loaded again whenever the run comes by, and what changes there is
    changed again. A checkpoint has what is loaded in it, and is from before the changes.
    """

    def __init__(self, lanes: Lanes, log: RunLog, carrier: Carrier) -> None:
        self.checkpoints = Checkpoints()
        self.timetable = Timetable(lanes, carrier)
        self.loaded: dict[int, dict[int, Array]] = {}
        self._lanes = lanes
        self._log = log

    def begin(self, iteration: int, *, passing: bool = False) -> None:
        """Stand at tick 0 of an iteration, changed as it begins; the state before that is in memory, and is kept.

        `passing`: as `Checkpoints.save` says.
        """
        self._apply_loaded(iteration)
        # Where there is one, it has the same numbers: they follow from the experiment and the iteration.
        if not self.checkpoints.use(iteration):
            states = tuple(lane.machine.state for lane in self._lanes)
            self.checkpoints.save(iteration, states, passing=passing)
        for lane in self._lanes:
            self.timetable.begin(lane, iteration)
        self._lanes.stand_at(iteration, 0)

    def begin_next_if_done(self) -> None:
        """Begin the iteration after the present one, if that is complete."""
        if self._lanes.moment.tick == self._lanes.lockstep.last:
            self.begin(self._lanes.updates)

    def begin_next(self, *, passing: bool = False) -> None:
        """Begin the iteration after the one that is complete, unless it has begun."""
        if self._lanes.moment.tick:
            self.begin(self._lanes.updates, passing=passing)

    def state_at_begin(self) -> States | None:
        """Every lane's state as the present iteration began, changes made; None where there is no checkpoint of it."""
        iteration = self._lanes.moment.iteration
        states = self.checkpoints.get(iteration)
        if states is None or not self.timetable.acts_at(iteration):
            return states
        return tuple(
            self.timetable.begun(lane, state, iteration) for lane, state in zip(self._lanes, states, strict=True)
        )

    def execute_to(self, tick: int) -> None:
        """Execute the ticks of the present iteration up to `tick`."""
        iteration, came = self._lanes.moment
        positions = self._lanes.lockstep.positions[tick]

        def work(lane: Lane) -> None:
            lane.machine.execute(iteration, lane.position, positions[lane.index])

        if tick - came > MANY_TICKS:
            self._lanes.each(work)
        else:
            for lane in self._lanes:
                work(lane)
        self._lanes.stand_at(iteration, tick)
        self.finish_iteration()

    def finish_iteration(self) -> None:
        """If the present iteration has come to its end by steps, keep what it recorded."""
        iteration, tick = self._lanes.moment
        if tick == self._lanes.lockstep.last:
            self._log.write_rows(iteration, [lane.machine.record[None] for lane in self._lanes])
            self._apply_loaded(iteration + 1)
            self._log.evaluate_if_due()

    def undo_updates(self, tick: int, *, done: int) -> None:
        """Go back to `tick` of the present iteration, of which `done` ticks have been executed.

        Values stay where they are; parameters come back, updated as far as `tick`.
        """
        positions, iteration = self._lanes.lockstep.positions, self._lanes.moment.iteration
        states = self.state_at_begin()
        assert states is not None
        lanes = zip(self._lanes, states, positions[tick], positions[done], strict=True)
        for lane, state, position, executed in lanes:
            first = lane.program.first_update
            if executed > first:
                lane.machine.state = state
                lane.position = min(position, first)
                lane.machine.execute(iteration, first, max(position, first))
        self._lanes.stand_at(iteration, tick)

    def chunk_end(self, target: int) -> int:
        """The update up to which iterations can run at a stretch from the present one, `target` at most.

        A checkpoint, a loaded state, a change and a measurement on held-out data come between iterations.
        """
        start, spacing = self._lanes.updates, self.checkpoints.spacing
        ends = [target, (start // spacing + 1) * spacing, *(at for at in self.loaded if at > start)]
        if every := self._log.evaluate_every:
            ends.append((start // every + 1) * every)
        if (change := self.timetable.next_after(start)) is not None:
            ends.append(change)
        ends.append(start + self.rows_at_once())
        return min(ends)

    def rows_at_once(self) -> int:
        """How many iterations' records are made at a stretch; at least one."""
        size = sum(lane.history.row_bytes for lane in self._lanes)
        return max(budget.ROWS.most // size, 1)

    def run_chunk(self, target: int, *, record: bool = True) -> list[Array]:
        """Run whole iterations up to `chunk_end(target)`; returns each lane's recorded rows."""
        start = self._lanes.updates
        self.begin_next()
        stop = self.chunk_end(target)
        rows: list[Array] = [np.empty(0)] * len(self._lanes)

        def work(lane: Lane) -> None:
            rows[lane.index] = lane.machine.run(start, stop - start)

        self._lanes.each(work)
        self.finish_chunk(start, stop, rows, record=record)
        return rows

    def finish_chunk(self, start: int, stop: int, rows: Sequence[Array], *, record: bool = True) -> None:
        """Iterations `start` to `stop - 1` have been run: stand at their end and keep what they recorded."""
        if record:
            self._log.write_rows(start, rows)
        self._lanes.stand_at(stop - 1, self._lanes.lockstep.last)
        self._apply_loaded(stop)
        if record:
            self._log.evaluate_if_due()

    def go_to(self, moment: Moment, *, dense: bool = False) -> None:
        """Stand at a moment, by the shortest way: undo the updates, or replay from a checkpoint.

        `dense`: more steps back will follow, so checkpoints are left on the way, the closer the nearer to its end.
        """
        here = self._lanes.moment
        if moment.iteration != here.iteration or self.checkpoints.get(moment.iteration) is None:
            self.go_to_start_of(moment.iteration, dense=dense)
            self.execute_to(moment.tick)
        elif moment.tick >= here.tick:
            self.execute_to(moment.tick)
        else:
            self.undo_updates(moment.tick, done=here.tick)
        self._log.show_present()

    def rebuild(self, moment: Moment) -> None:
        """Stand at a moment, by replaying from a checkpoint whatever is in memory."""
        self.go_to_start_of(moment.iteration)
        self.execute_to(moment.tick)
        self._log.show_present()

    def go_to_start_of(self, iteration: int, *, record: bool = True, dense: bool = False) -> None:
        """Stand at tick 0 of an iteration, from the nearest checkpoint before it on."""
        start, states = self.checkpoints.nearest(iteration)
        self._lanes.take(start, states)
        self.begin(start)
        while self._lanes.moment.iteration < iteration:
            updates = self._lanes.updates
            if updates < iteration:
                far = iteration - updates
                self.run_chunk(iteration - far // 2 if dense else iteration, record=record)
            else:
                self.begin(iteration)

    def reset(self) -> None:
        """Stand at the start and forget what came after it, states loaded on the way and all changes too."""
        self.loaded = {at: states for at, states in self.loaded.items() if at == 0}
        self.timetable.put(())
        self.rebuild(START)
        self.forget_after(0)

    def run_again(self) -> None:
        """Replay up to the present moment on new machines, which stand at the start."""
        moment, self._lanes.moment = self._lanes.moment, START
        for lane in self._lanes:
            lane.stand_in(lane.forms[0])
        self.checkpoints = Checkpoints()
        self.forget_after(0)
        self.begin(0)
        self.go_to(moment)

    def take_over(self, other: Replay) -> None:
        """Have the checkpoints, changes and loaded states of another session of the same experiment.

        That one then has none.
        """
        self.checkpoints, other.checkpoints = other.checkpoints, Checkpoints()
        self.timetable.put(other.timetable.changes)
        self.loaded, other.loaded = other.loaded, {}

    def load(self, lane: Lane, arrays: Mapping[str, Array]) -> None:
        """Overwrite a lane's parameters between two iterations; all later records are forgotten.

        So are later changes, and this lane's at this place: what is loaded stands in memory as it is.
        """
        updates = self._lanes.updates
        if self._lanes.moment.tick == 0 and self.timetable.forks_at(lane, updates):
            raise InputError(f"{lane.stack.name} is forked right here; load a state one iteration later.")
        lane.machine.load_parameters(arrays)
        self.loaded = {at: states for at, states in self.loaded.items() if at <= updates}
        self.loaded.setdefault(updates, {})[lane.index] = state = lane.machine.state
        before = self.checkpoints.get(updates)
        self.timetable.put(without(self.timetable.changes, self.timetable.layers_of(lane), updates))
        self.forget_after(updates)
        self.checkpoints.forget_after(updates - 1)
        if self._lanes.moment.tick == 0:
            assert before is not None
            self.checkpoints.save(updates, (*before[: lane.index], state, *before[lane.index + 1 :]))

    def change(self, changes: Changes) -> None:
        """Let these be the changes. Where that makes another past, go back to where it parts, and forget the rest.

        InputError, and nothing changed, if one cannot be made.
        """
        first, here = self.timetable.put(changes), self._lanes.moment
        if first is None:
            return
        if here.iteration >= first:  # at its very beginning it begins anew
            self.rebuild(here if here.tick == 0 and here.iteration == first else self._lanes.after(first))
        self.forget_after(first)

    def forget_after(self, updates: int) -> None:
        """Forget records, checkpoints and loaded states after that many updates: the future may differ."""
        self.checkpoints.forget_after(updates)
        self._log.forget_after(updates)

    def release(self) -> None:
        """Forget all checkpoints, loaded states and changes."""
        self.checkpoints.forget_after(-1)
        self.loaded = {}
        self.timetable.put(())

    def state_before(self, lane: Lane, make_machine: Callable[[Program], Machine]) -> Array:
        """A lane's state as the present iteration began, a copy; `Session.state_before` says more."""
        if lane.position <= lane.program.first_update:
            return lane.machine.state
        iteration = self._lanes.moment.iteration
        if self.checkpoints.get(iteration) is None:
            replayed = tuple(self._replayed(each, make_machine) for each in self._lanes)
            self.checkpoints.save(iteration, replayed)
        states = self.state_at_begin()
        assert states is not None
        return states[lane.index].copy()

    def _replayed(self, lane: Lane, make_machine: Callable[[Program], Machine]) -> Array:
        """A lane's state before the present iteration, computed on other machines from the nearest checkpoint on."""
        now = self._lanes.moment.iteration
        start, states = self.checkpoints.nearest(now)
        beside = Beside(lane, self.timetable, make_machine)
        beside.take(states[lane.index])
        for iteration in range(start, now):
            beside.run(iteration, 1)
            if lane.index in (loaded := self.loaded.get(iteration + 1, {})):
                beside.take(loaded[lane.index])
        return beside.state

    def _apply_loaded(self, iteration: int) -> None:
        for index, state in self.loaded.get(iteration, {}).items():
            self._lanes[index].machine.state = state
