"""A lane's cards from left to right: what they are called, where in the stack they are, what comes out of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from bnsim.spec.experiment import Experiment, Stack
from bnsim.spec.layers import Repeat
from bnsim.spec.tree import Copies, Path, copy_in, has_parameters
from bnsim.ui.canvas.plan.columns import Lane
from bnsim.ui.canvas.plan.faces import Face, Faces
from bnsim.ui.canvas.plan.rows import Slot, Span, path_of

DATA: Path = (-1,)
"""Stands for the data card where cards are found by path; the loss card's path is (number of layers,)."""


class LaneCards(NamedTuple):
    """One lane's cards, the data first and the loss last, one entry each but in `frames`."""

    faces: list[Face]
    paths: list[Path]
    """Path of each card's layer in the unrolled stack."""
    trained: list[bool]
    """Whether the card's layer has parameters, which the update changes."""
    widths: list[str]
    """How many features come out of each card but the loss; "" where nothing changes."""
    frames: list[Face]
    """The faces of open blocks, in the order of the row's spans."""


def cards_on(
    experiment: Experiment,
    lane: Lane,
    number: int,
    features: int | None,
    differences: Mapping[int, str],
    copies: Copies,
) -> LaneCards:
    """The cards of the lane of that number; `features` of the data, None where they are not known."""
    stack: Stack = experiment.stacks[number]
    faces = Faces(experiment, stack, number, features, differences, copies)
    slots = lane.row.slots
    return LaneCards(
        [faces.data(), *map(faces.of, slots), faces.loss()],
        [DATA, *(path_of(stack, slot.where, copies) for slot in slots), (len(stack.layers),)],
        [False, *(_is_trained(slot) for slot in slots), False],
        faces.widths_on(lane.row),
        [faces.of_block(span.block) for span in lane.row.spans],
    )


def copies_of(span: Span, copies: Copies) -> tuple[int, int]:
    """Which copy of an open Repeat is shown, from 0, and of how many; (0, 0) for other blocks."""
    return (copy_in(span.block, copies), span.block.times) if isinstance(span.block, Repeat) else (0, 0)


def _is_trained(slot: Slot) -> bool:
    return slot.role == "layer" and has_parameters(slot.layer)
