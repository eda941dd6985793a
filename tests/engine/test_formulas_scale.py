"""What batch normalization does to what is before it, running statistics, and statistics of small batches."""

from __future__ import annotations

import numpy as np
import pytest

import bnsim as bn
from bnsim.engine.machine import Machine
from tests.golden import cases, engine_run, nets

EPS = [1e-12, 1e-5, 1e-2]
SEEDS = range(3)


def net(eps: float, seed: int, state: dict | None = None, lr: float = 0.0, bias: bool = False) -> Machine:
    """Linear, BatchNorm with γ and β of its own, sigmoid, Linear."""
    generator = np.random.Generator(np.random.Philox(seed))
    started = {"1.weight": generator.uniform(-2, 2, 9), "1.bias": generator.uniform(-1, 1, 9)} | (state or {})
    layers = (bn.Linear(9, bias=bias), bn.BatchNorm(eps=eps), bn.Sigmoid(), bn.Linear(cases.CLASSES))
    x, y = cases.data(32, seed=seed)
    return nets.machine_on(x, y, *layers, seed=seed, state=started, optimizer=bn.SGD(lr=lr))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("eps", EPS)
@pytest.mark.parametrize("scale", [0.01, -3.0, 1000.0])
def test_scale_of_weights_goes_out_of_the_output_and_into_the_gradient(scale: float, eps: float, seed: int) -> None:
    """Exact when ε is scaled along by the square, so as ε → 0 whatever it is."""
    plain = net(eps, seed)
    state = plain.parameters()
    sign = np.sign(scale)
    turned = {"0.weight": scale * state["0.weight"], "1.weight": sign * state["1.weight"]}
    scaled = net(eps * scale**2, seed, turned)
    np.testing.assert_allclose(nets.value(scaled, 1), nets.value(plain, 1), rtol=0, atol=1e-11)
    d_plain, d_scaled = (nets.parameter_gradient(made, "0.weight") for made in (plain, scaled))
    np.testing.assert_allclose(scale * d_scaled, d_plain, rtol=0, atol=1e-11 * np.abs(d_plain).max())


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("eps", EPS)
def test_a_weights_gradient_meets_it_only_through_eps(eps: float, seed: int) -> None:
    made = net(eps, seed)
    weight, gradient = made.parameters()["0.weight"], nets.parameter_gradient(made, "0.weight")
    gamma, d_gamma = made.parameters()["1.weight"], nets.parameter_gradient(made, "1.weight")
    var = nets.value(made, 0).var(axis=0)
    terms = np.abs(nets.gradient(made, 0) * nets.value(made, 0)).sum(axis=0)
    found, wanted = (weight * gradient).sum(axis=1), gamma * d_gamma * eps / (var + eps)
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-12 * terms.max())


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("eps", EPS)
def test_plain_sgd_makes_weights_grow(eps: float, seed: int) -> None:
    lr = 0.5
    before = net(eps, seed)
    after = net(eps, seed, lr=lr)
    weight, gradient = before.parameters()["0.weight"], nets.parameter_gradient(before, "0.weight")
    var = nets.value(before, 0).var(axis=0)
    inner = before.parameters()["1.weight"] * nets.parameter_gradient(before, "1.weight") * eps / (var + eps)
    squares = [np.square(array).sum(axis=1) for array in (after.parameters()["0.weight"], weight, gradient)]
    np.testing.assert_allclose(squares[0], squares[1] - 2 * lr * inner + lr**2 * squares[2], rtol=1e-12)
    if eps == min(EPS):
        np.testing.assert_allclose(squares[0], squares[1] + lr**2 * squares[2], rtol=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("eps", EPS)
def test_a_bias_before_it_has_no_gradient_and_no_effect(eps: float, seed: int) -> None:
    made = net(eps, seed, bias=True)
    terms = np.abs(nets.gradient(made, 0)).sum(axis=0)
    np.testing.assert_array_less(np.abs(nets.parameter_gradient(made, "0.bias")), 1e-13 * terms)
    moved = net(eps, seed, {"0.bias": made.parameters()["0.bias"] + 2.5}, bias=True)
    np.testing.assert_allclose(nets.value(moved, 1), nets.value(made, 1), rtol=0, atol=1e-12 / min(1, eps**0.25))


@pytest.mark.parametrize("compiled", [False, True], ids=["twins", "kernels"])
@pytest.mark.parametrize("momentum", [0.1, 0.7, 1.0, 0.0, None])
def test_running_statistics(momentum: float | None, compiled: bool) -> None:
    x, y = cases.data(48)
    stack = cases.stack_of((bn.BatchNorm(momentum=momentum), bn.Linear(cases.CLASSES)), bn.CrossEntropy())
    training = bn.Training(batch_size=8, seed=5, accumulate=2)
    machine = engine_run.machine_for(stack, x, y, cases.shape_of(x), training, compiled=compiled)
    mean, var, count = np.zeros(cases.FEATURES), np.ones(cases.FEATURES), 0
    loads = [i.places[0] for i in machine.program.instructions if i.operation.key == "batch"]
    for iteration in range(12):
        engine_run.iterate(machine, iteration)
        for place in loads:
            batch = nets.read(machine, place)
            count += 1
            rho = 1 / count if momentum is None else momentum
            mean = (1 - rho) * mean + rho * batch.mean(axis=0)
            var = (1 - rho) * var + rho * batch.var(axis=0, ddof=1)
    state = machine.parameters()
    np.testing.assert_allclose(state["0.running_mean"], mean, rtol=0, atol=1e-13)
    np.testing.assert_allclose(state["0.running_var"], var, rtol=1e-13)
    assert state["0.num_batches_tracked"] == count


@pytest.mark.parametrize("batch", [8, 16, 64])
def test_statistics_of_small_gaussian_batches(batch: int) -> None:
    draws, sigma = 40_000, 1.7
    x = np.random.Generator(np.random.Philox(batch)).normal(0.4, sigma, (batch, draws))
    made = nets.machine_on(x, np.zeros(batch, np.int64), bn.BatchNorm(), bn.Linear(cases.CLASSES))
    mean, var = nets.written(made, 0, "μ"), nets.written(made, 0, "σ²")
    assert mean.var() == pytest.approx(sigma**2 / batch, rel=0.03)
    assert var.var() == pytest.approx(2 * sigma**4 * (batch - 1) / batch**2, rel=0.05)
    assert (1 / var).mean() == pytest.approx(batch / ((batch - 3) * sigma**2), rel=0.02)
