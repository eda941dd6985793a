"""Playing: the steps that are due at a pace, and as many iterations at a stretch as keep orders from waiting."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from bnsim.runner.orders import Pace
from bnsim.runner.stretch import STRETCH_SECONDS, Stretch

if TYPE_CHECKING:  # the engine comes with it, which is imported only after the window's first paint
    from bnsim.session.session import Session

MAX_BEHIND_SECONDS = 0.25
"""Play that fell behind its pace by more than this forgets the rest, so that it never runs away."""
MOST_BACK = 32
"""Iterations that full speed goes back at a time: each stretch is a replay, however long, so time does not bound it."""


class Pacing:
    """Knows since when a session plays, and how fast it is."""

    def __init__(self) -> None:
        self._started = 0.0
        self._steps = 0
        self._stretch = Stretch()

    def begin(self) -> None:
        """Play from now on; nothing is due yet."""
        self._started, self._steps = time.monotonic(), 0

    def until_due(self, pace: Pace) -> float:
        """Seconds until the next step is due."""
        return max(0.0, self._started + (self._steps + 1) / pace.rate - time.monotonic())

    def step(self, session: Session, pace: Pace, *, reverse: bool) -> bool:
        """Make the steps that are due at that pace; whether there were any."""
        started, before = time.monotonic(), self._steps
        due = int((started - self._started) * pace.rate) - self._steps
        while due > 0 and time.monotonic() - started < STRETCH_SECONDS:
            (session.step_back if reverse else session.step)(pace.size, stop_at_breakpoints=True)
            self._steps += 1
            due -= 1
            if session.stopped is not None or session.at_start:
                return True
        moved = self._steps > before
        if due > max(1.0, MAX_BEHIND_SECONDS * pace.rate):
            self.begin()
        return moved

    def run(self, session: Session, most: int, wanted: Callable[[], bool]) -> None:
        """Run at full speed, at most so many iterations, until something else is wanted; look for that often."""
        before, started = session.iteration, time.monotonic()
        session.run(most, lambda: session.iteration > before and wanted(), self._stretch.iterations)
        self._stretch.took(session.iteration - before, time.monotonic() - started)

    def run_back(self, session: Session) -> None:
        """Run back at full speed for a stretch."""
        before, started = session.iteration, time.monotonic()
        session.run_back(min(self._stretch.iterations, MOST_BACK))
        self._stretch.took(before - session.iteration, time.monotonic() - started)
