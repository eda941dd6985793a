"""What an operation says it writes it writes, all of it, every time; what it works in is declared, and never asked."""

from __future__ import annotations

import numpy as np
import pytest

import bnsim as bn
from bnsim.engine.lowering import lower
from bnsim.engine.machine import Machine, finite, flat_data
from bnsim.engine.readiness import Readiness
from tests.golden import cases

EVERYTHING = {
    "all": {"recording": "all", "accumulate": 2},
    "norms": {"recording": "norms", "accumulate": 1},
    "none": {"recording": "none", "accumulate": 1},
}


@pytest.mark.parametrize("recording", EVERYTHING)
@pytest.mark.parametrize("name", cases.stacks())
def test_everything_that_is_said_to_be_written_is(name: str, recording: str) -> None:
    x, y, shape = cases.data_for(name)
    options = EVERYTHING[recording]
    training = bn.Training(batch_size=len(x), accumulate=options["accumulate"])
    program = lower(cases.stacks()[name], training, shape, recording=options["recording"])
    readiness = Readiness([program], "float64")
    readiness.wait()
    machine = Machine(program, flat_data(x, y, "float64"), 1, readiness.executor)
    machine.memory[program.scratch_from :] = np.nan
    for position, instruction in enumerate(program.instructions):
        operation = instruction.operation
        named = dict(zip(operation.operands(), instruction.places, strict=True))
        for written in set(operation.writes) - set(operation.reads):
            program.view(machine.memory, named[written])[...] = np.nan
        machine.execute(0, position, position + 1)
        for written in operation.writes:
            assert finite(program.view(machine.memory, named[written])), (operation.key, written)
    assert machine.is_finite
    assert machine.find_non_finite(1, 0, len(program.instructions)) is None
