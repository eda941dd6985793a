"""Filling in what was not recorded: iterations are replayed beside the run, the newest first, and their rows kept."""

from __future__ import annotations

import time
from collections.abc import Callable

from bnsim.engine.machine import Machine
from bnsim.engine.program import Program
from bnsim.session.beside import Beside
from bnsim.session.lanes import Lanes
from bnsim.session.replay import Replay
from bnsim.spec import budget

CHUNK_SECONDS = 0.008
"""About how long a chunk of iterations takes: what it is asked for is done in so long a time, and a chunk more."""


class Filling:
    """Fills the histories of all lanes, stretch by stretch from one checkpoint to the next, back to the start.

    The lanes stay where they are: other machines replay, which are there from the first `advance` to the `end`.
    """

    def __init__(self, lanes: Lanes, replay: Replay, make: Callable[[Program], Machine]) -> None:
        self._lanes = lanes
        self._replay = replay
        self._make = make
        self._beside: list[Beside] = []
        self._holding = budget.Holding()
        self._stop = self._at = 0
        """Where the stretch under way ends, and how far it is replayed."""
        self._start = 0
        self._chunk = 1
        self._of = 1

    @property
    def since(self) -> int:
        """The iteration from which on everything is there; 0 once all of it is."""
        return max(lane.history.unfilled for lane in self._lanes)

    @property
    def share(self) -> float:
        """How much of what was missing is filled in, 0 to 1; 0 while none of it is under way."""
        if not self._beside:
            return 0.0
        under_way = self._at - self._start if self._stop == self.since else 0
        return min(max((self._of - self.since + under_way) / self._of, 0.0), 1.0)

    def advance(self, seconds: float) -> None:
        """Fill in more for about so long; InputError if there is no memory for a second copy of the lanes."""
        if not self.since:
            return
        if not self._beside:
            self._get_ready()
        until = time.monotonic() + seconds
        while self.since and time.monotonic() < until:
            self._run_chunk()
        if not self.since:
            self.end()

    def _get_ready(self) -> None:
        size = sum(lane.memory_size * lane.machine.memory.itemsize for lane in self._lanes)
        self._holding.grow(size, budget.AGAIN)
        self._beside = [Beside(lane, self._replay.timetable, self._make) for lane in self._lanes]
        self._stop = self._at = self._start = 0
        self._chunk, self._of = 1, self.since

    def _run_chunk(self) -> None:
        started = time.monotonic()
        if self._stop != self.since or self._at >= self._stop:
            self._begin(self.since)
        loaded, timetable = self._replay.loaded, self._replay.timetable
        ends = [self._stop, self._at + self._chunk, *(at for at in loaded if at > self._at)]
        if (change := timetable.next_after(self._at)) is not None:
            ends.append(change)
        stop = min(*ends, self._at + self._replay.rows_at_once())
        for lane, beside in zip(self._lanes, self._beside, strict=True):
            form = lane.forms.index(lane.form_at(self._at))
            lane.history.fill(self._at, beside.run(self._at, stop - self._at), form)
            if lane.index in (states := loaded.get(stop, {})):
                beside.take(states[lane.index])
        self._at = stop
        if self._at == self._stop:
            for lane in self._lanes:
                lane.history.unfilled = min(lane.history.unfilled, self._start)
        seconds = time.monotonic() - started
        if seconds < CHUNK_SECONDS / 2:
            self._chunk *= 2
        elif seconds > CHUNK_SECONDS:
            self._chunk = max(self._chunk // 2, 1)

    def _begin(self, stop: int) -> None:
        """Start with the stretch before iteration `stop`, at the nearest checkpoint."""
        self._stop = stop
        self._start, states = self._replay.checkpoints.nearest(stop - 1)
        self._at = self._start
        for beside, state in zip(self._beside, states, strict=True):
            beside.take(state)

    def end(self) -> None:
        """Give the machines' memory back, whether all is filled in or not."""
        for beside in self._beside:
            beside.release()
        self._beside = []
        self._holding.release()
