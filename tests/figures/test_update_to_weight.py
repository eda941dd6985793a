"""How far updates move weights: recomputed from the weights before and after."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import bnsim as bn
from bnsim.figures import update_to_weight


def test_numbers_are_those_of_the_weights_before_and_after() -> None:
    layers = (bn.Linear(6), bn.Repeat((bn.Linear(6), bn.Tanh()), times=2, tied=True), bn.Linear(2))
    training = bn.Training(batch_size=16, optimizer=bn.SGD(lr=0.3, momentum=0.9))
    experiment = bn.Experiment(
        data=bn.TwoSpirals(samples=64), training=training, stacks=(bn.Stack(name="net", layers=layers),)
    )
    session = bn.Session(experiment, wait=False)
    lane, wanted = session.lanes[0], []
    keys = [key for key in lane.state_dict() if key.endswith("weight")]
    for _ in range(5):
        before = lane.state_dict()
        session.run(1)
        after = lane.state_dict()
        wanted.append([np.linalg.norm(after[key] - before[key]) / np.linalg.norm(before[key]) for key in keys])
    figure = update_to_weight(session)
    data = figure.data()
    assert len(keys) == 3
    for column, layer in enumerate((1, 2, 4)):  # the weight that two copies share is that of the first
        np.testing.assert_allclose(data[f"net, layer {layer}"], np.array(wanted)[:, column], rtol=1e-9)
    np.testing.assert_allclose(data["net, median"], np.median(wanted, axis=1), rtol=1e-9)
    np.testing.assert_array_equal(data["net, median.x"], np.arange(5))
    assert [rule.y for rule in figure.rules] == [1e-3]
    session.close()


def test_of_a_deep_sigmoid_net_the_first_layers_hardly_move_and_with_batchnorm_all_do() -> None:
    """What the course shows the rule of thumb for: on the digits, default experiment, both lanes of one seed."""
    session = bn.Session(bn.default_experiment(), wait=False)
    session.run(10)
    plain, normalized = (session.lane(name).history["update_ratio"][-1] for name in ("plain", "with BatchNorm"))
    data = update_to_weight(session).data()
    session.close()
    assert data["plain, layer 1"][-1] == plain[0] < 1e-12
    assert (normalized > 1e-4).all()
    assert (normalized < 1e-1).all()


def test_the_verdict_names_least_and_most(make_session: Any) -> None:
    session = make_session(5)
    ratios = session.lanes[0].history.arrays["update_ratio"]
    ratios[-1] = 2e-3
    ratios[-1, 4], ratios[-1, 7] = 3e-9, 0.04
    assert update_to_weight(session).verdict.startswith("plain 3e−9 (layer 5) to 0.04 (layer 8) · ")
    ratios[-1, :3] = 0.0
    assert ", zero in layers 1 to 3 · " in update_to_weight(session).verdict
    ratios[-1, 9] = np.nan
    assert update_to_weight(session).verdict.startswith("plain is not a number in layer 10 · ")
    ratios[-1] = 0.0
    assert update_to_weight(session).verdict.startswith("plain is zero in all layers · ")


@pytest.mark.parametrize("extreme", [1e131, 1e-200])
def test_a_lane_far_away_stays_in_the_figure_and_leaves_the_others_room(make_session: Any, extreme: float) -> None:
    session = make_session(5)
    session.lanes[0].history.arrays["update_ratio"][:] = extreme
    figure = update_to_weight(session)
    assert figure.y.limits is not None
    low, high = figure.y.limits
    assert high <= 100
    assert low <= 1e-200 or extreme > 1
    assert ("over the top" in figure.verdict) == (extreme > 100)
    assert figure.data()["plain, median"][-1] == extreme


def test_deep_lanes_are_drawn_in_part(make_session: Any) -> None:
    stack = bn.Stack(name="net", layers=(bn.Linear(4),) * 200)
    figure = update_to_weight(make_session(5, experiment=bn.Experiment(stacks=(stack,))))
    assert len(figure.series) == 64 + 1
    assert {"net, layer 1", "net, layer 200"} <= {series.name for series in figure.series}


def test_before_the_first_update(make_session: Any) -> None:
    assert update_to_weight(make_session(0)).verdict == "No update yet: step or play"
    assert update_to_weight(make_session(experiment=bn.Experiment())).verdict.startswith("Add a Linear")
