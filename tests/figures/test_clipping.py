"""Norms before and after clipping, recomputed from the gradients of every step."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import bnsim as bn
from bnsim.figures import clipping, gradient_factors

LAYERS = (bn.Linear(6), bn.BatchNorm(), bn.Tanh(), bn.Linear(2))


def session_of(clip: Any, *, wait: bool = False, **training: Any) -> bn.Session:
    stack = bn.Stack(name="net", layers=LAYERS)
    made = bn.Training(batch_size=16, clip=clip, **training)
    return bn.Session(bn.Experiment(data=bn.TwoSpirals(samples=64), training=made, stacks=(stack,)), wait=wait)


def all_gradients(session: bn.Session) -> np.ndarray:
    return np.concatenate([np.ravel(each) for each in session.lanes[0].gradients().values() if each is not None])


@pytest.mark.parametrize("wait", [False, True])
@pytest.mark.parametrize("optimizer", [bn.SGD(lr=0.5), bn.Adam()])
def test_norms_are_those_of_all_gradients_and_of_what_clipping_leaves(wait: bool, optimizer: Any) -> None:
    limit = 0.35
    session = session_of(bn.ClipNorm(limit=limit), wait=wait, optimizer=optimizer)
    norms = []
    for _ in range(12):
        session.run(1)
        norms.append(np.linalg.norm(all_gradients(session)))
    figure = clipping(session)
    data = figure.data()
    np.testing.assert_allclose(data["net"], norms, rtol=1e-9)
    np.testing.assert_allclose(data["net, clipped"], np.minimum(norms, limit), rtol=1e-5)
    share = np.mean(np.array(norms) > limit)
    assert 0 < share < 1
    assert f"net {100 * share:.3g} % of steps clipped" in figure.verdict
    assert [rule.y for rule in figure.rules] == [limit]
    # A fast run records the same.
    session.reset()
    session.run(12)
    np.testing.assert_allclose(clipping(session).data()["net"], norms, rtol=1e-9)
    session.close()


def test_plain_sgd_moves_by_the_clipped_gradient() -> None:
    session = session_of(bn.ClipNorm(limit=0.1), optimizer=bn.SGD(lr=0.5))
    before = session.lanes[0].state_dict()
    session.run(1)
    after, names = session.lanes[0].state_dict(), session.lanes[0].gradients()
    moved = np.concatenate([np.ravel(before[name] - after[name]) for name in names]) / 0.5
    assert clipping(session).data()["net, clipped"][-1] == pytest.approx(np.linalg.norm(moved), rel=1e-9)
    session.close()


def test_by_value_the_share_and_the_angle_are_said() -> None:
    limit = 0.02
    session = session_of(bn.ClipValue(limit=limit))
    session.run(3)
    g = all_gradients(session)
    clipped = np.clip(g, -limit, limit)
    angle = np.degrees(np.arccos(g @ clipped / np.linalg.norm(g) / np.linalg.norm(clipped)))
    share = np.mean(np.abs(g) > limit)
    figure = clipping(session)
    assert 0 < share < 1
    assert f"net {100 * share:.3g} % of numbers clipped" in figure.verdict
    assert f"turned by {angle:.2g}°" in figure.verdict
    weights = [np.ravel(session.lanes[0].gradients()[name]) for name in ("0.weight", "3.weight")]  # type: ignore[arg-type]
    assert figure.data()["net"][-1] == pytest.approx(np.linalg.norm(np.concatenate(weights)), rel=1e-9)
    session.close()


def test_without_clipping_it_says_so(make_session: Any) -> None:
    session = session_of(bn.NoClip())
    session.run(2)
    assert "clip_norm" not in session.history
    assert clipping(session).verdict.startswith("Clipping is off · net norm ")
    session.close()
    session = make_session(5)
    session.lanes[0].history.arrays["weight_gradient_norm"][3:] = np.nan
    assert "plain is not a number, first shown at iteration 3" in clipping(session).verdict
    session.lanes[0].history.arrays["weight_gradient_norm"][:] = 1e200
    np.testing.assert_allclose(clipping(session).data()["plain"], 1e200 * np.sqrt(21))


def test_a_lane_that_explodes_does_not_flatten_the_others() -> None:
    def stack(name: str, init: bn.Initializer) -> bn.Stack:
        return bn.Stack(name=name, layers=(*(bn.Linear(16, init=init), bn.ReLU()) * 8, bn.Linear(2, init=init)))

    training = bn.Training(batch_size=16, optimizer=bn.SGD(lr=0.1), seed=1)
    stacks = (stack("calm", bn.He()), stack("wild", bn.Normal(std=50.0)))
    session = bn.Session(bn.Experiment(data=bn.TwoSpirals(samples=64), training=training, stacks=stacks))
    session.run(3)
    figure, factors = clipping(session), gradient_factors(session)
    wild = figure.data()["wild"]
    assert np.nanmax(wild) > 1e9
    low, high = figure.y.limits
    assert high / low <= 1e9
    assert "wild" in figure.verdict
    assert "over the top up to" in figure.verdict.partition("wild")[2]
    assert "over the top" not in figure.verdict.partition("wild")[0]
    assert "cut off" in figure.caption
    assert factors.y.limits[1] <= 1e7
    session.close()


def test_each_lane_is_clipped_as_its_own_training_says() -> None:
    own = {
        "norm": bn.LaneTraining(clip=bn.ClipNorm(limit=0.05)),
        "other norm": bn.LaneTraining(clip=bn.ClipNorm(limit=0.2)),
        "value": bn.LaneTraining(clip=bn.ClipValue(limit=1e-4)),
        "shared": bn.LaneTraining(),
    }
    stacks = tuple(bn.Stack(name=name, layers=LAYERS, training=training) for name, training in own.items())
    experiment = bn.Experiment(data=bn.TwoSpirals(samples=64), training=bn.Training(batch_size=16), stacks=stacks)
    session = bn.Session(experiment, wait=False)
    session.run(4)
    figure = clipping(session)
    data = figure.data()
    for name, limit in (("norm", 0.05), ("other norm", 0.2)):
        before = data[name]
        np.testing.assert_allclose(data[f"{name}, clipped"], before * np.minimum(1, limit / (before + 1e-6)))
    assert "value, clipped" not in data
    assert [(rule.y, rule.label, rule.role) for rule in figure.rules] == [
        (0.05, "limit, norm", "lane0"),
        (0.2, "limit, other norm", "lane1"),
    ]
    said = figure.verdict.split(" · ")
    assert said[0].startswith("norm 100 % of steps clipped")
    assert said[2].startswith("value turned by ")
    assert said[3] == "shared not clipped"
    assert "of lanes without a limit of all weights' gradients alone" in figure.caption
    session.close()


def test_a_limit_says_whose_it_is_where_not_all_lanes_have_one() -> None:
    stacks = (
        bn.Stack(name="net", layers=LAYERS),
        bn.Stack(name="clipped", layers=LAYERS, training=bn.LaneTraining(clip=bn.ClipNorm(limit=0.1))),
    )
    training = bn.Training(batch_size=16)
    session = bn.Session(bn.Experiment(data=bn.TwoSpirals(samples=64), training=training, stacks=stacks), wait=False)
    session.run(1)
    assert [rule.label for rule in clipping(session).rules] == ["limit, clipped"]
    session.close()
