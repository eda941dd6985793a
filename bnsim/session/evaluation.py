"""Loss and accuracy in eval mode, on the test part or the training part of the data, at a lane's present parameters.

The rows are taken in order, on memory of its own: the lane is only read. They come a chunk at a time, or, where they
are normalized by their own statistics, all at once, as one mini-batch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from bnsim.data import Dataset
from bnsim.engine.executor import Executor
from bnsim.engine.kernels.record import predicted
from bnsim.engine.machine import Machine, Twins, finite, flat_data
from bnsim.engine.operation import Array
from bnsim.engine.program import Program
from bnsim.engine.readiness import compile_now
from bnsim.session.materials import Materials
from bnsim.session.not_finite import came_up
from bnsim.session.rows import BoundedRows, KeptRows
from bnsim.spec import budget
from bnsim.spec.errors import InputError
from bnsim.spec.experiment import Stack
from bnsim.spec.layers import BatchNorm
from bnsim.spec.numerals import counted
from bnsim.spec.training import Training
from bnsim.spec.tree import walk

Split = Literal["test", "train"]
CHUNK = 256
"""Rows that are evaluated at a time."""


class Evaluation(Struct, frozen=True):
    """Loss over all rows, averaged or added up as the stack's loss says; accuracy None if there are no classes.

    `not_finite` says where a NaN or an infinity came up first, if one did though all parameters are finite.
    """

    loss: float
    accuracy: float | None
    not_finite: str = ""


class EvaluationHistory(Mapping[str, Array]):
    """Measurements made every so many updates: "test_loss" and, for classes, "test_accuracy", each (rows,).

    `kept[k]` updates were done at row k. Memory is bounded as that of `bnsim.session.history` is. `part` is "train"
    where the data has no test part: then the rows are of the training part, in eval mode.
    """

    def __init__(self, classification: bool, part: Split = "test") -> None:
        self.part: Split = part
        self._names = ("test_loss", "test_accuracy") if classification else ("test_loss",)
        self._rows = BoundedRows(len(self._names), np.dtype(np.float64), budget.EVALUATIONS.most)
        self._present = 0
        self._not_finite: tuple[int, str] = (0, "")

    def __getitem__(self, name: str) -> Array:
        if name not in self._names:
            raise KeyError(name)
        return self._rows.rows[: self._shown(), self._names.index(name)].copy()

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    @property
    def kept(self) -> Array:
        """How many updates were done, ascending, a copy."""
        return self._rows.kept[: self._shown()].copy()

    @property
    def not_finite(self) -> str:
        """Where a NaN or an infinity came up first in any of them, as an `Evaluation` says it; empty if none did.

        Such as "first infinity in eval mode, in z of Linear 3 (40 updates done, forward, linear)".
        """
        return self._not_finite[1]

    @property
    def first_not_finite(self) -> tuple[int, str]:
        """After how many updates `not_finite` came up, and what it says; (0, "") if nothing did."""
        return self._not_finite

    def kept_rows(self) -> KeptRows:
        """All measurements, after the present moment too; copies."""
        return self._rows.copy()

    def restore(self, kept: KeptRows, first_not_finite: tuple[int, str]) -> None:
        """Have the measurements that `kept_rows` gave. InputError, without the file's name, if they are of others."""
        if kept.rows.shape[1] != len(self._names):
            raise InputError(f"its measurements have {kept.rows.shape[1]} columns, not {len(self._names)}")
        self._rows.restore(kept)
        self._not_finite = first_not_finite

    def branch_off(self, other: EvaluationHistory, until: int) -> None:
        """Have the measurements of another lane after up to `until` updates."""
        kept = other.kept_rows()
        self._rows.restore(kept)
        self._not_finite = other.first_not_finite
        self.forget_after(until)

    def has(self, updates: int) -> bool:
        """Whether there is a row, or has been one, after that many updates."""
        kept = self._rows.kept
        return len(kept) > 0 and int(kept[-1]) >= updates

    def write(self, updates: int, evaluation: Evaluation) -> None:
        """Add a row and drop those of later updates."""
        numbers = [evaluation.loss] if evaluation.accuracy is None else [evaluation.loss, evaluation.accuracy]
        self._rows.write(updates, np.array([numbers]))
        self._present = updates
        if not self.not_finite:
            self._not_finite = updates, evaluation.not_finite

    def show_until(self, updates: int) -> None:
        """Set the present moment: rows after `updates` are hidden until the run comes by them again."""
        self._present = updates

    def forget_after(self, updates: int) -> None:
        """Drop every row after that many updates."""
        self._rows.truncate(updates + 1)
        if self._not_finite[0] > updates:
            self._not_finite = (0, "")

    def _shown(self) -> int:
        return self._rows.count_before(self._present + 1)


