"""Collects places and instructions while a stack is lowered, then lays them out in memory."""

from __future__ import annotations

from collections.abc import Sequence

from bnsim.engine.operation import OPERATIONS
from bnsim.engine.program import ALIGN, Instruction, Parameter, Phase, Place, Program, Recorded
from bnsim.spec.initializers import AnyInitializer


class Builder:
    """`phase` and `layer` are where the next instruction belongs; `batch` the mini-batch's size."""

    def __init__(self, batch: int) -> None:
        self.batch = batch
        self.phase: Phase = "forward"
        self.layer = 0
        self.weight_layers = 0
        self.parameters: list[Parameter] = []
        self.commits: dict[int, tuple[Place, ...]] = {}
        self._places: list[Place] = []
        self._instructions: list[Instruction] = []
        self._records: dict[str, list[tuple[int, Place]]] = {}

    def place(self, name: str, *shape: int) -> Place:
        """A new array of its own."""
        place = Place(name, shape)
        self._places.append(place)
        return place

    def like(self, name: str, other: Place) -> Place:
        """A new array of another's shape."""
        return self.place(name, *other.shape)

    def parameter(
        self,
        name: str,
        shape: tuple[int, ...],
        *,
        init: AnyInitializer | None = None,
        fan_in: int = 0,
        start: float = 0.0,
        trained: bool = True,
        integer: bool = False,
    ) -> Parameter:
        """Something kept from one iteration to the next, called `LAYER.name`."""
        value = Place(name, shape)
        gradient = self.place(f"d{name}", *shape) if trained else None
        key = f"{self.layer}.{name}"
        made = Parameter(key, self.layer, value, gradient, init, self.weight_layers, fan_in, start, integer)
        self.parameters.append(made)
        return made

    def emit(self, key: str, *places: Place, scalars: Sequence[float] = (), hidden: bool = False) -> None:
        """The next instruction: operation `key` on `places`, in the order of its operands."""
        operation = OPERATIONS[key]
        if len(places) != len(operation.operands()) or len(scalars) != len(operation.scalars):
            raise TypeError(f"operation {key!r} takes {operation.operands()} and {operation.scalars}")
        numbers = tuple(float(number) for number in scalars)
        self._instructions.append(Instruction(operation, self.phase, self.layer, places, numbers, hidden))

    def record(self, name: str, place: Place, layer: int | None = None) -> None:
        """Keep `place` in every row of history, under `name`."""
        self._records.setdefault(name, []).append((self.layer if layer is None else layer, place))

    def reverse(self, name: str) -> None:
        """Put what was recorded under `name` in the other order: the backward pass records from the last layer down."""
        self._records.get(name, []).reverse()

    def program(self, values: Sequence[Place], gradients: Sequence[Place], inputs: Place, loss: Place) -> Program:
        """Everything laid out: parameters first, then all places in the order they were asked for."""
        offsets: dict[Place, int] = {}
        end = 0
        for place in (parameter.value for parameter in self.parameters):
            offsets[place] = end
            end = _aligned(end + place.size)
        state_size = end
        for place in self._places:
            offsets[place] = end
            end = _aligned(end + place.size)
        records = tuple(
            Recorded(name, tuple(layer for layer, _ in kept), tuple(place for _, place in kept))
            for name, kept in self._records.items()
        )
        return Program(
            tuple(self._instructions),
            tuple(self.parameters),
            tuple(values),
            tuple(gradients),
            inputs,
            loss,
            records,
            offsets,
            state_size,
            end,
        )


def _aligned(end: int) -> int:
    return -(-end // ALIGN) * ALIGN
