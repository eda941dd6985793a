"""One lane: a stack's program, its machine and what it recorded, read at the session's cursor."""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bnsim.engine.machine import Machine
from bnsim.engine.operation import Array
from bnsim.engine.program import Instruction, Place, Program
from bnsim.session.evaluation import Evaluation, EvaluationHistory, Split
from bnsim.session.frame import Cursor
from bnsim.session.history import LaneHistory
from bnsim.session.weights_file import read_weights, write_weights
from bnsim.spec.experiment import Fork, Stack
from bnsim.spec.numerals import significant
from bnsim.spec.training import Training
from bnsim.spec.tree import Path


@dataclass(eq=False)
class Form:
    """What a lane runs from iteration `start` on; a lane that is a fork has another form before it.

    `fork` is the record of what happens to the numbers as it begins; None for a lane's first form. `program` is the
    stack, lowered with these `draws` (see `lower`), and `make` gives a machine for it.
    """

    start: int
    stack: Stack
    training: Training
    program: Program
    make: Callable[[Program], Machine]
    draws: Mapping[Path, int] | None = None
    fork: Fork | None = None
    made: Machine | None = None

    @property
    def machine(self) -> Machine:
        """What runs the program; made when first needed, in which case a state has still to be put in."""
        if self.made is None:
            self.made = self.make(self.program)
        return self.made

    def release(self) -> None:
        """Give the machine's memory back."""
        if self.made is not None:
            self.made.release()


Load = Callable[["Lane", Mapping[str, Array]], None]
Evaluate = Callable[["Lane", Split], Evaluation]


