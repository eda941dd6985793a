"""A program: a flat list of instructions over one block of memory."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from bnsim.engine.operation import Array, Operation
from bnsim.spec.initializers import AnyInitializer
from bnsim.spec.tree import Path

Phase = Literal["forward", "loss", "backward", "update"]
DETAILS = ("activation_norm", "activation_gradient_norm", "percentiles", "histogram")
"""Records that may be taken every so many iterations only (`Program.details_every`): most of the cost, read by no
breakpoint."""
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
        """Number of elements."""
        return math.prod(self.shape)


@dataclass(eq=False)
class Parameter:
    """Something trained, or kept from one iteration to the next. `gradient` is None for what is not trained.

    `key` is its `state_dict` name; empty for an optimizer's own state. `init` draws it, with `ordinal`, the weight
    layer's depth; otherwise it starts at `start`. `gradient` is where the whole gradient stands: of a parameter
    that is used more than once, the sum over its uses.
    """

    key: str
    path: Path
    value: Place
    trained: bool = False
    gradient: Place | None = None
    init: AnyInitializer | None = None
    ordinal: int = 0
    fan_in: int = 0
    start: float = 0.0
    integer: bool = False

    @property
    def is_weight(self) -> bool:
        """Whether it is a matrix, not γ, β or a bias."""
        return len(self.value.shape) == 2


@dataclass(frozen=True, eq=False)
class Instruction:
    """One operation on given places. A `hidden` one only records, and runs along with the one before it.

    `path` is where the layer stands in the unrolled stack, `(number of layers,)` for the loss. `micro` counts the
    mini-batches of one update.
    """

    operation: type[Operation]
    phase: Phase
    path: Path
    micro: int
    places: tuple[Place, ...]
    scalars: tuple[float, ...]
    hidden: bool = False

    @property
    def layer(self) -> int:
        """Index in the stack of the layer, or of the block that contains it."""
        return self.path[0]


@dataclass(frozen=True, eq=False)
class Recorded:
    """A row of history: one place for each of `paths`, of shape (features,), or () for a number.

    It is read as the update begins, or, if `late`, when the update is done.
    """

    name: str
    paths: tuple[Path, ...]
    places: tuple[Place, ...]
    late: bool = False

    @property
    def size(self) -> int:
        """Number of elements it takes in a row of history."""
        return sum(place.size for place in self.places)


@dataclass(frozen=True)
class OtherMates:
    """In that iteration the samples at the places `keep` of a mini-batch stay, and all others are other rows."""

    iteration: int
    keep: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Program:
    """One stack, lowered. Places of parameters come first in memory, so that a checkpoint is one slice, scratch last,
    from `scratch_from` on: what stands there need not be a number.

    `values[path]` and `gradients[path]` are the output of a layer and the loss's gradient with respect to it, of the
    last mini-batch where several make an update; `inputs` is that mini-batch. Where an iteration is no multiple of
    `details_every`, history has no numbers named in `DETAILS`, and a fast run does not compute what only they need.
    """

    instructions: tuple[Instruction, ...]
    parameters: tuple[Parameter, ...]
    values: dict[Path, Place]
    gradients: dict[Path, Place]
    inputs: Place
    targets: Place
    loss: Place
    records: tuple[Recorded, ...]
    offsets: dict[Place, int]
    state_size: int
    scratch_from: int
    memory_size: int
    details_every: int = 1
    watched: tuple[Place, ...] = ()
    """Numbers of watches, each a float64 in the room of one or two numbers of memory: at the end of a machine's record,
    read as the update begins, and in no row of history."""
    watched_from: int | None = None
    """The address from which on watches compute; what stands there need not be a number of the network's precision."""
    mates: OtherMates | None = None
    """Where the mini-batches of one iteration are others than the data's order says (`bnsim.engine.mates`)."""

    @cached_property
    def first_update(self) -> int:
        """Position of the first instruction of the update phase; the number of instructions if there is none."""
        for position, instruction in enumerate(self.instructions):
            if instruction.phase == "update":
                return position
        return len(self.instructions)

    @cached_property
    def written_by(self) -> dict[Place, int]:
        """The position of the first instruction that writes a place, for each place that is computed."""
        first: dict[Place, int] = {}
        for position, instruction in enumerate(self.instructions):
            operation = instruction.operation
            for name, place in zip(operation.operands(), instruction.places, strict=True):
                if name in operation.writes:
                    first.setdefault(place, position)
        return first

    @cached_property
    def is_number(self) -> Array:
        """Whether each address below `scratch_from` belongs to a place; gaps hold whatever a fast run left there."""
        found = np.zeros(self.scratch_from, bool)
        for place, offset in self.offsets.items():
            found[offset : offset + place.size] = True
        return found

    @cached_property
    def record_index(self) -> Array:
        """Memory addresses of a record: one history row, in the order of `records`, late ones last; then `watched`."""
        places = [place for record in self.records for place in record.places]
        spans = [np.arange(self.offsets[place], self.offsets[place] + place.size) for place in (*places, *self.watched)]
        return np.concatenate(spans) if spans else np.zeros(0, np.int64)

    @cached_property
    def late_record(self) -> int:
        """Number of elements of a history row that are read before the update; the others are read after it."""
        return sum(record.size for record in self.records if not record.late)

    @cached_property
    def row_size(self) -> int:
        """Number of elements of a history row: a machine's record without `watched`."""
        return sum(record.size for record in self.records)

    @cached_property
    def stretches(self) -> tuple[Array, Array]:
        """A record as rows of (address in memory, column, length): what the update overwrites, and all else.

        Of what is recorded an update overwrites parameters alone; the rest still stands when it is done. What
        nothing computes has no place in memory, and is left out.
        """
        updated = {parameter.value for parameter in self.parameters}
        found: tuple[list[list[int]], list[list[int]]] = ([], [])
        column = 0
        recorded = [(place, record.late) for record in self.records for place in record.places]
        for place, late in (*recorded, *((place, False) for place in self.watched)):
            stretches = found[place not in updated or late]
            address = self.offsets.get(place)
            if address is not None:
                if stretches and [address - stretches[-1][2], column - stretches[-1][2]] == stretches[-1][:2]:
                    stretches[-1][2] += place.size
                else:
                    stretches.append([address, column, place.size])
            column += place.size
        early, rest = (np.array(stretches, np.int64).reshape(-1, 3) for stretches in found)
        return early, rest

    @cached_property
    def detail_columns(self) -> Array:
        """Whether each column of a history row belongs to `DETAILS`, as bools."""
        sizes = [record.size for record in self.records]
        return np.repeat([record.name in DETAILS for record in self.records], sizes).astype(bool)

    def view(self, memory: Array, place: Place) -> Array:
        """The place as a shaped view of `memory`."""
        start = self.offsets[place]
        return memory[start : start + place.size].reshape(place.shape)
