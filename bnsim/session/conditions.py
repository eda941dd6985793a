"""What breakpoints mean on the lanes' programs, and when they hold.

A breakpoint at a layer or an operation is a set of ticks, the same in every iteration. A condition on a value is a
column of the recorded row, a limit, and the tick at which the value is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bnsim.engine.operation import OPERATIONS, Array, title_of
from bnsim.engine.program import Instruction, Place, Program
from bnsim.session.lane import Lane
from bnsim.session.lanes import Lanes
from bnsim.session.lockstep import Lockstep
from bnsim.session.moment import Moment
from bnsim.session.not_finite import came_up
from bnsim.session.recording import records
from bnsim.session.stop import Stop
from bnsim.session.watch_conditions import WatchCondition, watched
from bnsim.session.watching import Watching
from bnsim.spec.breakpoints import (
    AtLayer,
    AtOp,
    Breakpoint,
    Dead,
    GradientNorm,
    LossBelow,
    NonFinite,
    OnWatch,
    Saturated,
)
from bnsim.spec.errors import InputError
from bnsim.spec.layers import Layer, Repeat, Residual
from bnsim.spec.naming import layer_name, operation_name
from bnsim.spec.numerals import count, significant
from bnsim.spec.recording import Recording
from bnsim.spec.tree import Path, leaves

TITLES = {
    GradientNorm: "gradient norm {0}",
    Saturated: "saturated fraction {0}",
    Dead: "dead fraction {0}",
    LossBelow: "loss {0}",
}
"""What a condition compares, in words, with its value."""

WHEN = {
    "<": "{0} became less than {1}: {2}",
    "<=": "{0} became at most {1}: {2}",
    ">": "{0} became more than {1}: {2}",
    ">=": "{0} became at least {1}: {2}",
    "==": "{0} became {1}: {2}",
    "!=": "{0} became other than {1}: {2}",
    "crosses": "{0} crossed {1}: {2}",
    "changes": "{0} changed: {2}",
    "not finite": "{0} is not finite: {2}",
}
"""What a watch did, in words: its expression, the limit, its value."""

ValueBreakpoint = GradientNorm | Saturated | Dead | LossBelow


@dataclass(frozen=True)
class Hit:
    """A reason to stop: at `tick` of `iteration`, at instruction `position` of a lane.

    `path` is the layer a measured `value` is about, which need not be the one that computed it; `place` is the array
    that holds a NaN or an infinity.
    """

    iteration: int
    tick: int
    lane: int
    position: int
    breakpoint: Breakpoint | None = None
    value: float | None = None
    path: Path | None = None
    place: Place | None = None

    @property
    def moment(self) -> Moment:
        """The iteration and the tick of the hit."""
        return Moment(self.iteration, self.tick)


@dataclass(frozen=True)
class _Value:
    """A condition on one recorded number of one lane."""

    lane: int
    column: int
    path: Path
    position: int
    tick: int
    below: float
    above: float
    breakpoint: ValueBreakpoint


class Conditions:
    """The enabled breakpoints among those given, looked up in the lanes' programs.

    InputError if one is about a value that is not recorded.
    """

    def __init__(
        self,
        lanes: Lanes,
        breakpoints: Sequence[Breakpoint] = (),
        recording: Recording = "all",
        watching: Watching | None = None,
    ) -> None:
        self._lanes = lanes
        enabled = [breakpoint for breakpoint in breakpoints if breakpoint.enabled]
        self._non_finite = [breakpoint for breakpoint in enabled if isinstance(breakpoint, NonFinite)]
        starts = (0, *lanes.forks)
        self._eras = [_OfEra(lanes, era, start, enabled, recording) for era, start in enumerate(starts)]
        self._on_watches = [breakpoint for breakpoint in enabled if isinstance(breakpoint, OnWatch)]
        self._watching = watching
        self._forms = [lane.form for lane in lanes]
        self._found = () if watching is None else watched(self._on_watches, watching, lanes)

    @property
    def has_values(self) -> bool:
        """Whether any condition is on a value, so that recorded rows have to be searched."""
        return bool(self._on_watches) or any(era.has_values for era in self._eras)

    @property
    def _watches(self) -> tuple[WatchCondition, ...]:
        """What breakpoints on watches mean in the lanes as they run now."""
        forms = [lane.form for lane in self._lanes]
        if self._watching is not None and self._on_watches and forms != self._forms:
            self._forms, watching = forms, self._watching
            there = [each for each in self._on_watches if not watching.problem(each.expression)]
            self._found = watched(there, watching, self._lanes)
        return self._found

    def next_arrival(self, moment: Moment) -> Hit | None:
        """Where the lanes next come to a breakpoint's layer or operation; in this iteration or the next."""
        iteration, tick = moment
        return self._era(iteration).arrival_after(iteration, tick) or self._era(iteration + 1).arrival_after(
            iteration + 1, 0
        )

    def last_arrival(self, moment: Moment) -> Hit | None:
        """Where the lanes last came to a breakpoint's layer or operation; in this iteration or the one before."""
        iteration, tick = moment
        found = self._era(iteration).arrival_before(iteration, tick)
        if found is None and iteration:
            found = self._era(iteration - 1).arrival_before(iteration - 1, None)
        return found

    def first_value(
        self, iterations: Array, rows: Sequence[Array], after: int = 0, upto: int | None = None
    ) -> Hit | None:
        """The first hit in rows of these iterations, for each lane; of ticks in (after, upto] where given.

        No fork is between these iterations.
        """
        return self._value(iterations, rows, after, upto, present=upto is not None, last=False)

    def last_value(self, iterations: Array, rows: Sequence[Array], before: int | None = None) -> Hit | None:
        """The last hit in rows of these iterations; of ticks before `before`, where given."""
        upto = None if before is None else before - 1
        return self._value(iterations, rows, 0, upto, present=before is not None, last=True)

    def stop(self, hit: Hit) -> Stop:
        """The record of a hit that tells a person why the session stopped."""
        lane = self._lanes[hit.lane]
        instruction = _visible(lane.program.instructions, hit.position)
        owners = owners_of(lane.stack.layers).get(instruction.path if hit.path is None else hit.path, ())
        breakpoint = hit.breakpoint
        if hit.place is not None:
            matching = (b for b in self._non_finite if b.lane in (0, lane.stack.id) and b.layer in (0, *owners))
            breakpoint = next(matching, None)
        return Stop(
            sentence=f"{lane.stack.name}: {_what(lane, hit, instruction)}",
            iteration=hit.iteration,
            tick=hit.tick,
            lane=lane.stack.id,
            phase=instruction.phase,
            path=instruction.path,
            op=instruction.operation.title,
            layer_id=owners[-1] if owners else 0,
            breakpoint=breakpoint,
            value=hit.value,
        )

    def _value(
        self, iterations: Array, rows: Sequence[Array], after: int, upto: int | None, *, present: bool, last: bool
    ) -> Hit | None:
        """`present`: the row is of memory as it is, in which parameters may be updated already."""
        if not len(iterations):
            return None
        start = int(iterations[0])
        found = self._era(start).values(iterations, rows, after, upto, last=last)
        end = self._lanes.lockstep_of(self._lanes.era_of(start)).last if upto is None else upto
        for watch in self._watches:
            if any(lane.form_at(start) is not lane.form for lane in watch.bound.lanes):
                continue  # before a fork an expression means something in another network
            if (at := watch.search(iterations, None if present else rows, after, end, last=last)) is not None:
                iteration, value = at
                found.append(Hit(iteration, watch.tick, watch.lane.index, watch.position, watch.breakpoint, value))
        if not found:
            return None
        return max(found, key=lambda hit: hit.moment) if last else min(found, key=lambda hit: hit.moment)

    def _era(self, iteration: int) -> _OfEra:
        return self._eras[self._lanes.era_of(iteration)]


