"""The watches of a session: their values at the present moment, and at the iterations before."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from bnsim.engine.machine import Machine
from bnsim.engine.operation import Array
from bnsim.engine.program import Program
from bnsim.session.bound import Bound
from bnsim.session.lane import Lane
from bnsim.session.lanes import Lanes
from bnsim.session.replay import Replay
from bnsim.session.sampling import Sampler, Samples
from bnsim.session.watch_seen import How, WatchSeen, WatchSeries
from bnsim.spec import budget
from bnsim.spec.errors import InputError
from bnsim.spec.expressions import named, parse
from bnsim.spec.watches import check_lane, lanes_named

RECENT = 256
"""Iterations before the present moment that the short past of a watch shows."""


class SessionWatch:
    """A watch of a session: `value` is its present one, `history` all before, each as `Session.history` has them.

    By lane name, with the lanes alone that have what the expression names; or a number and an array, if the expression
    names its lanes. `how`: "recorded", if history has all that it reads, or "sampled": of the past it is read in a
    replay beside the run.
    """

    def __init__(self, expression: str, watching: Watching) -> None:
        self.expression = expression
        self._watching = watching
        self.per_lane, self._bound = watching.bind(expression)

    def __repr__(self) -> str:
        return f"<watch {self.expression!r}, {self.how}>"

    @property
    def bound(self) -> dict[Lane, Bound]:
        """What the expression means in each lane, as that runs at the present moment."""
        self._watching.refresh()
        return self._bound

    def bind_again(self) -> None:
        """The lanes run other networks now: those of a fork, or what it was forked from."""
        try:
            self.per_lane, self._bound = self._watching.bind(self.expression)
        except InputError:
            self._bound = {}

    @property
    def how(self) -> How:
        """Where its past comes from."""
        return "recorded" if all(bound.is_recorded for bound in self.bound.values()) else "sampled"

    @property
    def value(self) -> dict[str, float | None] | float | None:
        """Its value at the present moment; None while something it reads is not computed."""
        now = {lane.stack.name: bound.now() for lane, bound in self.bound.items()}
        return now if self.per_lane else next(iter(now.values()), None)

    @property
    def history(self) -> dict[str, Array] | Array:
        """Its values by iteration: row k is of iteration `history.kept[k]`, as that iteration's update begins.

        What was not recorded is replayed, which takes about as long as the run did.
        """
        past = {lane.stack.name: self._watching.at_kept(bound, lane) for lane, bound in self.bound.items()}
        return past if self.per_lane else next(iter(past.values()), np.empty(0))


class Watching:
    """Finds what watches name in the lanes, and keeps the values of those that are replayed.

    `make` gives a machine as the lanes' are.
    """

    def __init__(self, lanes: Lanes, replay: Replay, make: Callable[[Program], Machine]) -> None:
        self._lanes = lanes
        self._replay = replay
        self._make = make
        self._known: dict[str, SessionWatch] = {}
        self._samples: dict[Bound, Samples] = {}
        self._sampler: Sampler | None = None
        self._holding = budget.Holding()
        self._forms = [lane.form for lane in lanes]

    @property
    def expressions(self) -> tuple[str, ...]:
        """What is watched."""
        return tuple(self._known)

    def refresh(self) -> None:
        """Find anew what watches name, if a lane is now before or after its fork and was not."""
        forms = [lane.form for lane in self._lanes]
        if forms != self._forms:
            self._forms = forms
            self._samples = {}
            for watch in self._known.values():
                watch.bind_again()

    def watch(self, expression: str) -> SessionWatch:
        """The watch of an expression; InputError if it cannot be read, or no lane has what it names."""
        expression = expression.strip()
        if expression not in self._known:
            self._known[expression] = SessionWatch(expression, self)
        return self._known[expression]

    def known(self, expression: str) -> SessionWatch | None:
        """The watch of an expression if there is one."""
        return self._known.get(expression.strip())

    def keep_only(self, expressions: Iterable[str]) -> None:
        """Forget all watches but these."""
        kept = {expression.strip() for expression in expressions}
        self._known = {expression: watch for expression, watch in self._known.items() if expression in kept}
        bounds = {bound for watch in self._known.values() for bound in watch.bound.values()}
        self._samples = {bound: samples for bound, samples in self._samples.items() if bound in bounds}

    def bind(self, expression: str) -> tuple[bool, dict[Lane, Bound]]:
        """Whether an expression is of every lane, and what it means in each, or, by the first lane it names, in those.

        InputError if it cannot be read, or if no lane has what it names.
        """
        node = parse(expression)
        names = {lane.stack.name: lane for lane in reversed(self._lanes.all)}
        there = named(node)
        for one in there:
            check_lane(one, tuple(names))
        lanes = lanes_named(there)
        if lanes:
            return False, {names[lanes[0]]: Bound(node, lambda one: names[one.lane or lanes[0]])}
        found, problem = {}, None
        for lane in self._lanes:
            try:
                found[lane] = Bound(node, lambda one, lane=lane: lane)  # type: ignore[misc]
            except InputError as error:
                problem = problem or error
        if problem and not found:
            raise problem
        return True, found

    def problem(self, expression: str) -> str:
        """Why no lane has a value of an expression; "" if one has."""
        try:
            self.bind(expression.strip())
        except InputError as error:
            return str(error)
        return ""

    def seen(self, expression: str) -> WatchSeen:
        """A watch at the present moment with what is known of its recent past; it says itself what is wrong."""
        try:
            watch = self.watch(expression)
        except InputError as error:
            return WatchSeen(expression, problem=str(error))
        return WatchSeen(expression, tuple(self._seen(watch, lane, bound) for lane, bound in watch.bound.items()))

    def fill(self, seconds: float) -> bool:
        """Replay for about so long what the recent past of watches lacks; False once nothing is lacking.

        InputError if there is no memory for a second copy of the lanes.
        """
        lacking = self._lacking()
        if not lacking:
            return False
        iterations = sorted({int(at) for missing in lacking.values() for at in missing})
        self._sample(list(lacking), iterations, seconds)
        return True

    @property
    def lacks(self) -> bool:
        """Whether the recent past of a watch is not all known."""
        return bool(self._lacking())

    def at_kept(self, bound: Bound, lane: Lane) -> Array:
        """Its values at the iterations of a lane's history."""
        kept = lane.history.kept
        if bound.is_recorded and all(np.array_equal(other.history.kept, kept) for other in bound.lanes):
            return bound.from_rows(lambda other, columns: other.history.columns_of(columns))
        return self.values(bound, kept)

    def between(self, bound: Bound, start: int, stop: int) -> Array:
        """Its values at the iterations from `start` to `stop - 1`, replayed where they are not recorded."""
        if _has_all(bound, start, stop):
            return bound.from_rows(lambda lane, columns: lane.history.columns_between(start, stop, columns))
        return self.values(bound, np.arange(start, stop))

    def values(self, bound: Bound, iterations: Array) -> Array:
        """Its values at iterations, ascending; those that are not known are replayed."""
        samples = self._samples.setdefault(bound, Samples())
        values, known = samples.at(iterations)
        if not known.all():
            missing = iterations[~known].tolist()
            self._sample([bound], missing, None)
            values, known = samples.at(iterations)
        return values

    def forget_after(self, updates: int) -> None:
        """The run may be another one after that many updates."""
        for samples in self._samples.values():
            samples.forget_after(updates)
        if self._sampler is not None:
            self._sampler.forget_after(updates)

    def release(self) -> None:
        """Give back the memory that replaying took."""
        if self._sampler is not None:
            self._sampler.release()
            self._sampler = None
            self._holding.release()

    def _seen(self, watch: SessionWatch, lane: Lane, bound: Bound) -> WatchSeries:
        iterations, past = self.recent(bound)
        name, stack = (lane.stack.name, lane.stack.id) if watch.per_lane else ("", 0)
        how: How = "recorded" if bound.is_recorded else "sampled"
        return WatchSeries(name, stack, bound.now(), how, _frozen(iterations), _frozen(past))

    def recent(self, bound: Bound) -> tuple[Array, Array]:
        """The last iterations before the present moment whose values are known, and these."""
        start, stop = self._recent_span()
        iterations = np.arange(start, stop)
        if _has_all(bound, start, stop):
            return iterations, self.between(bound, start, stop)
        samples = self._samples.get(bound)
        if samples is None:
            return iterations[:0], np.empty(0)
        values, known = samples.at(iterations)
        return iterations[known], values[known]

    def _recent_span(self) -> tuple[int, int]:
        end = self._lanes.updates
        return max(0, end - RECENT), end

    def _lacking(self) -> dict[Bound, Array]:
        """The iterations of the recent past that are not known, for those watches that lack some."""
        start, stop = self._recent_span()
        iterations, found = np.arange(start, stop), {}
        for watch in self._known.values():
            for bound in watch.bound.values():
                if _has_all(bound, start, stop):
                    continue
                known = self._samples.setdefault(bound, Samples()).at(iterations)[1]
                if not known.all():
                    found[bound] = iterations[~known]
        return found

    def _sample(self, bounds: list[Bound], iterations: list[int], seconds: float | None) -> None:
        lanes = {lane for bound in bounds for lane in bound.lanes}
        if self._sampler is not None and not lanes <= set(self._sampler.lanes):
            self.release()
        if self._sampler is None:
            size = sum(lane.machine.memory.nbytes for lane in lanes)
            self._holding.grow(size, budget.AGAIN)
            self._sampler = Sampler(lanes, self._replay, self._make)
        self._sampler.sample({bound: self._samples[bound] for bound in bounds}, iterations, seconds)


def _has_all(bound: Bound, start: int, stop: int) -> bool:
    """Whether the lanes' histories have all that it reads of iterations `start` to `stop - 1`."""
    return bound.is_recorded and all(lane.history.has_all(start, stop) for lane in bound.lanes)


def _frozen(array: Array) -> Array:
    array.flags.writeable = False
    return array
