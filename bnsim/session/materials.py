"""What sessions made one after another share: lanes lowered already, and data laid out for the engine."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import replace

from msgspec.structs import replace as with_fields

from bnsim.data import Dataset
from bnsim.engine.lowering import lower, lower_evaluation
from bnsim.engine.machine import flat_data
from bnsim.engine.operation import Array
from bnsim.engine.program import OtherMates, Program
from bnsim.spec import budget
from bnsim.spec.datasets import DataShape
from bnsim.spec.experiment import Experiment, Stack
from bnsim.spec.forks import draw_numbers, kept_mates, stages
from bnsim.spec.layers import Block, Layer
from bnsim.spec.recording import Recording
from bnsim.spec.training import Training
from bnsim.spec.tree import Path


class Materials:
    """Keeps what the last session took and what the one before it took, so that an edit of one lane lowers that alone.

    A program follows from layers, loss, training, the data's shape and what is recorded, and never changes: lanes that
    are alike in these have one, as a fork and its source have before it. `lowered` counts those that were made anew.
    """

    def __init__(self) -> None:
        self.lowered = 0
        self._now: dict[Hashable, Program] = {}
        self._before: dict[Hashable, Program] = {}
        self._complete = True
        self._flat: tuple[Dataset, Array, budget.Holding] | None = None
        self._lock = threading.RLock()

    def programs(
        self,
        experiment: Experiment,
        shape: DataShape,
        recording: Recording,
        details_every: int,
        each_layer: Callable[[], None],
    ) -> list[list[Program]]:
        """The programs of each lane of another session, one for each of its stages.

        What was taken before the last session is forgotten, unless that was given up.
        """
        with self._lock:
            self._before = self._now if self._complete else self._before | self._now
            self._now, self._complete = {}, False
        found = []
        for stack in experiment.stacks:
            of_lane = []
            for (start, stage), draws, keep in zip(stages(stack), draw_numbers(stack), kept_mates(stack), strict=True):
                training = experiment.training_of(stage)
                mates = None if keep is None else OtherMates(start, keep)
                of_lane.append(self.program(stage, training, shape, recording, details_every, each_layer, draws, mates))
            found.append(of_lane)
        return found

    def end(self) -> None:
        """The session is made."""
        self._complete = True

    def program(
        self,
        stack: Stack,
        training: Training,
        shape: DataShape,
        recording: Recording,
        details_every: int = 1,
        each_layer: Callable[[], None] = lambda: None,
        draws: Mapping[Path, int] | None = None,
        mates: OtherMates | None = None,
    ) -> Program:
        """The stack as `lower` gives it, which calls `each_layer` if it is asked."""
        numbers = None if draws is None else tuple(draws.items())
        key = (_nameless(stack.layers), stack.loss, training, shape, recording, details_every, numbers)

        def make() -> Program:
            program = lower(stack, training, shape, recording=recording, each_layer=each_layer, draws=draws)
            return replace(program, details_every=details_every)

        if mates is None:
            return self._kept(key, make)
        plain = self._kept(key, make)
        return self._kept((key, mates), lambda: replace(plain, mates=mates))

    def evaluation(self, stack: Stack, training: Training, shape: DataShape, rows: int) -> Program:
        """The stack as `lower_evaluation` gives it."""
        key = (_nameless(stack.layers), stack.loss, training, shape, rows)
        return self._kept(key, lambda: lower_evaluation(stack, training, shape, rows))

    def flat(self, dataset: Dataset, precision: str) -> Array:
        """The training part as `flat_data` gives it, the same array for the same data set."""
        if self._flat is None or self._flat[0] is not dataset or self._flat[1].dtype != precision:
            self._flat = None
            holding = budget.Holding()
            holding.grow((dataset.x.size + dataset.y.size) * (4 if precision == "float32" else 8), budget.DATA)
            self._flat = dataset, flat_data(dataset.x, dataset.y, precision), holding
        return self._flat[1]

    def _kept(self, key: Hashable, make: Callable[[], Program]) -> Program:
        with self._lock:
            found = self._now.get(key) or self._before.get(key)
            if found is None:
                found = make()
                self.lowered += 1
            self._now[key] = found
            return found


def _nameless(layers: Iterable[Layer]) -> tuple[Layer, ...]:
    """The layers without their ids, which no program depends on."""
    return tuple(
        with_fields(each, id=0, layers=_nameless(each.layers)) if isinstance(each, Block) else with_fields(each, id=0)
        for each in layers
    )