class _OfEra:
    """The breakpoints in the programs that the lanes run in one era, from iteration `start` on."""

    def __init__(self, lanes: Lanes, era: int, start: int, enabled: Sequence[Breakpoint], recording: Recording) -> None:
        self._recording = recording
        self._lanes, self._era = lanes, era
        forms = [lane.form_at(start) for lane in lanes]
        self._owners = [owners_of(form.stack.layers) for form in forms] if enabled else []
        self._arrivals: list[tuple[int, int, int, Breakpoint]] = []
        values: list[_Value] = []
        for breakpoint in enabled:
            if isinstance(breakpoint, AtOp):
                _check_operation(breakpoint.op)
            for number, form in enumerate(forms):
                if breakpoint.lane not in (0, form.stack.id):
                    continue
                if isinstance(breakpoint, AtLayer | AtOp):
                    self._arrivals += self._visits(number, form.program, breakpoint)
                elif not isinstance(breakpoint, NonFinite | OnWatch):
                    values += self._values(number, form.program, breakpoint)
        self._arrivals.sort(key=lambda arrival: arrival[:2])
        self._by_lane = [_Table([value for value in values if value.lane == lane.index]) for lane in lanes]

    @property
    def _lockstep(self) -> Lockstep:
        return self._lanes.lockstep_of(self._era)

    @property
    def has_values(self) -> bool:
        """Whether any condition is on a value."""
        return any(table.values for table in self._by_lane)

    def arrival_after(self, iteration: int, tick: int) -> Hit | None:
        """The first arrival of an iteration after a tick."""
        for at, lane, position, breakpoint in self._arrivals:
            if at > tick:
                return Hit(iteration, at, lane, position, breakpoint)
        return None

    def arrival_before(self, iteration: int, tick: int | None) -> Hit | None:
        """The last arrival of an iteration before a tick; None: of all of it."""
        for at, lane, position, breakpoint in reversed(self._arrivals):
            if tick is None or at < tick:
                return Hit(iteration, at, lane, position, breakpoint)
        return None

    def values(
        self, iterations: Array, rows: Sequence[Array], after: int, upto: int | None, *, last: bool
    ) -> list[Hit]:
        """Of each lane the first or the last hit in rows of these iterations, of ticks in (after, upto]."""
        end = self._lockstep.last if upto is None else upto
        found = []
        for table, lane_rows in zip(self._by_lane, rows, strict=True):
            if (hit := table.search(iterations, lane_rows, after, end, last=last)) is not None:
                found.append(hit)
        return found

    def _visits(
        self, lane: int, program: Program, breakpoint: AtLayer | AtOp
    ) -> Iterator[tuple[int, int, int, Breakpoint]]:
        """(tick, lane, position, breakpoint) of each time the lane's cursor comes to what the breakpoint names."""
        instructions = program.instructions
        owners = self._owners[lane]
        positions = [moment[lane] for moment in self._lockstep.positions]
        for tick in range(1, len(positions)):
            if positions[tick] == positions[tick - 1]:
                continue
            position = positions[tick] % len(instructions)
            here, before = instructions[position], _visible(instructions, positions[tick] - 1)
            if not _matches(breakpoint, here, owners):
                continue
            inside = _matches(breakpoint, before, owners) and (before.phase, before.micro) == (here.phase, here.micro)
            if isinstance(breakpoint, AtOp) or not inside:
                yield tick, lane, position, breakpoint

    def _values(self, lane: int, program: Program, breakpoint: ValueBreakpoint) -> Iterator[_Value]:
        [name] = breakpoint.records
        below = getattr(breakpoint, "below", None)
        above = getattr(breakpoint, "above", None)
        if below is None and above is None:
            raise InputError("A breakpoint on gradient norms needs a limit; give it below= or above=.")
        record = next((kept for kept in program.records if kept.name == name), None)
        if record is None:
            if not records(self._recording, breakpoint.records):
                title = TITLES[type(breakpoint)]
                raise InputError(f"The {title} is not recorded here; make the session with recording='all'.")
            return
        start = sum(kept.size for kept in program.records[: program.records.index(record)])
        for number, (path, place) in enumerate(zip(record.paths, record.places, strict=True)):
            meant = breakpoint.layer in (0, *self._owners[lane].get(path, ()))
            if meant or isinstance(breakpoint, LossBelow):
                position = program.written_by[place]
                yield _Value(
                    lane,
                    start + number,
                    path,
                    position,
                    self._lockstep.tick_of(lane, position),
                    -np.inf if below is None else below,
                    np.inf if above is None else above,
                    breakpoint,
                )


