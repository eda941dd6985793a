"""Going to a moment of the run, recorded or not yet, in parts where that takes long."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the engine comes with it, which is imported only after the window's first paint
    from bnsim.session.session import Session

SEEK_SECONDS = 0.06
"""Where replaying takes longer than this, a seek first shows a moment nearby."""
SCRUB_SECONDS = 0.015
"""The same while a hand moves on, which must see that something follows it."""
SCRUB_GAP_SECONDS = 0.08
"""Seeks that come faster than this after one another are of a hand that moves."""
SLICE_SECONDS = 0.03
"""Seconds between two checks of a long seek for a newer one."""
SHOWN_SECONDS = 0.1
"""Seconds of a run to where nothing is recorded yet, between two moments that are shown."""
FAR_SECONDS = 0.5
"""What is longer on its way says so, and how it is given up."""
NEWEST_SECONDS = 0.25
"""A run that is over is shown up to its newest iteration if it is there in so long."""


class Seeking:
    """Knows from the seeks before how long replaying an iteration takes."""

    def __init__(self) -> None:
        self._replay_seconds = 0.005
        self._last_seek = 0.0

    def seek(self, session: Session, iteration: int) -> Iterator[bool]:
        """Go to just after that many updates; what is yielded says whether the moment is worth showing."""
        before, self._last_seek = self._last_seek, time.monotonic()
        scrubs = self._last_seek - before < SCRUB_GAP_SECONDS
        near = session.keyframe(iteration)
        if near <= session.iteration <= iteration:
            near = session.iteration
        if iteration > session.recorded[0]:
            yield from self._run_on(session, iteration)
            return
        if (iteration - near) * self._replay_seconds <= (SCRUB_SECONDS if scrubs else SEEK_SECONDS):
            self._replay(session, near, iteration)
            return
        if near != session.iteration:
            session.seek(near)
            yield True
        while session.iteration < iteration:
            count = max(int(SLICE_SECONDS / self._replay_seconds), 1)
            self._replay(session, session.iteration, min(session.iteration + count, iteration))
            yield False

    def is_far(self, session: Session, iteration: int) -> bool:
        """Whether a seek that has come to where the session stands will be on its way for long, as far as one knows."""
        ahead = iteration - session.iteration
        return iteration > session.recorded[0] or ahead * self._replay_seconds > FAR_SECONDS

    def go_to_newest(self, session: Session) -> None:
        """Stand at the newest iteration there is a record of, unless that takes long."""
        newest = session.recorded[0]
        if session.iteration < newest and (newest - session.keyframe(newest)) * self._replay_seconds < NEWEST_SECONDS:
            session.seek(newest)

    def _run_on(self, session: Session, iteration: int) -> Iterator[bool]:
        """Go past what is recorded, in parts that are shown: it is a run, and people see how far it is."""
        count = 1  # how long one takes may be unknown by now
        while session.iteration < iteration:
            part = min(session.iteration + count, iteration)
            self._replay(session, session.iteration, part)
            if session.stopped is not None or session.iteration < part:
                return
            yield session.iteration < iteration and count * self._replay_seconds > SHOWN_SECONDS / 2
            count = max(int(SHOWN_SECONDS / self._replay_seconds), 1)

    def _replay(self, session: Session, start: int, stop: int) -> None:
        """Go from `start`, which is in memory, to `stop`, and measure how long an iteration takes."""
        started = time.monotonic()
        session.seek(stop)
        seconds = time.monotonic() - started
        self._replay_seconds += (seconds / (stop - start + 1) - self._replay_seconds) / 4
