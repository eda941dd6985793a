"""One operation by itself, on arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

import bnsim as bn
import bnsim.engine.kernels
from bnsim.engine.builder import Builder
from bnsim.engine.kernels.compile import Kernels, compile_operations
from bnsim.engine.machine import Machine
from bnsim.engine.operation import OPERATIONS, Array


def run(
    key: str,
    read: Mapping[str, Array],
    shapes: Mapping[str, tuple[int, ...]],
    scalars: Sequence[float] = (),
    precision: str = "float64",
    compiled: bool = True,
) -> dict[str, Array]:
    """What it writes, by name, from what it reads; `shapes` are those of what it writes and works in."""
    operation = OPERATIONS[key]
    builder = Builder(1, bn.Training(precision=precision), recording="none")
    arrays = {name: np.asarray(array, precision) for name, array in read.items()}
    sizes = {name: array.shape for name, array in arrays.items()} | dict(shapes)
    places = {name: builder.place(name, *sizes[name]) for name in operation.operands()}
    builder.emit(key, *places.values(), scalars=scalars)
    some = next(iter(places.values()))
    program = builder.program(builder.place("x", 1, 1), some, some)
    if compiled:
        compile_operations([operation], precision)
    machine = Machine(program, np.zeros(0, precision), 0, Kernels if compiled else None)
    for name, array in arrays.items():
        program.view(machine.memory, places[name])[...] = array
    machine.execute(0, 0, 1)
    return {name: program.view(machine.memory, places[name]).copy() for name in operation.writes}
