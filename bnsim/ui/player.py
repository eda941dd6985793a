"""Playing: which steps are due by now, at a pace, in chunks short enough that a command is answered within a frame."""

from __future__ import annotations

import math
import time
from typing import Any

from bnsim.ui.updates import Pace

CHUNK_SECONDS = 0.012
"""How long the engine runs at a stretch while playing: short, so that a command is answered within a frame."""
MAX_WATCHED_RATE = 10
"""Iterations a second of which each is seen with all its cards."""
MAX_OWED_SECONDS = 0.25
"""Play that fell behind its pace by more than this forgets the rest, so that it never runs away."""


class Player:
    """Plays a session at `pace`, None while it rests."""

    def __init__(self) -> None:
        self.pace: Pace | None = None
        self._started = 0.0
        self._played = 0
        self._chunk = 1

    def play(self, pace: Pace) -> None:
        """From now on, at that pace."""
        self.pace, self._started, self._played = pace, time.monotonic(), 0

    def rest(self) -> None:
        """No longer."""
        self.pace = None

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

    def advance(self, session: Any) -> None:
        """What is due by now, for at most a chunk's time."""
        if self.pace is None:
            return
        if self.unbounded:
            self._run_chunk(session)
            return
        started = time.monotonic()
        owed = int((started - self._started) * self.pace.rate) - self._played
        while owed > 0 and time.monotonic() - started < CHUNK_SECONDS:
            session.step(self.pace.size)
            self._played += 1
            owed -= 1
        if owed > max(1.0, MAX_OWED_SECONDS * self.pace.rate):
            self._started, self._played = time.monotonic(), 0

    def _run_chunk(self, session: Any) -> None:
        started = time.monotonic()
        session.run(iterations=self._chunk)
        spent = time.monotonic() - started
        if spent < CHUNK_SECONDS / 2:
            self._chunk = min(self._chunk * 2, 1 << 16)
        elif spent > CHUNK_SECONDS and self._chunk > 1:
            self._chunk = max(1, int(self._chunk * CHUNK_SECONDS / spent))
