"""Lanes in lockstep: one time line of ticks for all of them.

A tick is one operation in every lane that has one at this point; a lane without a counterpart in the present column
waits. An iteration runs from tick 0, nothing done, to the last tick, parameters updated.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from bnsim.engine.program import PHASES, Phase, Program
from bnsim.spec.columns import Columns


@dataclass(frozen=True)
class Visit:
    """A stay at one layer in one phase; `stops` are the program positions after each of its operations."""

    phase: Phase
    layer: int
    stops: tuple[int, ...]


def visits(program: Program) -> list[Visit]:
    """A program as a list of stays. Hidden instructions run along with the one before them."""
    out: list[Visit] = []
    for position, instruction in enumerate(program.instructions):
        if instruction.hidden and out:
            last = out[-1]
            out[-1] = Visit(last.phase, last.layer, (*last.stops[:-1], position + 1))
        elif out and (out[-1].phase, out[-1].layer) == (instruction.phase, instruction.layer):
            out[-1] = Visit(out[-1].phase, out[-1].layer, (*out[-1].stops, position + 1))
        else:
            out.append(Visit(instruction.phase, instruction.layer, (position + 1,)))
    return out


class Lockstep:
    """`positions[tick][lane]`: how many instructions the lane has done; `busy[tick][lane]`: whether it takes part."""

    def __init__(self, programs: Sequence[Program], columns: Columns) -> None:
        stays = [_by_column(program, columns, lane) for lane, program in enumerate(programs)]
        self.positions: list[tuple[int, ...]] = [(0,) * len(programs)]
        self.busy: list[tuple[bool, ...]] = [(True,) * len(programs)]
        self.layer_ticks: list[int] = [0]
        for step in sorted({step for lane in stays for step in lane}, key=_order):
            self._append([lane.get(step) for lane in stays])

    @property
    def last(self) -> int:
        """The tick at which an iteration is complete."""
        return len(self.positions) - 1

    def next_tick(self, tick: int, size: str) -> int:
        """Where a step of a size ends."""
        if size == "op":
            return tick + 1
        if size == "layer":
            return self.layer_ticks[bisect_right(self.layer_ticks, tick)]
        return self.last

    def previous_tick(self, tick: int, size: str) -> int:
        """Where a step back of a size ends."""
        if size == "op":
            return tick - 1
        if size == "layer":
            return self.layer_ticks[bisect_left(self.layer_ticks, tick) - 1]
        return 0

    def _append(self, together: list[Visit | None]) -> None:
        busy = tuple(visit is not None for visit in together)
        for number in range(max(len(visit.stops) for visit in together if visit)):
            before = self.positions[-1]
            self.positions.append(
                tuple(
                    visit.stops[min(number, len(visit.stops) - 1)] if visit else here
                    for visit, here in zip(together, before, strict=True)
                )
            )
            self.busy.append(busy)
        self.layer_ticks.append(self.last)


def _by_column(program: Program, columns: Columns, lane: int) -> dict[tuple[Phase, int], Visit]:
    """A lane's stays by phase and column; the loss stands in the column after the last."""
    of = (*columns.of[lane], columns.count)
    return {(visit.phase, of[visit.layer]): visit for visit in visits(program)}


def _order(step: tuple[Phase, int]) -> tuple[int, int]:
    phase, column = step
    return PHASES.index(phase), -column if phase == "backward" else column
