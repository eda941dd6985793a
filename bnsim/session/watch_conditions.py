"""When a breakpoint on a watch holds: what a watch is in an iteration, held against what it was in the one before."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bnsim.engine.operation import Array
from bnsim.session.bound import Bound
from bnsim.session.lane import Lane
from bnsim.session.lanes import Lanes
from bnsim.session.watching import Watching
from bnsim.spec.breakpoints import OnWatch, When

_HOLDS: Mapping[When, Callable[[Array, float], Array]] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
    "not finite": lambda values, limit: ~np.isfinite(values),
}


@dataclass(frozen=True, eq=False)
class WatchCondition:
    """A breakpoint on the value of a watch in one lane, or in those that it names, of which `lane` is the first.

    The value is there once `tick` is done, with which the instruction at `position` is.
    """

    breakpoint: OnWatch
    bound: Bound
    lane: Lane
    tick: int
    position: int
    watching: Watching

    def search(
        self, iterations: Array, rows: Sequence[Array] | None, after: int, upto: int, *, last: bool
    ) -> tuple[int, float] | None:
        """(iteration, value) of the first hit in adjoining iterations, or of the last; None if it does not hold.

        `rows` has their records for each lane; None: they are looked up or replayed.
        """
        if not (after < self.tick <= upto and len(iterations)):
            return None
        start, stop = int(iterations[0]), int(iterations[-1]) + 1
        first = max(start - 1, 0)
        values = None if rows is None else self.watching.in_records(self.bound, [each[: stop - start] for each in rows])
        if values is not None:
            if first < start:
                values = np.concatenate([self.watching.between(self.bound, first, start), values])
        else:
            values = self.watching.between(self.bound, first, stop)
        hits = np.flatnonzero(begins(values, self.breakpoint.when, self.breakpoint.limit)[start - first :])
        if not len(hits):
            return None
        at = int(hits[-1 if last else 0])
        return start + at, float(values[start - first + at])


def begins(values: Array, when: When, limit: float) -> Array:
    """Where values begin to be so, as bools; before the first one nothing was so, and nothing changes at it."""
    if when in _HOLDS:
        holds = _HOLDS[when](values, limit)
        begun: Array = holds & ~np.concatenate([[False], holds[:-1]])
        return begun
    begun = np.zeros(len(values), bool)
    before, now = values[:-1], values[1:]
    if when == "crosses":
        begun[1:] = ((before < limit) & (now >= limit)) | ((before >= limit) & (now < limit))
    else:
        begun[1:] = (before != now) & ~(np.isnan(before) & np.isnan(now))
    return begun


def watched(breakpoints: Sequence[OnWatch], watching: Watching, lanes: Lanes) -> tuple[WatchCondition, ...]:
    """The conditions of breakpoints, in each lane that has what they name. InputError if none has."""
    found = []
    for breakpoint in breakpoints:
        per_lane, bounds = watching.bind(breakpoint.expression.strip())
        for lane, bound in bounds.items():
            if per_lane and breakpoint.lane not in (0, lane.stack.id):
                continue
            tick = max(lanes.lockstep.tick_of(each.index, each.program.first_update - 1) for each in bound.lanes)
            found.append(WatchCondition(breakpoint, bound, lane, tick, lane.program.first_update - 1, watching))
    return tuple(found)
