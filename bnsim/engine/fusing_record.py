"""What is recorded of a weight, fused with its update, and recorded numbers laid side by side: for fast runs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from bnsim.engine.operation import OPERATIONS
from bnsim.engine.program import ALIGN, DETAILS, Instruction, Place, Program

UPDATES = {"sgd": "norms + sgd + update ratio", "sgd scheduled": "norms + sgd scheduled + update ratio"}


def without_details(program: Program) -> Program:
    """The program without what only records of `DETAILS` need. Their places are left out of the offsets."""
    detailed = {place for record in program.records if record.name in DETAILS for place in record.places}
    detailed -= {place for record in program.records if record.name not in DETAILS for place in record.places}
    kept = tuple(i for i in program.instructions if not (i.hidden and detailed.intersection(i.places)))
    offsets = {place: offset for place, offset in program.offsets.items() if place not in detailed}
    return replace(program, instructions=kept, offsets=offsets)


def with_updates(instructions: Sequence[Instruction]) -> tuple[Instruction, ...]:
    """Norms, copy, update and update ratio of a weight become one instruction, where the update stands.

    Left alone where the update is not plain SGD on the gradient itself. Nothing but records reads the norms.
    """
    using: dict[Place, list[Instruction]] = defaultdict(list)
    for instruction in instructions:
        for place in dict.fromkeys(instruction.places):
            using[place].append(instruction)
    made: dict[int, Instruction] = {}
    gone: set[int] = set()
    for ratio in instructions:
        if ratio.operation.key != "update ratio":
            continue
        value, copied, norm, out, move = ratio.places
        copy = _one(using[copied], "copy")
        weight_norm = _one(using[norm], "norm")
        update = _one(using[value], *UPDATES)
        if not (copy and weight_norm and update):
            continue
        gradient = update.places[0]
        gradient_norm = _one(using[gradient], "norm")
        if gradient_norm is None or not gradient_norm.hidden or len(using[gradient_norm.places[1]]) > 1:
            continue
        operation = OPERATIONS[UPDATES[update.operation.key]]
        places = (*update.places, norm, gradient_norm.places[1], out, move)
        made[id(update)] = replace(update, operation=operation, places=places)
        gone.update(map(id, (copy, weight_norm, gradient_norm, ratio)))
    return tuple(made.get(id(kept), kept) for kept in instructions if id(kept) not in gone)


def side_by_side(program: Program, start: int) -> tuple[dict[Place, int], int]:
    """Offsets from `start` on of what is recorded and is no parameter, in the order of the record; and the end.

    Single numbers are not aligned: then a whole record is a few stretches of memory.
    """
    offsets: dict[Place, int] = {}
    parameters = {parameter.value for parameter in program.parameters}
    for place in (place for record in program.records for place in record.places):
        if place in offsets or place in parameters or place not in program.offsets:
            continue
        if place.size > 1:
            start = -(-start // ALIGN) * ALIGN
        offsets[place] = start
        start += place.size
    return offsets, -(-start // ALIGN) * ALIGN


def _one(instructions: list[Instruction], *keys: str) -> Instruction | None:
    found = [instruction for instruction in instructions if instruction.operation.key in keys]
    return found[0] if len(found) == 1 else None
