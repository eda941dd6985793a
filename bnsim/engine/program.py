"""A program: a flat list of instructions over one block of memory."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from bnsim.engine.operation import Array, Operation
from bnsim.spec.initializers import AnyInitializer

Phase = Literal["forward", "loss", "backward", "update"]
PHASES: tuple[Phase, ...] = ("forward", "loss", "backward", "update")

ALIGN = 16
"""Places start at multiples of this many numbers, a cache line of float32."""


@dataclass(frozen=True, eq=False)
class Place:
    """A named array in memory; a program says where (`Program.offsets`)."""

    name: str
    shape: tuple[int, ...]

    @property
    def size(self) -> int:
        """How many numbers it holds."""
        return math.prod(self.shape)


@dataclass(frozen=True, eq=False)
class Parameter:
    """Something trained, or kept from one iteration to the next. `gradient` is None for running statistics.

    `key` is its `state_dict` name. `init` draws it, with `ordinal`, the weight layer's depth; otherwise it starts at
    `start`.
    """

    key: str
    layer: int
    value: Place
    gradient: Place | None = None
    init: AnyInitializer | None = None
    ordinal: int = 0
    fan_in: int = 0
    start: float = 0.0
    integer: bool = False


@dataclass(frozen=True, eq=False)
class Instruction:
    """One operation on given places. A `hidden` one only records, and runs along with the one before it."""

    operation: type[Operation]
    phase: Phase
    layer: int
    places: tuple[Place, ...]
    scalars: tuple[float, ...]
    hidden: bool = False


@dataclass(frozen=True, eq=False)
class Recorded:
    """A row of history: `places` of shape (features,) or (), one for each of `layers` (indices in the stack)."""

    name: str
    layers: tuple[int, ...]
    places: tuple[Place, ...]


@dataclass(frozen=True, eq=False)
class Program:
    """One stack, lowered. Places of parameters come first in memory, so that a checkpoint is one slice.

    `values[i]` and `gradients[i]` are the output of layer i and the loss's gradient with respect to it; `inputs` is the
    mini-batch.
    """

    instructions: tuple[Instruction, ...]
    parameters: tuple[Parameter, ...]
    values: tuple[Place, ...]
    gradients: tuple[Place, ...]
    inputs: Place
    loss: Place
    records: tuple[Recorded, ...]
    offsets: dict[Place, int]
    state_size: int
    memory_size: int

    @cached_property
    def first_update(self) -> int:
        """Position of the first instruction that overwrites a parameter; the number of instructions if none does."""
        for position, instruction in enumerate(self.instructions):
            if instruction.phase == "update":
                return position
        return len(self.instructions)

    @cached_property
    def written_by(self) -> dict[Place, int]:
        """For each place that is computed, the position of the first instruction that writes it."""
        first: dict[Place, int] = {}
        for position, instruction in enumerate(self.instructions):
            operation = instruction.operation
            for name, place in zip(operation.operands(), instruction.places, strict=True):
                if name in operation.writes:
                    first.setdefault(place, position)
        return first

    @cached_property
    def record_index(self) -> Array:
        """Memory addresses of one history row, in the order of `records`."""
        spans = [
            np.arange(self.offsets[place], self.offsets[place] + place.size)
            for record in self.records
            for place in record.places
        ]
        return np.concatenate(spans) if spans else np.zeros(0, np.int64)

    def view(self, memory: Array, place: Place) -> Array:
        """The place as a shaped view of `memory`."""
        start = self.offsets[place]
        return memory[start : start + place.size].reshape(place.shape)
