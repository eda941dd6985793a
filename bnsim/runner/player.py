"""Playing: which steps are due by now, at a pace, in chunks short enough that a command is answered within a frame."""

from __future__ import annotations

import math
import time
from typing import Any

from bnsim.runner.updates import Pace

CHUNK_SECONDS = 0.012
"""How long the engine runs at a stretch while playing: short, so that a command is answered within a frame."""
MAX_WATCHED_RATE = 10
"""Iterations a second of which each is seen with all its cards."""
MAX_OWED_SECONDS = 0.25
"""Play that fell behind its pace by more than this forgets the rest, so that it never runs away."""
MOST_BACK = 32
"""Iterations that full speed goes back at a time: each chunk is a replay, however long, so time does not bound it."""
FULL_SPEED = Pace("iteration", math.inf)


class Player:
    """Plays a session at `pace`, None while it rests; `reverse` says which way.

    It rests by itself where a breakpoint or a NaN stops the session, at the start, and at its goal if it has one.
    `errand` is what it is about, in words; "" if it just plays.
    """

    def __init__(self) -> None:
        self.pace: Pace | None = None
        self.reverse = False
        self.errand = ""
        self._goal: int | None = None
        self._started = 0.0
        self._played = 0
        self._chunk = 1

    def play(self, pace: Pace, *, reverse: bool = False, goal: int | None = None, errand: str = "") -> None:
        """From now on, at that pace; until `goal` updates are done, if it is given."""
        self.pace, self._started, self._played = pace, time.monotonic(), 0
        self.reverse, self._goal, self.errand = reverse, goal, errand

    def rest(self) -> None:
        """No longer."""
        self.pace, self._goal, self.errand, self.reverse = None, None, "", False

    def is_playing(self) -> bool:
        """Whether it does not rest."""
        return self.pace is not None

    @property
    def unbounded(self) -> bool:
        """Whether it plays as fast as it goes."""
        return self.pace is not None and math.isinf(self.pace.rate)

    @property
    def flying(self) -> bool:
        """Whether whole iterations go by faster than each could be seen."""
        return self.pace is not None and self.pace.size == "iteration" and self.pace.rate > MAX_WATCHED_RATE

    def until_due(self) -> float:
        """Seconds until the next step is due; not asked while it rests or is unbounded."""
        assert self.pace is not None
        return max(0.0, self._started + (self._played + 1) / self.pace.rate - time.monotonic())

    def advance(self, session: Any) -> bool:
        """What is due by now, for at most a chunk's time; True if it came to its goal without being stopped."""
        if self.pace is None:
            return False
        if self.unbounded:
            self._run_chunk(session)
        else:
            self._step(session)
        arrived = self._goal is not None and session.iteration >= self._goal and session.stopped is None
        if arrived or session.stopped is not None or (self.reverse and session.at_start):
            self.rest()
        return arrived

    def _step(self, session: Any) -> None:
        pace = self.pace
        assert pace is not None
        started = time.monotonic()
        owed = int((started - self._started) * pace.rate) - self._played
        while owed > 0 and time.monotonic() - started < CHUNK_SECONDS:
            (session.step_back if self.reverse else session.step)(pace.size, heeding=True)
            self._played += 1
            owed -= 1
            if session.stopped is not None or session.at_start:
                return
        if owed > max(1.0, MAX_OWED_SECONDS * pace.rate):
            self._started, self._played = time.monotonic(), 0

    def _run_chunk(self, session: Any) -> None:
        started = time.monotonic()
        if self.reverse:
            session.run_back(min(self._chunk, MOST_BACK))
        else:
            ahead = self._chunk if self._goal is None else min(self._chunk, self._goal - session.iteration)
            session.run(iterations=ahead)
        spent = time.monotonic() - started
        if spent < CHUNK_SECONDS / 2:
            self._chunk = min(self._chunk * 2, 1 << 16)
        elif spent > CHUNK_SECONDS and self._chunk > 1:
            self._chunk = max(1, int(self._chunk * CHUNK_SECONDS / spent))
