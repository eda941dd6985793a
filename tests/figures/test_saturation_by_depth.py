"""Shares saturated and dead, recomputed from the values of the present mini-batch."""

from __future__ import annotations

import numpy as np
import pytest

import bnsim as bn
from bnsim.figures import saturation_by_depth


def session_of(*layers: bn.Layer, precision: str = "float64") -> bn.Session:
    stack = bn.Stack(name="net", layers=layers)
    training = bn.Training(batch_size=16, optimizer=bn.SGD(lr=0.1), precision=precision)  # type: ignore[arg-type]
    return bn.Session(bn.Experiment(data=bn.TwoSpirals(samples=64), training=training, stacks=(stack,)), wait=False)


def test_shares_are_those_of_the_values() -> None:
    hot = bn.Linear(12, init=bn.Normal(std=3.0))
    layers = (hot, bn.Sigmoid(), hot, bn.Tanh(), bn.Residual((hot, bn.ReLU())), bn.Repeat((hot, bn.SiLU()), times=2))
    session = session_of(*layers, bn.Linear(2))
    session.run(3)
    lane, data = session.lanes[0], saturation_by_depth(session).data()

    def value(*path: int) -> np.ndarray:
        found = lane.value(path)
        assert found is not None
        return found

    shares = [
        (np.abs(value(0)) > 3.6368).mean(),  # where σ' is below 0.025
        (np.abs(value(2)) > 1.8184).mean(),  # where tanh' is below 0.1
        (value(4, 0) <= 0).mean(),
        *((value(5, copy, 0) < -0.8807).mean() for copy in range(2)),
    ]
    np.testing.assert_array_equal(data["net.x"], [1, 2, 3, 4, 5])
    np.testing.assert_allclose(data["net"], 100 * np.array(shares), atol=1e-9)
    dead = 100 * (value(4, 0) <= 0).all(axis=0).mean()
    np.testing.assert_allclose(data["net, dead"], [np.nan, np.nan, dead, np.nan, np.nan])
    session.close()


def test_dead_units_are_said() -> None:
    session = session_of(bn.Linear(8), bn.ReLU(), bn.Linear(2))
    lane = session.lanes[0]
    lane.load_state_dict(lane.state_dict() | {"0.bias": np.full(8, -1e3)})
    session.run(1)
    figure = saturation_by_depth(session)
    session.close()
    assert figure.verdict == "net 100 % of outputs 0, 100 % of units dead"
    assert figure.y.label == "output 0, dashed dead, %"


def test_what_is_not_computed_yet_is_a_gap() -> None:
    session = session_of(bn.Linear(4), bn.Tanh(), bn.Linear(4), bn.Tanh(), bn.Linear(2))
    assert saturation_by_depth(session).verdict == "Nothing computed yet: step into the forward pass"
    assert not saturation_by_depth(session).has_data
    while session.lanes[0].value(1) is None:
        session.step("op")
    np.testing.assert_array_equal(np.isnan(saturation_by_depth(session).data()["net"]), [False, True])
    session.close()


def test_values_that_are_no_numbers_are_named() -> None:
    layers = (bn.Linear(8), bn.ReLU(), bn.Linear(8), bn.ReLU(), bn.Linear(2))
    session = session_of(*layers, precision="float32")
    lane = session.lanes[0]
    state = lane.state_dict()
    lane.load_state_dict(state | {key: 1e30 * state[key] for key in ("0.weight", "2.weight")})
    while session.iteration < 1:
        session.run(1)
    figure = saturation_by_depth(session)
    session.close()
    values = lane.value(2)
    assert values is not None
    assert not np.isfinite(values).all()
    assert figure.verdict.endswith(", no number in layer 2")


@pytest.mark.parametrize("layers", [(), (bn.Linear(2),), (bn.Linear(2), bn.Identity())])
def test_without_an_activation_it_says_what_to_do(layers: tuple[bn.Layer, ...]) -> None:
    session = session_of(*layers, bn.Linear(2))
    session.run(1)
    figure = saturation_by_depth(session)
    session.close()
    assert figure.verdict.startswith("Add an activation")
    assert not figure.has_data


def test_shares_of_all_rows_are_those_of_every_mini_batch_of_the_epoch() -> None:
    hot = bn.Linear(12, init=bn.Normal(std=3.0))
    session = session_of(hot, bn.ReLU(), hot, bn.Sigmoid(), bn.Linear(2))
    lane = session.lanes[0]
    state = lane.state_dict()
    state["0.bias"] = np.linspace(-14.0, 2.0, 12)  # some are dead for good, some only on some mini-batches
    lane.load_state_dict(state)
    session.run(2)
    state = session.lanes[0].state_dict()
    # The four mini-batches of the epoch, whatever the parameters.
    figure = saturation_by_depth(session, rows="all")
    batches = []
    for iteration in range(4):
        session.seek(iteration)
        session.step("op")
        found = session.lanes[0].inputs()
        assert found is not None
        batches.append(found)
    session.close()
    x = np.concatenate(batches)
    first = x @ state["0.weight"].T + state["0.bias"]
    second = np.maximum(first, 0) @ state["2.weight"].T + state["2.bias"]
    data = figure.data()
    np.testing.assert_allclose(
        data["net"], [100 * (first <= 0).mean(), 100 * (np.abs(second) > 3.6368).mean()], atol=0.01
    )
    dead = 100 * (first <= 0).all(axis=0).mean()
    np.testing.assert_allclose(data["net, dead on all rows"], [dead, np.nan])
    assert 0 < dead < 100
    assert dead <= data["net, dead"][0]
    assert figure.verdict.endswith("of units dead on all rows")
