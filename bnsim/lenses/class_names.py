"""Names of the classes of the data, where a number or a column of an array is a class."""

from __future__ import annotations

from typing import Literal

from bnsim.engine.program import Place
from bnsim.session.lane import Lane

LONGEST = 24
"""Most characters of a class's name beside a number."""


def kind_of_classes(lane: Lane, place: Place, classes: int) -> Literal["numbers", "columns", ""]:
    """What of an array are classes, of which the data has so many: its numbers, its columns, or "", neither.

    The columns are: of targets as 0 and 1, of what the stack puts out and its gradient, of probabilities.
    """
    program, loss = lane.program, (len(lane.stack.layers),)
    last = (loss[0] - 1,)
    position = program.written_by.get(place)
    made_by = None if position is None else program.instructions[position]
    if place is program.targets or (made_by is not None and made_by.operation.key == "batch" and place.name == "t"):
        return "numbers"
    ends = (program.values.get(last), program.gradients.get(last))
    at_end = place in ends or (made_by is not None and made_by.path == loss)
    return "columns" if at_end and place.shape[1:] == (classes,) else ""


def shorter(name: str) -> str:
    """A class's name, cut to what fits beside a number."""
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…"
