"""Watches as part of a program: hidden instructions that run before the update, and change nothing the network reads.

What is to be measured is a `Measure`: a reduction of arithmetic on parts of arrays. In the full form of a program all
arrays still stand when the update begins; in the fast one an array that a watch reads is kept until then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from bnsim.engine.kernels.watch import APPLIED, COMBINED, FUNCTIONS, NUMBERS, OPERATORS
from bnsim.engine.operation import OPERATIONS
from bnsim.engine.program import ALIGN, Instruction, Place, Program

Shape = tuple[int, int]


@dataclass(frozen=True)
class Part:
    """Rows `top` to `bottom - 1` of an array, columns `left` to `right - 1`; a vector is one row.

    `turned`: it is one column, and meant as a vector.
    """

    place: Place
    top: int
    bottom: int
    left: int
    right: int
    turned: bool = False

    @property
    def shape(self) -> Shape:
        """Rows and columns."""
        if self.turned:
            return 1, self.bottom - self.top
        return self.bottom - self.top, self.right - self.left


@dataclass(frozen=True)
class Constant:
    """A number."""

    value: float
    shape = (1, 1)


@dataclass(frozen=True)
class Applied:
    """A function of each element, by its name in `APPLIED`."""

    function: str
    of: Term

    @property
    def shape(self) -> Shape:
        """Rows and columns."""
        return self.of.shape


@dataclass(frozen=True)
class Combined:
    """Arithmetic, element by element, by its sign in `COMBINED`."""

    operator: str
    left: Term
    right: Term

    @property
    def shape(self) -> Shape:
        """Rows and columns."""
        rows, columns = np.broadcast_shapes(self.left.shape, self.right.shape)
        return rows, columns


@dataclass(frozen=True)
class Measure:
    """One number of all elements, by the function's name in `REDUCTIONS`."""

    function: str
    of: Term
    shape = (1, 1)


Term = Part | Constant | Applied | Combined | Measure


def can_apply(function: str) -> bool:
    """Whether there is an instruction for a function of each element."""
    return function in APPLIED


def can_combine(operator: str) -> bool:
    """Whether there is an instruction for arithmetic of that sign."""
    return operator in COMBINED


def with_watches(program: Program, measures: Sequence[Measure], precision: str) -> Program:
    """The program that measures these besides, in `Program.watched` by their order; all places stand where they did."""
    if not measures:
        return program
    lowering = _Lowering(program, np.dtype(precision).itemsize)
    watched = tuple(lowering.lowered(measure) for measure in measures)
    first = program.first_update
    before, after = program.instructions[:first], program.instructions[first:]
    return replace(
        program,
        instructions=(*before, *lowering.instructions, *after),
        offsets=program.offsets | lowering.offsets,
        memory_size=lowering.end,
        watched=watched,
        watched_from=program.memory_size,
    )


class _Lowering:
    """Appends the instructions of terms behind the backward pass, and their places at the end of memory."""

    def __init__(self, program: Program, itemsize: int) -> None:
        self._last = program.instructions[program.first_update - 1]
        self._room = 8 // itemsize
        self._done: dict[Term, Place] = {}
        self.offsets: dict[Place, int] = {}
        self.instructions: list[Instruction] = []
        self.end = -(-program.memory_size // ALIGN) * ALIGN

    def lowered(self, term: Term) -> Place:
        """The place of a term's value; what several terms have in common is computed once."""
        if term not in self._done:
            self._done[term] = self._emitted(term)
        return self._done[term]

    def _emitted(self, term: Term) -> Place:
        if isinstance(term, Part):
            scalars = (term.top, term.bottom, term.left, term.right)
            return self._emit("watch read", (term.place,), term.shape, *scalars)
        if isinstance(term, Constant):
            return self._emit("watch constant", (), term.shape, term.value)
        if isinstance(term, Applied):
            return self._emit("watch apply", (self.lowered(term.of),), term.shape, FUNCTIONS[term.function])
        if isinstance(term, Combined):
            operands = self.lowered(term.left), self.lowered(term.right)
            shapes = *term.left.shape, *term.right.shape
            return self._emit("watch combine", operands, term.shape, OPERATORS[term.operator], *shapes)
        return self._emit("watch reduce", (self.lowered(term.of),), term.shape, NUMBERS[term.function])

    def _emit(self, key: str, reads: tuple[Place, ...], shape: Shape, *scalars: float) -> Place:
        place = Place("watch", (shape[0], shape[1] * self._room))
        self.offsets[place] = self.end
        self.end += -(-place.size // ALIGN) * ALIGN
        last, numbers = self._last, tuple(map(float, scalars))
        made = Instruction(OPERATIONS[key], last.phase, last.path, last.micro, (*reads, place), numbers, hidden=True)
        self.instructions.append(made)
        return place
