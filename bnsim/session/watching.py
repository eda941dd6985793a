"""The watches of a session: their values at the present moment, and at the iterations before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress

import numpy as np

from bnsim.engine.machine import Machine
from bnsim.engine.operation import Array
from bnsim.engine.program import Program
from bnsim.engine.watched import Measure
from bnsim.session.bound import Bound, Columns, NotComputedError
from bnsim.session.compiling import Compiled, Remake
from bnsim.session.history import measured
from bnsim.session.lane import Form, Lane
from bnsim.session.lanes import Lanes
from bnsim.session.replay import Replay
from bnsim.session.samples import Samples
from bnsim.session.sampling import Sampler
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
    names its lanes. `how`: "recorded", if history has all that it reads; "compiled", if the program measures the rest
    from then on; else "sampled": of the past it is read in a replay beside the run.
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
        hows = {self._watching.how(bound) for bound in self.bound.values()}
        return "sampled" if "sampled" in hows else "compiled" if "compiled" in hows else "recorded"

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

    `make` gives a machine as the lanes' are, `remake` has the lanes run other programs.
    """

    def __init__(self, lanes: Lanes, replay: Replay, make: Callable[[Program], Machine], remake: Remake) -> None:
        self._lanes = lanes
        self._replay = replay
        self._make = make
        self._known: dict[str, SessionWatch] = {}
        self._samples: dict[Bound, Samples] = {}
        self._sampler: Sampler | None = None
        self._holding = budget.Holding()
        self._forms = [lane.form for lane in lanes]
        self._compiled = Compiled(lanes, remake)
        self._of_breakpoints: tuple[str, ...] = ()

    @property
    def expressions(self) -> tuple[str, ...]:
        """What is watched."""
        return tuple(self._known)

    @property
    def plain_programs(self) -> list[Program]:
        """The programs of the lanes without what they measure for watches."""
        return self._compiled.plain

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
            self._compile()
        return self._known[expression]

    def known(self, expression: str) -> SessionWatch | None:
        """The watch of an expression if there is one."""
        return self._known.get(expression.strip())

    def follow(self, expressions: Iterable[str]) -> None:
        """Watch these and nothing else; those that cannot be are left out."""
        wanted = tuple(dict.fromkeys(expression.strip() for expression in expressions))
        if tuple(self._known) == wanted:
            return
        known, self._known = self._known, {}
        for expression in wanted:
            with suppress(InputError):
                self._known[expression] = known.get(expression) or SessionWatch(expression, self)
        bounds = {bound for watch in self._known.values() for bound in watch.bound.values()}
        self._samples = {bound: samples for bound, samples in self._samples.items() if bound in bounds}
        self._compile()

    def break_on(self, expressions: Iterable[str]) -> None:
        """Have the programs measure what breakpoints are about, besides the watches."""
        self._of_breakpoints = tuple(dict.fromkeys(expression.strip() for expression in expressions))
        self._compile()

    def _compile(self) -> None:
        """Have the programs measure all that is watched, as far as they can; what they cannot is replayed."""
        wanted: dict[Form, list[Measure]] = {}
        for start in (0, *self._lanes.forks):
            forms = {lane: lane.form_at(start) for lane in self._lanes}
            for expression in dict.fromkeys((*self._known, *self._of_breakpoints)):
                try:
                    bounds = self.bind(expression, forms.__getitem__)[1]
                except InputError:
                    continue
                for bound in bounds.values():
                    for lane, measure in bound.measures.values() if bound.can_be_compiled else ():
                        wanted.setdefault(forms[lane], []).append(measure)
        self._compiled.want(wanted)

    def how(self, bound: Bound) -> How:
        """Where the past of an expression comes from."""
        if bound.is_recorded:
            return "recorded"
        return "compiled" if self.is_compiled(bound) else "sampled"

    def is_compiled(self, bound: Bound) -> bool:
        """Whether the programs measure what history has not of an expression."""
        return bound.can_be_compiled and all(
            self._compiled.samples(*measure) is not None for measure in bound.measures.values()
        )

    def bind(
        self, expression: str, form_of: Callable[[Lane], Form] = lambda lane: lane.form
    ) -> tuple[bool, dict[Lane, Bound]]:
        """Whether an expression is of every lane, and what it means in each, or, by the first lane it names, in those.

        InputError if it cannot be read, or if no lane has what it names.
        """
        node = parse(expression)
        names = {form_of(lane).stack.name: lane for lane in reversed(self._lanes.all)}
        there = named(node)
        for one in there:
            check_lane(one, tuple(names))
        lanes = lanes_named(there)
        if lanes:
            return False, {names[lanes[0]]: Bound(node, lambda one: names[one.lane or lanes[0]], form_of)}
        found, problem = {}, None
        for lane in self._lanes:
            try:
                found[lane] = Bound(node, lambda one, lane=lane: lane, form_of)  # type: ignore[misc]
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
        if all(np.array_equal(other.history.kept, kept) for other in bound.lanes):
            return self._values(bound, kept, lambda other, columns: other.history.columns_of(columns))
        return self.values(bound, kept)

    def between(self, bound: Bound, start: int, stop: int) -> Array:
        """Its values at the iterations from `start` to `stop - 1`, replayed where they are not recorded."""
        iterations = np.arange(start, stop)
        if _has_all(bound, start, stop):
            return self._values(
                bound, iterations, lambda lane, columns: lane.history.columns_between(start, stop, columns)
            )
        return self.values(bound, iterations)

    def in_records(self, bound: Bound, records: Sequence[Array]) -> Array | None:
        """Its values from records of the lanes' machines, or None if these have not all that it reads."""

        def measured_there(lane: Lane, measure: Measure) -> Array:
            numbers = records[lane.index][:, lane.program.row_size :]
            values, there = measured(numbers)
            column = self._compiled.column(lane, measure)
            if not there[:, column].all():
                raise NotComputedError
            return values[:, column]

        sizes = [lane.program.row_size for lane, _ in bound.measures.values()]
        whole = all(
            records[lane.index].shape[1] > size for (lane, _), size in zip(bound.measures.values(), sizes, strict=True)
        )
        if not (self.is_compiled(bound) and whole):
            return None
        try:
            return bound.from_rows(lambda lane, columns: records[lane.index][:, columns], measured_there)
        except NotComputedError:
            return None

    def _values(self, bound: Bound, iterations: Array, columns: Columns) -> Array:
        """Its values at iterations of which `columns` reads what is recorded; what was not measured is replayed."""
        if not self.is_compiled(bound):
            return self.values(bound, iterations)
        values, known = self._measured(bound, iterations, columns)
        if not known.all():
            values[~known] = self.values(bound, iterations[~known])
        return values

    def _measured(self, bound: Bound, iterations: Array, columns: Columns) -> tuple[Array, Array]:
        """Its values as the programs measured them, and whether they did."""
        known = np.ones(len(iterations), bool)

        def numbers(lane: Lane, measure: Measure) -> Array:
            samples = self._compiled.samples(lane, measure)
            assert samples is not None
            values, there = samples.at(iterations)
            known[~there] = False
            return values

        return np.array(bound.from_rows(columns, numbers)), known

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
        return WatchSeries(name, stack, bound.now(), self.how(bound), _frozen(iterations), _frozen(past))

    def recent(self, bound: Bound) -> tuple[Array, Array]:
        """The last iterations before the present moment whose values are known, and these."""
        start, stop = self._recent_span()
        iterations = np.arange(start, stop)
        values, known = self._known_between(bound, start, stop)
        return iterations[known], values[known]

    def known_past(self, bound: Bound, lane: Lane) -> tuple[Array, Array]:
        """The iterations of a lane's history at which its value is known without a replay, and these values."""
        kept = lane.history.kept
        values, known = self._samples.get(bound, Samples()).at(kept)
        if self.is_compiled(bound) and all(np.array_equal(other.history.kept, kept) for other in bound.lanes):
            measured_values, there = self._measured(bound, kept, lambda one, columns: one.history.columns_of(columns))
            values[there] = measured_values[there]
            known |= there
        return kept[known], values[known]

    def _known_between(self, bound: Bound, start: int, stop: int) -> tuple[Array, Array]:
        """Values at iterations from `start` to `stop - 1` so far as nothing is to be replayed, and which are known."""
        iterations = np.arange(start, stop)
        samples = self._samples.get(bound)
        values, known = np.full(len(iterations), np.nan), np.zeros(len(iterations), bool)
        if samples is not None:
            values, known = samples.at(iterations)
        if self.is_compiled(bound) and _has_all(bound, start, stop):
            measured_values, there = self._measured(
                bound, iterations, lambda lane, columns: lane.history.columns_between(start, stop, columns)
            )
            values[there] = measured_values[there]
            known |= there
        return values, known

    def _recent_span(self) -> tuple[int, int]:
        end = self._lanes.updates
        return max(0, end - RECENT), end

    def _lacking(self) -> dict[Bound, Array]:
        """The iterations of the recent past that are not known, for those watches that lack some."""
        start, stop = self._recent_span()
        iterations, found = np.arange(start, stop), {}
        for watch in self._known.values():
            for bound in watch.bound.values():
                known = self._known_between(bound, start, stop)[1]
                if not known.all():
                    self._samples.setdefault(bound, Samples())
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
    """Whether the lanes' histories have all rows of iterations `start` to `stop - 1`, and these lack nothing."""
    return all(lane.history.has_all(start, stop) for lane in bound.lanes)


def _frozen(array: Array) -> Array:
    array.flags.writeable = False
    return array
