"""Small nets on the kernels, one iteration done, and what to read of them."""

from __future__ import annotations

from numpy.typing import NDArray

import bnsim as bn
from bnsim.engine.machine import Machine
from bnsim.engine.program import Instruction, Place
from tests.golden import cases, engine_run


def machine(*layers: object, batch: int = 32, seed: int = 3, loss: object = None, **fields: object) -> Machine:
    """Random data of `cases.CLASSES` classes; by default nothing is learned (rate 0)."""
    x, y = cases.data(batch, seed=seed)
    return machine_on(x, y, *layers, seed=seed, loss=loss, **fields)


def machine_on(
    x: NDArray,
    y: NDArray,
    *layers: object,
    seed: int = 3,
    loss: object = None,
    state: dict[str, NDArray] | None = None,
    **fields: object,
) -> Machine:
    """On given data; `state` changes some of the starting parameters."""
    stack = cases.stack_of(layers, loss or bn.CrossEntropy())
    training = engine_run.whole_batch(x, seed=seed, **{"optimizer": bn.SGD(lr=0.0), **fields})
    made = engine_run.machine_for(stack, x, y, cases.shape_of(x), training, compiled=True)
    if state:
        made.load_parameters(made.parameters() | state)
    engine_run.iterate(made)
    return made


def read(made: Machine, place: Place) -> NDArray:
    return made.program.view(made.memory, place).copy()


def value(made: Machine, layer: int) -> NDArray:
    return read(made, made.program.values[layer,])


def gradient(made: Machine, layer: int) -> NDArray:
    return read(made, made.program.gradients[layer,])


def parameter_gradient(made: Machine, key: str) -> NDArray:
    (parameter,) = (p for p in made.program.parameters if p.key == key)
    assert parameter.gradient is not None
    return read(made, parameter.gradient)


def written(made: Machine, layer: int, name: str) -> NDArray:
    """What an operation of a layer wrote into its operand `name`."""
    for instruction in _instructions(made, layer):
        operation = instruction.operation
        if name in operation.writes:
            return read(made, instruction.places[operation.operands().index(name)])
    raise KeyError(name)


def pulled_back(made: Machine, layer: int, g: NDArray) -> NDArray:
    """The gradient of a layer's input when that of its output is `g`: its backward instructions alone, on `g`."""
    positions = [
        position
        for position, instruction in enumerate(made.program.instructions)
        if instruction.path == (layer,) and instruction.phase == "backward"
    ]
    made.program.view(made.memory, made.program.gradients[layer,])[...] = g
    made.execute(0, positions[0], positions[-1] + 1)
    return gradient(made, layer - 1)


def _instructions(made: Machine, layer: int) -> list[Instruction]:
    return [instruction for instruction in made.program.instructions if instruction.path == (layer,)]
