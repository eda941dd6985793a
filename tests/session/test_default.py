"""The experiment a new window opens with says what the literature says."""

from __future__ import annotations

import numpy as np
import pytest

import bnsim as bn
from bnsim.session import Session
from bnsim.spec import edits


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_gradient_by_depth_at_initialization(seed: int) -> None:
    session = Session(edits.change_training(bn.default_experiment(), seed=seed))
    session.step("iteration")
    plain, normalized = (lane.history["gradient_norm"][0] for lane in session.lanes)
    factor = (plain[4] / plain[14]) ** (1 / 10)
    assert factor == pytest.approx(np.sqrt(0.0557), rel=0.05)
    assert normalized[:20].max() / normalized[:20].min() < 3


def test_lanes_share_initial_weights_and_batches() -> None:
    session = Session(bn.default_experiment())
    plain, normalized = session.lanes
    for depth in range(21):
        np.testing.assert_array_equal(
            plain.state_dict()[f"{2 * depth}.weight"], normalized.state_dict()[f"{3 * depth}.weight"]
        )
    for _ in range(3):
        session.step("iteration")
        np.testing.assert_array_equal(plain.inputs(), normalized.inputs())


def test_one_epoch_takes_every_row_at_most_once_and_epochs_differ() -> None:
    from bnsim.engine.kernels.batch import batch_rows

    epochs = [np.concatenate([batch_rows(28 * e + k, 1797, 64, True, 1) for k in range(28)]) for e in range(2)]
    for rows in epochs:
        assert len(np.unique(rows)) == 28 * 64
        assert 0 <= rows.min() <= rows.max() < 1797
    assert not np.array_equal(*epochs)


def test_float32_runs_and_agrees_roughly_with_float64() -> None:
    double = Session(bn.default_experiment())
    single = Session(edits.change_training(bn.default_experiment(), precision="float32"))
    for session in (double, single):
        session.step("iteration")
    assert single.lanes[1].value(0).dtype == np.float32
    np.testing.assert_allclose(single.lanes[1].loss, double.lanes[1].loss, rtol=1e-4)


def test_the_batch_norm_lane_learns() -> None:
    session = Session(bn.default_experiment())
    session.run(150)
    loss = session.history["loss"]
    assert loss["with BatchNorm"][-20:].mean() < 0.5 * loss["with BatchNorm"][:5].mean()
    assert loss["plain"][-20:].mean() > 0.9 * loss["plain"][:5].mean()


def test_kernels_agree_with_their_twins() -> None:
    compiled, twins = Session(bn.default_experiment()), Session(bn.default_experiment(), wait=False)
    for session in (compiled, twins):
        session.step("iteration")
    if twins.kernels_ready:
        pytest.skip("the kernels were ready before the twins could be asked")
    for one, other in zip(compiled.lanes, twins.lanes, strict=True):
        for key, gradient in one.gradients().items():
            wanted = other.gradients()[key]
            scale = np.abs(one.gradient(int(key.split(".")[0]))).sum(axis=0).max()
            np.testing.assert_allclose(gradient, wanted, rtol=1e-9, atol=1e-13 * scale, err_msg=key)