class _Table:
    """Conditions on one lane, to be held against many rows at once."""

    def __init__(self, values: Sequence[_Value]) -> None:
        self.values = sorted(values, key=lambda value: value.tick)
        self._columns = np.array([value.column for value in self.values], np.int64)
        self._ticks = np.array([value.tick for value in self.values], np.int64)
        self._below = np.array([value.below for value in self.values])
        self._above = np.array([value.above for value in self.values])

    def search(self, iterations: Array, rows: Array, after: int, upto: int, *, last: bool) -> Hit | None:
        """The first hit in the rows, or the last one; None if no condition holds."""
        if not self.values or not len(rows):
            return None
        numbers = rows[:, self._columns]
        holds = ((numbers < self._below) | (numbers > self._above)) & (self._ticks > after) & (self._ticks <= upto)
        where = np.argwhere(holds)
        if not len(where):
            return None
        row, column = where[-1 if last else 0]
        value = self.values[column]
        number = float(numbers[row, column])
        return Hit(int(iterations[row]), value.tick, value.lane, value.position, value.breakpoint, number, value.path)


def owners_of(layers: Sequence[Layer]) -> dict[Path, tuple[int, ...]]:
    """The ids of the blocks around every leaf of the unrolled stack and, last, its own, by path."""
    out = {}
    for leaf in leaves(layers):
        ids: list[int] = []
        inside, rest = layers, leaf.path
        while rest:
            layer, rest = inside[rest[0]], rest[1:]
            ids.append(layer.id)
            if isinstance(layer, Repeat):
                inside, rest = layer.layers, rest[1:]
            elif isinstance(layer, Residual):
                inside = layer.layers
        out[leaf.path] = tuple(ids)
    return out


