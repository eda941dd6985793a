"""Running a sweep: a bounded number of runs in flight, what is done kept, and workers that die made up for."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from typing import NamedTuple

from msgspec import Struct

from bnsim.spec.errors import InputError, readable
from bnsim.sweeps.kept import Kept, alone, content_of, key_of
from bnsim.sweeps.measuring import Outcome, measure_run
from bnsim.sweeps.results import Collected, Results
from bnsim.sweeps.sweep import Point, Sweep
from bnsim.sweeps.workers import Given, Processes, Workers

AHEAD = 2
"""Runs that wait for each worker, so that none stands idle; all others are only numbers yet."""
DEATHS = 2
"""How often a run may end the worker that does it, all by itself, before it is given up."""
NONE_LIVES = 10
"""Executors that broke one after the other, without any run done, before the sweep is given up."""
CONTENTS = 32 * 1024 * 1024
"""Bytes of experiments that are kept for the next seed; what is beyond is made anew for it."""
LOOK = 0.1
"""Seconds after which somebody who waits looks whether the sweep is still wanted."""


class Progress(Struct, frozen=True):
    """How far a sweep is: runs `done` out of `runs`, `reused` of them found done before.

    `left` is about how many seconds it will take yet, None until that can be said.
    """

    done: int
    runs: int
    reused: int
    left: float | None


def time_words(seconds: float) -> str:
    """About so long, in words: "20 s", "3 min", "2 h 10 min"."""
    if seconds < 90:
        return f"{max(round(seconds), 1)} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


class Control:
    """What a person may do with a sweep that runs, from another thread: pause it, go on, cancel it."""

    def __init__(self) -> None:
        self._go = threading.Event()
        self._go.set()
        self._cancelled = threading.Event()

    @property
    def paused(self) -> bool:
        """Whether no new runs are begun for now."""
        return not self._go.is_set()

    @property
    def cancelled(self) -> bool:
        """Whether it is given up."""
        return self._cancelled.is_set()

    def wait(self, seconds: float) -> None:
        """Wait for so long, or until it is to go on."""
        if self.paused:
            self._go.wait(seconds)

    def pause(self) -> None:
        """Begin no more runs; those under way are finished."""
        self._go.clear()

    def go_on(self) -> None:
        """Begin runs again."""
        self._go.set()

    def cancel(self) -> None:
        """Give it up; what is done stays."""
        self._cancelled.set()
        self._go.set()


class _Task(NamedTuple):
    """A run that is to be done, and every place in the grid that has its outcome."""

    key: str
    content: bytes
    seed: int
    points: list[Point]


def run_sweep(
    sweep: Sweep,
    workers: Workers | Executor | None = None,
    *,
    kept: Kept | None = None,
    control: Control | None = None,
    on_change: Callable[[Progress, Callable[[], Results]], object] = lambda progress, results: None,
) -> Results:
    """Do every run of a sweep that is not `kept`, and return what all of them gave.

    `workers` are processes of this machine by default; any `concurrent.futures.Executor` will do. Neither their number
    nor the order in which they finish changes any number. A worker that dies costs the runs it had a second try, each
    by itself; one that ends its worker again is given up, and says so in the results. `on_change` is called in this
    thread with the progress, and with a function that makes a copy of what there is by then. Cancelled, it returns
    what is done. InputError if the folder of what is kept cannot be written.
    """
    workers = Processes() if workers is None else Given(workers) if isinstance(workers, Executor) else workers
    return _Run(sweep, workers, Kept() if kept is None else kept, control or Control(), on_change).run()


class _Run:
    def __init__(
        self,
        sweep: Sweep,
        workers: Workers,
        kept: Kept,
        control: Control,
        on_change: Callable[[Progress, Callable[[], Results]], object],
    ) -> None:
        self._sweep, self._workers, self._kept = sweep, workers, kept
        self._control, self._on_change = control, on_change
        self._collected = Collected(sweep)
        self._in_flight: dict[Future[Outcome], _Task] = {}
        self._by_key: dict[str, _Task] = {}
        self._suspects: deque[_Task] = deque()
        self._deaths: dict[str, int] = {}
        self._done = self._reused = self._ran = self._broken = self._held = 0
        self._active = 0.0
        self._works = False
        """Whether any worker has finished anything."""
        self._executor: Executor | None = None

    def run(self) -> Results:
        tasks = self._tasks()
        exhausted = False
        try:
            while not self._control.cancelled:
                looked = time.monotonic()
                if not self._control.paused:
                    exhausted = self._fill(tasks)
                if exhausted and not self._in_flight and not self._suspects:
                    break
                self._take_finished()
                if self._in_flight:
                    self._active += time.monotonic() - looked
        finally:
            for future in self._in_flight:
                future.cancel()
            self._workers.close()
            self._kept.close()
        self._tell()
        return self._collected.results()

    def _tasks(self) -> Iterator[_Task]:
        """Runs that are not done yet. What is kept is taken at once."""
        contents: dict[tuple[tuple[int, ...], int], tuple[bytes, str] | Outcome] = {}
        for point in self._sweep.points():
            if self._control.cancelled:
                return
            where = point.values, point.lane
            found = contents.get(where)
            if found is None:
                found = self._content(point)
                if self._held < CONTENTS:
                    contents[where] = found
                    self._held += 0 if isinstance(found, Outcome) else len(found[0])
            if isinstance(found, Outcome):
                self._put([point], found)
                continue
            content, content_key = found
            key = key_of(content_key, self._sweep.seeds[point.seed], self._sweep.iterations, self._sweep.measure)
            before = self._kept.get(key)
            if before is not None:
                self._reused += 1
                self._put([point], before)
            elif key in self._by_key:
                self._by_key[key].points.append(point)
            else:
                yield _Task(key, content, self._sweep.seeds[point.seed], [point])

    def _content(self, point: Point) -> tuple[bytes, str] | Outcome:
        try:
            return content_of(alone(self._sweep.at(point.values, point.seed), point.lane))
        except InputError as error:
            return Outcome(math.nan, "failed", str(error))

    def _fill(self, tasks: Iterator[_Task]) -> bool:
        """Put as many runs in flight as there is room for; whether there are no more to be begun."""
        if self._suspects:
            if not self._in_flight:
                self._submit(self._suspects.popleft())
            return False
        while len(self._in_flight) < AHEAD * self._workers.count:
            if self._control.cancelled:
                return False
            task = next(tasks, None)
            if task is None:
                return True
            self._submit(task)
        return False

    def _submit(self, task: _Task) -> None:
        self._by_key[task.key] = task
        try:
            if self._executor is None:
                self._executor = self._workers.open()
            future = self._executor.submit(
                measure_run, task.content, task.seed, self._sweep.iterations, self._sweep.measure
            )
        except BrokenExecutor:
            self._broke([*self._in_flight.values(), task], alone=False)
            return
        self._in_flight[future] = task

    def _take_finished(self) -> None:
        if not self._in_flight:
            self._control.wait(LOOK)
            self._tell()
            return
        finished = wait(self._in_flight, LOOK, FIRST_COMPLETED).done
        if not finished:
            self._tell()
        broken = []
        for future in finished:
            task = self._in_flight.pop(future)
            try:
                outcome = future.result()
            except BrokenExecutor:
                broken.append(task)
                continue
            except Exception as error:  # whatever it is, the other runs go on and this one says so
                said = readable(f"{type(error).__name__}: {error}")
                outcome = Outcome(math.nan, "failed", f"It could not be run: {said}")
            self._works = True
            self._finish(task, outcome)
        if broken:
            self._broke([*broken, *self._in_flight.values()], alone=len(broken) + len(self._in_flight) == 1)

    def _broke(self, lost: list[_Task], *, alone: bool) -> None:
        """A worker died with some runs, one of which may be why: each is tried again by itself.

        `alone`: the one that is lost was the only one under way, so that it is why.
        """
        self._in_flight.clear()
        self._executor = None
        if isinstance(self._workers, Given):
            raise InputError(
                "The executor of this sweep broke and is the caller's to make anew; start the sweep again."
            )
        self._workers.close()
        self._broken += 1
        if self._broken >= NONE_LIVES and not self._works:
            raise InputError(
                "The processes of this sweep end before any run is done; see what they wrote, and start it with fewer "
                "workers. A script needs \"if __name__ == '__main__':\" around what starts them."
            )
        for task in lost:
            if alone:
                self._deaths[task.key] = self._deaths.get(task.key, 0) + 1
            if self._deaths.get(task.key, 0) >= DEATHS:
                note = f"It was given up: it ended the process that ran it {DEATHS} times"
                self._finish(task, Outcome(math.nan, "failed", f"{note}, as too little memory does."))
            else:
                self._suspects.append(task)

    def _finish(self, task: _Task, outcome: Outcome) -> None:
        self._ran += 1
        self._by_key.pop(task.key, None)
        self._kept.add(task.key, outcome)
        self._put(task.points, outcome)

    def _put(self, points: list[Point], outcome: Outcome) -> None:
        for point in points:
            self._collected.put(point, outcome)
        self._done += len(points)
        self._tell()

    def _tell(self) -> None:
        runs, left = self._sweep.runs, None
        if self._ran:
            left = self._active / self._ran * (runs - self._done)
        self._on_change(Progress(self._done, runs, self._reused, left), self._collected.results)
