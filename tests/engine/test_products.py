"""Products put together from blocks are the products; batches and widths that no block divides."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest

import bnsim as bn
from bnsim.engine.lowering import lower
from bnsim.engine.machine import Machine, Twins, flat_data
from bnsim.engine.readiness import Readiness
from bnsim.spec.datasets import DataShape

LAYERS = (bn.Linear(173), bn.Tanh(), bn.Linear(131, bias=False), bn.Tanh(), bn.Linear(3))


@pytest.mark.parametrize(("precision", "tolerance"), [("float64", 1e-12), ("float32", 1e-4)])
@pytest.mark.parametrize("batch", [3, 117])
def test_large_layers_agree_with_numpy(batch: int, precision: Literal["float64", "float32"], tolerance: float) -> None:
    generator = np.random.default_rng(0)
    x, y = generator.standard_normal((batch, 149)), generator.integers(0, 3, batch)
    stack = bn.Experiment(stacks=(bn.Stack(layers=LAYERS),)).stacks[0]
    program = lower(stack, bn.Training(batch_size=batch, precision=precision), DataShape(batch, 149, 3, True))
    readiness = Readiness([program], precision)
    readiness.wait()
    data = flat_data(x, y, precision)
    compiled, twins = (Machine(program, data, 1, executor) for executor in (readiness.executor, Twins))
    for machine in (compiled, twins):
        machine.execute(0, 0, len(program.instructions))
    gradients = [parameter.gradient for parameter in program.parameters if parameter.gradient is not None]
    for place in (*program.values.values(), *gradients):
        one, other = (program.view(machine.memory, place) for machine in (compiled, twins))
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance * np.abs(other).max(), err_msg=place.name)
    readiness.stop()
