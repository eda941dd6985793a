"""Values of expressions at iterations gone by: they are replayed beside the run, on other machines."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping

import numpy as np

from bnsim.engine.machine import Machine
from bnsim.engine.operation import Array
from bnsim.engine.program import Program
from bnsim.session.beside import Beside
from bnsim.session.bound import Bound
from bnsim.session.lane import Lane
from bnsim.session.replay import Replay
from bnsim.session.samples import Samples
from bnsim.spec.giving_up import check

CHUNK_SECONDS = 0.008
"""About how long a stretch that is only passed over runs at a time."""


class Sampler:
    """Replays iterations of some lanes on machines of its own, and reads expressions at their ends."""

    def __init__(self, lanes: Collection[Lane], replay: Replay, make: Callable[[Program], Machine]) -> None:
        self._replay = replay
        self._machines = {lane: Beside(lane, replay.timetable, make) for lane in lanes}
        self._at: int | None = None
        """The iteration that the machines are about to begin; None: they have to begin at a checkpoint."""
        self._chunk = 1

    @property
    def lanes(self) -> Collection[Lane]:
        """The lanes that can be replayed."""
        return self._machines.keys()

    def sample(self, wanted: Mapping[Bound, Samples], iterations: Iterable[int], seconds: float | None = None) -> bool:
        """Keep the values of expressions at iterations, ascending; False if `seconds` were over before the end."""
        until = None if seconds is None else time.monotonic() + seconds
        for iteration in iterations:
            if not self._go_to(iteration, until):
                return False
            for beside in self._machines.values():
                beside.begin(iteration)
            there = [all(lane.form_at(iteration) is lane.form for lane in bound.lanes) for bound in wanted]
            before = [
                bound.before_update(self._memory) if is_there else None
                for bound, is_there in zip(wanted, there, strict=True)
            ]
            self._run(1)
            for (bound, samples), trained in zip(wanted.items(), before, strict=True):
                samples.put(iteration, np.nan if trained is None else bound.after_update(self._memory, trained))
            self._load()
            check()
        return True

    def forget_after(self, updates: int) -> None:
        """The run may be another one after that many updates."""
        if self._at is not None and self._at >= updates:
            self._at = None

    def release(self) -> None:
        """Give the machines' memory back."""
        for beside in self._machines.values():
            beside.release()

    def _memory(self, lane: Lane) -> Array:
        return self._machines[lane].memory

    def _go_to(self, iteration: int, until: float | None) -> bool:
        """Be about to begin an iteration; False if the time is over, and then it is on the way."""
        start, states = self._replay.checkpoints.nearest(iteration)
        if self._at is None or not start <= self._at <= iteration:
            for lane, beside in self._machines.items():
                beside.take(states[lane.index])
            self._at = start
        while self._at < iteration:
            if until is not None and time.monotonic() > until:
                return False
            self._pass_over(iteration)
            check()
        return until is None or time.monotonic() <= until

    def _pass_over(self, stop: int) -> None:
        assert self._at is not None
        started = time.monotonic()
        ends = [stop, self._at + self._chunk, *(at for at in self._replay.loaded if at > self._at)]
        if (change := self._replay.timetable.next_after(self._at)) is not None:
            ends.append(change)
        self._run(min(*ends, self._at + self._replay.rows_at_once()) - self._at)
        self._load()
        seconds = time.monotonic() - started
        self._chunk = self._chunk * 2 if seconds < CHUNK_SECONDS / 2 else max(self._chunk // 2, 1)

    def _run(self, iterations: int) -> None:
        assert self._at is not None
        for beside in self._machines.values():
            beside.run(self._at, iterations)
        self._at += iterations

    def _load(self) -> None:
        """Load what was loaded by hand before the iteration that comes next."""
        assert self._at is not None
        states = self._replay.loaded.get(self._at, {})
        for lane, beside in self._machines.items():
            if lane.index in states:
                beside.take(states[lane.index])