class Evaluator:
    """One stack in eval mode on one part of the data. Programs and machines are made when first asked for."""

    def __init__(self, stack: Stack, training: Training, dataset: Dataset, split: Split, materials: Materials) -> None:
        test = split == "test" and len(dataset.test_x) > 0
        x, y = (dataset.test_x, dataset.test_y) if test else (dataset.x, dataset.y)
        self._stack = stack
        self._classification = dataset.shape.classification
        chunk = len(x) if _needs_all_rows(stack) else CHUNK
        whole = len(x) - len(x) % chunk
        self._training = training
        self._shapes = [
            (slice(start, stop), replace(dataset.shape, rows=stop - start), rows)
            for start, stop, rows in ((0, whole, chunk), (whole, len(x), len(x) - whole))
            if stop > start
        ]
        self._materials = materials
        self._x, self._y = x, y
        self._machines: list[Machine] = []
        self._executor: type[Executor] | None = None
        self._holding = budget.Holding()

    def programs(self) -> list[Program]:
        """The programs it runs: one for whole chunks of rows and, if need be, one for the rest."""
        lowered = self._materials.evaluation
        return [lowered(self._stack, self._training, shape, rows) for _, shape, rows in self._shapes]

    def evaluate(self, machine: Machine, executor: type[Executor], updates: int) -> Evaluation:
        """Loss and accuracy at the parameters of `machine`; InputError if all rows at once take too much memory.

        `updates` have been done, which is said where something is not finite. Kernels that are not compiled yet, of
        compiled kernels as the executor, are now.
        """
        if self._executor is not executor:
            self._machines = self._made(executor)
            self._executor = executor
        loss = right = 0.0
        total = 0
        not_finite = ""
        for own, (part, _, _) in zip(self._machines, self._shapes, strict=True):
            program, rows = own.program, part.stop - part.start
            take_parameters(own, machine)
            chunk = program.inputs.shape[0]
            for number in range(rows // chunk):
                own.execute(number, 0, len(program.instructions))
                if own.suspect and not not_finite:
                    not_finite = self._not_finite(own, number, updates)
                measured = float(program.view(own.memory, program.loss))
                loss += measured * chunk if self._stack.loss.reduction == "mean" else measured
                outputs = program.view(own.memory, program.values[len(self._stack.layers) - 1,])
                if self._classification:
                    targets = program.view(own.memory, program.targets)
                    right += np.count_nonzero(predicted(outputs) == targets[:, 0])
            total += rows
        mean = loss / total if self._stack.loss.reduction == "mean" else loss
        return Evaluation(mean, right / total if self._classification else None, not_finite)

    def _not_finite(self, own: Machine, number: int, updates: int) -> str:
        """Where chunk `number` has a NaN or an infinity first; empty if it has none, or if parameters have."""
        program = own.program
        if own.is_finite or not finite(own.state):
            return ""
        found = own.find_non_finite(number, 0, len(program.instructions))
        if found is None:
            return ""
        position, place = found
        values, when = program.view(own.memory, place), f"{counted(updates, 'update')} done"
        return came_up(values, place, self._stack, program.instructions[position], when, " in eval mode")

    def release(self) -> None:
        """Give back what its machines take; they are made again when needed."""
        self._machines, self._executor = [], None
        self._holding.release()

    def _made(self, executor: type[Executor]) -> list[Machine]:
        programs, precision = self.programs(), self._training.precision
        if executor is not Twins:
            compile_now(programs, precision)
        item = np.dtype(precision).itemsize
        self._machines = []
        self._holding.release()
        self._holding.grow(item * max(program.memory_size for program in programs), budget.EVALUATION)
        data = item * (self._x.size + self._y.size)
        self._holding.grow(data, budget.DATA)
        return [
            Machine(program, flat_data(self._x[rows], self._y[rows], precision), 0, executor)
            for program, (rows, _, _) in zip(programs, self._shapes, strict=True)
        ]


def _needs_all_rows(stack: Stack) -> bool:
    """Whether a row's output depends on the rows beside it: eval mode then normalizes by the batch's statistics."""
    return any(isinstance(layer, BatchNorm) and not layer.track_running_stats for layer in walk(stack.layers))


def take_parameters(machine: Machine, source: Machine) -> None:
    """Copy every parameter that has the same `state_dict` key in both machines."""
    places = {parameter.key: parameter.value for parameter in source.program.parameters if parameter.key}
    for parameter in machine.program.parameters:
        value = source.program.view(source.memory, places[parameter.key])
        machine.program.view(machine.memory, parameter.value)[...] = value
