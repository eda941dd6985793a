"""Lanes in lockstep: one time line of ticks for all of them.

A tick is one operation in every lane that has one at this point; a lane without a counterpart in the present column
waits. An iteration runs from tick 0, nothing done, to the last tick, parameters updated.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from bnsim.engine.program import PHASES, Phase, Program
from bnsim.spec.columns import Columns, align_leaves
from bnsim.spec.experiment import Stack
from bnsim.spec.tree import Path, leaves

WAVES = ("forward", "backward")
"""Phases that go through the layers one by one with a value or a gradient to look at."""
Key = tuple[int, Phase, Path]
"""Number of the mini-batch within the update, phase, and path of the leaf."""


def visits(program: Program) -> dict[Key, tuple[int, ...]]:
    """The program as visits to leaves, in order: the positions after each operation of the visit.

    Hidden instructions run along with the one before them.
    """
    out: dict[Key, tuple[int, ...]] = {}
    last: Key | None = None
    for position, instruction in enumerate(program.instructions):
        here = (instruction.micro, instruction.phase, instruction.path)
        if instruction.hidden and last:
            out[last] = (*out[last][:-1], position + 1)
        else:
            out[here] = (*out.get(here, ()), position + 1)
            last = here
    return out


class Lockstep:
    """`positions[tick][lane]`: how many instructions the lane has done; `busy[tick][lane]`: whether it takes part."""

    def __init__(self, programs: Sequence[Program], stacks: Sequence[Stack]) -> None:
        columns = align_leaves(stacks)
        paths = [[leaf.path for leaf in leaves(stack.layers)] for stack in stacks]
        rows = zip(programs, paths, columns.of, strict=True)
        stays = [_by_column(program, paths, of, columns.count) for program, paths, of in rows]
        self.positions: list[tuple[int, ...]] = [(0,) * len(programs)]
        self.busy: list[tuple[bool, ...]] = [(True,) * len(programs)]
        self.layer_ticks: list[int] = [0]
        self.phase_ticks: list[int] = [0]
        steps = sorted({step for lane in stays for step in lane}, key=_order)
        for step in steps:
            self._append([lane.get(step) for lane in stays])
        self._visits = tuple(zip(steps, self.layer_ticks[1:], strict=True))
        for (step, tick), following in zip(self._visits, (*steps[1:], None), strict=True):
            if following is None or following[:2] != step[:2]:
                self.phase_ticks.append(tick)
        self._column_of = _columns_of_layers(stacks, columns.of)
        self._differs = _first_difference(stacks, columns)

    @property
    def last(self) -> int:
        """The tick at which an iteration is complete."""
        return len(self.positions) - 1

    def tick_of(self, lane: int, position: int) -> int:
        """The tick by which a lane has done the instruction at a position."""
        return bisect_right(self.positions, position, key=lambda positions: positions[lane])

    def end_of(self, phase: Phase, layer: int = 0) -> int:
        """The tick by which a phase is done, or that of a layer (its id) in it; of several mini-batches the first's.

        A layer that has nothing to do there is no layer: then it is the end of the phase.
        """
        column = self._column_of.get(layer)
        first = min((step[0] for step, _ in self._visits if step[1] == phase), default=0)
        of_phase = [(step, tick) for step, tick in self._visits if step[:2] == (first, phase)]
        of_layer = [tick for step, tick in of_phase if step[2] == column]
        return max(of_layer or [tick for _, tick in of_phase], default=self.last)

    def moving(self, tick: int) -> tuple[bool, ...]:
        """Whether each lane executes something in the next step by an operation."""
        tick %= self.last
        return tuple(here < there for here, there in zip(self.positions[tick], self.positions[tick + 1], strict=True))

    def moved(self, tick: int) -> tuple[bool, ...]:
        """Whether each lane executed something in the step by an operation that led to a tick; not for tick 0."""
        return tuple(here < there for here, there in zip(self.positions[tick - 1], self.positions[tick], strict=True))

    def next_tick(self, tick: int, size: str) -> int:
        """The tick at which a step of that size ends."""
        return tick + 1 if size == "op" else _after(self._ends(size), tick)

    def previous_tick(self, tick: int, size: str) -> int:
        """The tick at which a step back of that size ends."""
        return tick - 1 if size == "op" else _before(self._ends(size), tick)

    def next_landmark(self, tick: int, layers: Iterable[int] = ()) -> int:
        """The tick of the next landmark: the end of a phase, or a visit of a layer one looks at.

        That is the first one in which the lanes differ, and these `layers` (ids), forward and backward.
        """
        return _after(self._landmarks(layers), tick)

    def previous_landmark(self, tick: int, layers: Iterable[int] = ()) -> int:
        """The tick of the last landmark before; see `next_landmark`."""
        return _before(self._landmarks(layers), tick)

    def _landmarks(self, layers: Iterable[int]) -> list[int]:
        columns = {self._column_of[layer] for layer in layers if layer in self._column_of}
        if self._differs is not None:
            columns.add(self._differs)
        visited = {tick for (_, phase, column), tick in self._visits if phase in WAVES and column in columns}
        return sorted(visited.union(self.phase_ticks))

    def _ends(self, size: str) -> Sequence[int]:
        return {"layer": self.layer_ticks, "phase": self.phase_ticks}.get(size, (0, self.last))

    def _append(self, together: list[tuple[int, ...] | None]) -> None:
        busy = tuple(stops is not None for stops in together)
        for number in range(max(len(stops) for stops in together if stops)):
            before = self.positions[-1]
            self.positions.append(
                tuple(
                    stops[min(number, len(stops) - 1)] if stops else here
                    for stops, here in zip(together, before, strict=True)
                )
            )
            self.busy.append(busy)
        self.layer_ticks.append(self.last)


def _after(ticks: Sequence[int], tick: int) -> int:
    return ticks[bisect_right(ticks, tick)]


def _before(ticks: Sequence[int], tick: int) -> int:
    return ticks[bisect_left(ticks, tick) - 1]


def _columns_of_layers(stacks: Sequence[Stack], of: Sequence[Sequence[int]]) -> dict[int, int]:
    """The column of each layer, by id; of a layer in a Repeat that of its first copy."""
    found: dict[int, int] = {}
    for stack, columns in zip(stacks, of, strict=True):
        for leaf, column in zip(leaves(stack.layers), columns, strict=True):
            found.setdefault(leaf.layer.id, column)
    return found


def _first_difference(stacks: Sequence[Stack], columns: Columns) -> int | None:
    """The first column in which not all stacks have the same layer; None if there is none."""
    rows = [
        dict(zip(of, (replace(leaf.layer, id=0) for leaf in leaves(stack.layers)), strict=True))
        for stack, of in zip(stacks, columns.of, strict=True)
    ]
    differing = (
        column for column in range(columns.count) if any(row.get(column) != rows[0].get(column) for row in rows)
    )
    return next(differing, None)


Step = tuple[int, Phase, int]
"""Number of the mini-batch within the update, phase, and column."""


def _by_column(
    program: Program, paths: Sequence[Path], of: Sequence[int], loss_column: int
) -> dict[Step, tuple[int, ...]]:
    """A lane's visits by column; the loss stands in the column after the last."""
    column = dict(zip(paths, of, strict=True))
    return {
        (micro, phase, column.get(path, loss_column)): stops for (micro, phase, path), stops in visits(program).items()
    }


def _order(step: Step) -> tuple[int, int, int, int]:
    """Sort key of steps: mini-batches one after another, then the update; backward from the last column down."""
    micro, phase, column = step
    return phase == "update", micro, PHASES.index(phase), -column if phase == "backward" else column