def _matches(breakpoint: AtLayer | AtOp, instruction: Instruction, owners: Mapping[Path, tuple[int, ...]]) -> bool:
    if breakpoint.layer and breakpoint.layer not in owners.get(instruction.path, ()):
        return False
    if breakpoint.phase and breakpoint.phase != instruction.phase:
        return False
    return not isinstance(breakpoint, AtOp) or title_of(breakpoint.op) == instruction.operation.title


def _check_operation(key: str) -> None:
    if key not in OPERATIONS:
        keys = [repr(other) for other, operation in OPERATIONS.items() if operation.title == key]
        mend = f"use its key, {' or '.join(keys)}" if keys else "Session.operations() tells what there is"
        raise InputError(f"There is no operation with the key {key!r} to stop at; {mend}.")


def _visible(instructions: Sequence[Instruction], position: int) -> Instruction:
    """The instruction at a position; for a hidden one, the one it runs along with."""
    while instructions[position].hidden:
        position -= 1
    return instructions[position]


def _what(lane: Lane, hit: Hit, instruction: Instruction) -> str:
    where = f" (iteration {count(hit.iteration)}, {instruction.phase}, {operation_name(instruction.operation.title)})"
    if hit.place is not None:
        values = lane.program.view(lane.machine.memory, hit.place)
        return came_up(values, hit.place, lane.stack, instruction, f"iteration {count(hit.iteration)}")
    breakpoint = hit.breakpoint
    if isinstance(breakpoint, AtOp):
        return f"at {operation_name(title_of(breakpoint.op))} of {layer_name(lane.stack, instruction.path)}" + where
    if breakpoint is None or isinstance(breakpoint, AtLayer | NonFinite):
        return f"at {layer_name(lane.stack, instruction.path)}" + where
    if isinstance(breakpoint, OnWatch):
        limit, value = significant(breakpoint.limit), significant(hit.value)
        return WHEN[breakpoint.when].format(breakpoint.expression, limit, value) + where
    what = TITLES[type(breakpoint)].format(significant(hit.value, 2))
    if hit.path is not None and not isinstance(breakpoint, LossBelow):
        what = f"{what} at {layer_name(lane.stack, hit.path)}"
    below = getattr(breakpoint, "below", None)
    if below is not None and (hit.value or 0) < below:
        return f"{what} fell below {significant(below)}" + where
    return f"{what} rose above {significant(getattr(breakpoint, 'above', None))}" + where
