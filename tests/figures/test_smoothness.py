"""Smoothness along the gradient, recomputed with a network in NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import bnsim as bn
from bnsim.figures import smoothness
from bnsim.spec.numerals import factor, significant
from tests.fake_sessions import fake_session
from tests.figures.by_hand import LAYERS, Net, session_of, theta_of


@pytest.mark.parametrize("wait", [False, True])
def test_losses_and_distances_are_those_along_the_gradient(wait: bool) -> None:
    session = session_of(wait=wait)
    session.run(4)
    session.step("layer")
    lane = session.lanes[0]
    net, theta = Net(lane), theta_of(lane.state_dict())
    figure = smoothness(session)
    session.close()
    data = figure.data()
    eta = 0.3 * 2.0 ** (np.arange(17) / 2 - 4)
    np.testing.assert_allclose(data["net, gradient.x"], eta)
    g = net.gradient(theta)
    apart = np.array([np.linalg.norm(net.gradient(theta - step * g) - g) for step in eta])
    losses = np.array([net.loss(theta - step * g) for step in eta])
    np.testing.assert_allclose(data["net, gradient"], apart / np.linalg.norm(g), rtol=1e-7)
    np.testing.assert_allclose(data["net, loss"], losses / net.loss(theta), rtol=1e-9)
    beta = max(apart / (eta * np.linalg.norm(g)))
    low, high = significant(min(losses), 3), significant(max(losses), 3)
    assert figure.verdict == (
        f"Effective β: net {significant(beta, 3)}, gradient changes by up to "
        f"{factor(float(max(apart) / np.linalg.norm(g)))}, loss {low} to {high}"
    )


def test_the_steps_follow_the_schedule_and_a_rate_of_0_has_steps_too() -> None:
    for training, rate in (
        ({"schedule": bn.StepDecay(every=2, gamma=0.1)}, 0.03),
        ({"optimizer": bn.SGD(lr=0.0)}, 1.0),
    ):
        session = session_of(**training)
        session.run(2)
        steps = smoothness(session).data()["net, gradient.x"]
        session.close()
        np.testing.assert_allclose([steps[0], steps[-1]], [rate / 16, rate * 16])


def test_an_average_of_mini_batches_is_measured_as_one() -> None:
    """The gradient of an update of several mini-batches is the loss's: a short step falls by η‖g‖²."""
    session = session_of(accumulate=3, optimizer=bn.SGD(lr=1e-5))
    session.run(2)
    probe = session.probe(session.lanes[0])
    assert probe is not None
    loss, g = probe.gradient(probe.theta)
    np.testing.assert_allclose(probe.loss(probe.theta), loss)
    moved = (loss - probe.loss(probe.theta - 1e-6 * g)) / 1e-6
    np.testing.assert_allclose(moved, g @ g, rtol=1e-4)
    session.close()


def test_nan_and_zero_and_nothing_are_named() -> None:
    session = session_of(*LAYERS)
    assert smoothness(session).verdict == "No mini-batch yet: step or play"
    session.run(1)
    state = session.lanes[0].state_dict()
    session.lanes[0].load_state_dict(state | {"3.bias": np.full(2, np.nan)})
    assert smoothness(session).verdict == "Effective β: net's gradient is not a number"
    session.close()
    assert smoothness(fake_session(experiment=bn.Experiment())).verdict == "Add a stack to see how smooth its loss is"


def test_a_linear_network_with_a_square_loss_has_the_curvature_along_its_gradient() -> None:
    """Of a quadratic loss the gradient changes by η‖Hg‖: the effective β is ‖Hg‖/‖g‖ whatever the step."""
    stack = bn.Stack(name="net", layers=(bn.Linear(2),), loss=bn.MSE())
    training = bn.Training(batch_size=16, optimizer=bn.SGD(lr=0.1))
    session = bn.Session(bn.Experiment(data=bn.TwoSpirals(samples=64), training=training, stacks=(stack,)), wait=False)
    session.run(1)
    figure, probe = smoothness(session), session.probe(session.lanes[0])
    assert probe is not None
    _, g = probe.gradient(probe.theta)
    _, there = probe.gradient(probe.theta + g)
    session.close()
    ratio = figure.data()["net, gradient"] / figure.data()["net, gradient.x"]
    np.testing.assert_allclose(ratio, np.linalg.norm(there - g) / np.linalg.norm(g), rtol=1e-8)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_batchnorm_is_smoother_where_weights_start_large_and_not_by_default(seed: int) -> None:
    """Santurkar et al. 2018, fig. 4, on the digits: loss range, gradient distance, effective β; as the caption says."""

    def measured(init: Any) -> dict[str, tuple[float, float, float]]:
        plain = (bn.Linear(64, init=init), bn.ReLU())
        normalized = (bn.Linear(64, init=init), bn.BatchNorm(), bn.ReLU())
        stacks = (
            bn.Stack(name="plain", layers=(*plain * 4, bn.Linear(10))),
            bn.Stack(name="BN", layers=(*normalized * 4, bn.Linear(10))),
        )
        training = bn.Training(batch_size=64, optimizer=bn.SGD(lr=0.1), seed=seed)
        session = bn.Session(bn.Experiment(data=bn.Digits(), training=training, stacks=stacks), recording="none")
        session.run(30)
        data = smoothness(session).data()
        session.close()
        found = {}
        for name in ("plain", "BN"):
            distances, losses = data[f"{name}, gradient"], data[f"{name}, loss"]
            beta = float(np.max(distances / data[f"{name}, gradient.x"]))
            found[name] = float(np.ptp(losses)), float(np.max(distances)), beta
        return found

    large = measured(bn.Normal(std=0.3))
    assert all(4 * smooth < rough for smooth, rough in zip(large["BN"], large["plain"], strict=True))
    default = measured(bn.PyTorchDefault())
    assert default["BN"][2] > 2 * default["plain"][2]
