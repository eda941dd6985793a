"""The gap between train and eval mode, recomputed layer by layer from the parameters and the mini-batch."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import bnsim as bn
from bnsim.figures import train_eval_gap_by_depth

LAYERS = (bn.Linear(6), bn.BatchNorm(), bn.Tanh(), bn.Linear(5), bn.BatchNorm(), bn.Linear(2))


def session_of(*layers: bn.Layer, wait: bool = False) -> bn.Session:
    stack = bn.Stack(name="net", layers=layers)
    training = bn.Training(batch_size=16, optimizer=bn.SGD(lr=0.3))
    return bn.Session(bn.Experiment(data=bn.TwoSpirals(samples=64), training=training, stacks=(stack,)), wait=wait)


def by_hand(state: dict[str, Any], x: np.ndarray, train: bool) -> list[np.ndarray]:
    """What is given before each next weight layer."""

    def linear(key: int, h: np.ndarray) -> np.ndarray:
        return np.asarray(h @ state[f"{key}.weight"].T + state[f"{key}.bias"])

    def norm(key: int, h: np.ndarray) -> np.ndarray:
        mean = h.mean(axis=0) if train else state[f"{key}.running_mean"]
        variance = h.var(axis=0) if train else state[f"{key}.running_var"]
        return np.asarray((h - mean) / np.sqrt(variance + 1e-5) * state[f"{key}.weight"] + state[f"{key}.bias"])

    first = np.tanh(norm(1, linear(0, x)))
    second = norm(4, linear(3, first))
    return [first, second, linear(5, second)]


@pytest.mark.parametrize("wait", [False, True])
def test_gaps_are_those_of_both_passes(wait: bool) -> None:
    session = session_of(*LAYERS, wait=wait)
    session.run(3)
    lane = session.lanes[0]
    kept = {name: value.copy() for name, value in lane.state_dict().items()}
    for steps in (0, 4, 9):
        for _ in range(steps):
            session.step("op")
        x, state = lane.inputs(), lane.state_dict()
        assert x is not None
        pairs = zip(by_hand(state, x, train=True), by_hand(state, x, train=False), strict=True)
        wanted = [np.linalg.norm(after - before) / np.linalg.norm(before) for before, after in pairs]
        data = train_eval_gap_by_depth(session).data()
        np.testing.assert_array_equal(data["net.x"], [1, 2, 3])
        np.testing.assert_allclose(data["net"], wanted, rtol=1e-9)
    for name, value in lane.state_dict().items():
        np.testing.assert_array_equal(value, kept[name])  # nothing was changed by looking
    session.close()


def test_blocks_and_a_dropout_have_a_gap_too() -> None:
    block = bn.Residual((bn.Linear(6), bn.Dropout(p=0.5), bn.ReLU()))
    session = session_of(bn.Linear(6), bn.Repeat((block,), times=2), bn.Linear(2))
    session.run(2)
    data = train_eval_gap_by_depth(session).data()
    np.testing.assert_array_equal(np.isnan(data["net"]), [True, False, False, False])  # zero before the first Dropout
    session.close()


def test_a_chain_of_batchnorms_drifts_at_the_start() -> None:
    """pytorch/pytorch#100048: running statistics that lag behind add up with depth; on Gaussian data."""
    layers = (*(bn.Linear(32), bn.BatchNorm(), bn.ReLU()) * 12, bn.Linear(10))
    stack = bn.Stack(name="net", layers=layers)
    data = bn.GaussianNoise()
    training = bn.Training(batch_size=32, optimizer=bn.SGD(lr=0.0), seed=1)
    session = bn.Session(bn.Experiment(data=data, training=training, stacks=(stack,)), wait=False)
    session.run(10)
    gaps = train_eval_gap_by_depth(session).data()["net"]
    session.close()
    assert np.mean(gaps[6:12]) > gaps[0]


def test_without_anything_that_has_modes_it_says_so() -> None:
    session = session_of(bn.Linear(4), bn.Tanh(), bn.Linear(2))
    assert train_eval_gap_by_depth(session).verdict == "No mini-batch yet: step or play"
    session.run(1)
    figure = train_eval_gap_by_depth(session)
    assert figure.verdict == "Both modes give the same: add a BatchNorm or a Dropout to see a gap"
    assert not figure.has_data
    session.close()
