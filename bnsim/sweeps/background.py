"""A sweep in a thread of its own, for whoever must not wait: what it publishes is read when there is time for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from msgspec import Struct

from bnsim.plot.figure import Figure
from bnsim.spec.errors import InputError, readable
from bnsim.sweeps.kept import Kept
from bnsim.sweeps.results import Results
from bnsim.sweeps.running import Control, Progress, run_sweep
from bnsim.sweeps.sweep import Sweep
from bnsim.sweeps.workers import Workers
from bnsim.sweeps.writing import figures_of

EVERY = 0.25
"""Least seconds between two figures on the way."""


class Published(Struct, frozen=True):
    """What there is by now. `ended`: nothing follows; `problem` says in a sentence why it ended early, if it did."""

    sweep: Sweep
    progress: Progress
    results: Results | None = None
    figures: tuple[Figure, ...] = ()
    ended: bool = False
    problem: str = ""


class Background:
    """Runs a sweep as soon as it is made. `workers` are its own, and ended with it."""

    def __init__(self, sweep: Sweep, workers: Workers, kept: Kept) -> None:
        self.sweep = sweep
        self.control = Control()
        self._workers, self._kept = workers, kept
        self._drawn_at = -EVERY
        self.published = Published(sweep, Progress(0, sweep.runs, 0, None))
        """Replaced as a whole, so that any thread may read it."""
        self._thread = threading.Thread(target=self._run, name="bnsim-sweep")
        self._thread.start()

    @property
    def running(self) -> bool:
        """Whether it has not come to its end."""
        return self._thread.is_alive()

    def close(self) -> None:
        """Give it up and wait for its end, which comes at once."""
        self.control.cancel()
        self._thread.join()

    def _run(self) -> None:
        problem = ""
        try:
            run_sweep(self.sweep, self._workers, kept=self._kept, control=self.control, on_change=self._changed)
        except InputError as error:
            problem = str(error)
        except Exception as error:  # whatever it is, a person who waits must hear of it
            problem = f"The sweep ended by itself ({readable(f'{type(error).__name__}: {error}')}); start it again."
            raise
        finally:
            last = self.published
            self.published = Published(self.sweep, last.progress, last.results, last.figures, True, problem)

    def _changed(self, progress: Progress, results: Callable[[], Results]) -> None:
        now = time.monotonic()
        last = self.published
        drawn = last.results is not None and last.results.done == progress.done
        if drawn:
            self.published = Published(self.sweep, progress, last.results, last.figures)
        elif now - self._drawn_at >= EVERY or progress.done == progress.runs or self.control.cancelled:
            self._drawn_at = now
            there = results()
            self.published = Published(self.sweep, progress, there, tuple(figures_of(there)))
        else:
            self.published = Published(self.sweep, progress, last.results, last.figures)
