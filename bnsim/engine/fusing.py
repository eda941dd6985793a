"""The fast form of a program: the same numbers to the bit, from fewer passes over less memory.

Three things change. Groups of operations become single ones (`bnsim.engine.kernels.fused`), which never write what
nothing reads. Parameters are updated as soon as nothing needs their old values, while they and their gradients are
still in the caches. And places are reused once nothing reads them any more, so that a deep stack's gradients stay
there too. Parameters lie where they were: a fast run is followed by one full iteration on the same memory, after which
every place holds what stepping would have left there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from weakref import WeakKeyDictionary

from bnsim.engine.fusing_record import side_by_side, with_updates, without_details
from bnsim.engine.operation import OPERATIONS
from bnsim.engine.program import ALIGN, Instruction, Place, Program

FORWARD = ("bn normalize", "bn scale-and-shift", "sigmoid")
BACKWARD = ("bn dβ", "bn dγ", "bn dx̂", "bn dσ²", "bn dμ")


_MADE: WeakKeyDictionary[Program, dict[bool, Program]] = WeakKeyDictionary()


def fast(program: Program, *, details: bool = True) -> Program:
    """The program with operations fused and memory reused; without `details`, for the iterations that record none.

    It is made once for a program.
    """
    found = fast_if_made(program, details=details)
    if found is None:
        whole = program if details else without_details(program)
        instructions = _updated_early(whole, with_updates(_fused(whole)))
        offsets, size = _reused(whole, instructions)
        found = replace(whole, instructions=instructions, offsets=offsets, memory_size=size)
        _MADE.setdefault(program, {})[details] = found
    return found


def fast_if_made(program: Program, *, details: bool = True) -> Program | None:
    """What `fast` has made of the program; None if it has not yet."""
    return _MADE.get(program, {}).get(details)


class _Uses:
    """The readers of every place of a program."""

    def __init__(self, program: Program) -> None:
        self._readers: dict[Place, list[Instruction]] = defaultdict(list)
        for instruction in program.instructions:
            operation = instruction.operation
            for name, place in zip(operation.operands(), instruction.places, strict=True):
                if name in operation.reads:
                    self._readers[place].append(instruction)

    def of(self, place: Place, key: str) -> Instruction | None:
        """The reader of `place` whose operation is `key`; None unless there is exactly one."""
        found = [reader for reader in self._readers[place] if reader.operation.key == key]
        return found[0] if len(found) == 1 else None

    def others(self, place: Place, group: Iterable[Instruction]) -> bool:
        """Whether anything outside of `group` reads `place`."""
        members = set(map(id, group))
        return any(id(reader) not in members for reader in self._readers[place])


def _fused(program: Program) -> tuple[Instruction, ...]:
    """Each group is replaced where its first member stands; nothing in between writes what it reads."""
    uses = _Uses(program)
    made: dict[int, Instruction] = {}
    gone: set[int] = set()
    for first in program.instructions:
        if first.operation.key != FORWARD[0] or len(first.places[1].shape) != 1:
            continue
        group = _group(uses, first)
        if group is None:
            continue
        forward, backward = group
        made[id(forward[0])] = _forward(uses, forward, backward)
        made[id(backward[0])] = _backward(uses, forward, backward)
        gone.update(id(member) for member in (*forward[1:], *backward[1:]))
    return tuple(
        made.get(id(instruction), instruction) for instruction in program.instructions if id(instruction) not in gone
    )


Group = tuple[Instruction, ...]


def _group(uses: _Uses, normalize: Instruction) -> tuple[Group, Group] | None:
    """The operations from normalize to the sigmoid, and those of the way back; None if they are not all there."""
    scale = uses.of(normalize.places[4], FORWARD[1])
    sigmoid = scale and uses.of(scale.places[3], FORWARD[2])
    through = sigmoid and uses.of(sigmoid.places[1], "sigmoid dx")
    if not (scale and sigmoid and through):
        return None
    d_y = through.places[2]
    d_beta, d_gamma, d_x_hat = (uses.of(d_y, key) for key in BACKWARD[:3])
    d_var, d_mean = (d_x_hat and uses.of(d_x_hat.places[2], key) for key in BACKWARD[3:])
    if not (d_beta and d_gamma and d_x_hat and d_var and d_mean):
        return None
    return (normalize, scale, sigmoid), (through, d_beta, d_gamma, d_x_hat, d_var, d_mean)


def _forward(uses: _Uses, forward: Group, backward: Group) -> Instruction:
    normalize, scale, sigmoid = forward
    x, mean, var, inverse, x_hat = normalize.places
    _, gamma, beta, y = scale.places
    group = (*forward, *backward)
    keep = uses.others(x_hat, group) or uses.others(y, group)
    places = (x, mean, var, gamma, beta, inverse, x_hat, y, sigmoid.places[1])
    operation = OPERATIONS["bn normalize + scale-and-shift + sigmoid"]
    return replace(normalize, operation=operation, places=places, scalars=(*normalize.scalars, float(keep)))


def _backward(uses: _Uses, forward: Group, backward: Group) -> Instruction:
    through, d_beta, d_gamma, d_x_hat, d_var, d_mean = backward
    g, out, d_y = through.places
    x, mean, _, inverse, _ = forward[0].places
    gamma = d_x_hat.places[1]
    sums = (d_beta.places[1], d_gamma.places[2], d_x_hat.places[2], d_var.places[4], *d_mean.places[5:])
    keep = uses.others(d_y, (*forward, *backward))
    operation = OPERATIONS["sigmoid dx + bn dβ + dγ + dx̂ + dσ² + dμ"]
    places = (g, out, gamma, x, mean, inverse, d_y, *sums)
    return replace(through, operation=operation, places=places, scalars=(float(keep),))


def _updated_early(program: Program, instructions: Group) -> Group:
    """Each instruction of the update goes up to behind the last one that it must not overtake.

    What changes a parameter that the record takes as the update begins stays where it is; so does the last one, because
    these are taken at the first that stays. All else of a record is taken at the end (`Program.stretches`).
    """
    recorded = {place for record in program.records if not record.late for place in record.places}
    recorded &= {parameter.value for parameter in program.parameters}
    order = [instruction for instruction in instructions if instruction.phase != "update"]
    uses = _LastUses()
    for position, instruction in enumerate(order):
        uses.add(instruction, position)
    behind: dict[int, list[Instruction]] = defaultdict(list)
    staying: list[Instruction] = []
    stay = _LastUses()
    for instruction in instructions:
        if instruction.phase != "update":
            continue
        stays = instruction is instructions[-1] or not recorded.isdisjoint(_written(instruction))
        if stays or stay.of(instruction) >= 0:
            staying.append(instruction)
            stay.add(instruction, 0)
            continue
        position = uses.of(instruction)
        behind[position].append(replace(instruction, phase="backward"))
        uses.add(instruction, position)
    moved = list(behind[-1])
    for position, instruction in enumerate(order):
        moved += (instruction, *behind[position])
    return (*moved, *staying)


class _LastUses:
    """The last read and write of each place, so that not all earlier instructions need to be compared."""

    def __init__(self) -> None:
        self._read: dict[Place, int] = {}
        self._written: dict[Place, int] = {}

    def add(self, instruction: Instruction, position: int) -> None:
        """Add an instruction at a position that is not before those of instructions it depends on."""
        written = _written(instruction)
        for place in instruction.places:
            uses = self._written if place in written else self._read
            uses[place] = max(position, uses.get(place, -1))

    def of(self, instruction: Instruction) -> int:
        """The last position that must precede the instruction, as one writes what the other uses; -1 for none."""
        written = _written(instruction)
        last = max((self._written.get(place, -1) for place in instruction.places), default=-1)
        return max(last, *(self._read.get(place, -1) for place in written))


def _written(instruction: Instruction) -> set[Place]:
    """The places that an instruction overwrites, scratch included."""
    operation = instruction.operation
    named = zip(operation.operands(), instruction.places, strict=True)
    return {place for name, place in named if name in operation.writes or name in operation.scratch}


def _reused(program: Program, instructions: tuple[Instruction, ...]) -> tuple[dict[Place, int], int]:
    """Offsets where every place lives only from its first to its last use; and the memory they take in all."""
    last: dict[Place, int] = {}
    for position, instruction in enumerate(instructions):
        last.update(dict.fromkeys(instruction.places, position))
    end = program.memory_size if program.watched_from is None else program.watched_from
    kept_there = (place for place, at in program.offsets.items() if at < program.state_size or at >= end)
    offsets = {place: program.offsets[place] for place in kept_there}
    recorded, end = side_by_side(program, program.state_size)
    offsets |= recorded
    free: dict[int, list[int]] = defaultdict(list)
    if program.loss not in offsets:
        offsets[program.loss] = end
        end += _room(program.loss)
    kept = set(offsets)
    for position, instruction in enumerate(instructions):
        for place in instruction.places:
            if place in offsets:
                continue
            room = _room(place)
            if free[room]:
                offsets[place] = free[room].pop()
            else:
                offsets[place] = end
                end += room
        for place in dict.fromkeys(instruction.places):
            if last[place] == position and place not in kept:
                free[_room(place)].append(offsets[place])
    return offsets, end


def _room(place: Place) -> int:
    return -(-max(place.size, 1) // ALIGN) * ALIGN
