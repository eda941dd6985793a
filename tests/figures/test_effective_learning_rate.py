"""Effective learning rates, recomputed from the weights, and that the norms grow as theory says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import bnsim as bn
from bnsim.figures import effective_learning_rate, smoothness
from bnsim.figures.effective_learning_rate import learning_rate


def session_of(*layers: bn.Layer, **training: Any) -> bn.Session:
    stack = bn.Stack(name="net", layers=layers)
    made = bn.Training(batch_size=16, **training)
    return bn.Session(bn.Experiment(data=bn.TwoSpirals(samples=64), training=made, stacks=(stack,)), wait=False)


LAYERS = (
    *(bn.Linear(6), bn.BatchNorm(), bn.Tanh()),
    bn.Linear(5),
    bn.Repeat((bn.Linear(6, bias=False), bn.BatchNorm(), bn.ReLU()), times=2),
    bn.Linear(2),
)


def test_rates_are_those_of_the_rows() -> None:
    session = session_of(*LAYERS, optimizer=bn.SGD(lr=0.3))
    session.run(6)
    lane, figure = session.lanes[0], effective_learning_rate(session)
    data, state = figure.data(), lane.state_dict()
    rates = [0.3 / (state[f"{key}.weight"] ** 2).sum(axis=1) for key in ("0", "4.0.0", "4.1.0")]
    np.testing.assert_array_equal(data["net.x"], [1, 3, 4])
    np.testing.assert_allclose(data["net"], [np.median(each) for each in rates], rtol=1e-12)
    np.testing.assert_allclose(data["net, middle half.high"], [np.percentile(each, 75) for each in rates], rtol=1e-12)
    norms = lane.history["weight_norm"]
    growth = (norms[-1] / norms[0])[[0, 2, 3]].max()
    assert f"norms up to ×{growth:#.3g}" in figure.verdict
    assert [rule.y for rule in figure.rules] == [0.3]
    session.close()


def test_under_plain_sgd_rows_before_a_batchnorm_grow_by_the_squared_step() -> None:
    """‖w'‖² = ‖w‖² + lr² ‖dL/dw‖² as eps -> 0, so the effective rate can only fall (van Laarhoven 2017)."""
    session = session_of(bn.Linear(6), bn.BatchNorm(eps=1e-12), bn.Tanh(), bn.Linear(2), optimizer=bn.SGD(lr=0.5))
    session.run(1)
    lane = session.lanes[0]
    before, rate = lane.state_dict()["0.weight"], effective_learning_rate(session).data()["net"]
    session.run(1)
    gradient = lane.gradients()["0.weight"]
    assert gradient is not None
    after = lane.state_dict()["0.weight"]
    np.testing.assert_allclose(
        (after**2).sum(axis=1), (before**2).sum(axis=1) + 0.25 * (gradient**2).sum(axis=1), rtol=1e-9
    )
    assert effective_learning_rate(session).data()["net"] < rate
    session.close()


@pytest.mark.parametrize(
    ("schedule", "wanted"),
    [
        (bn.ConstantRate(), [0.2, 0.2, 0.2]),
        (bn.StepDecay(every=2, gamma=0.5), [0.2, 0.2, 0.1]),
        (bn.Cosine(period=4), [0.2, 0.2 * (1 + np.cos(np.pi / 4)) / 2, 0.1]),
        (bn.WarmUp(updates=4, start=0.0), [0.0, 0.05, 0.1]),
    ],
)
def test_the_rate_is_the_schedules(schedule: Any, wanted: list[float]) -> None:
    training = bn.Training(optimizer=bn.SGD(lr=0.2), schedule=schedule)
    np.testing.assert_allclose([learning_rate(training, t) for t in range(3)], wanted, atol=1e-15)


