"""What mathematics says of any correct engine, on random nets: no other implementation needed."""

from __future__ import annotations

import numpy as np
import pytest

import bnsim as bn
from tests.golden import cases, engine_run
from tests.golden.nets import gradient, machine, machine_on, parameter_gradient, read, value

ROUNDING = 1e-13


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
    layers = (bn.Linear(9, bias=False), bn.BatchNorm(eps=1e-14), bn.Sigmoid(), bn.Linear(cases.CLASSES))
    plain = machine(*layers)
    weight = plain.parameters()["0.weight"]
    scaled = machine_on(*cases.data(32, seed=3), *layers, state={"0.weight": scale * weight})
    np.testing.assert_allclose(value(scaled, 1), value(plain, 1), rtol=0, atol=1e-8)
    d_plain, d_scaled = parameter_gradient(plain, "0.weight"), parameter_gradient(scaled, "0.weight")
    np.testing.assert_allclose(scale * d_scaled, d_plain, rtol=0, atol=1e-8 * float(np.abs(d_plain).max()))


@pytest.mark.parametrize("name", cases.stacks())
def test_gradients_equal_finite_differences(name: str) -> None:
    stack = cases.stacks()[name]
    x, y, shape = cases.data_for(name)
    training = engine_run.whole_batch(x, optimizer=bn.SGD(lr=0.0))
    made = engine_run.machine_for(stack, x, y, shape, training, compiled=True)
    state = made.parameters()
    generator = np.random.Generator(np.random.Philox(5))

    def loss_at(shift: float) -> float:
        moved = {key: value + shift * direction.get(key, 0) for key, value in state.items()}
        made.load_parameters(moved)
        engine_run.iterate(made)
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


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("eps", [1e-5, 1e-2])
def test_gradient_through_layernorm_sums_to_zero_in_every_sample(eps: float, seed: int) -> None:
    made = machine(bn.Linear(9), bn.LayerNorm(eps=eps), bn.Tanh(), bn.Linear(cases.CLASSES), seed=seed)
    x, d_x, g = value(made, 0), gradient(made, 0), gradient(made, 1)
    var = x.var(axis=1)
    x_hat = (x - x.mean(axis=1, keepdims=True)) / np.sqrt(var + eps)[:, None]
    size = np.abs(d_x).sum(axis=1)
    np.testing.assert_array_less(np.abs(d_x.sum(axis=1)), ROUNDING * size)
    wanted = (g * x_hat).sum(axis=1) * eps / (var + eps) ** 1.5
    np.testing.assert_allclose((d_x * x_hat).sum(axis=1), wanted, rtol=0, atol=ROUNDING * float(size.max()) * 4)


@pytest.mark.parametrize("compiled", [False, True], ids=["twins", "kernels"])
@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_one_group_is_layernorm_to_the_bit(precision: str, compiled: bool) -> None:
    assert _numbers(bn.GroupNorm(1, eps=1e-3), 1, precision, compiled) == _numbers(
        bn.LayerNorm(eps=1e-3), 1, precision, compiled
    )


@pytest.mark.parametrize("groups", [1, 2, 5, 10])
def test_groups_are_normalized_as_if_alone(groups: int) -> None:
    made = machine(bn.Linear(10), bn.GroupNorm(groups), bn.Tanh(), bn.Linear(cases.CLASSES))
    x, y, g, d_x = value(made, 0), value(made, 1), gradient(made, 1), gradient(made, 0)
    size = 10 // groups
    for first in range(0, 10, size):
        part, part_g = x[:, first : first + size], g[:, first : first + size]
        root = np.sqrt(part.var(axis=1, keepdims=True) + 1e-5)
        x_hat = (part - part.mean(axis=1, keepdims=True)) / root
        np.testing.assert_allclose(y[:, first : first + size], x_hat, rtol=0, atol=1e-12)
        through = part_g - part_g.mean(axis=1, keepdims=True) - x_hat * (part_g * x_hat).mean(axis=1, keepdims=True)
        np.testing.assert_allclose(d_x[:, first : first + size], through / root, rtol=0, atol=1e-9 * np.abs(g).max())


def _numbers(norm: object, seed: int, precision: str, compiled: bool) -> list[bytes]:
    """All that a few updates leave in memory that PyTorch would know, to the bit."""
    layers = (bn.Linear(130), norm, bn.Tanh(), bn.Linear(cases.CLASSES))
    x, y = cases.data(16)
    training = engine_run.whole_batch(x, precision=precision, seed=seed)
    stack = cases.stack_of(layers, bn.CrossEntropy())
    made = engine_run.machine_for(stack, x, y, cases.shape_of(x), training, compiled=compiled)
    made.run(0, 3)
    return [array.tobytes() for array in (*made.parameters().values(), value(made, 1), gradient(made, 0))]


@pytest.mark.parametrize("eps", [1e-5, 1e-2])
def test_gradient_through_rmsnorm_meets_its_input_as_the_formula_says(eps: float) -> None:
    made = machine(bn.Linear(9), bn.RMSNorm(eps=eps), bn.Tanh(), bn.Linear(cases.CLASSES))
    x, d_x, g = value(made, 0), gradient(made, 0), gradient(made, 1)
    square = (x * x).mean(axis=1)
    wanted = (g * x).sum(axis=1) * eps / (square + eps) ** 1.5
    np.testing.assert_allclose((d_x * x).sum(axis=1), wanted, rtol=0, atol=ROUNDING * float(np.abs(d_x * x).sum()))


def test_dropout_of_nothing_passes_every_bit() -> None:
    made = machine(bn.Linear(9), bn.Dropout(0.0), bn.Tanh(), bn.Linear(cases.CLASSES))
    assert value(made, 1).tobytes() == value(made, 0).tobytes()
    assert gradient(made, 0).tobytes() == gradient(made, 1).tobytes()


def test_one_virtual_device_is_plain_batchnorm_to_the_bit() -> None:
    """A part of a batch on its own has the bits it has within the batch."""
    layers = (bn.BatchNorm(virtual_devices=2), bn.Linear(cases.CLASSES))
    x, y = cases.data(16)
    both = machine_on(x, y, *layers, seed=3)
    first = machine_on(x[:8], y[:8], bn.BatchNorm(), layers[1], seed=3)
    assert value(both, 0)[:8].tobytes() == value(first, 0).tobytes()
    for key, array in first.parameters().items():
        assert array.tobytes() == both.parameters()[key].tobytes()


@pytest.mark.parametrize("compiled", [False, True], ids=["twins", "kernels"])
@pytest.mark.parametrize("name", cases.stacks())
def test_running_equals_stepping_to_the_bit(name: str, compiled: bool) -> None:
    x, y, shape = cases.data_for(name)
    training = engine_run.whole_batch(x, accumulate=2, optimizer=bn.Adam())
    run, stepped = (
        engine_run.machine_for(cases.stacks()[name], x, y, shape, training, compiled=compiled) for _ in range(2)
    )
    rows = run.run(0, 5)
    for iteration in range(5):
        for position in range(len(stepped.program.instructions)):
            stepped.execute(iteration, position, position + 1)
        assert rows[iteration].tobytes() == stepped.record.tobytes()
    assert run.state.tobytes() == stepped.state.tobytes()
