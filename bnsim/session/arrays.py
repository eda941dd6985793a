"""The names of a lane's arrays. A name is a small record that can cross threads and be kept while the session moves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol
from weakref import WeakKeyDictionary

from msgspec import Struct

from bnsim.spec.naming import mini_batches
from bnsim.spec.tree import Path

if TYPE_CHECKING:  # the engine comes with them, which a name does not need
    from bnsim.engine.operation import Array
    from bnsim.engine.program import Place, Program
    from bnsim.session.lane import Lane

VALUE, GRADIENT = "value", "gradient"
INPUT = "x"
"""Name of the mini-batch. It belongs to the path of the first layer: (0,), or a path into the first block."""


class HasLanes(Protocol):
    """A session, as far as the names of arrays need it; a Protocol, so that `session` may import this module."""

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """The lanes, in the order of the stacks."""


class Tensor(Struct, frozen=True):
    """The name of an array: of the lane with stack id `stack`, at a layer's path in the unrolled stack.

    `name` is "value" for the layer's output, "gradient" for the loss's gradient with respect to that; else a name as
    the program has it: of a parameter or its gradient ("weight", "dweight", "running_mean"), or of something computed
    on the way ("μ", "σ²", "x̂", "dσ²").
    """

    stack: int
    path: Path
    name: str = VALUE


def lane_of(session: HasLanes, stack: int) -> Lane | None:
    """The lane with that stack id; None if it does not run."""
    for lane in session.lanes:
        if lane.stack.id == stack:
            return lane
    return None


def find(session: HasLanes, tensor: Tensor) -> tuple[Lane, Place] | None:
    """The lane of an array and its place in the lane's memory; None if there is no such array."""
    lane = lane_of(session, tensor.stack)
    if lane is None:
        return None
    place = places(lane, tensor.path).get(tensor.name)
    return None if place is None else (lane, place)


def read(session: HasLanes, tensor: Tensor) -> Array | None:
    """A copy of the array; None while it is not computed in the present iteration, or if there is no such array."""
    found = find(session, tensor)
    return None if found is None else found[0].read(found[1])


def peek(session: HasLanes, tensor: Tensor) -> Array | None:
    """A read-only view of the array, as `read` but not copied; its numbers change once the session moves."""
    found = find(session, tensor)
    return None if found is None else found[0].peek(found[1])


def places(lane: Lane, path: Path) -> dict[str, Place]:
    """Every array of the layer at a path, by name: parameters first, then in the order of computation.

    Of what is computed more than once in an iteration, for several mini-batches or several uses, it is the last one.
    """
    return program_places(lane.program, path)


def program_places(program: Program, path: Path) -> dict[str, Place]:
    """Every array of the layer at a path by name, for a program that no lane runs."""
    known = _PLACES.setdefault(program, {})
    if path not in known:
        known[path] = _found_places(program, path)
    return dict(known[path])


_PLACES: WeakKeyDictionary[Program, dict[Path, dict[str, Place]]] = WeakKeyDictionary()
"""Kept, because a program never changes and searching one of thousands of instructions takes milliseconds."""


def _found_places(program: Program, path: Path) -> dict[str, Place]:
    kept = (parameter for parameter in program.parameters if parameter.path == path and parameter.key)
    found = {parameter.value.name: parameter.value for parameter in kept if parameter.value.shape}
    for instruction in program.instructions:
        if instruction.path != path or instruction.hidden:
            continue
        operation = instruction.operation
        for name, place in zip(operation.operands(), instruction.places, strict=True):
            if name in operation.writes and instruction.phase != "update":
                found[place.name] = place
    if path in program.values:
        found[VALUE] = program.values[path]
    if path in program.gradients:
        found[GRADIENT] = program.gradients[path]
    return found


Kept = tuple[str, Path, str]
"""What an optimizer keeps, as a program names it, for which parameter ("weight", "bias") of which layer."""


def optimizer_places(program: Program) -> dict[Kept, Place]:
    """Every array that the optimizer keeps."""
    if program not in _KEPT:
        names: dict[Path, list[str]] = {}
        for parameter in program.parameters:
            if parameter.trained:
                names.setdefault(parameter.path, []).append(parameter.value.name)
        found, seen = {}, dict[tuple[str, Path], int]()
        for parameter in program.parameters:
            # Sums stand in the order of the parameters that they are of.
            if not parameter.key and parameter.value.shape:
                one = parameter.value.name, parameter.path
                seen[one] = seen.get(one, -1) + 1
                found[*one, names[parameter.path][seen[one]]] = parameter.value
        _KEPT[program] = found
    return _KEPT[program]


_KEPT: WeakKeyDictionary[Program, dict[Kept, Place]] = WeakKeyDictionary()


def tensor_at(lane: Lane, place: Place) -> Tensor | None:
    """The name of a place in a lane's memory, by the layer it belongs to; None if it belongs to none."""
    program = lane.program
    for name, owners in ((VALUE, program.values), (GRADIENT, program.gradients)):
        for path, owned in owners.items():
            if owned is place:
                return Tensor(lane.stack.id, path, name)
    for parameter in program.parameters:
        if parameter.value is place:
            return Tensor(lane.stack.id, parameter.path, place.name)
    position = program.written_by.get(place)
    if position is None:
        return None
    path = program.instructions[position].path
    last = places(lane, path).get(place.name)
    output = last is not None and last is program.values.get(path)  # so this is that of an earlier mini-batch
    return Tensor(lane.stack.id, path, VALUE if output else place.name)


def mini_batches_of(lane: Lane, place: Place) -> str:
    """Which of an update's mini-batches an array is computed from, in words: "mini-batch 2 of 3".

    Empty where an update has one alone, and for what belongs to none of them: parameters and the update.
    """
    program = lane.program
    position = program.written_by.get(place)
    made_by = None if position is None else program.instructions[position]
    per_update = program.instructions[program.first_update - 1].micro + 1
    if made_by is None or made_by.phase == "update" or per_update == 1:
        return ""
    adds_up = made_by.operation.key == "add" and place.name in ("dweight", "dbias")
    return mini_batches(range(0 if adds_up else made_by.micro, made_by.micro + 1), per_update)
