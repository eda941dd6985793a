"""Moving along a run, forward and back, to an end or to a breakpoint or NaN on the way.

What a move is and says is `bnsim.session.session`'s business; here it is carried out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np

from bnsim.engine.operation import Array
from bnsim.session.conditions import Conditions, Hit
from bnsim.session.epochs import Epochs
from bnsim.session.lane import Lane
from bnsim.session.lanes import Lanes
from bnsim.session.moment import Moment
from bnsim.session.non_finite import NonFiniteSearch
from bnsim.session.replay import Replay
from bnsim.session.run_log import RunLog, present_rows
from bnsim.session.stop import Stop

Size = Literal["op", "layer", "phase", "iteration", "epoch"]
WINDOW = 256
"""Iterations searched at a time on the way back."""


def never() -> bool:
    """The default of `cancelled`: the movement is never cancelled."""
    return False


class Travel:
    """Moves the lanes and looks for what stops them. `stopped` is what ended the last movement before its end."""

    def __init__(self, lanes: Lanes, log: RunLog, replay: Replay, epochs: Epochs) -> None:
        self.stopped: Stop | None = None
        self._lanes = lanes
        self._log = log
        self._replay = replay
        self._epochs = epochs
        self._search = NonFiniteSearch(lanes)

    def epoch_end(self) -> int:
        """Number of updates at which the next epoch ends."""
        return self._epochs.next_end(self._lanes.updates)

    def start_of_last_step(self, size: Size) -> Moment:
        """The moment at which the last step of that size began; not for the very start."""
        lanes, (iteration, tick) = self._lanes, self._lanes.moment
        if size == "epoch":
            return lanes.after(self._epochs.last_end(lanes.updates - lanes.between_iterations))
        target = 0 if tick == 0 else lanes.lockstep.previous_tick(tick, size)
        return Moment(iteration, target) if target else lanes.after(iteration)

    def step_to(self, tick: int, conditions: Conditions) -> None:
        """Step to a tick of the present iteration, or to the first hit before it."""
        arrival = conditions.next_arrival(self._lanes.moment)
        on_the_way = arrival is not None and arrival.moment <= Moment(self._lanes.moment.iteration, tick)
        self._advance(arrival.tick if arrival and on_the_way else tick, conditions)
        if arrival and on_the_way:
            self._stop_if_there(arrival, conditions)

    def forward(
        self, target: int, cancelled: Callable[[], bool], conditions: Conditions, at_a_time: int | None = None
    ) -> None:
        """Run until `target` updates are done or something is hit; `cancelled` is asked every `at_a_time` updates."""
        lanes = self._lanes
        while lanes.updates < target and self.stopped is None and not cancelled():
            arrival = conditions.next_arrival(lanes.moment)
            if lanes.between_iterations:
                start = lanes.updates
                if arrival is None or arrival.iteration > start:
                    self._run_iterations(target, cancelled, conditions, at_a_time)
                    continue
                self._replay.begin_next()
            here = arrival is not None and arrival.iteration == lanes.moment.iteration
            self._advance(arrival.tick if arrival and here else lanes.lockstep.last, conditions)
            if arrival:
                self._stop_if_there(arrival, conditions)

    def jump(self, target: int) -> None:
        """Skip over recorded iterations without a NaN, as far as a checkpoint makes that shorter."""
        far = min(target, self._log.known_updates)
        if far > self._lanes.updates and self._replay.checkpoints.nearest(far - 1)[0] > self._lanes.updates:
            self._replay.go_to(self._lanes.after(far))

    def back(self, floor: Moment, cancelled: Callable[[], bool], conditions: Conditions) -> bool:
        """Go back to the nearest hit not before `floor`; False, and nothing moved, if there is none."""
        here = self._lanes.moment
        hits = [Hit(*at, lane, 0) for lane, at in self._log.non_finite_before(here)]
        hits += [arrival] if (arrival := conditions.last_arrival(here)) else []
        if conditions.has_values:
            present = np.array([here.iteration]), present_rows(self._lanes)
            if value := conditions.last_value(*present, before=here.tick):
                hits.append(value)
        # No window reaches back over a hit that is known: nothing before that one is looked for.
        known = max((hit.iteration for hit in hits), default=-1)
        if conditions.has_values:
            value, moved = self._last_value_between(max(floor.iteration, known), cancelled, conditions)
            hits += [value] if value else []
            if moved and not any(hit.moment >= floor for hit in hits):
                self._replay.rebuild(here)
        found = max((hit for hit in hits if hit.moment >= floor), key=lambda hit: hit.moment, default=None)
        if found is None:
            return False
        self._replay.rebuild(found.moment)
        if found.moment == self._log.non_finite.get(found.lane):
            found = self._search.with_place(found)
        self._stop(found, conditions)
        return True

    def _advance(self, tick: int, conditions: Conditions) -> None:
        """Execute ticks of the present iteration, as far as `tick` or the first hit."""
        lanes, (iteration, came) = self._lanes, self._lanes.moment
        hits = []
        for lane, position in zip(lanes, lanes.lockstep.positions[tick], strict=True):
            news = self._search.is_news(lane, self._log.non_finite.get(lane.index), iteration)
            lane.machine.execute(iteration, lane.position, position)
            if news and not lane.machine.is_finite:
                states = self._replay.state_at_begin()
                assert states is not None
                if hit := self._search.find(lane, states[lane.index], iteration, lane.position, position):
                    hits.append(hit)
        if conditions.has_values:
            rows = present_rows(lanes)
            if value := conditions.first_value(np.array([iteration]), rows, after=came, upto=tick):
                hits.append(value)
        first = min(hits, key=lambda hit: hit.moment, default=None)
        if first and first.tick < tick:
            self._replay.undo_updates(first.tick, done=tick)
        else:
            lanes.stand_at(iteration, tick)
        self._replay.finish_iteration()
        if first:
            self._stop(first, conditions)

    def _run_iterations(
        self, target: int, cancelled: Callable[[], bool], conditions: Conditions, at_a_time: int | None
    ) -> None:
        """Run whole iterations, one at least; what the last of them computed can be read."""
        lanes, last = self._lanes, target - 1
        while lanes.updates < last and self.stopped is None and not cancelled():
            end = last if at_a_time is None else min(lanes.updates + at_a_time, last)
            # After a NaN a lane's values say whether the next one is news.
            self._run_chunk(end, conditions, full_end=bool(self._log.non_finite))
        if self.stopped is None:
            self._run_chunk(lanes.updates + 1, conditions)

    def _run_chunk(self, target: int, conditions: Conditions, *, full_end: bool = True) -> None:
        """Run whole iterations, as many as `Replay.run_chunk` does, or to the first hit.

        Without `full_end`, which is faster, only the states and the records are of use until more has been run.
        """
        lanes, replay = self._lanes, self._replay
        start = lanes.updates
        replay.begin_next(passing=not full_end)
        states, stop = replay.state_at_begin(), replay.chunk_end(target)
        assert states is not None
        rows: list[Array] = [np.empty(0)] * len(lanes)
        hits: list[Hit] = []

        def work(lane: Lane) -> None:
            last = self._log.non_finite.get(lane.index)
            rows[lane.index], hit = self._search.run(lane, states[lane.index], start, stop, last, full_end=full_end)
            if hit:
                hits.append(hit)

        lanes.each(work)
        if conditions.has_values:
            count = min(map(len, rows))
            iterations = np.arange(start, start + count)
            if value := conditions.first_value(iterations, [lane_rows[:count] for lane_rows in rows]):
                hits.append(value)
        if not hits:
            replay.finish_chunk(start, stop, rows)
            return
        first = min(hits, key=lambda hit: (hit.moment, hit.lane))
        replay.rebuild(first.moment)
        self._stop(first, conditions)

    def _last_value_between(
        self, first: int, cancelled: Callable[[], bool], conditions: Conditions
    ) -> tuple[Hit | None, bool]:
        """The last hit in iterations from `first` to before the present one, and whether the search moved the lanes."""
        stop, moved = self._lanes.moment.iteration, False
        while first < stop and not cancelled():
            start = max(first, stop - min(WINDOW, self._replay.rows_at_once()), self._lanes.era_start(stop - 1))
            rows = self._log.rows_between(start, stop)
            if rows is None:
                rows, moved = self._rows_by_replay(start, stop, cancelled), True
                if rows is None:
                    return None, True
            if value := conditions.last_value(np.arange(start, stop), rows):
                return value, moved
            stop = start
        return None, moved

    def _rows_by_replay(self, start: int, stop: int, cancelled: Callable[[], bool]) -> list[Array] | None:
        """Every lane's records of iterations `start` to `stop - 1`; None if it was cancelled on the way."""
        self._replay.go_to_start_of(start, record=False)
        parts = []
        while self._lanes.updates < stop:
            if cancelled():
                return None
            parts.append(self._replay.run_chunk(stop, record=False))
        return [np.concatenate(rows) for rows in zip(*parts, strict=True)]

    def _stop_if_there(self, arrival: Hit, conditions: Conditions) -> None:
        if arrival.moment == self._lanes.moment and self.stopped is None:
            self._stop(arrival, conditions)

    def _stop(self, hit: Hit, conditions: Conditions) -> None:
        """Record why the session stopped here."""
        self.stopped = conditions.stop(hit)
        self._log.add_stop(hit.moment, self.stopped, hit.lane if hit.place is not None else None)
