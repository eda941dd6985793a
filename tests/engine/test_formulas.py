"""Batch normalization's closed forms on random nets: forward, backward, Jacobian, bounds, with large ε too.

m is the batch size, s = √(var + ε), r = var / (var + ε), x̂ = (x - mean) / s, g = dL/dy, y = γ x̂ + β.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

import bnsim as bn
from bnsim.engine.machine import Machine
from bnsim.session import Session
from tests.golden import cases, engine_run, nets

EPS = [1e-12, 1e-5, 1e-3, 1e-2]
SEEDS = range(3)
every_net = pytest.mark.parametrize(("eps", "seed"), [(eps, seed) for eps in EPS for seed in SEEDS])


@dataclass
class Net:
    """Linear, BatchNorm, tanh, Linear after one iteration, and the formulas' letters by NumPy."""

    made: Machine
    eps: float

    @classmethod
    def random(cls, eps: float, seed: int, batch: int = 0) -> Net:
        generator = np.random.Generator(np.random.Philox(seed))
        batch = batch or int(generator.integers(3, 65))
        width = int(generator.integers(1, 13))
        layers = (bn.Linear(width), bn.BatchNorm(eps=eps), bn.Tanh(), bn.Linear(cases.CLASSES))
        x, y = cases.data(batch, seed=seed)
        state = {"1.weight": generator.uniform(-2, 2, width), "1.bias": generator.uniform(-1, 1, width)}
        return cls(nets.machine_on(x, y, *layers, seed=seed, state=state), eps)

    def __post_init__(self) -> None:
        self.x, self.y = nets.value(self.made, 0), nets.value(self.made, 1)
        self.g, self.d_x = nets.gradient(self.made, 1), nets.gradient(self.made, 0)
        self.gamma, self.beta = (self.made.parameters()[f"1.{name}"] for name in ("weight", "bias"))
        self.d_gamma, self.d_beta = (nets.parameter_gradient(self.made, f"1.{name}") for name in ("weight", "bias"))
        self.m = len(self.x)
        self.mean, self.var = self.x.mean(axis=0), ((self.x - self.x.mean(axis=0)) ** 2).mean(axis=0)
        self.s, self.r = np.sqrt(self.var + self.eps), self.var / (self.var + self.eps)
        self.x_hat = (self.x - self.mean) / self.s


def close(found: NDArray, wanted: NDArray, size: NDArray | float = 0.0) -> None:
    """To 1e-12 of the largest number, or of `size` where what is compared is small against its own terms."""
    largest = max(float(np.max(size)), float(np.abs(wanted).max()))
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-12 * largest)


@every_net
def test_forward(eps: float, seed: int) -> None:
    net = Net.random(eps, seed)
    close(nets.written(net.made, 1, "μ"), net.mean)
    close(nets.written(net.made, 1, "σ²"), net.var)
    close(nets.written(net.made, 1, "x̂"), net.x_hat)
    close(net.y, net.gamma * net.x_hat + net.beta)


@every_net
def test_backward_is_the_papers_chain(eps: float, seed: int) -> None:
    net = Net.random(eps, seed)
    deviation = net.x - net.mean
    d_x_hat = net.g * net.gamma
    d_var = (d_x_hat * deviation).sum(axis=0) * -0.5 * net.s**-3
    d_mean = (d_x_hat * -1 / net.s).sum(axis=0) + d_var * (-2 * deviation).mean(axis=0)
    d_x = d_x_hat / net.s + d_var * 2 * deviation / net.m + d_mean / net.m
    terms = np.abs(d_x_hat / net.s)
    close(nets.written(net.made, 1, "dx̂"), d_x_hat)
    close(nets.written(net.made, 1, "dσ²"), d_var, (np.abs(d_x_hat * deviation).sum(axis=0) * net.s**-3).max())
    close(nets.written(net.made, 1, "dμ"), d_mean, terms.sum(axis=0))
    close(net.d_x, d_x, terms)
    close(net.d_gamma, (net.g * net.x_hat).sum(axis=0))
    close(net.d_beta, net.g.sum(axis=0), np.abs(net.g).sum(axis=0))


@every_net
def test_the_way_through_the_variance_adds_nothing_to_the_means_gradient(eps: float, seed: int) -> None:
    net = Net.random(eps, seed)
    direct = -(net.g * net.gamma / net.s).sum(axis=0)
    close(nets.written(net.made, 1, "dμ"), direct, np.abs(net.g * net.gamma / net.s).sum(axis=0))


@every_net
def test_compact_form(eps: float, seed: int) -> None:
    net = Net.random(eps, seed)
    wanted = net.gamma / net.s * (net.g - net.g.mean(axis=0) - net.x_hat * (net.g * net.x_hat).mean(axis=0))
    close(net.d_x, wanted, np.abs(net.gamma / net.s * net.g))


@every_net
def test_sums(eps: float, seed: int) -> None:
    net = Net.random(eps, seed)
    terms = np.abs(net.gamma / net.s * net.g).sum(axis=0)
    close(net.d_x.sum(axis=0), np.zeros_like(terms), terms)
    close((net.d_x * net.x_hat).sum(axis=0), net.gamma / net.s * eps / (net.var + eps) * net.d_gamma, terms)


