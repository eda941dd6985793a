"""What the worker's thread does with a session: steps, play, seeks, runs that take a while, breakpoints. No Qt here.

Whatever takes long asks `interrupted` on the way and says meanwhile what it is about (`errand`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from bnsim.runner.player import FULL_SPEED, Player
from bnsim.runner.updates import Pace, Size
from bnsim.session.breakpoints import Breakpoint
from bnsim.session.moment import START, Moment
from bnsim.session.recording import LEVELS, Recording, level_of, records
from bnsim.spec.experiment import Experiment
from bnsim.spec.numerals import count

STILL_SECONDS = 0.06
"""Replaying for longer than this, a seek first shows a moment nearby."""
MOVING_SECONDS = 0.015
"""The same while a hand moves on, which must see that something follows it."""
MOVES_SECONDS = 0.08
"""Wishes that come faster than this after one another are of a hand that moves."""
SLICE_SECONDS = 0.03
"""How often a long seek looks for a newer wish."""
FARTHEST = 10_000
"""Iterations within which a breakpoint is looked for."""

Say = Callable[..., None]


class Driver:
    """Holds the session, None while no stack can run.

    `say(sentence, kind)` tells the window; `show()` publishes the present moment; `interrupted()` is true once another
    order waits, `changed_mind()` once another moment to seek does.
    """

    def __init__(
        self, say: Say, show: Callable[[], None], interrupted: Callable[[], bool], changed_mind: Callable[[], bool]
    ) -> None:
        self.session: Any = None
        self.player = Player()
        self.breakpoints: tuple[Breakpoint, ...] = ()
        self._say = say
        self._show = show
        self._interrupted = interrupted
        self._changed_mind = changed_mind
        self._looking = ""
        self._shown_records: frozenset[str] = frozenset()
        self._return_to: Moment | None = None
        self._play_on: tuple[Pace, bool] | None = None
        self._replay_seconds = 0.005
        self._wished = 0.0
        self._told: Any = None

    @property
    def errand(self) -> str:
        """What it is about, in words; "" if it rests or just plays."""
        return self._looking or self.player.errand

    @property
    def hits(self) -> dict[Breakpoint, int]:
        """How often each breakpoint has stopped this session."""
        session = self.session
        return {} if session is None else {breakpoint: session.hits(breakpoint) for breakpoint in self.breakpoints}

    def tell_stop(self) -> None:
        """Say why it stopped, once."""
        stopped = None if self.session is None else self.session.stopped
        if stopped is not None and stopped is not self._told:
            self._say(f"Stopped: {stopped.sentence}")
        self._told = stopped

    # A session's life

    def start(self, experiment: Experiment | None) -> None:
        """Another session, at its start; None to have none."""
        from bnsim.session import Session  # brings the engine along: only once the window is up

        self.rest()
        self.drop()
        if experiment is not None:
            self.session = Session(experiment, wait=False, recording=self._recording)
            self.session.breakpoints = self.breakpoints

    def drop(self) -> None:
        session, self.session = self.session, None
        if session is not None and hasattr(session, "close"):
            session.close()

    def set_breakpoints(self, breakpoints: tuple[Breakpoint, ...]) -> bool:
        """Where playing and running stop. True if that took another session, which records what they ask for."""
        self.breakpoints = breakpoints
        session = self.session
        if session is None:
            return False
        if self._record_more():
            return True
        if self._return_to is None:  # else they are set once it is back where it was
            session.breakpoints = breakpoints
        return False

    def show_records(self, names: Iterable[str]) -> bool:
        """What the figures that are shown read of the history. True if that took another session, which records it."""
        self._shown_records = frozenset(names)
        return self._record_more()

    @property
    def _recording(self) -> Recording:
        """The least level that has what the shown figures and the breakpoints need, and no less than the norms."""
        of_breakpoints = (name for each in self.breakpoints if each.enabled for name in each.records)
        needed = level_of(self._shown_records.union(of_breakpoints))
        return "norms" if needed == "none" else needed

    def _record_more(self) -> bool:
        """Make a session that records what is needed, brought to where this one is by a replay, if this one does not.

        It then plays on if it played.
        """
        before = self.session
        if before is None or records(before.recording, LEVELS[self._recording]):
            return False
        moment = self._return_to or before.moment
        player, play_on = self.player, self._play_on
        if player.pace is not None and not player.errand:
            play_on = player.pace, player.reverse
        self.start(before.experiment)
        if moment == START:
            self._play(play_on)
        else:
            self._return_to = moment
            # What it passed before is not to be stopped at again.
            self.session.breakpoints = ()
            self.player.play(FULL_SPEED, goal=moment.iteration, errand="recording what is looked at")
            self._play_on = play_on
        return True

    # Moves

    def rest(self) -> None:
        """Wherever it is."""
        self.player.rest()
        if self._return_to is not None:
            self._return_to = None
            self.session.breakpoints = self.breakpoints
        self._play_on = None

    def step(self, size: Size, *, back: bool) -> None:
        self.rest()
        if self.session is not None:
            if back:
                self.session.step_back(size)
            else:
                self.session.step(size, cancelled=self._interrupted)

    def play(self, pace: Pace, reverse: bool) -> None:
        self.rest()
        if self.session is not None and not (reverse and self.session.at_start):
            self.player.play(pace, reverse=reverse)

    def _play(self, pace_and_direction: tuple[Pace, bool] | None) -> None:
        if pace_and_direction is not None:
            pace, reverse = pace_and_direction
            self.player.play(pace, reverse=reverse)

    def advance(self) -> None:
        """What is due of playing."""
        errand = self.player.errand
        if not self.player.advance(self.session):
            return
        moment, play_on = self._return_to, self._play_on
        self.rest()
        if moment is not None:
            self.session.go_to(moment)
            self._play(play_on)
        elif errand:
            self._say(f"No breakpoint within {count(FARTHEST)} iterations.")

    def reset(self) -> None:
        self.rest()
        if self.session is not None:
            self.session.reset()

    def run_to_breakpoint(self, reverse: bool) -> None:
        self.rest()
        if self.session is None:
            return
        if not any(breakpoint.enabled for breakpoint in self.breakpoints):
            self._say("There is no breakpoint to run to; F9 sets one on the selected card.", "problem")
        elif not reverse:
            goal = self.session.iteration + FARTHEST
            self.player.play(FULL_SPEED, goal=goal, errand="running to the next breakpoint")
        else:
            with self._about("looking back for a breakpoint"):
                found = self.session.run_to_breakpoint(True, FARTHEST, self._interrupted)
            if not found and not self._interrupted():
                self._say("No breakpoint holds anywhere before this.")

    def run_to_layer(self, layer_id: int, reverse: bool) -> None:
        self.rest()
        if self.session is not None and not self.session.run_to_layer(layer_id, reverse):
            self._say("The run has not been at this layer before.")

    def seek(self, iteration: int) -> None:
        """To a moment nearby first where the way is long, so that a hand that scrubs sees where it is."""
        self.rest()
        session = self.session
        if session is None:
            return
        wished, self._wished = self._wished, time.monotonic()
        patience = MOVING_SECONDS if self._wished - wished < MOVES_SECONDS else STILL_SECONDS
        near = session.keyframe(iteration)
        if near <= session.iteration <= iteration:
            near = session.iteration
        if iteration > session.recorded[0]:
            session.seek(iteration)
            return
        if (iteration - near) * self._replay_seconds <= patience:
            self._replay(session, near, iteration)
            return
        if near != session.iteration:
            session.seek(near)
            self._show()
        while session.iteration < iteration and not self._changed_mind():
            count = max(int(SLICE_SECONDS / self._replay_seconds), 1)
            self._replay(session, session.iteration, min(session.iteration + count, iteration))

    def _replay(self, session: Any, start: int, stop: int) -> None:
        """From where `start` is at hand; how long an iteration takes is learned on the way."""
        started = time.monotonic()
        session.seek(stop)
        took = time.monotonic() - started
        self._replay_seconds += (took / (stop - start + 1) - self._replay_seconds) / 4

    def seek_newest(self) -> None:
        """To the last moment there is a record of."""
        if self.session is not None:
            self.seek(max(self.session.recorded[0], self.session.iteration))

    @contextmanager
    def _about(self, errand: str) -> Iterator[None]:
        """Say so, as long as it takes."""
        self._looking = errand
        self._show()
        try:
            yield
        finally:
            self._looking = ""
