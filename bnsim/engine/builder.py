"""Collects places and instructions while a stack is lowered, then lays them out in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bnsim.engine.operation import OPERATIONS
from bnsim.engine.program import ALIGN, Instruction, Parameter, Phase, Place, Program, Recorded
from bnsim.spec.recording import Recording
from bnsim.spec.training import Training
from bnsim.spec.tree import Path


def nothing() -> None:
    """What is called for each layer unless something else is asked for."""


@dataclass(frozen=True, eq=False)
class Use:
    """One use of a parameter: copies that share weights, and mini-batches of one update, use the same parameter."""

    parameter: Parameter
    gradient: Place

    @property
    def value(self) -> Place:
        """The place where the parameter itself stands."""
        return self.parameter.value


class Builder:
    """Collects places and instructions. The next instruction belongs to `phase`, `path`, `micro` and `scope`.

    `evaluating` lowers the forward pass alone, as eval mode has it; `recording` says what history keeps; `each_layer`
    is to be called for every layer. `draws`: the numbers of layers that draw, by path; None to number them in order.
    """

    def __init__(
        self,
        batch: int,
        training: Training,
        *,
        evaluating: bool = False,
        recording: Recording = "norms",
        each_layer: Callable[[], None] = nothing,
        draws: Mapping[Path, int] | None = None,
    ) -> None:
        self.batch = batch
        self.training = training
        self.evaluating = evaluating
        self.recording = recording
        self.each_layer = each_layer
        self._draw_numbers = draws
        self.phase: Phase = "forward"
        self.path: Path = (0,)
        self.scope: Path = (0,)
        self.micro = 0
        self.weight_layers = 0
        self.parameters: dict[str, Parameter] = {}
        self.commits: dict[str, tuple[Place, ...]] = {}
        self.values: dict[Path, Place] = {}
        self.gradients: dict[Path, Place] = {}
        self.scratch: dict[tuple[str, tuple[int, ...]], Place] = {}
        self._uses: list[Use] = []
        self._draws = 0
        self._places: list[Place] = []
        self._instructions: list[Instruction] = []
        self._records: dict[str, dict[Path, Place]] = {}
        self._late: set[str] = set()

    def at(self, path: Path, scope: Path) -> None:
        """Set the layer to which the next instructions belong."""
        self.path, self.scope = path, scope

    def place(self, name: str, *shape: int) -> Place:
        """A new array of that shape."""
        place = Place(name, shape)
        self._places.append(place)
        return place

    def like(self, name: str, other: Place) -> Place:
        """A new array of the shape of `other`."""
        return self.place(name, *other.shape)

    def trained(self, name: str, *shape: int, **options: Any) -> Use:
        """A trained parameter of the present layer, and a place for the gradient that this use of it gives."""
        parameter = self._parameter(name, shape, trained=True, **options)
        use = Use(parameter, self.place(f"d{name}", *shape))
        self._uses.append(use)
        return use

    def kept(self, name: str, *shape: int, **options: Any) -> Parameter:
        """An array of the present layer that outlives an iteration without being trained."""
        return self._parameter(name, shape, **options)

    def scratch_place(self, name: str, *shape: int) -> Place:
        """A scratch array for an operation; all operations that ask for the same one share it."""
        if (name, shape) not in self.scratch:
            self.scratch[name, shape] = self.place(name, *shape)
        return self.scratch[name, shape]

    def optimizer_state(self, name: str, of: Parameter, start: float = 0.0) -> Place:
        """An array of a parameter's shape that the optimizer keeps for it; `start` is what all of it is at first."""
        state = Parameter("", of.path, Place(name, of.value.shape), start=start)
        self.parameters[f"{of.key} {name}"] = state
        return state.value

    def optimizer_count(self, name: str) -> Place:
        """A number that the optimizer keeps for all parameters together, zero at the start."""
        count = Parameter("", self.path, Place(name, ()))
        self.parameters[f" {name}"] = count
        return count.value

    def emit(self, key: str, *places: Place, scalars: Sequence[float] = (), hidden: bool = False) -> None:
        """Append an instruction: operation `key` on `places`, in the order of its operands."""
        operation = OPERATIONS[key]
        if len(places) != len(operation.operands()) or len(scalars) != len(operation.scalars):
            raise TypeError(f"operation {key!r} takes {operation.operands()} and {operation.scalars}")
        numbers = tuple(float(number) for number in scalars)
        self._instructions.append(Instruction(operation, self.phase, self.path, self.micro, places, numbers, hidden))

    @property
    def uses(self) -> int:
        """Number of uses of parameters so far, for `settle`."""
        return len(self._uses)

    def settle(self, start: int, stop: int) -> None:
        """Emit the sums of the gradients of uses number `start` to `stop - 1` and those of other uses."""
        for use in self._uses[start:stop]:
            parameter = use.parameter
            if parameter.gradient is None:
                parameter.gradient = use.gradient
            else:
                total = self.like(use.gradient.name, use.gradient)
                self.emit("add", parameter.gradient, use.gradient, total)
                parameter.gradient = total

    def draw_number(self) -> int:
        """A number of its own for each layer that draws at random, the same in every mini-batch."""
        if self._draw_numbers is not None:
            return self._draw_numbers[self.path]
        self._draws += 1
        return self._draws

    def next_micro(self) -> None:
        """Go on to the next mini-batch of the same update."""
        self.micro += 1
        self._draws = 0
        self.weight_layers = 0

    def record(self, name: str, place: Place) -> None:
        """Keep `place` in every row of history, under `name` and the present layer."""
        self.record_at(name, self.path, place)

    def record_at(self, name: str, path: Path, place: Place, *, late: bool = False) -> None:
        """Keep `place` in every row of history, under `name` and a layer; `late`: as the update leaves it."""
        if self.recording == "none" and name != "loss":
            return
        self._records.setdefault(name, {})[path] = place
        if late:
            self._late.add(name)

    def recorded(self, name: str) -> dict[Path, Place]:
        """What is kept under a name, by layer."""
        return dict(self._records.get(name, {}))

    def program(self, inputs: Place, targets: Place, loss: Place) -> Program:
        """The finished program: parameters first in memory, then all places in order, scratch last."""
        offsets: dict[Place, int] = {}
        end = 0
        for place in (parameter.value for parameter in self.parameters.values()):
            offsets[place] = end
            end = _aligned(end + place.size)
        state_size = end
        scratch = self._scratch()
        for place in (place for place in self._places if place not in scratch):
            offsets[place] = end
            end = _aligned(end + place.size)
        scratch_from = end
        for place in scratch:
            offsets[place] = end
            end = _aligned(end + place.size)
        records = tuple(
            Recorded(name, tuple(sorted(kept)), tuple(kept[path] for path in sorted(kept)), name in self._late)
            for name, kept in sorted(self._records.items(), key=lambda item: item[0] in self._late)
        )
        return Program(
            tuple(self._instructions),
            tuple(self.parameters.values()),
            self.values,
            self.gradients,
            inputs,
            targets,
            loss,
            records,
            offsets,
            state_size,
            scratch_from,
            end,
        )

    def _scratch(self) -> dict[Place, None]:
        """The places that are only scratch memory, in the order of use. No operation reads them."""
        return dict.fromkeys(
            place
            for instruction in self._instructions
            for name, place in zip(instruction.operation.operands(), instruction.places, strict=True)
            if name in instruction.operation.scratch
        )

    def _parameter(self, name: str, shape: tuple[int, ...], **options: Any) -> Parameter:
        key = ".".join(map(str, (*self.scope, name)))
        if key not in self.parameters:
            self.parameters[key] = Parameter(key, self.path, Place(name, shape), **options)
        return self.parameters[key]


def _aligned(end: int) -> int:
    return -(-end // ALIGN) * ALIGN