class Lane:
    """One lane as a person reads it: `position` instructions of iteration number `iteration` are done.

    At the end of an iteration everything it computed stays readable; when the next one begins, what it has not
    computed yet is None, as `.grad` is in PyTorch before `backward()`. `training` is how it is trained, by what is its
    own and what all lanes share. `history` has what was recorded, `tests` what was measured on the test part of the
    data every so many updates (`Training.evaluate_every`).

    A fork has several `forms`, in their order; `form` is that of the present iteration, and what the lane reads.
    """

    def __init__(
        self,
        index: int,
        forms: Sequence[Form],
        history: LaneHistory,
        tests: EvaluationHistory,
        load: Load,
        evaluate: Evaluate,
    ) -> None:
        self.index = index
        self.forms = tuple(forms)
        self.form = self.forms[0]
        self.history = history
        self.tests = tests
        self._load = load
        self._evaluate = evaluate
        self.iteration = 0
        self.position = 0

    def __repr__(self) -> str:
        return f"<Lane {self.stack.name}: loss {significant(self.loss)}>"

    @property
    def stack(self) -> Stack:
        """The stack that runs in the present iteration."""
        return self.form.stack

    @property
    def training(self) -> Training:
        """How it is trained in the present iteration, by its own training and that of all."""
        return self.form.training

    @property
    def program(self) -> Program:
        """The present stack, lowered."""
        return self.form.program

    @property
    def draws(self) -> Mapping[Path, int] | None:
        """The numbers of its layers that draw at random, as `lower` takes them."""
        return self.form.draws

    @property
    def machine(self) -> Machine:
        """The machine that runs the present iteration."""
        return self.form.machine

    def form_at(self, iteration: int) -> Form:
        """The form that runs an iteration."""
        return self.forms[bisect_right(self.forms, iteration, key=lambda form: form.start) - 1]

    def form_before(self, iteration: int) -> Form:
        """The form whose state a checkpoint of an iteration is: from before the fork, if there is one as it begins."""
        return self.form_at(iteration - 1) if iteration else self.forms[0]

    def stand_in(self, form: Form) -> None:
        """Let that be the present form."""
        self.form = form
        self.history.read_as(self.forms.index(form))

    @property
    def memory_size(self) -> int:
        """How many numbers the machines of all forms have."""
        return sum(form.program.memory_size for form in self.forms)

    @property
    def cursor(self) -> Cursor:
        """The instruction that is executed next."""
        if self.position == len(self.program.instructions):
            return self._cursor(self.iteration + 1, self.program.instructions[0])
        return self._cursor(self.iteration, self.program.instructions[self.position])

    @property
    def executed(self) -> Cursor | None:
        """The instruction executed last; None at the start of an iteration."""
        for position in reversed(range(self.position)):
            instruction = self.program.instructions[position]
            if not instruction.hidden:
                return self._cursor(self.iteration, instruction)
        return None

    def operations_between(self, first: int, last: int) -> tuple[str, ...]:
        """The names of the operations at the positions from `first` up to `last`, without it, each once."""
        there = self.program.instructions[first:last]
        return tuple(dict.fromkeys(each.operation.title for each in there if not each.hidden))

    @property
    def loss(self) -> float | None:
        """Loss of the present mini-batch; None while it is not computed."""
        found = self.read(self.program.loss)
        return None if found is None else float(found)

    def value(self, layer: int | Path) -> Array | None:
        """Output of a layer (index, or path into blocks), shape (batch, features), a copy; None while not computed."""
        return self.read(self.program.values[_path(layer)])

    def gradient(self, layer: int | Path) -> Array | None:
        """dLoss/d(output of a layer), shape (batch, features), a copy; None while not computed."""
        return self.read(self.program.gradients[_path(layer)])

    def inputs(self) -> Array | None:
        """Inputs of the present mini-batch, shape (batch, features), a copy; None while not loaded."""
        return self.read(self.program.inputs)

    def state_dict(self) -> dict[str, Array]:
        """Copies of all parameters and running statistics; keys as `torch.nn.Sequential` has them."""
        return self.machine.parameters()

    def gradients(self) -> dict[str, Array | None]:
        """Copies of the parameters' gradients by `state_dict` key; None while not computed.

        They are as the backward pass computed them: clipping and weight decay write to other places.
        """
        return {
            parameter.key: self.read(parameter.gradient)
            for parameter in self.program.parameters
            if parameter.gradient is not None
        }

    def current(self, name: str) -> Array:
        """The present iteration's row of `history[name]`, shape (layers[, features]); NaN where not computed yet.

        It is measured in every iteration in which the session can stand, whatever `details_every` is.
        """
        if self.position > self.program.first_update:
            return self.history.row(name, self.machine.record)
        first, stop = self.history.span(name)
        record = np.full(self.program.record_index.size, np.nan, self.machine.memory.dtype)
        record[first:stop] = self.machine.memory[self.program.record_index[first:stop]]
        start = first
        for place in next(kept for kept in self.program.records if kept.name == name).places:
            end = start + place.size
            if not self._is_computed(place) and not self._waits_for_update(place):
                record[start:end] = np.nan
            start = end
        return self.history.row(name, record)

    def recorded(self, name: str, layer: int | Path) -> Array | None:
        """One layer's part of `current(name)`, a copy; None while it is not computed."""
        (record,) = (kept for kept in self.program.records if kept.name == name)
        return self.read(record.places[record.paths.index(_path(layer))])

    def load_state_dict(self, arrays: Mapping[str, Array]) -> None:
        """Overwrite all parameters and running statistics, keys and shapes as `state_dict` gives them.

        InputError in the middle of an iteration, or if a key is missing or a shape does not fit. A replay loads them
        again.
        """
        self._load(self, arrays)

    def save_weights(self, path: str | os.PathLike[str]) -> None:
        """Write `state_dict` to a .npz or .safetensors file, which PyTorch reads into the same network.

        InputError if it cannot be written.
        """
        write_weights(self.state_dict(), path)

    def load_weights(self, path: str | os.PathLike[str]) -> None:
        """Load parameters and running statistics from a .npz or .safetensors file, keys as `state_dict` gives them.

        Otherwise as `load_state_dict`; where something does not fit, InputError lists what.
        """
        self.load_state_dict(self.read_weights(path))

    def read_weights(self, path: str | os.PathLike[str]) -> dict[str, Array]:
        """What `load_weights` would load; nothing is changed."""
        shapes = {each.key: each.value.shape for each in self.program.parameters if each.key}
        return read_weights(path, shapes, self.stack.name)

    def read(self, place: Place) -> Array | None:
        """A copy of the array at a place of the program; None while not computed. Parameters always are."""
        seen = self.peek(place)
        return None if seen is None else seen.copy()

    def peek(self, place: Place) -> Array | None:
        """The array at a place as a read-only view, valid until the session moves; None while not computed."""
        kept = self.program.offsets[place] < self.program.state_size
        if not kept and not self._is_computed(place):
            return None
        seen = self.program.view(self.machine.memory, place)
        seen.flags.writeable = False
        return seen

    def evaluate(self, split: Split = "test") -> Evaluation:
        """Loss and accuracy in eval mode on all rows of one part of the data, at the present parameters.

        The lane does not change. Data without a test part is evaluated on its training part in either case.
        """
        return self._evaluate(self, split)

    def exchange(self, other: Lane) -> None:
        """Have the machines and records of another lane of the same programs, which has this one's instead.

        No state is put in: both have to be brought to a moment after that.
        """
        for form, theirs in zip(self.forms, other.forms, strict=True):
            form.made, theirs.made = theirs.made, form.made
        self.history, other.history = other.history, self.history
        self.tests, other.tests = other.tests, self.tests
        for lane in (self, other):
            lane.stand_in(lane.form)

    def release(self) -> None:
        """Give back what its numbers and its history take; the lane cannot be used any more."""
        for form in self.forms:
            form.release()
        self.history.release()

    def _is_computed(self, place: Place) -> bool:
        return self.program.written_by.get(place, -1) < self.position

    def _waits_for_update(self, place: Place) -> bool:
        """Whether it is a parameter, which stays as the forward pass uses it until the update phase."""
        program = self.program
        return program.offsets[place] < program.state_size and program.written_by.get(place, -1) >= program.first_update

    def _cursor(self, iteration: int, instruction: Instruction) -> Cursor:
        return Cursor(iteration, instruction.phase, instruction.layer, instruction.operation.title, instruction.path)


def _path(layer: int | Path) -> Path:
    return (layer,) if isinstance(layer, int) else layer
