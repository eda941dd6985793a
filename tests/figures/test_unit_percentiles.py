"""Percentiles of pre-activations, recomputed from the values of every iteration."""

from __future__ import annotations

from typing import Any

import numpy as np

import bnsim as bn
from bnsim.figures import unit_percentiles


def session_of(*layers: bn.Layer, **options: Any) -> bn.Session:
    stack = bn.Stack(name="net", layers=layers)
    training = bn.Training(batch_size=16, optimizer=bn.SGD(lr=0.3))
    experiment = bn.Experiment(data=bn.TwoSpirals(samples=64), training=training, stacks=(stack,))
    return bn.Session(experiment, wait=False, recording="all", **options)


LAYERS = (bn.Linear(6), bn.Tanh(), bn.Linear(6), bn.BatchNorm(), bn.Sigmoid(), bn.Linear(2))


def test_percentiles_are_those_of_what_the_activation_is_given() -> None:
    session = session_of(*LAYERS)
    lane, ids = session.lanes[0], [layer.id for layer in session.experiment.stacks[0].layers]
    given: dict[int, list[np.ndarray]] = {0: [], 3: []}
    for _ in range(6):
        session.run(1)
        for index, found in given.items():
            value = lane.value(index)
            assert value is not None
            found.append(np.percentile(value, (15, 50, 85)))
    for layer, before, title in ((ids[1], 0, "Tanh 1"), (ids[0], 0, "Tanh 1"), (ids[4], 3, "Sigmoid 2")):
        figure = unit_percentiles(session, layer)
        data, wanted = figure.data(), np.array(given[before])
        for column, percent in enumerate((15, 50, 85)):
            np.testing.assert_allclose(data[f"percentile.{percent}"], wanted[:, column], rtol=1e-6, atol=1e-9)
        np.testing.assert_array_equal(data["percentile.50.x"], np.arange(6))
        moved = np.abs(wanted[-1] - wanted[-2]).max() / (wanted[-1, 2] - wanted[-1, 0])
        assert figure.verdict.startswith(f"{title}: median {wanted[-1, 1]:.2g}".replace("-", "−"))
        assert f"by {100 * moved:.2g} % of" in figure.verdict
    last = unit_percentiles(session).verdict
    assert last.startswith("Sigmoid 2")
    session.close()


def test_iterations_without_details_are_left_out() -> None:
    session = session_of(*LAYERS, details_every=4)
    session.run(10)
    np.testing.assert_array_equal(unit_percentiles(session).data()["percentile.50.x"], [0, 4, 8])
    session.close()


def test_with_batchnorm_percentiles_of_the_last_hidden_layer_stay_and_without_they_wander() -> None:
    """Ioffe and Szegedy 2015, figure 1b and c, on the digits: three hidden layers of sigmoids, the paper's net.

    The spread over iterations of the three percentiles, once the first tenth of the run is over, by their width.
    """
    layer, head = (bn.Linear(50, init=bn.Normal(std=0.2)), bn.Sigmoid()), bn.Linear(10)
    normalized = (layer[0], bn.BatchNorm(), layer[1])
    stacks = (bn.Stack(name="plain", layers=(*layer * 3, head)), bn.Stack(name="BN", layers=(*normalized * 3, head)))
    training = bn.Training(batch_size=60, optimizer=bn.SGD(lr=0.5), seed=1)
    experiment = bn.Experiment(data=bn.Digits(), training=training, stacks=stacks)
    session = bn.Session(experiment, recording="all")
    session.run(300)
    wander = []
    for stack, index in zip(session.experiment.stacks, (5, 8), strict=True):
        data = unit_percentiles(session, stack.layers[index].id).data()
        low, median, high = (data[f"percentile.{percent}"][30:] for percent in (15, 50, 85))
        width = np.median(high - low)
        wander.append(np.mean([np.ptp(each) for each in (low, median, high)]) / width)
    session.close()
    assert wander[1] < wander[0]


def test_what_to_do_where_there_is_nothing() -> None:
    session = session_of(bn.Linear(2))
    assert unit_percentiles(session).verdict == "Add an activation to see what it is given"
    session.close()
    session = session_of(*LAYERS)
    assert unit_percentiles(session).verdict == "Sigmoid 2: step or play to see what it is given"
    session.close()


def test_what_is_no_number_is_said(make_session: Any) -> None:
    session = make_session(20)
    session.lanes[0].history.arrays["percentiles"][12:, -1] = np.nan
    figure = unit_percentiles(session)
    assert figure.verdict == "plain, Sigmoid 20: is given what is not a number"
    np.testing.assert_array_equal(figure.data()["percentile.85.x"], np.arange(12))


def test_one_unit_is_measured_on_the_same_rows_at_every_moment() -> None:
    session = session_of(*LAYERS)
    lane, sigmoid = session.lanes[0], session.experiment.stacks[0].layers[4].id
    assert "step or play" in unit_percentiles(session, sigmoid, unit=2).verdict
    states = [lane.state_dict()]
    for _ in range(5):
        session.step("iteration")
        states.append(lane.state_dict())
    x = lane.inputs()
    assert x is not None
    figure = unit_percentiles(session, sigmoid, unit=2)
    data = figure.data()
    at = data["percentile.50.x"].astype(int)
    assert at.size >= 3
    wanted = []
    for updates in at:
        state = states[updates]
        z = np.tanh(x @ state["0.weight"].T + state["0.bias"]) @ state["2.weight"].T + state["2.bias"]
        given = (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + 1e-5) * state["3.weight"] + state["3.bias"]
        wanted.append(np.percentile(given[:, 1], (15, 50, 85)))
    for column, percent in enumerate((15, 50, 85)):
        np.testing.assert_allclose(data[f"percentile.{percent}"], np.array(wanted)[:, column], rtol=1e-9, atol=1e-12)
    assert figure.verdict.startswith("Sigmoid 2, unit 2: median")
    assert unit_percentiles(session, sigmoid, unit=7).verdict == "Sigmoid 2: has 6 units, no unit 7"
    shift = unit_percentiles(session, sigmoid, unit=2, show="shift").data()
    moved = np.abs(np.diff(wanted, axis=0)) / np.diff(at)[:, None]
    np.testing.assert_allclose(shift["shift.85"], moved[:, 2], rtol=1e-7, atol=1e-12)
    np.testing.assert_array_equal(shift["shift.85.x"], at[1:])
    session.close()


def test_shifts_are_the_changes_from_one_iteration_to_the_next() -> None:
    session = session_of(*LAYERS)
    session.run(6)
    figure, values = unit_percentiles(session, show="shift"), unit_percentiles(session).data()
    for percent in (15, 50, 85):
        moved = np.abs(np.diff(values[f"percentile.{percent}"]))
        np.testing.assert_allclose(figure.data()[f"shift.{percent}"], moved, rtol=1e-12)
    assert "an iteration in the first half" in figure.verdict
    session.close()


def test_a_unit_that_does_not_vary_is_said() -> None:
    session = session_of(*LAYERS)
    lane = session.lanes[0]
    state = lane.state_dict()
    lane.load_state_dict(state | {"0.weight": 1e-14 * state["0.weight"]})
    while lane.value(0) is None:
        session.step("op")
    tanh = session.experiment.stacks[0].layers[1].id
    assert unit_percentiles(session, tanh, unit=1).verdict.endswith("it does not vary over the mini-batch")
    session.close()
