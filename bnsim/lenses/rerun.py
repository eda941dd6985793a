"""Everything between one array and the loss, executed again on copies, with the array a little different."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property

import numpy as np

from bnsim.engine.kernels.elementwise import ELEMENTWISE
from bnsim.engine.operation import Array
from bnsim.engine.program import Instruction, Place, Program
from bnsim.session.arrays import GRADIENT, Tensor, program_places
from bnsim.spec.layers import Layer
from bnsim.spec.tree import layer_at

KINKS = {known.key: known.kinks for known in ELEMENTWISE}
"""Functions that give the kinks, inputs where the derivative jumps, from the scalars of an operation, by its key."""


class Rerun:
    """`target` is the array to change, flat, and `loss` what comes of it; batch, masks and noise stay as they are.

    The NumPy twins do it, so that what the kernels computed is held against something else. `read` gives a place's
    present array; what is read is copied.
    """

    def __init__(self, program: Program, place: Place, read: Callable[[Place], Array]) -> None:
        self._steps = between(program, place)
        self._place, self._loss = place, program.loss
        self._arrays: dict[Place, Array] = {}
        for operand in (place, program.loss, *(operand for step in self._steps for operand in step.places)):
            if operand not in self._arrays:
                self._arrays[operand] = np.array(read(operand), np.float64)
        self.target: Array = self._arrays[place].reshape(-1)
        self._kinks = kinks_of(self._steps)
        self._sides = [self._arrays[operand] > point for operand, point in self._kinks]

    def loss(self) -> float:
        """The loss for the present numbers in `target`."""
        self._execute(self._arrays)
        return float(self._arrays[self._loss])

    def side(self) -> bytes:
        """The sides of all kinks on which the last `loss` was; equal bytes mean the same sides everywhere."""
        sides = (self._arrays[operand] > point for operand, point in self._kinks)
        return b"".join(np.packbits(side).tobytes() for side in sides)

    def along(self, index: int, step: float) -> tuple[float, bool]:
        """The slope of the loss by one element, from a step along the imaginary axis, and whether that is on a kink.

        Im f(x + ih) / h is f'(x) without a difference, so that h may be as small as one likes (Squire and Trapp 1998).
        On a kink: an activation that the element reaches has its input there, or not on the side it was on.
        """
        arrays = self._complex
        target = arrays[self._place].reshape(-1)
        here = target[index]
        target[index] = complex(here.real, step)
        self._execute(arrays)
        target[index] = here
        slope = float(arrays[self._loss].imag) / step
        for (operand, point), side in zip(self._kinks, self._sides, strict=True):
            x = arrays[operand]
            reached = x.imag != 0 if operand is not self._place else np.arange(x.size).reshape(x.shape) == index
            if np.any(reached & ((x.real == point) | ((x.real > point) != side))):
                return slope, True
        return slope, False

    @cached_property
    def _complex(self) -> dict[Place, Array]:
        return {operand: array.astype(np.complex128) for operand, array in self._arrays.items()}

    def _execute(self, arrays: dict[Place, Array]) -> None:
        with np.errstate(all="ignore"):
            for step in self._steps:
                operands = (arrays[place] for place in step.places)
                step.operation.twin(*operands, *step.scalars)


def kinks_of(steps: Sequence[Instruction]) -> list[tuple[Place, float]]:
    """The inputs of activations that have kinks, each with one kink, in order."""
    return [
        (step.places[0], point)
        for step in steps
        if step.operation.key in KINKS
        for point in KINKS[step.operation.key](*step.scalars)
    ]


def between(program: Program, place: Place) -> list[Instruction]:
    """The instructions that the loss needs and that a change of `place` reaches, in order.

    None of them reads the clock: what is drawn at random depends on nothing but the iteration.
    """
    steps = program.instructions[: program.first_update]
    reached, reaching = {place}, []
    for step in steps:
        read, written = _operands(step)
        if reached & read:
            reached |= written
            reaching.append(step)
    needed, found = {program.loss}, []
    for step in reversed(reaching):
        read, written = _operands(step)
        if needed & written:
            needed |= read
            found.append(step)
    return found[::-1]


def _operands(step: Instruction) -> tuple[set[Place], set[Place]]:
    operation = step.operation
    named = list(zip(operation.operands(), step.places, strict=True))
    read = {place for name, place in named if name in operation.reads}
    return read, {place for name, place in named if name in operation.writes}


def source_of(program: Program, layers: Sequence[Layer], tensor: Tensor) -> Place | None:
    """The array that a gradient is the derivative with respect to; None if there is none in memory."""
    name = tensor.name
    if name == GRADIENT:
        return program.values.get(tensor.path)
    if name == "dx" or not name.startswith("d"):
        return None
    found = program_places(program, tensor.path)
    if name not in found:
        return None
    parameter = next((kept.value for kept in program.parameters if kept.gradient is found[name]), None)
    if parameter is not None:
        return parameter
    if name[1:] in found:
        return found[name[1:]]
    # A copy that shares the parameters of another one.
    layer = layer_at(layers, tensor.path)
    for kept in program.parameters:
        if kept.value.name == name[1:] and layer is not None and layer_at(layers, kept.path) is layer:
            return kept.value
    return None
