"""How rows of a lane's history are kept where the lane is a fork, whose forms have not the same records."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bnsim.engine.operation import Array
from bnsim.engine.program import Program, Recorded
from bnsim.spec.experiment import Stack
from bnsim.spec.forks import key_of

Spans = dict[str, tuple[int, int]]
"""First and last column (exclusive) by name."""


class Layouts:
    """The columns of the last form, in its order; behind them what only earlier forms record.

    `programs`, `records` and `spans` are by form: `spans` are columns of a record as the machine gives it. `kept` are
    columns of a kept row, in which names of what only earlier forms record say so.
    """

    def __init__(self, programs: Sequence[Program], stacks: Sequence[Stack]) -> None:
        self.programs = tuple(programs)
        self.records: list[dict[str, Recorded]] = [
            {each.name: each for each in program.records} for program in programs
        ]
        self.spans = [_spans(program) for program in programs]
        self.kept: Spans = dict(self.spans[-1])
        self.width = max((stop for _, stop in self.kept.values()), default=0)
        self._at: list[Array] = [np.arange(self.width)] * len(self.programs)
        if len(programs) > 1:
            self._put_behind(stacks)

    def columns(self, form: int, span: slice = slice(None)) -> slice | Array:
        """Where a kept row has the columns `span` of a record of that form."""
        return span if len(self.programs) == 1 else self._at[form][span]

    def widened(self, form: int, rows: Array) -> Array:
        """Records of a form as rows to be kept; what the form does not record is NaN."""
        if len(self.programs) == 1:
            return rows
        out = np.full((len(rows), self.width), np.nan, rows.dtype)
        out[:, self._at[form]] = rows
        return out

    def _put_behind(self, stacks: Sequence[Stack]) -> None:
        places: dict[tuple[object, ...], int] = {}
        for form in reversed(range(len(self.programs))):
            at: list[int] = []
            for record in self.programs[form].records:
                start = self.width
                for path, place in zip(record.paths, record.places, strict=True):
                    name = record.name, *key_of(stacks[form].layers, path), place.shape
                    if name not in places:
                        last = form == len(self.programs) - 1
                        places[name] = len(at) if last else self.width
                        self.width += 0 if last else place.size
                    at += range(places[name], places[name] + place.size)
                if self.width > start:
                    self.kept[f"{record.name} before fork {form + 1}"] = start, self.width
            self._at[form] = np.array(at, np.int64)


def _spans(program: Program) -> Spans:
    found, end = {}, 0
    for record in program.records:
        found[record.name] = (end, end + record.size)
        end += record.size
    return found
