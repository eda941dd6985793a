"""Products of vanished gradients are what exact arithmetic rounds to, subnormal numbers included."""

from __future__ import annotations

import numpy as np
import pytest

import bnsim as bn
from bnsim.engine.machine import Machine
from tests.golden import cases, engine_run

LAYERS = (bn.Linear(7), bn.Linear(6, bias=False), bn.Linear(cases.CLASSES))


def machine(precision: str, scale: float) -> Machine:
    """Three Linears; the last one's weights are so small that the gradient below it has vanished."""
    x, y = cases.data(16)
    stack = bn.Experiment(stacks=(bn.Stack(layers=LAYERS),)).stacks[0]
    training = engine_run.whole_batch(x, precision=precision, optimizer=bn.SGD(lr=0.0))
    made = engine_run.machine_for(stack, x, y, cases.shape_of(x), training, compiled=True)
    state = made.parameters()
    made.load_parameters({**state, "2.weight": state["2.weight"] * made.memory.dtype.type(scale)})
    return made


@pytest.mark.parametrize(
    ("precision", "scale"), [("float32", 1e-37), ("float32", 1e-40), ("float64", 1e-305), ("float64", 1e-310)]
)
def test_vanished_gradients_are_right_to_the_last_bit_there_is(precision: str, scale: float) -> None:
    made = machine(precision, scale)
    made.run(0, 1)
    program, memory = made.program, made.memory
    smallest = float(np.finfo(precision).smallest_subnormal)
    for layer in (1, 0):
        g = program.view(memory, program.gradients[layer,]).astype(np.longdouble)
        below = program.view(memory, program.values[layer - 1,] if layer else program.inputs).astype(np.longdouble)
        assert 0 < np.abs(g).max() < 1e3 * np.finfo(precision).tiny
        (parameter,) = (p for p in program.parameters if p.key == f"{layer}.weight")
        assert parameter.gradient is not None
        found = program.view(memory, parameter.gradient).astype(np.longdouble)
        np.testing.assert_allclose(found, g.T @ below, rtol=1e-5, atol=2 * smallest)
        if layer:
            weight = made.parameters()["1.weight"].astype(np.longdouble)
            d_x = program.view(memory, program.gradients[0,]).astype(np.longdouble)
            np.testing.assert_allclose(d_x, g @ weight, rtol=1e-5, atol=2 * smallest)


@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e30])
def test_large_and_broken_numbers_among_vanished_ones_stay_what_they_are(bad: float) -> None:
    made = machine("float32", 1e-40)
    made.execute(0, 0, len(made.program.instructions))
    program = made.program
    weight_gradient = next(
        k for k, i in enumerate(program.instructions) if i.operation.key == "linear dW" and i.layer == 1
    )
    program.view(made.memory, program.gradients[1,])[3, 2] = bad
    made.execute(0, weight_gradient, weight_gradient + 1)
    (parameter,) = (p for p in program.parameters if p.key == "1.weight")
    assert parameter.gradient is not None
    found = program.view(made.memory, parameter.gradient)[2]
    with np.errstate(all="ignore"):
        wanted = np.float32(bad) * program.view(made.memory, program.values[0,])[3]
    np.testing.assert_allclose(found, wanted, rtol=1e-5)
