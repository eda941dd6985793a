"""Loss and accuracy by iteration, recomputed from the history and from what the lanes measure."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
import pytest

import bnsim as bn
from bnsim.figures import accuracy, loss, watch
from bnsim.figures.curves import smoothed
from bnsim.session.frame import Cursor


@pytest.fixture(scope="module")
def run() -> Iterator[bn.Session]:
    layers = (bn.Linear(8), bn.BatchNorm(), bn.Tanh(), bn.Linear(10))
    made = bn.Session(
        bn.Experiment(
            data=bn.Digits(),
            training=bn.Training(batch_size=32, optimizer=bn.SGD(lr=0.5), evaluate_every=10),
            stacks=(bn.Stack(name="net", layers=layers),),
        ),
        wait=False,
    )
    made.run(42)
    yield made
    made.close()


@pytest.fixture
def session(run: bn.Session) -> bn.Session:
    """The run at its end, wherever a test before left it."""
    run.seek(42)
    return run


def mean_around(values: Any, reach: int = 7) -> np.ndarray:
    return np.array([np.mean(values[max(k - reach, 0) : k + reach + 1]) for k in range(len(values))])


@pytest.mark.parametrize(("kind", "name", "unit"), [(loss, "loss", 1.0), (accuracy, "accuracy", 100.0)])
def test_numbers_are_the_historys(session: bn.Session, kind: Any, name: str, unit: float) -> None:
    data, lane = kind(session).data(), session.lanes[0]
    raw = unit * lane.history[name]
    np.testing.assert_array_equal(data["net.x"], np.arange(42))
    np.testing.assert_allclose(data["net"], raw, rtol=1e-14)
    np.testing.assert_allclose(data["net, smoothed"], mean_around(raw), rtol=1e-12)
    part = "net, test" if lane.tests.part == "test" else "net, eval mode"
    np.testing.assert_array_equal(data[f"{part}.x"], [10, 20, 30, 40])
    np.testing.assert_allclose(data[part], unit * lane.tests[f"test_{name}"], rtol=1e-14)


def test_a_short_curve_is_not_smoothed_flat() -> None:
    values = np.linspace(2.5, 1.5, 9)
    whole = smoothed(values.__getitem__, range(9), np.arange(9))
    np.testing.assert_allclose(whole, mean_around(values, 1), rtol=1e-12)
    assert np.ptp(whole) > 0.85
    np.testing.assert_array_equal(smoothed(values.__getitem__, range(5), np.arange(5)), values[:5])


@pytest.mark.parametrize("kind", [loss, accuracy, partial(watch, expression="loss")])
def test_a_live_curve_of_few_points_says_the_same_numbers_as_the_whole_one(session: bn.Session, kind: Any) -> None:
    few, whole = kind(session, max_points=8), kind(session, max_points=None)
    assert few.verdict == whole.verdict
    thinned, all_of = few.data(), whole.data()
    smoothed_names = [name for name in thinned if name.endswith(", smoothed")]
    assert smoothed_names
    for name in smoothed_names:
        assert len(thinned[name]) <= 8 < len(all_of[name])
        there = np.isin(all_of[f"{name}.x"], thinned[f"{name}.x"])
        np.testing.assert_array_equal(thinned[name], all_of[name][there])


def test_the_mini_batch_present_is_the_last_point(session: bn.Session) -> None:
    while session.lanes[0].loss is None or session.lanes[0].cursor.phase != "backward":
        session.step("op")
    lane = session.lanes[0]
    outputs, targets = lane.value(3), lane.read(lane.program.targets)
    assert outputs is not None
    assert targets is not None
    right = outputs.argmax(axis=1) == targets[:, 0]
    data = accuracy(session).data()
    assert data["net.x"][-1] == 42
    assert data["net"][-1] == pytest.approx(100 * right.mean())
    assert loss(session).data()["net"][-1] == lane.loss


def test_loss_says_where_it_began_and_is(make_session: Any) -> None:
    session = make_session(100)
    session.lanes[1].history.arrays["loss"] = np.linspace(2.5, 0.4, 100)
    figure = loss(session)
    last = np.linspace(2.5, 0.4, 100)[92:].mean()
    assert figure.verdict == f"plain stays at 2.3 · with BatchNorm fell from 2.5 to {last:.3g}"
    assert figure.y.scale == "linear"
    assert figure.y.limits is not None
    assert figure.y.limits[0] == 0


def test_a_loss_over_many_decades_has_a_log_axis_unless_it_reaches_zero(make_session: Any) -> None:
    session = make_session(100)
    session.lanes[1].history.arrays["loss"] = np.geomspace(2.5, 1e-4, 100)
    assert loss(session).y.scale == "log"
    session.lanes[1].history.arrays["loss"][60] = 0.0
    assert loss(session).y.scale == "linear"


def test_a_lane_that_explodes_does_not_flatten_the_others(make_session: Any) -> None:
    session = make_session(100)
    session.lanes[0].history.arrays["loss"] = 2.3 * 10.0 ** (np.arange(100) * 1.3)
    session.lanes[1].history.arrays["loss"] = np.linspace(2.5, 0.4, 100)
    figure = loss(session)
    assert figure.y.limits is not None
    assert figure.y.limits[1] < 100
    assert "over the top up to 1.2e+129" in figure.verdict
    assert figure.data()["plain"].max() > 1e128


@pytest.mark.parametrize(("bad", "word"), [(np.nan, "NaN"), (np.inf, "∞")])
def test_nan_is_loud_and_exact_even_when_thinned(make_session: Any, bad: float, word: str) -> None:
    session = make_session(2000)
    session.lanes[0].history.arrays["loss"][1237:] = bad
    figure = loss(session, max_points=50)
    assert f"plain is {word} from iteration 1,237 on" in figure.verdict
    assert f"plain: {word}" in [series.label for series in figure.series]
    last = figure.data()["plain, last number.x"]
    assert 1100 < last[0] < 1237
    assert not np.isfinite(figure.data()["plain"][-1])
    session.lanes[0].history.arrays["loss"][:] = bad
    assert f"plain is {word} from iteration 0 on" in loss(session).verdict


def test_of_many_lanes_only_the_present_is_said(make_session: Any) -> None:
    stacks = tuple(bn.Stack(name=name, layers=(bn.Linear(4),)) for name in "abc")
    assert loss(make_session(experiment=bn.Experiment(stacks=stacks))).verdict == "a 2.3 · b 2.3 · c 2.3"


def test_before_anything_is_computed(make_session: Any) -> None:
    for kind, word in ((loss, "loss"), (accuracy, "accuracy")):
        assert kind(make_session(0)).verdict == f"No {word} yet: step or play"
        assert kind(make_session(experiment=bn.Experiment())).verdict.startswith("Add a stack")
    session = make_session(3)
    for lane in session.lanes:
        lane.executed = Cursor(3, "forward", 1, "mean")
        lane.present["loss"] = np.array(np.nan)
    assert loss(session).data()["plain"].size == 3


def test_without_classes_there_is_no_accuracy() -> None:
    stack = bn.Stack(name="net", layers=(bn.Linear(3), bn.Linear(1)), loss=bn.MSE())
    session = bn.Session(bn.Experiment(data=bn.Curve(), stacks=(stack,)), wait=False)
    session.run(2)
    figure = accuracy(session)
    session.close()
    assert figure.verdict == "The data has no classes, so there is no accuracy; choose data with classes to see it"
    assert not figure.has_data
