"""One stack on the engine, by itself: what the tests compare with PyTorch."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

import bnsim as bn
from bnsim.engine.lowering import lower, lower_evaluation
from bnsim.engine.machine import Machine, flat_data
from bnsim.engine.program import Program
from bnsim.engine.readiness import Readiness
from bnsim.spec.datasets import DataShape
from bnsim.spec.tree import Path


def machine_for(
    stack: bn.Stack, x: NDArray, y: NDArray, shape: DataShape, training: bn.Training, *, compiled: bool
) -> Machine:
    """A machine about to train `stack` on whole batches of (x, y)."""
    return _machine(lower(stack, training, shape), x, y, training, compiled=compiled)


def whole_batch(x: NDArray, **fields: Any) -> bn.Training:
    """Every iteration takes all rows, in order."""
    return bn.Training(**{"batch_size": len(x), "shuffle": False, "optimizer": bn.SGD(lr=0.1), **fields})


def iterate(machine: Machine, iteration: int = 0) -> None:
    """One iteration, instruction by instruction, so that every value stays where it was computed."""
    machine.execute(iteration, 0, len(machine.program.instructions))


def results(machine: Machine) -> dict[str, NDArray]:
    """After one iteration: loss, every layer's output and its gradient, parameters' gradients, parameters."""
    program: Program = machine.program
    out = {"loss": np.array(program.view(machine.memory, program.loss))}
    for path, place in program.values.items():
        name = ".".join(map(str, path))
        out[f"value {name}"] = program.view(machine.memory, place).copy()
        out[f"gradient {name}"] = program.view(machine.memory, program.gradients[path]).copy()
    for parameter in program.parameters:
        if parameter.key and parameter.gradient is not None:
            out[f"d {parameter.key}"] = program.view(machine.memory, parameter.gradient).copy()
    out |= {f"after {key}": np.asarray(value) for key, value in machine.parameters().items()}
    return out


def drawn(machine: Machine) -> dict[tuple[Path, int], NDArray]:
    """After one iteration: the masks and noises it drew, by layer and mini-batch of the update.

    Where the noise has a factor of the input, that follows, as (2, batch, features).
    """
    found: dict[tuple[Path, int], NDArray] = {}
    for instruction in machine.program.instructions:
        key = instruction.operation.key
        at, drawn = (instruction.path, instruction.micro), machine.program.view(machine.memory, instruction.places[-1])
        if key in ("dropout mask", "noise"):
            found[at] = drawn.copy()
        elif key == "noise factor":
            found[at] = np.stack([found[at], np.broadcast_to(drawn, found[at].shape)])
    return found


def evaluate(
    stack: bn.Stack, state: dict[str, NDArray], x: NDArray, y: NDArray, shape: DataShape, *, compiled: bool
) -> tuple[NDArray, float]:
    """Output and loss of all rows in eval mode."""
    training = whole_batch(x)
    program = lower_evaluation(stack, training, shape, len(x))
    machine = _machine(program, x, y, training, compiled=compiled)
    machine.load_parameters(state)
    iterate(machine)
    output = program.values[len(stack.layers) - 1,]
    return program.view(machine.memory, output).copy(), float(program.view(machine.memory, program.loss))


def _machine(program: Program, x: NDArray, y: NDArray, training: bn.Training, *, compiled: bool) -> Machine:
    readiness = Readiness([program], training.precision)
    if compiled:
        readiness.wait()
    return Machine(program, flat_data(x, y, training.precision), training.seed, readiness.executor)