@every_net
def test_gradient_norm(eps: float, seed: int) -> None:
    net = Net.random(eps, seed)
    lost = net.g.sum(axis=0) ** 2 / net.m + (2 - net.r) * (net.g * net.x_hat).sum(axis=0) ** 2 / net.m
    scale = net.gamma**2 / (net.var + eps)
    close((net.d_x**2).sum(axis=0), scale * ((net.g**2).sum(axis=0) - lost), scale * (net.g**2).sum(axis=0))


@pytest.mark.parametrize("seed", SEEDS)
def test_gradient_norm_without_eps_is_santurkars(seed: int) -> None:
    net = Net.random(1e-13, seed)
    lost = net.g.sum(axis=0) ** 2 / net.m + (net.g * net.x_hat).sum(axis=0) ** 2 / net.m
    scale = net.gamma**2 / net.var
    found, wanted = (net.d_x**2).sum(axis=0), scale * ((net.g**2).sum(axis=0) - lost)
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-9 * float((scale * (net.g**2).sum(axis=0)).max()))


@pytest.mark.parametrize("batch", [2, 3, 7, 16])
@pytest.mark.parametrize("eps", EPS)
def test_jacobians_eigenvalues(eps: float, batch: int) -> None:
    net = Net.random(eps, seed=batch, batch=batch)
    columns = [
        nets.pulled_back(net.made, 1, np.repeat(unit[:, None], net.x.shape[1], axis=1)) for unit in np.eye(batch)
    ]
    jacobians = np.stack(columns, axis=1)
    for k in range(net.x.shape[1]):
        wanted = net.gamma[k] / net.s[k] * np.array([0.0, 1 - net.r[k], *[1.0] * (batch - 2)])
        found = np.linalg.eigvalsh((jacobians[:, :, k] + jacobians[:, :, k].T) / 2)
        close(jacobians[:, :, k], jacobians[:, :, k].T, abs(net.gamma[k] / net.s[k]))
        close(np.sort(found), np.sort(wanted), abs(net.gamma[k] / net.s[k]) * 4)


@every_net
def test_bounds(eps: float, seed: int) -> None:
    net = Net.random(eps, seed)
    x_hat = nets.written(net.made, 1, "x̂")
    assert np.abs(x_hat).max() <= np.sqrt(net.m - 1) * (1 + 1e-12)
    close(x_hat.var(axis=0), net.r)


@pytest.mark.parametrize("batch", [2, 5, 64])
def test_one_sample_apart_from_all_others_meets_the_bound(batch: int) -> None:
    x = np.zeros((batch, 1))
    x[0] = 1e3
    made = nets.machine_on(x, np.zeros(batch, np.int64), bn.BatchNorm(eps=1e-12), bn.Linear(cases.CLASSES))
    assert nets.value(made, 0)[0, 0] == pytest.approx(np.sqrt(batch - 1), rel=1e-12)


@every_net
def test_batch_of_two(eps: float, seed: int) -> None:
    net = Net.random(eps, seed, batch=2)
    x_hat = nets.written(net.made, 1, "x̂")
    close(np.abs(x_hat), np.sqrt(net.r) * np.ones_like(x_hat))
    wanted = net.gamma * (net.g[0] - net.g[1]) / 2 * eps / (net.var + eps) ** 1.5
    close(net.d_x, np.stack([wanted, -wanted]), np.abs(net.gamma * net.g / net.s))


def test_batch_of_one_is_refused_in_training_and_fine_in_eval_mode() -> None:
    layers = (bn.Linear(3), bn.BatchNorm(), bn.Linear(2))
    experiment = bn.Experiment(
        data=bn.TwoSpirals(samples=40), training=bn.Training(batch_size=1), stacks=(bn.Stack(layers=layers),)
    )
    with pytest.raises(bn.InputError, match="expected more than 1 value per channel when training"):
        Session(experiment)
    x, y = cases.data(1)
    stack = cases.stack_of((bn.BatchNorm(), bn.Linear(cases.CLASSES)), bn.CrossEntropy())
    training = engine_run.whole_batch(x)
    state = engine_run.machine_for(stack, *cases.data(2), cases.shape_of(x), training, compiled=False).parameters()
    output, _ = engine_run.evaluate(stack, state, x, y, cases.shape_of(x), compiled=True)
    wanted = x / np.sqrt(1 + 1e-5) @ state["1.weight"].T + state["1.bias"]
    close(output, wanted)


@pytest.mark.parametrize("eps", [1e-5, 1e-2])
def test_constant_feature(eps: float) -> None:
    x, y = cases.data(16)
    x[:, 1] = 0.75
    state = {"1.bias": np.linspace(-1, 1, cases.FEATURES)}
    layers = (bn.Identity(), bn.BatchNorm(eps=eps), bn.Linear(cases.CLASSES))
    made = nets.machine_on(x, y, *layers, state=state)
    g = nets.gradient(made, 1)[:, 1]
    assert set(nets.value(made, 1)[:, 1]) == {state["1.bias"][1]}
    close(nets.gradient(made, 0)[:, 1], (g - g.mean()) / np.sqrt(eps))
    assert 1 / np.sqrt(1e-5) == pytest.approx(316, abs=0.3)
