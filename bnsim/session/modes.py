"""What every layer gives in train mode and in eval mode, for the same rows at the same parameters."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from msgspec.structs import replace

from bnsim.engine.lowering import lower_evaluation
from bnsim.engine.machine import Twins
from bnsim.engine.operation import Array
from bnsim.engine.program import Place, Program
from bnsim.session.lane import Lane
from bnsim.spec import budget
from bnsim.spec.datasets import DataShape
from bnsim.spec.giving_up import check
from bnsim.spec.tree import Path


class Outputs(NamedTuple):
    """One layer's outputs, each of shape (batch, features)."""

    train: Array
    eval: Array


class BothModes:
    """Computes a forward pass of the present mini-batch twice, by the NumPy twins; lanes are only read."""

    def __init__(self, shape: DataShape) -> None:
        self._shape = shape
        self._programs: WeakKeyDictionary[Program, Program] = WeakKeyDictionary()
        """Programs of eval mode by those that train: lowering one takes longer than running it."""

    def outputs(self, lane: Lane) -> Mapping[Path, Outputs] | None:
        """The outputs of all layers at the present parameters, by path; None while no mini-batch is loaded.

        Train mode is the last mini-batch of the update, with the masks and the noise that it had. It can be given up
        before either pass (`giving_up`).
        """
        inputs = lane.inputs()
        if inputs is None:
            return None
        program = self._program(lane, len(inputs))
        budget.request(lane.machine.memory.itemsize * (lane.program.memory_size + program.memory_size), budget.AGAIN)
        own = np.zeros(program.memory_size, lane.machine.memory.dtype)
        source = {parameter.key: parameter.value for parameter in lane.program.parameters if parameter.key}
        for parameter in program.parameters:
            value = lane.program.view(lane.machine.memory, source[parameter.key])
            program.view(own, parameter.value)[...] = value
        program.view(own, program.inputs)[...] = inputs
        _forward(program, own, program.inputs, 0)
        memory = lane.machine.memory.copy()
        _forward(lane.program, memory, lane.program.inputs, lane.iteration)
        return MappingProxyType(
            {
                path: Outputs(lane.program.view(memory, place), program.view(own, program.values[path]))
                for path, place in lane.program.values.items()
                if path in program.values
            }
        )

    def _program(self, lane: Lane, rows: int) -> Program:
        found = self._programs.get(lane.program)
        if found is None:
            shape = replace(self._shape, rows=rows)
            found = self._programs[lane.program] = lower_evaluation(lane.stack, lane.training, shape, rows)
        return found


def _forward(program: Program, memory: Array, inputs: Place, iteration: int) -> None:
    """Execute the forward pass behind the loading of the mini-batch that `inputs` holds."""
    check()
    start = program.written_by[inputs] + 1
    stop = next(k for k, each in enumerate(program.instructions) if k >= start and each.phase != "forward")
    Twins(program, memory, memory[:0]).execute(iteration, start, stop)