def test_without_a_batchnorm_right_after_it_says_so() -> None:
    session = session_of(bn.Linear(6), bn.Tanh(), bn.BatchNorm(), bn.Linear(2))
    figure = effective_learning_rate(session)
    assert figure.verdict.startswith("Add a BatchNorm right after a Linear")
    assert not figure.has_data
    session.close()


def test_rows_of_zeros_are_named() -> None:
    session = session_of(*LAYERS)
    lane = session.lanes[0]
    lane.load_state_dict(lane.state_dict() | {"0.weight": np.zeros((6, 2))})
    assert effective_learning_rate(session).verdict.endswith("no number in layer 1")
    session.close()


def test_over_iterations_rates_are_those_of_the_rows_at_each_moment() -> None:
    session = session_of(*LAYERS, optimizer=bn.SGD(lr=0.3), schedule=bn.StepDecay(every=2, gamma=0.5))
    lane = session.lanes[0]
    assert effective_learning_rate(session, over="iterations").verdict == "No mini-batch yet: step or play"
    states = [lane.state_dict()]
    for _ in range(5):
        session.step("iteration")
        states.append(lane.state_dict())
    figure = effective_learning_rate(session, over="iterations")
    data = figure.data()
    at = data["net.x"].astype(int)
    assert {0, 5} <= {*at.tolist()}
    rows = []
    for updates in at:
        rate = 0.3 * 0.5 ** (updates // 2)
        weights = [states[updates][f"{key}.weight"] for key in ("0", "4.0.0", "4.1.0")]
        rows.append(rate / np.concatenate([(each**2).sum(axis=1) for each in weights]))
    np.testing.assert_allclose(data["net"], np.median(rows, axis=1), rtol=1e-9)
    for edge, percent in (("low", 25), ("high", 75)):
        np.testing.assert_allclose(data[f"net, middle half.{edge}"], np.percentile(rows, percent, axis=1), rtol=1e-9)
    norms = [
        np.concatenate([np.linalg.norm(states[k][f"{key}.weight"], axis=1) for key in ("0", "4.0.0", "4.1.0")])
        for k in (0, 5)
    ]
    assert f"norms ×{np.median(norms[1] / norms[0]):#.3g} (middle half" in figure.verdict
    session.close()
    session = session_of(bn.Linear(4), bn.Tanh(), bn.Linear(2))
    session.run(1)
    assert effective_learning_rate(session, over="iterations").verdict.startswith("Add a BatchNorm right after")
    session.close()


def test_each_lane_has_the_rate_of_its_own_training() -> None:
    layers = (bn.Linear(6), bn.BatchNorm(), bn.Tanh(), bn.Linear(2))
    own = bn.LaneTraining(optimizer=bn.SGD(lr=2.0), schedule=bn.StepDecay(every=2, gamma=0.5))
    stacks = (bn.Stack(name="shared", layers=layers), bn.Stack(name="own", layers=layers, training=own))
    training = bn.Training(batch_size=16, optimizer=bn.SGD(lr=0.1))
    session = bn.Session(bn.Experiment(data=bn.TwoSpirals(samples=64), training=training, stacks=stacks), wait=False)
    session.run(2)
    figure, now = effective_learning_rate(session), {}
    for lane, rate in zip(session.lanes, (0.1, 1.0), strict=True):
        now[lane.stack.name] = np.median(rate / (lane.state_dict()["0.weight"] ** 2).sum(axis=1))
    np.testing.assert_allclose([figure.data()[name][0] for name in now], list(now.values()), rtol=1e-12)
    assert [(rule.y, rule.label, rule.role) for rule in figure.rules] == [
        (0.1, "learning rate, shared", "lane0"),
        (1.0, "learning rate, own", "lane1"),
    ]
    over = effective_learning_rate(session, over="iterations").data()
    np.testing.assert_allclose([over[name][-1] for name in now], list(now.values()), rtol=1e-12)
    smooth = smoothness(session).data()
    np.testing.assert_allclose([smooth[f"{name}, gradient.x"][-1] for name in now], [1.6, 16.0])
    session.close()
