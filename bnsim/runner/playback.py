"""A session moved as a player moves a film: steps, playing at a pace, seeking, running to a breakpoint or a layer.

What takes long is done in parts: a method that is a generator yields between them, and the runner then looks whether
something else is wanted. What is yielded says whether the session stands at a moment worth showing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterable
from typing import TYPE_CHECKING

from bnsim.engine.kernel_cache import remark
from bnsim.runner.changing import Changing
from bnsim.runner.filling_in import FillingIn
from bnsim.runner.making import Maker, always, await_kernels, kernels_come
from bnsim.runner.orders import Pace, Size
from bnsim.runner.pacing import Pacing
from bnsim.runner.runnable import branches_off
from bnsim.runner.seeking import Seeking
from bnsim.runner.stretch import MOST_ITERATIONS
from bnsim.runner.updates import Filling
from bnsim.session.changes import Changes
from bnsim.session.frame import Phase
from bnsim.session.moment import START, Moment
from bnsim.session.recording import LEVELS, Recording, level_of, records
from bnsim.spec.breakpoints import Breakpoint, OnWatch, records_of
from bnsim.spec.errors import InputError
from bnsim.spec.experiment import Experiment
from bnsim.spec.numerals import count
from bnsim.spec.phrases import phrase

if TYPE_CHECKING:  # the engine comes with it, which is imported only after the window's first paint
    from bnsim.session.saved_run import SavedRun
    from bnsim.session.session import Session

MAX_WATCHED_RATE = 10
"""Iterations a second of which each is seen with all its cards."""
FARTHEST = 10_000
"""A breakpoint is searched for within this many iterations."""
FULL_SPEED = Pace("iteration", math.inf)


class Playback:
    """Holds the session, None while no stack can run, and moves it.

    `pace` is that at which it plays, None while it rests; `reverse`: backward. `activity` is what it is doing, in
    words; "" if it rests or just plays. `notify(sentence, kind)` tells the person something; `interrupted()` says
    whether a longer run is to be given up; `go_on(share)` whether a session of which that share is made is still
    wanted.
    """

    def __init__(
        self,
        notify: Callable[..., None],
        interrupted: Callable[[], bool],
        go_on: Callable[[float], bool] = always,
    ) -> None:
        self._go_on = go_on
        self._maker = Maker()
        self.session: Session | None = None
        self.filling_in = FillingIn(notify)
        self.pace: Pace | None = None
        self.reverse = False
        self.at_most: int | None = None
        """So many iterations are made at a time at most."""
        self.activity = ""
        self.breakpoints: tuple[Breakpoint, ...] = ()
        self._notify = notify
        self._interrupted = interrupted
        self._goal: int | None = None
        self._shown_records: frozenset[str] = frozenset()
        self._watched_records: frozenset[str] = frozenset()
        self._return_to: Moment | None = None
        self._sought: Breakpoint | None = None
        """What alone stops the run that is under way."""
        self._changing = Changing(notify)
        self._play_on: tuple[Pace, bool] | None = None
        """Pace and direction at which to play on after the replay has returned to where it was."""
        self._pacing = Pacing()
        self._seeking = Seeking()
        self._told: set[str] = set()
        """What was said of compiling."""

    def is_playing(self) -> bool:
        """Whether the session moves on by itself."""
        return self.pace is not None

    @property
    def full_speed(self) -> bool:
        """Whether it plays as fast as the engine computes."""
        return self.pace is not None and math.isinf(self.pace.rate)

    @property
    def fast(self) -> bool:
        """Whether whole iterations go by faster than each could be seen."""
        return self.pace is not None and self.pace.size == "iteration" and self.pace.rate > MAX_WATCHED_RATE

    @property
    def compiling(self) -> bool:
        """Whether the session computes by NumPy until its kernels are compiled."""
        session = self.session
        return session is not None and not session.kernels_ready and not session.kernels_problem

    @property
    def hits(self) -> dict[Breakpoint, int]:
        """Number of times each breakpoint has stopped this session."""
        session = self.session
        return {} if session is None else {breakpoint: session.hits(breakpoint) for breakpoint in self.breakpoints}

    def report_kernels(self) -> bool:
        """Notify what is wrong with compiling, each thing once; True if there was something new."""
        wrong = {remark(), "" if self.session is None else self.session.kernels_problem} - {"", *self._told}
        self._told |= wrong
        for sentence in sorted(wrong):
            self._notify(sentence, "problem")
        return bool(wrong)

    # A session's life

    def start(self, experiment: Experiment | None, run: SavedRun | None = None) -> None:
        """Replace the session by a new one at its start; None for no session, as where making it is given up.

        Where a saved `run` fits, it stands where that stood; else the person is told why not.
        InputError, and no session, if there is not enough memory for it.
        """
        self.close()
        if experiment is None:
            return
        self.session = self._make(experiment, run)
        if self.session is not None and run is not None:
            self._restore(self.session, experiment, run)
        if self.session is not None:
            self.session.breakpoints = _possible(self.session, self.breakpoints)

    def _restore(self, session: Session, experiment: Experiment, run: SavedRun) -> None:
        """Have a new session stand where a saved run stood, once the kernels are there; at the start if it does not
        fit.
        """
        if not await_kernels(session, self._go_on):
            return
        try:
            session.restore(run)
        except InputError as error:
            self._notify(f"{error} It starts anew.", "problem")
            session.release()
            self.session = self._make(experiment)

    def _make(
        self,
        experiment: Experiment,
        run: SavedRun | None = None,
        go_on: Callable[[float], bool] | None = None,
        before: Session | None = None,
    ) -> Session | None:
        """A session at its start, which records what `run` does, too; None where making it is given up.

        InputError if there is no memory for it.
        """
        return self._maker.make(experiment, self._recording, run, go_on or self._go_on, before)

    def branch_off(self, experiment: Experiment) -> bool:
        """Go on as an experiment that differs in forks alone, where the run stands or, if that is later, at the fork.

        False, and nothing done, where it differs otherwise, the run is on its way somewhere, or there is no memory.
        """
        before = self.session
        if before is None or self._return_to is not None or not branches_off(before.experiment, experiment):
            return False
        try:
            after = self._make(experiment, before=before)
        except InputError:
            return False
        if after is None or not self._go_on_as(after, before):
            return False
        self.session = after
        after.breakpoints = _possible(after, self.breakpoints)
        before.release()
        self._record_more(beside=True)
        return True

    def _go_on_as(self, after: Session, before: Session) -> bool:
        """Have a new session stand where another one stands; False, and it is released, if that cannot be."""
        try:
            if before.kernels_ready and not kernels_come(after, self._go_on):
                after.release()
                return False
            self.rest()
            self.filling_in.drop()
            after.branch_off(before)
        except Exception as error:
            after.release()
            if isinstance(error, InputError):
                return False
            raise
        return True

    def close(self) -> None:
        """Close the session, and give its memory back."""
        session = self.part()
        if session is not None:
            session.release()

    def part(self) -> Session | None:
        """Have no session any more, and return the one that was there, as it is."""
        self.rest()
        self.filling_in.drop()
        session, self.session = self.session, None
        return session

    def go_to_newest(self) -> None:
        """Stand at the newest iteration there is a record of, unless that takes long."""
        session = self.session
        if session is not None:
            self._seeking.go_to_newest(session)

    def copy(self) -> Session | None:
        """Another session that stands where this one stands, with the same past; None without one.

        InputError if there is no memory for it.
        """
        session = self.session
        if session is None:
            return None
        run = session.saved()
        copied = self._make(session.experiment, run, go_on=always)
        if copied is None:
            return None
        if session.kernels_ready:
            await_kernels(copied, always)
        copied.restore(run)
        return copied

    def set_breakpoints(self, breakpoints: tuple[Breakpoint, ...]) -> bool:
        """Set where playing and running stop. True if another session was needed, to record what they compare."""
        self.breakpoints = breakpoints
        if self.session is None:
            return False
        if self._record_more():
            return True
        if self._return_to is None and self._sought is None:  # else they are set once it is back where it was
            self.session.breakpoints = _possible(self.session, breakpoints)
        return False

    def show_records(self, names: Iterable[str], *, beside: bool = False) -> bool:
        """Set what the visible figures read of the history. True if another session was needed to record it.

        `beside`: if it can, this one stays until another one is ready to take over, and `fill` does what follows.
        """
        self._shown_records = frozenset(names)
        return self._record_more(beside=beside)

    def watch_records(self, names: Iterable[str]) -> bool:
        """Set what watches read of the history. True if another session was needed to record it."""
        self._watched_records = frozenset(names)
        return self._record_more()

    @property
    def _recording(self) -> Recording:
        """The least recording level for the visible figures and the breakpoints, at least "norms"."""
        of_breakpoints = (name for each in self.breakpoints if each.enabled for name in records_of(each))
        needed = level_of(self._shown_records.union(self._watched_records, of_breakpoints))
        return "norms" if needed == "none" else needed

    def _record_more(self, *, beside: bool = False) -> bool:
        """Make a session that records what is needed, brought to where this one is by a replay, if this one does not.

        It then plays on if it played.
        """
        before = self.session
        if before is None or records(before.recording, LEVELS[self._recording]):
            self.filling_in.drop()
            return False
        stands = before.kernels_ready and before.moment != START and self._return_to is None
        if beside and stands and self.filling_in.prepare(lambda: self._make(before.experiment)):
            return False
        self._begin_anew(before)
        return True

    def _begin_anew(self, before: Session) -> None:
        """Replace the session by one that records what is needed, and replay up to where it was."""
        moment, play_on = self._return_to or before.moment, self._play_on
        if self.pace is not None and not self.activity:
            play_on = self.pace, self.reverse
        changes = before.changes
        self.start(before.experiment)
        if self.session is not None:
            self.session.changes = changes
        if moment == START:
            self._resume(play_on)
        elif self.session is not None:
            self._play_on = play_on
            self._play_to(moment, phrase("recording what is looked at"))

    @property
    def filling(self) -> Filling | None:
        """How things stand with the past that was not recorded; None if nothing is missing."""
        return self.filling_in.state(self.session)

    @property
    def goes_on_filling(self) -> bool:
        """Whether `fill` has something to do."""
        filling = self.filling
        return filling is not None and filling.under_way

    def fill(self) -> bool:
        """Fill in some of the past that was not recorded; True if another session has taken over for it."""
        session = self.session
        if session is None:
            return False
        if self.filling_in.successor is not None:
            return self._succeed(session, self.filling_in.successor)
        self.filling_in.fill(session)
        return False

    @property
    def prepares(self) -> bool:
        """Whether kernels are waited for that record more."""
        return self.filling_in.successor is not None

    def _succeed(self, before: Session, after: Session) -> bool:
        """Have the successor take over if its kernels are there; True if it did, or if one begins anew without them."""
        if not after.can_take_over:
            if after.kernels_problem:
                self._begin_anew(before)
            return bool(after.kernels_problem)
        after.take_over(before)
        self.session, self.filling_in.successor = after, None
        before.release()
        stops = self.breakpoints if self._sought is None else (self._sought,)
        after.breakpoints = () if self._return_to is not None else _possible(after, stops)
        return True

    def _play_to(self, moment: Moment, activity: str) -> None:
        """Start playing to a moment where a run stood before; what stopped that one on the way does not stop this."""
        if self.session is not None:
            self._return_to, self.session.breakpoints = moment, ()
            self._play(FULL_SPEED, goal=moment.iteration, activity=activity)

    # Moves

    def rest(self) -> None:
        """Stop at the current position."""
        self.pace, self.reverse, self.activity, self._goal, self._play_on = None, False, "", None, None
        if self._return_to is not None or self._sought is not None:
            self._return_to = self._sought = None
            if self.session is not None:
                self.session.breakpoints = _possible(self.session, self.breakpoints)

    def step(self, size: Size, *, back: bool) -> None:
        """Stop playing and make one step."""
        self.rest()
        if self.session is not None:
            if back:
                self.session.step_back(size)
            else:
                self.session.step(size, cancelled=self._interrupted)

    def step_to_landmark(self, *, back: bool) -> None:
        """Stop playing and step to the next moment worth a look: layers are those of which a finding speaks."""
        from bnsim.lenses.findings.lens import findings  # it brings the engine

        self.rest()
        if self.session is not None:
            layers = [finding.layer for finding in findings(self.session) if finding.layer]
            self.session.step_to_landmark(layers, back=back)

    def reset(self) -> None:
        """Stop playing and go back to the start, with nothing recorded."""
        self.rest()
        if self.session is not None:
            self._changing.say_end(self.session, "The reset")
            self.session.reset()

    def scale_weights(self, layers: tuple[int, ...], factor: float, gesture: int) -> bool:
        """Have the weights of these layers multiplied by a factor, in all by one gesture, from the next iteration on.

        True if what was known of the run is so no more. InputError if that cannot be.
        """
        session = self.session
        if session is None or self._is_returning:
            return False
        return self._changing.scale(session, layers, factor, gesture)

    def undo_change(self) -> None:
        """Go back to where the last change of the run was made, if that is behind, and undo it; play on if it plays."""
        session = self.session
        if session is not None and not self._is_returning:
            self._changing.undo(session)

    @property
    def _is_returning(self) -> bool:
        """Whether it replays up to where it was; weights that are scaled meanwhile would be so too early."""
        if self._return_to is not None:
            self._notify("Weights can be multiplied once the run is back where it was.", "problem")
        return self._return_to is not None

    def say_changes_end(self, why: str) -> None:
        """Notify that what was done to weights ends with the run that it was done in; `why` is what ends that."""
        if self.session is not None:
            self._changing.say_end(self.session, why)

    def return_to(self, moment: Moment, changes: Changes = ()) -> None:
        """Start going to a moment where an earlier run stood, in which `changes` were made; `advance` then gets there.

        InputError if these cannot be made.
        """
        self.rest()
        if self.session is not None:
            self.session.changes = changes
        self._play_to(moment, phrase("returning to where it was"))

    def go_behind(self, phase: Phase | None, updates: int, layer: int) -> None:
        """Start going to where a phase of the iteration after so many updates is done (`Session.moment_behind`).

        The run is one without changes.
        """
        self.rest()
        if self.session is not None:
            self.session.changes = ()
            self._play_to(self.session.moment_behind(phase, updates, layer), phrase("getting there"))

    def play(self, pace: Pace, *, reverse: bool) -> None:
        """Start playing at `pace`; `advance` then makes the steps that are due."""
        self.rest()
        if self.session is not None and not (reverse and self.session.at_start):
            self._play(pace, reverse=reverse)

    def run_to_layer(self, layer_id: int, *, reverse: bool) -> None:
        """Go to where the cursor next comes to that layer or, in reverse, last did."""
        self.rest()
        if self.session is not None and not self.session.run_to_layer(layer_id, reverse):
            self._notify("The run has not been at this layer before.")

    def go_to_operation(self, stack_id: int, iteration: int, position: int) -> None:
        """Stand where a lane has just done an instruction."""
        self.rest()
        if self.session is not None:
            self.session.go_to_operation(stack_id, iteration, position)

    def run_to_breakpoint(self, *, reverse: bool, only: Breakpoint | None = None) -> Generator[bool]:
        """Start a run to the next breakpoint, which `advance` makes; in reverse, search for the last one here.

        `only` that one stops it, which need not be one of the document's, and what is no number.
        """
        self.rest()
        session = self.session
        if session is None:
            return
        if only is not None:
            self._sought, session.breakpoints = only, _possible(session, (only,))
        if not any(breakpoint.enabled for breakpoint in (self.breakpoints if only is None else session.breakpoints)):
            self.rest()
            self._notify("There is no breakpoint to run to; F9 sets one on the selected card.", "problem")
        elif not reverse:
            self._play(FULL_SPEED, goal=session.iteration + FARTHEST, activity=phrase("running to the next breakpoint"))
        else:
            self.activity = phrase("looking back for a breakpoint")
            try:
                yield True
                found = session.run_to_breakpoint(True, FARTHEST, self._interrupted)
            finally:
                self.rest()
            if not found and not self._interrupted():
                self._notify("It is so nowhere before this." if only else "No breakpoint holds anywhere before this.")

    def seek(self, iteration: int | None) -> Generator[bool]:
        """Go to just after that many updates; if that is far, by way of a moment nearby that is shown first.

        None: to the last one there is a record of. Closed on its way it stays where it is.
        """
        self.rest()
        session = self.session
        if session is None:
            return
        if iteration is None:
            iteration = max(session.recorded[0], session.iteration)
        try:
            for worth_showing in self._seeking.seek(session, iteration):
                if self._seeking.is_far(session, iteration):
                    self.activity = phrase("getting there")
                yield worth_showing
        finally:
            self.activity = ""

    # Playing

    def _play(self, pace: Pace, *, reverse: bool = False, goal: int | None = None, activity: str = "") -> None:
        """Start playing until `goal` updates are done, if it is given."""
        self.pace, self.reverse, self._goal, self.activity = pace, reverse, goal, activity
        self._pacing.begin()

    def _resume(self, pace_and_reverse: tuple[Pace, bool] | None) -> None:
        if pace_and_reverse is not None:
            pace, reverse = pace_and_reverse
            self._play(pace, reverse=reverse)

    def until_due(self) -> float:
        """Seconds until the next step is due; inf while it does not play."""
        return math.inf if self.pace is None else self._pacing.until_due(self.pace)

    def advance(self, wanted: Callable[[], bool] = lambda: True) -> None:
        """Make the steps that are due by now; at full speed, go on until something else is `wanted`.

        It rests by itself where a breakpoint or a NaN stops the session, at the start, and at its goal if it has one.
        """
        session, pace = self.session, self.pace
        if session is None or pace is None:
            return
        if self.full_speed:
            self._run_on(session, wanted)
        elif not self._pacing.step(session, pace, reverse=self.reverse):
            return  # what `session.stopped` says is still of the move before
        arrived = self._goal is not None and session.iteration >= self._goal and session.stopped is None
        if arrived:
            self._arrive(session)
        elif (session.stopped is not None and self._return_to is None) or (self.reverse and session.at_start):
            self.rest()

    def _arrive(self, session: Session) -> None:
        moment, play_on = self._return_to, self._play_on
        self.rest()
        if moment is not None:
            session.go_to(moment)
            self._resume(play_on)
        else:
            self._notify(f"No breakpoint within {count(FARTHEST)} iterations.")

    def _run_on(self, session: Session, wanted: Callable[[], bool]) -> None:
        if self.reverse:
            self._pacing.run_back(session)
        else:
            ends = (self.at_most, None if self._goal is None else self._goal - session.iteration)
            most = min((end for end in ends if end is not None), default=MOST_ITERATIONS)
            self._pacing.run(session, most, wanted)


def _possible(session: Session, breakpoints: Iterable[Breakpoint]) -> tuple[Breakpoint, ...]:
    """Those that can hold in a session: one on a watch of what was removed, or is not there yet, waits."""
    problem = session.watches.problem
    return tuple(each for each in breakpoints if not (isinstance(each, OnWatch) and problem(each.expression)))
