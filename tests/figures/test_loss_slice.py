"""Loss slices, recomputed with a network in NumPy."""

from __future__ import annotations

import numpy as np
import pytest

import bnsim as bn
from bnsim.figures import loss_slice, smoothness
from tests.fake_sessions import fake_session
from tests.figures.by_hand import LAYERS, Net, session_of, theta_of


@pytest.mark.parametrize("wait", [False, True])
def test_losses_are_those_along_both_directions(wait: bool) -> None:
    session = session_of(wait=wait, seed=5)
    session.run(3)
    for steps in (0, 4):
        for _ in range(steps):
            session.step("layer")
        lane = session.lanes[0]
        state, net = lane.state_dict(), Net(lane)
        theta = theta_of(state)
        data = loss_slice(session).data()
        t = data["net, gradient.x"]
        np.testing.assert_allclose(t, np.linspace(-1, 1, 41) ** 3, atol=1e-15)
        gradient = net.gradient(theta)
        uphill = gradient / np.linalg.norm(gradient) * np.linalg.norm(theta)
        np.testing.assert_allclose(data["net, gradient"], [net.loss(theta + each * uphill) for each in t], rtol=1e-8)
        draw = np.random.Generator(np.random.Philox(5)).standard_normal(theta.size)
        random = np.zeros(theta.size)
        for start, rows, columns in ((0, 5, 2), (25, 2, 5)):  # the two weights; b, γ and β of 5 lie between them
            for row in range(rows):
                part = slice(start + row * columns, start + (row + 1) * columns)
                random[part] = draw[part] / np.linalg.norm(draw[part]) * np.linalg.norm(theta[part])
        np.testing.assert_allclose(data["net, random"], [net.loss(theta + each * random) for each in t], rtol=1e-8)
        np.testing.assert_allclose(data["net, now"], [net.loss(theta)], rtol=1e-12)
    session.close()


def test_under_batchnorm_it_does_not_stretch_with_the_weights() -> None:
    """Li et al. 2018: filter normalization takes the scale of weights out; BN(aWx) = BN(Wx)."""
    session = session_of(bn.Linear(5, bias=False), bn.BatchNorm(eps=1e-12), bn.Tanh(), bn.Linear(2))
    lane = session.lanes[0]
    session.run(1)
    state = {name: value.copy() for name, value in lane.state_dict().items()}
    before = loss_slice(session).data()["net, random"]
    session.seek(0)
    session.reset()
    session.run(1)
    lane.load_state_dict(state | {"0.weight": 7 * state["0.weight"]})
    np.testing.assert_allclose(loss_slice(session).data()["net, random"], before, rtol=1e-6)
    session.close()


def test_a_lane_that_explodes_does_not_flatten_the_other(small: bn.Experiment) -> None:
    wild = bn.Stack(name="wild", layers=(*(bn.Linear(8, init=bn.Normal(std=1e6)), bn.ReLU()) * 20, bn.Linear(2)))
    experiment = bn.Experiment(data=small.data, training=small.training, stacks=(small.stacks[0], wild))
    session = bn.Session(experiment, wait=False)
    session.step("layer")
    figure = loss_slice(session)
    session.close()
    assert np.nanmax(figure.data()["wild, random"]) > 1e100
    assert figure.y.limits is not None
    assert figure.y.limits[1] < 1e3
    assert "wild cut off at the top" in figure.verdict


def test_a_lane_that_is_not_a_number_leaves_the_other(small: bn.Experiment) -> None:
    hot = bn.Stack(name="hot", layers=tuple(bn.Linear(2, init=bn.Normal(std=1e6)) for _ in range(8)))
    training = bn.Training(batch_size=16, precision="float32")
    experiment = bn.Experiment(data=small.data, training=training, stacks=(hot, small.stacks[0]))
    session = bn.Session(experiment, wait=False)
    session.run(1)
    session.run(1)
    for kind, words in ((loss_slice, "hot: the loss is not a number"), (smoothness, "hot's gradient is not a number")):
        figure = kind(session)
        assert words in figure.verdict
        assert {name.partition(",")[0] for name, values in figure.data().items() if np.isfinite(values).any()} >= {
            "plain"
        }
        assert not any(np.isfinite(values).any() for name, values in figure.data().items() if name == "hot, gradient")
    session.close()


def test_what_there_is_none_of_is_said() -> None:
    session = session_of(*LAYERS)
    assert loss_slice(session).verdict == "No mini-batch yet: step or play"
    session.run(1)
    state = session.lanes[0].state_dict()
    session.lanes[0].load_state_dict(state | {"3.bias": np.full(2, np.nan)})
    figure = loss_slice(session)
    assert figure.verdict == "net: the loss is not a number"
    assert not figure.has_data
    session.close()
    assert loss_slice(fake_session(experiment=bn.Experiment())).verdict == "Add a stack to see its loss along a line"


def test_a_zero_gradient_is_named() -> None:
    session = session_of(bn.Linear(2), bn.ReLU())
    session.run(1)
    lane = session.lanes[0]
    lane.load_state_dict(lane.state_dict() | {"0.bias": np.full(2, -1e9)})
    slice_, smooth = loss_slice(session), smoothness(session)
    session.close()
    assert slice_.verdict == "net: the gradient is zero"
    assert np.isnan(slice_.data()["net, gradient"]).all()
    np.testing.assert_allclose(slice_.data()["net, random"], np.log(2))
    assert smooth.verdict == "Effective β: net's gradient is zero"
    assert not smooth.has_data
