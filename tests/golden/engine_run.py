"""One stack on the engine, by itself: what the tests compare with PyTorch."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

import bnsim as bn
from bnsim.engine.lowering import lower
from bnsim.engine.machine import Machine, flat_data
from bnsim.engine.program import Program
from bnsim.engine.readiness import Readiness
from bnsim.spec.datasets import DataShape


def machine_for(
    stack: bn.Stack, x: NDArray, y: NDArray, shape: DataShape, training: bn.Training, *, compiled: bool
) -> Machine:
    """A machine about to train `stack` on whole batches of (x, y)."""
    program = lower(stack, training, shape)
    readiness = Readiness([program], training.precision)
    if compiled:
        readiness.wait()
    return Machine(program, flat_data(x, y, training.precision), training.seed, readiness.executor)


def whole_batch(x: NDArray, **fields: Any) -> bn.Training:
    """Every iteration takes all rows, in order."""
    return bn.Training(**{"batch_size": len(x), "shuffle": False, "optimizer": bn.SGD(lr=0.1), **fields})


def results(machine: Machine) -> dict[str, NDArray]:
    """After one iteration: loss, every layer's output and its gradient, parameters' gradients, parameters."""
    program: Program = machine.program
    out = {"loss": np.array(program.view(machine.memory, program.loss))}
    for index, (value, gradient) in enumerate(((program.values[i,], program.gradients[i,]) for i in range(machine_layers(program)))):
        out[f"value {index}"] = program.view(machine.memory, value).copy()
        out[f"gradient {index}"] = program.view(machine.memory, gradient).copy()
    for parameter in program.parameters:
        if parameter.gradient is not None:
            out[f"d {parameter.key}"] = program.view(machine.memory, parameter.gradient).copy()
    out |= {f"after {key}": np.asarray(value) for key, value in machine.parameters().items()}
    return out


def machine_layers(program: Program) -> int:
    """Number of layers of the stack."""
    return sum(len(path) == 1 for path in program.values)
