"""The time line of an experiment in motion: where its lanes stand, and how they get anywhere else.

Every place is (iteration, tick). Forward, the kernels run and what they computed is looked at; backward, updates are
undone within an iteration, and other iterations are replayed from a checkpoint.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from bnsim.engine.blas import one_thread
from bnsim.engine.machine import finite
from bnsim.engine.operation import Array
from bnsim.session.breakpoints import Breakpoint, Stop
from bnsim.session.checkpoints import Checkpoints
from bnsim.session.lane import Lane
from bnsim.session.lockstep import Lockstep
from bnsim.session.track import Mark
from bnsim.session.watch import Hit, Watch

MANY_TICKS = 50
"""Carrying out more than these at once is worth a thread for each lane."""
MOST_MARKS = 1000
"""Stops that are remembered; more could not be told apart."""


class Timeline:
    """`stopped` is what ended the last movement before its end, None if nothing did.

    `evaluate_every`: updates between two tests on held-out data, 0 for none.
    """

    def __init__(self, lanes: tuple[Lane, ...], lockstep: Lockstep, evaluate_every: int) -> None:
        self.lanes = lanes
        self.stopped: Stop | None = None
        self.kernels_ready = False
        self._lockstep = lockstep
        self._evaluate_every = evaluate_every
        self._checks = Watch(lanes, lockstep)
        self._hits: dict[Breakpoint, int] = {}
        self._blown: dict[int, tuple[int, int]] = {}
        self._ever_blown: dict[int, tuple[int, int]] = {}
        self._marks: dict[tuple[int, int], Mark] = {}
        self._false_alarms: set[int] = set()
        self._checkpoints = Checkpoints()
        self._loaded: dict[int, dict[int, Array]] = {}
        self._tick = 0
        self._base = 0
        self._pool: ThreadPoolExecutor | None = None

    @property
    def iteration(self) -> int:
        """How many updates are done."""
        return self._base + (self._tick == self._lockstep.last)

    def kept_before(self, lane: Lane) -> Array | None:
        """What outlives an iteration, as a lane had it at the start of the present one; None where that is not kept."""
        states = self._checkpoints.get(self._base)
        return None if states is None else states[lane.index]

    def _begin(self, iteration: int) -> None:
        """Stand at tick 0 of an iteration, its state in memory; keep that as a checkpoint."""
        self._base, self._tick = iteration, 0
        self._apply_loaded(iteration)
        # Where there is one, it has the same numbers: they follow from the experiment and the iteration.
        if not self._checkpoints.use(iteration):
            self._checkpoints.save(iteration, tuple(lane.machine.state for lane in self.lanes))
        self._place()

    def _apply_loaded(self, iteration: int) -> None:
        """What was loaded at the start of an iteration is loaded again whenever one comes by."""
        for index, state in self._loaded.get(iteration, {}).items():
            self.lanes[index].machine.state = state

    def _forward(self, tick: int) -> None:
        """Carry out ticks of the present iteration."""
        positions = self._lockstep.positions[tick]

        def work(lane: Lane) -> None:
            lane.machine.execute(self._base, lane.position, positions[lane.index])

        if tick - self._tick > MANY_TICKS:
            self._map(work)
        else:
            for lane in self.lanes:
                work(lane)
        self._tick = tick
        self._place()
        self._arrive()

    def _arrive(self) -> None:
        """At the end of an iteration, keep what it recorded."""
        if self._tick == self._lockstep.last:
            for lane in self.lanes:
                lane.history.write(self._base, lane.machine.record[None])
            self._apply_loaded(self._base + 1)
            self._test()

    def _advance(self, tick: int, watch: Watch) -> None:
        """Carry out ticks of the present iteration, as far as the first hit."""
        came = self._tick
        states = self._checkpoints.get(self._base)
        hits = []
        for lane, position in zip(self.lanes, self._lockstep.positions[tick], strict=True):
            lane.machine.execute(self._base, lane.position, position)
            if lane.index not in self._blown and not finite(lane.machine.memory):
                assert states is not None
                if hit := self._find_non_finite(lane, states[lane.index], self._base, lane.position, position):
                    hits.append(hit)
        if watch.has_values:
            rows = [lane.machine.memory[lane.program.record_index][None] for lane in self.lanes]
            if value := watch.first_value(np.array([self._base]), rows, came, tick):
                hits.append(value)
        self._tick = tick
        first = min(hits, key=lambda hit: hit.at, default=None)
        if first and first.tick < tick:
            self._undo_updates(first.tick, came=tick)
        self._place()
        self._arrive()
        if first:
            self._stop(first, watch)

    def _find_non_finite(self, lane: Lane, state: Array, iteration: int, start: int, stop: int) -> Hit | None:
        """Instructions of an iteration again, one by one, from the state at its beginning; what wrote the first NaN.

        The values they read must still be in memory, from the iteration's own beginning on.
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
        return Hit(iteration, self._checks.tick_of(lane.index, position), lane.index, position, place=place)

    def _non_finite_hit(self, hit: Hit) -> Hit:
        """For a lane that stands where its first NaN is."""
        lane = self.lanes[hit.lane]
        for position in range(lane.position):
            place = lane.machine.wrote_non_finite(position)
            if place is not None and self._checks.tick_of(lane.index, position) == hit.tick:
                return Hit(hit.iteration, hit.tick, hit.lane, position, place=place)
        return hit

    def _stop(self, hit: Hit, watch: Watch) -> None:
        """Say why the session stands here."""
        if hit.place is not None:
            self._blown[hit.lane] = self._ever_blown[hit.lane] = hit.at
        self.stopped = watch.stop(hit)
        if self.stopped.breakpoint is not None:
            self._hits[self.stopped.breakpoint] = self._hits.get(self.stopped.breakpoint, 0) + 1
        if hit.at in self._marks or len(self._marks) < MOST_MARKS:
            self._marks[hit.at] = Mark(*hit.at, self.stopped.sentence)

    def _run_chunk(self, target: int, watch: Watch | None = None, *, record: bool = True) -> list[Array]:
        """Whole iterations up to `target` or the next place to stop at: a checkpoint, a loaded state, a test, a hit.

        What they recorded, by lane.
        """
        start = self.iteration
        self._begin(start)
        spacing = self._checkpoints.spacing
        stops = [target, (start // spacing + 1) * spacing, *(at for at in self._loaded if at > start)]
        if every := self._evaluate_every:
            stops.append((start // every + 1) * every)
        stop = min(stops)
        states = self._checkpoints.get(start)
        assert states is not None
        rows: list[Array] = [np.empty(0)] * len(self.lanes)
        hits: list[Hit] = []

        def work(lane: Lane) -> None:
            checked = watch is not None and lane.index not in self._blown
            if checked and (lane.index in self._false_alarms or not finite(states[lane.index])):
                rows[lane.index], hit = self._run_checked(lane, states[lane.index], start, stop)
            else:
                rows[lane.index], hit = lane.machine.run(start, stop - start), None
                if checked and lane.machine.suspect:
                    _, hit = self._run_checked(lane, states[lane.index], start, stop)
                    if hit is None:
                        self._false_alarms.add(lane.index)
            if hit:
                hits.append(hit)

        self._map(work)
        if watch is not None and watch.has_values:
            most = min(map(len, rows))
            iterations = np.arange(start, start + most)
            if value := watch.first_value(iterations, [lane_rows[:most] for lane_rows in rows]):
                hits.append(value)
        if hits and watch is not None:
            first = min(hits, key=lambda hit: (hit.at, hit.lane))
            self._stand(first.iteration, first.tick)
            self._stop(first, watch)
            return rows
        if record:
            for lane in self.lanes:
                lane.history.write(start, rows[lane.index])
        self._base, self._tick = stop - 1, self._lockstep.last
        self._place()
        self._apply_loaded(stop)
        if record:
            self._test()
        return rows

    def _run_checked(self, lane: Lane, state: Array, start: int, stop: int) -> tuple[Array, Hit | None]:
        """Whole iterations from a state, every number of each looked at; what was recorded up to the first NaN."""
        lane.machine.state = state
        rows = []
        for iteration in range(start, stop):
            before = lane.machine.state
            rows.append(lane.machine.run(iteration, 1))
            if not finite(lane.machine.memory):
                last = len(lane.program.instructions)
                lane.machine.state = before
                if hit := self._find_non_finite(lane, before, iteration, 0, last):
                    return np.concatenate(rows), hit
        return np.concatenate(rows), None

    def _test(self) -> None:
        """Measure on the test part of the data, if it is time to and has not been done."""
        every = self._evaluate_every
        for lane in self.lanes:
            lane.tests.show_until(self.iteration)
        if not every or self.iteration % every or self.iteration == 0:
            return
        due = [lane for lane in self.lanes if not lane.tests.has(self.iteration)]
        found = {}

        def work(lane: Lane) -> None:
            if lane in due:
                found[lane.index] = lane.evaluate()

        self._map(work)
        for lane in due:
            lane.tests.write(self.iteration, found[lane.index])

    def _go(self, iteration: int, tick: int, *, dense: bool = False) -> None:
        """Stand anywhere, by the shortest way: stay and undo the updates, or replay from a checkpoint.

        `dense`: more steps back will follow, so checkpoints are left on the way, the closer the nearer to its end.
        """
        if iteration != self._base or self._checkpoints.get(iteration) is None:
            self._replay(iteration, dense=dense)
            self._forward(tick)
        elif tick >= self._tick:
            self._forward(tick)
        else:
            self._undo_updates(tick, came=self._tick)
        self._show()

    def _stand(self, iteration: int, tick: int) -> None:
        """Stand anywhere, whatever is in memory."""
        self._replay(iteration)
        self._forward(tick)
        self._show()

    def _undo_updates(self, tick: int, came: int) -> None:
        """Within the present iteration: values stay where they are, parameters come back, updated as far as `tick`."""
        states = self._checkpoints.get(self._base)
        assert states is not None
        there, here = self._lockstep.positions[tick], self._lockstep.positions[came]
        for lane, state, position, done in zip(self.lanes, states, there, here, strict=True):
            first = lane.program.first_update
            if done > first:
                lane.machine.state = state
                lane.position = min(position, first)
                lane.machine.execute(self._base, first, max(position, first))
        self._tick = tick
        self._place()

    def _replay(self, iteration: int, *, record: bool = True, dense: bool = False) -> None:
        """Stand at tick 0 of an iteration."""
        start, states = self._checkpoints.nearest(iteration)
        for lane, state in zip(self.lanes, states, strict=True):
            lane.machine.state = state
        self._begin(start)
        while self._base < iteration:
            if self.iteration < iteration:
                far = iteration - self.iteration
                self._run_chunk(iteration - far // 2 if dense else iteration, record=record)
            else:
                self._begin(iteration)

    def _place(self) -> None:
        for lane, position in zip(self.lanes, self._lockstep.positions[self._tick], strict=True):
            lane.iteration, lane.position = self._base, position

    def _show(self) -> None:
        """Let the record end at the present moment; what is later waits until one comes by again."""
        for lane in self.lanes:
            lane.history.show_until(self.iteration)
            lane.tests.show_until(self.iteration)
        self._blown = {lane: at for lane, at in self._blown.items() if at <= (self._base, self._tick)}

    def _forget_after(self, iteration: int) -> None:
        """What comes after that many updates may be different from now on."""
        self._checkpoints.forget_after(iteration)
        for lane in self.lanes:
            lane.history.forget_after(iteration)
            lane.tests.forget_after(iteration)
        self._ever_blown = {lane: at for lane, at in self._ever_blown.items() if at[0] < iteration}
        self._marks = {at: mark for at, mark in self._marks.items() if at[0] < iteration}

    def _map(self, work: Callable[[Lane], None]) -> None:
        """Every lane on a thread of its own, where that can be faster: the kernels hold no GIL."""
        if len(self.lanes) == 1 or not self.kernels_ready:
            for lane in self.lanes:
                work(lane)
            return
        if self._pool is None:
            self._pool = ThreadPoolExecutor(len(self.lanes), thread_name_prefix="bnsim-lane")
        with one_thread():
            list(self._pool.map(work, self.lanes))
