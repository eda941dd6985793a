"""What a session knows of its run: what was recorded and measured, where it stopped, where numbers ceased to be finite.

Going back in time hides what is later; it is shown again when it comes by again. Only a reset, an edit or a loaded
state makes the session forget it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from bnsim.engine.operation import Array
from bnsim.session.lane import Lane
from bnsim.session.lanes import Lanes
from bnsim.session.moment import Moment
from bnsim.session.stop import Stop
from bnsim.session.track import LaneTrack, Mark, Track
from bnsim.spec.breakpoints import Breakpoint

MOST_MARKS = 1000
"""Most stops that are remembered; more could not be seen as separate marks on a time line."""
TRACK_POINTS = 1000
"""Most losses of a lane on a time line, about one for each pixel."""


def _nothing(updates: int) -> None:
    """Nothing else is kept of the run."""


class RunLog:
    """`evaluate_every`: updates between two measurements on held-out data, 0 for none."""

    def __init__(self, lanes: Lanes, evaluate_every: int) -> None:
        self.evaluate_every = evaluate_every
        self.hits: dict[Breakpoint, int] = {}
        self.forgetting: Callable[[int], None] = _nothing
        """Called when every record after that many updates is forgotten."""
        self._lanes = lanes
        self._non_finite: dict[int, set[Moment]] = {}
        self._marks: dict[Moment, Mark] = {}
        self._version = 0

    @property
    def recorded(self) -> int:
        """Number of updates that all lanes have a record of, before the present moment or after it."""
        return min(lane.history.recorded for lane in self._lanes)

    @property
    def version(self) -> int:
        """Another number whenever the track may be another one."""
        return self._version

    @property
    def known_updates(self) -> int:
        """Recorded updates that no NaN or infinity comes up in after the present moment."""
        later = [at.iteration for ats in self._non_finite.values() for at in ats if at > self._lanes.moment]
        return min(self.recorded, *later) if later else self.recorded

    @property
    def non_finite(self) -> dict[int, Moment]:
        """The last stop of each lane at a NaN or an infinity, if not after the present moment, by lane index."""
        past = {lane: [at for at in ats if at <= self._lanes.moment] for lane, ats in self._non_finite.items()}
        return {lane: max(ats) for lane, ats in past.items() if ats}

    def non_finite_before(self, moment: Moment) -> list[tuple[int, Moment]]:
        """Index and moment of every lane's stops at a NaN or an infinity before a moment."""
        return [(lane, at) for lane, ats in self._non_finite.items() for at in ats if at < moment]

    def track(self) -> Track:
        """The losses and stops of the whole recorded run, before the present moment and after it."""
        lanes = tuple(
            LaneTrack(lane.stack.id, lane.stack.name, *lane.history.losses(TRACK_POINTS)) for lane in self._lanes
        )
        return Track(self.recorded, lanes, self.marks)

    def write_rows(self, iteration: int, rows: Sequence[Array]) -> None:
        """Add each lane's recorded rows, a row for each iteration from `iteration` on."""
        for lane, lane_rows in zip(self._lanes, rows, strict=True):
            before = lane.history.recorded
            lane.history.write(iteration, lane_rows)
            self._version += lane.history.recorded != before

    def rows_between(self, start: int, stop: int) -> list[Array] | None:
        """Each lane's rows of iterations `start` to `stop - 1`; None if some are thinned out or lack something.

        No fork is between these iterations.
        """
        if start < max(lane.history.unfilled for lane in self._lanes):
            return None
        forms = [lane.forms.index(lane.form_at(start)) for lane in self._lanes]
        kept = [lane.history.records_between(start, stop, form) for lane, form in zip(self._lanes, forms, strict=True)]
        complete = all(len(iterations) == stop - start for iterations, _ in kept)
        return [rows for _, rows in kept] if complete else None

    def evaluate_if_due(self) -> None:
        """Measure on the test part of the data if a measurement is due and has not been made."""
        every, updates = self.evaluate_every, self._lanes.updates
        for lane in self._lanes:
            lane.tests.show_until(updates)
        if not every or updates % every or updates == 0:
            return
        due = [lane for lane in self._lanes if not lane.tests.has(updates)]
        measured = {}

        def work(lane: Lane) -> None:
            if lane in due:
                measured[lane.index] = lane.evaluate()

        self._lanes.each(work)
        for lane in due:
            lane.tests.write(updates, measured[lane.index])

    def add_stop(self, moment: Moment, stop: Stop, non_finite_lane: int | None) -> None:
        """The session stopped at a moment; for a NaN or an infinity with the index of the lane that has it."""
        if non_finite_lane is not None:
            self._non_finite.setdefault(non_finite_lane, set()).add(moment)
        if stop.breakpoint is not None:
            self.hits[stop.breakpoint] = self.hits.get(stop.breakpoint, 0) + 1
        if moment in self._marks or len(self._marks) < MOST_MARKS:
            mark = Mark(*moment, stop.sentence)
            self._version += self._marks.get(moment) != mark
            self._marks[moment] = mark

    def take_over(self, other: RunLog) -> None:
        """Know of the stops that another session of the same experiment knows of."""
        self.hits, self._non_finite, self._marks = other.hits, other._non_finite, other._marks
        self._version = other._version + 1

    def branch_off(self, other: RunLog, lanes: Sequence[int], until: int) -> None:
        """Know of the stops before iteration `until` of another session, whose lanes of these numbers are these."""
        self.hits = dict(other.hits)
        self._marks = {at: mark for at, mark in other._marks.items() if at.iteration < until}
        self._non_finite = {
            number: {at for at in other._non_finite.get(index, ()) if at.iteration < until}
            for number, index in enumerate(lanes)
        }
        self._version = other._version + 1

    @property
    def marks(self) -> tuple[Mark, ...]:
        """Where something stopped, in the order of the run."""
        return tuple(self._marks[at] for at in sorted(self._marks))

    def stops_at_non_finite(self, lane: int) -> tuple[Moment, ...]:
        """All stops of a lane at a NaN or an infinity, in the order of the run."""
        return tuple(sorted(self._non_finite.get(lane, ())))

    def restore(
        self, marks: Iterable[Mark], non_finite: Mapping[int, Iterable[Moment]], hits: Mapping[Breakpoint, int]
    ) -> None:
        """Know of the stops of a run that was kept."""
        self._marks = {Moment(mark.iteration, mark.tick): mark for mark in marks}
        self._non_finite = {lane: set(moments) for lane, moments in non_finite.items()}
        self.hits = dict(hits)
        self._version += 1

    def show_present(self) -> None:
        """Hide all records that are later than the present moment."""
        for lane in self._lanes:
            lane.history.show_until(self._lanes.updates)
            lane.tests.show_until(self._lanes.updates)

    def forget_after(self, updates: int) -> None:
        """Forget every record after that many updates, since what follows may differ."""
        self._version += 1
        self.forgetting(updates)
        for lane in self._lanes:
            lane.history.forget_after(updates)
            lane.tests.forget_after(updates)
        self._non_finite = {
            lane: {at for at in ats if at.iteration < updates} for lane, ats in self._non_finite.items()
        }
        self._marks = {at: mark for at, mark in self._marks.items() if at.iteration < updates}


def present_rows(lanes: Lanes) -> list[Array]:
    """Each lane's row of the present iteration as its memory has it, shape (1, width)."""
    return [np.asarray(lane.machine.memory[lane.program.record_index][None]) for lane in lanes]
