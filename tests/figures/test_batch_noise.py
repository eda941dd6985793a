"""Mini-batch noise, recomputed from the mini-batches themselves."""

from __future__ import annotations

import numpy as np
import pytest

import bnsim as bn
from bnsim.figures import batch_noise
from tests.figures.by_hand import LAYERS, session_of


def given_by_hand(session: bn.Session, epoch: int) -> np.ndarray:
    """What the first BatchNorm is given by the mini-batches of an epoch, (batches, batch, features)."""
    lane = session.lanes[0]
    state = lane.state_dict()
    twin = bn.Session(session.experiment, wait=False)
    batches = []
    for k in range(4):
        twin.seek(4 * epoch + k)
        twin.step("op")
        batches.append(twin.lanes[0].inputs())
    twin.close()
    return np.array(batches) @ state["0.weight"].T + state["0.bias"]


@pytest.mark.parametrize("wait", [False, True])
def test_spreads_are_those_of_the_mini_batches(wait: bool) -> None:
    session = session_of(*LAYERS, wait=wait)
    session.run(5)
    z = given_by_hand(session, epoch=1)
    rows = z.reshape(64, 5)
    sigma = rows.std(axis=0, ddof=1)
    data = batch_noise(session).data()
    session.close()
    of_means = z.mean(axis=1).var(axis=0, ddof=1) / sigma**2
    of_variances = z.var(axis=1).var(axis=0, ddof=1) / sigma**4
    assert data["mean.own.x"] == data["variance.own.x"] == 16
    np.testing.assert_allclose(data["mean.own"], np.sqrt(of_means.mean()), rtol=1e-9)
    np.testing.assert_allclose(data["variance.own"], np.sqrt(of_variances.mean()), rtol=1e-9)
    m = np.array([2.0, 4.0, 8.0, 16.0])
    np.testing.assert_array_equal(data["mean.x"], m)
    random, means, variances = np.random.Generator(np.random.Philox(0)), [], []
    for size in (2, 4, 8, 16):
        groups = [rows[random.permutation(64)].reshape(-1, size, 5) for _ in range(8)]
        means.append(np.sqrt(np.mean([g.mean(axis=1).var(axis=0, ddof=1) / sigma**2 for g in groups])))
        variances.append(np.sqrt(np.mean([g.var(axis=1).var(axis=0, ddof=1) / sigma**4 for g in groups])))
    np.testing.assert_allclose(data["mean"], means, rtol=1e-9)
    np.testing.assert_allclose(data["variance"], variances, rtol=1e-9)
    np.testing.assert_allclose(data["mean.theory"], m**-0.5)
    kurtosis = ((rows - rows.mean(axis=0)) ** 4).mean(axis=0) / rows.var(axis=0) ** 2
    # Var of the unbiased variance is σ⁴ ((κ − 3)/m + 2/(m − 1)); the biased one is (m − 1)/m times as large.
    expected = [np.mean(((k - 1) / k) ** 2 * ((kurtosis - 3) / k + 2 / (k - 1))) for k in m]
    np.testing.assert_allclose(data["variance.theory"], np.sqrt(expected), rtol=1e-9)
    np.testing.assert_allclose(data["variance.gaussian"], np.sqrt(2 * (m - 1) / m**2))


def test_gaussian_data_follows_the_theory() -> None:
    stack = bn.Stack(name="net", layers=(bn.Linear(48), bn.BatchNorm(), bn.ReLU(), bn.Linear(10)))
    training = bn.Training(batch_size=16, seed=2)
    session = bn.Session(bn.Experiment(data=bn.GaussianNoise(), training=training, stacks=(stack,)), wait=False)
    session.run(1)
    data = batch_noise(session).data()
    session.close()
    for name in ("mean", "variance"):
        np.testing.assert_allclose(data[name][:5], data[f"{name}.theory"][:5], rtol=0.1)
        np.testing.assert_allclose(data[f"{name}.own"], data[f"{name}.theory"][3], rtol=0.15)
    np.testing.assert_allclose(data["variance.theory"], data["variance.gaussian"], rtol=0.05)


def test_after_a_saturated_tanh_the_variance_is_far_from_a_gaussians() -> None:
    layers = (bn.Linear(8, init=bn.Normal(std=20.0)), bn.Tanh(), bn.BatchNorm(), bn.Linear(2))
    session = session_of(*layers, seed=3)
    session.run(1)
    data = batch_noise(session, session.experiment.stacks[0].layers[2].id).data()
    session.close()
    assert data["variance"][-1] < 0.7 * data["variance.gaussian"][-1]
    np.testing.assert_allclose(data["variance"][:3], data["variance.theory"][:3], rtol=0.2)


def test_virtual_devices_have_smaller_batches_and_still_features_are_named() -> None:
    layers = (bn.Linear(3), bn.BatchNorm(virtual_devices=4), bn.Linear(2))
    session = session_of(*layers)
    session.run(1)
    assert batch_noise(session).data()["mean.own.x"] == 4
    lane = session.lanes[0]
    weight = lane.state_dict()["0.weight"].copy()
    weight[1] = 0
    lane.load_state_dict(lane.state_dict() | {"0.weight": weight})
    assert batch_noise(session).verdict.endswith("; 1 of 3 features do not vary")
    lane.load_state_dict(lane.state_dict() | {"0.weight": np.zeros((3, 2))})
    assert batch_noise(session).verdict == "BatchNorm 1: its features do not vary over the data: there is no noise"
    lane.load_state_dict(lane.state_dict() | {"0.weight": np.full((3, 2), np.nan)})
    assert batch_noise(session).verdict == "BatchNorm 1 is given what is not a number"
    session.close()


def test_without_a_batchnorm_or_a_mini_batch_it_says_so() -> None:
    session = session_of(bn.Linear(3), bn.Linear(2))
    session.run(1)
    assert batch_noise(session).verdict == "Add a BatchNorm to see how noisy mini-batches are"
    session.close()
    session = session_of(*LAYERS)
    assert batch_noise(session).verdict == "BatchNorm 1: no mini-batch yet: step or play"
    session.close()


def test_a_batchnorm_right_at_the_input_and_one_mini_batch_an_epoch() -> None:
    session = session_of(bn.BatchNorm(), bn.Linear(2), batch_size=64)
    session.run(1)
    figure = batch_noise(session)
    x = session.lanes[0].inputs()
    session.close()
    assert figure.verdict == "BatchNorm: an epoch has one mini-batch, whose mean and variance cannot spread"
    assert x is not None
    kurtosis = ((x - x.mean(axis=0)) ** 4).mean(axis=0) / x.var(axis=0) ** 2
    np.testing.assert_allclose(figure.data()["variance.theory"][0] ** 2, np.mean((2 * kurtosis - 2 - kurtosis + 3) / 8))
