"""What mathematics says of any correct engine, on random nets: no other implementation needed."""

from __future__ import annotations

import numpy as np
import pytest

import bnsim as bn
from bnsim.engine.machine import Machine
from bnsim.engine.program import Place
from tests.golden import cases, engine_run

ROUNDING = 1e-13


def machine(*layers, batch: int = 32, seed: int = 3, loss=None, **fields) -> Machine:
    """One iteration done, on the kernels."""
    x, y = cases.data(batch, seed=seed)
    stack = bn.Experiment(stacks=(bn.Stack(layers=layers, loss=loss or bn.CrossEntropy()),)).stacks[0]
    training = engine_run.whole_batch(x, seed=seed, optimizer=bn.SGD(lr=0.0), **fields)
    made = engine_run.machine_for(stack, x, y, cases.shape_of(x), training, compiled=True)
    made.run(0, 1)
    return made


def read(made: Machine, place: Place) -> np.ndarray:
    return made.program.view(made.memory, place).copy()


def value(made: Machine, layer: int) -> np.ndarray:
    return read(made, made.program.values[layer,])


def gradient(made: Machine, layer: int) -> np.ndarray:
    return read(made, made.program.gradients[layer,])


def parameter_gradient(made: Machine, key: str) -> np.ndarray:
    (parameter,) = (p for p in made.program.parameters if p.key == key)
    assert parameter.gradient is not None
    return read(made, parameter.gradient)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("eps", [1e-12, 1e-5, 1e-2])
def test_gradient_through_batchnorm_sums_to_zero_and_meets_x_hat_as_the_formula_says(eps: float, seed: int) -> None:
    made = machine(bn.Linear(9), bn.BatchNorm(eps=eps), bn.Tanh(), bn.Linear(cases.CLASSES), seed=seed)
    x, d_x = value(made, 0), gradient(made, 0)
    var, size = x.var(axis=0), np.abs(gradient(made, 0)).sum(axis=0)
    x_hat = (x - x.mean(axis=0)) / np.sqrt(var + eps)
    np.testing.assert_array_less(np.abs(d_x.sum(axis=0)), ROUNDING * size)
    wanted = 1 / np.sqrt(var + eps) * (eps / (var + eps)) * parameter_gradient(made, "1.weight")
    np.testing.assert_allclose((d_x * x_hat).sum(axis=0), wanted, rtol=0, atol=ROUNDING * float(size.max()) * 4)


def test_bias_before_batchnorm_gets_no_gradient() -> None:
    made = machine(bn.Linear(9), bn.BatchNorm(), bn.Sigmoid(), bn.Linear(cases.CLASSES))
    terms = np.abs(gradient(made, 0)).sum(axis=0)
    np.testing.assert_array_less(np.abs(parameter_gradient(made, "0.bias")), ROUNDING * terms)


@pytest.mark.parametrize("scale", [0.01, 8.0, 1000.0])
def test_scaling_weights_before_batchnorm_keeps_the_output_and_divides_their_gradient(scale: float) -> None:
    x, y = cases.data(32)
    layers = (bn.Linear(9, bias=False), bn.BatchNorm(eps=1e-14), bn.Sigmoid(), bn.Linear(cases.CLASSES))
    plain = machine(*layers)
    stack = bn.Experiment(stacks=(bn.Stack(layers=layers),)).stacks[0]
    training = engine_run.whole_batch(x, seed=3, optimizer=bn.SGD(lr=0.0))
    x, y = cases.data(32, seed=3)
    scaled = engine_run.machine_for(stack, x, y, cases.shape_of(x), training, compiled=True)
    state = plain.parameters()
    scaled.load_parameters({**state, "0.weight": scale * state["0.weight"]})
    scaled.run(0, 1)
    np.testing.assert_allclose(value(scaled, 1), value(plain, 1), rtol=0, atol=1e-8)
    d_plain, d_scaled = parameter_gradient(plain, "0.weight"), parameter_gradient(scaled, "0.weight")
    np.testing.assert_allclose(scale * d_scaled, d_plain, rtol=0, atol=1e-8 * float(np.abs(d_plain).max()))


@pytest.mark.parametrize("name", cases.stacks())
def test_gradients_equal_finite_differences(name: str) -> None:
    stack = cases.stacks()[name]
    x, y = cases.data()
    training = engine_run.whole_batch(x, optimizer=bn.SGD(lr=0.0))
    made = engine_run.machine_for(stack, x, y, cases.shape_of(x), training, compiled=True)
    state = made.parameters()
    generator = np.random.Generator(np.random.Philox(5))

    def loss_at(shift: float) -> float:
        moved = {key: value + shift * direction.get(key, 0) for key, value in state.items()}
        made.load_parameters(moved)
        made.run(0, 1)
        return float(read(made, made.program.loss))

    trained = [p.key for p in made.program.parameters if p.gradient is not None]
    for key in trained:
        direction = {key: generator.standard_normal(state[key].shape)}
        step = 1e-5
        measured = (8 * (loss_at(step) - loss_at(-step)) - (loss_at(2 * step) - loss_at(-2 * step))) / (12 * step)
        loss_at(0.0)
        computed = float((parameter_gradient(made, key) * direction[key]).sum())
        assert computed == pytest.approx(measured, rel=1e-6, abs=1e-9), key


def test_batch_of_two_leaves_next_to_no_gradient() -> None:
    made = machine(bn.Linear(6), bn.BatchNorm(), bn.Linear(cases.CLASSES), batch=2)
    x, g, d_x = value(made, 0), gradient(made, 1), gradient(made, 0)
    var, eps = x.var(axis=0), 1e-5
    wanted = (g[0] - g[1]) / 2 * eps / (var + eps) ** 1.5
    np.testing.assert_allclose(d_x[0], wanted, rtol=0, atol=1e-13 * float(np.abs(g / np.sqrt(var + eps)).max()))
