from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import bnsim as bn
from bnsim.figures import Figure, gradient_by_depth, weight_gradient_by_depth
from bnsim.session.frame import Cursor
from bnsim.spec.experiment import Experiment, Stack
from bnsim.spec.layers import Linear
from tests.fake_sessions import fake_session


def line(figure: Figure, name: str) -> Any:
    return next(series for series in figure.series if series.name == name)


def limits(figure: Figure) -> tuple[float, float]:
    assert figure.y.limits is not None
    return figure.y.limits


def test_says_what_the_gradient_does(make_session: Any) -> None:
    figure = gradient_by_depth(make_session(factors=(0.236, 1.02)))
    assert figure.verdict == "plain ×0.236 a layer: vanishing · with BatchNorm ×1.02: steady"
    assert "layers 6 to 16" in figure.caption
    assert "iteration 127" in figure.caption


@pytest.mark.parametrize(
    ("factor", "words"),
    [
        (0.79, "vanishing"),
        (0.81, "steady"),
        (0.95, "steady"),
        (1.24, "steady"),
        (1.26, "exploding"),
        (30.0, "×30.0 a layer: exploding"),
    ],
)
def test_thresholds_of_a_few_layers(make_session: Any, factor: float, words: str) -> None:
    experiment = Experiment(stacks=(Stack(name="net", layers=(Linear(4),) * 8),))
    assert words in gradient_by_depth(make_session(experiment=experiment, factors=(factor,))).verdict


@pytest.mark.parametrize("layers", [2, 5, 11, 14, 21, 60, 200])
def test_steady_is_what_stays_within_ten_times_over_the_depth(make_session: Any, layers: int) -> None:
    experiment = Experiment(stacks=(Stack(name="net", layers=(Linear(4),) * layers),))
    within = min(1.25, 10 ** (1 / (layers - 1)))

    session = make_session(experiment=experiment, factors=(1.0,))

    def figure(factor: float) -> Figure:
        session.lanes[0].history.arrays["gradient_norm"][-1] = factor ** -np.arange(float(layers))
        return gradient_by_depth(session)

    for factor in (within * 0.999, 1 / (within * 0.999)):
        assert figure(factor).verdict.endswith(": steady")
    assert figure(within * 1.001).verdict.endswith(": exploding")
    assert figure(1 / (within * 1.001)).verdict.endswith(": vanishing")
    told = "Steady is a factor within ×1.25 a layer, and within ×10 over the depth."
    assert (told in figure(within * 1.001).caption) == (within < 1.25)
    assert told not in figure(1.0).caption
    assert told not in figure(0.5).caption


def test_a_line_for_each_lane_told_apart_by_more_than_color(make_session: Any) -> None:
    figure = gradient_by_depth(make_session())
    assert [series.label for series in figure.series] == ["plain", "with BatchNorm"]
    assert [series.role for series in figure.series] == ["lane0", "lane1"]
    assert figure.series[0].marker != figure.series[1].marker
    assert figure.y.scale == "log"
    np.testing.assert_array_equal(figure.series[0].x, np.arange(1, 22))


def test_lanes_of_one_name_stay_two_columns(make_session: Any) -> None:
    stack = Stack(name="net", layers=(Linear(8), Linear(8)))
    figure = gradient_by_depth(make_session(experiment=Experiment(stacks=(stack, stack))))
    assert [series.name for series in figure.series] == ["net", "net 2"]


def test_before_the_backward_pass(make_session: Any) -> None:
    figure = gradient_by_depth(make_session(0))
    assert "No gradient yet" in figure.verdict


def test_zeros_are_marked_and_named(make_session: Any) -> None:
    session = make_session()
    session.lanes[0].history.arrays["gradient_norm"][-1, :9] = 0.0
    figure = gradient_by_depth(session)
    assert (figure.data()["plain"][:9] == 0).all()
    ((marked, at),) = figure.zeros
    assert marked.name == "plain"
    assert at.tolist() == list(range(1, 10))
    assert "plain ×0.2" in figure.verdict
    assert "zero in layers 1 to 9" in figure.verdict


def test_not_a_number_is_named(make_session: Any) -> None:
    session = make_session()
    session.lanes[0].history.arrays["gradient_norm"][-1] = np.nan
    session.lanes[1].history.arrays["gradient_norm"][-1, :2] = np.inf
    figure = gradient_by_depth(session)
    assert figure.verdict == ("plain is not a number in all layers · with BatchNorm is not a number in layers 1 to 2")
    assert np.isfinite(limits(figure)).all()


def test_under_way_shows_what_there_is_over_the_iteration_before(make_session: Any) -> None:
    session = make_session(5)
    for lane in session.lanes:
        lane.executed = Cursor(5, "backward", 40, "dx")
        lane.present["gradient_norm"] = np.where(np.arange(21) >= 18, 0.5, np.nan)
    figure = gradient_by_depth(session)
    assert np.isfinite(line(figure, "plain").y).sum() == 3
    assert np.isfinite(line(figure, "plain, iteration before").y).all()
    assert figure.verdict == "The gradient is on its way to the input: layer 19 of 21"


def test_the_forward_pass_leaves_the_last_gradient_on_show(make_session: Any) -> None:
    session = make_session(5)
    for lane in session.lanes:
        lane.executed = Cursor(5, "forward", 3, "linear")
    figure = gradient_by_depth(session)
    assert "vanishing" in figure.verdict
    assert "iteration 4" in figure.caption


def test_precisions_run_out_only_where_the_data_is(make_session: Any) -> None:
    assert [rule.label for rule in gradient_by_depth(make_session(factors=(0.236, 1))).rules] == ["float16 runs out"]
    assert len(gradient_by_depth(make_session(factors=(0.01, 1))).rules) == 2
    assert gradient_by_depth(make_session(factors=(1.0, 1))).rules == ()


def test_a_steady_gradient_is_not_blown_up(make_session: Any) -> None:
    low, high = limits(gradient_by_depth(make_session(factors=(1.0, 1.0))))
    assert high / low >= 1e4


@pytest.mark.parametrize("extreme", [5e-324, 1e-310, 1e308])
def test_extreme_norms(make_session: Any, extreme: float) -> None:
    session = make_session()
    session.lanes[0].history.arrays["gradient_norm"][-1] = extreme
    low, high = limits(gradient_by_depth(session))
    assert 0 < low < high < np.inf


@pytest.mark.parametrize("depth", [1, 2, 3, 200])
def test_any_depth(make_session: Any, depth: int) -> None:
    experiment = Experiment(stacks=(Stack(name="net", layers=(Linear(4),) * depth),))
    figure = gradient_by_depth(make_session(experiment=experiment, factors=(0.9,)))
    assert figure.series[0].x.size == depth
    assert ("nothing to compare" in figure.verdict) == (depth == 1)


def test_of_many_lanes_the_steady_ones_are_told_shortly(make_session: Any) -> None:
    stacks = tuple(Stack(name=name, layers=(Linear(4),) * 20) for name in "abc")
    session = make_session(experiment=Experiment(stacks=stacks), factors=(0.5, 1.0, 1.5))
    assert gradient_by_depth(session).verdict == "a ×0.500 a layer: vanishing · b ×1.00 · c ×1.50: exploding"
    session = make_session(experiment=Experiment(stacks=stacks), factors=(1.1, 1.0, 0.95))
    assert gradient_by_depth(session).verdict == "a ×1.10 a layer · b ×1.00 · c ×0.950 · all steady"


def test_nothing_at_all(make_session: Any) -> None:
    assert gradient_by_depth(make_session(experiment=Experiment())).series == ()


def test_the_band_is_over_the_last_iterations(make_session: Any) -> None:
    session = make_session(50)
    norms = session.lanes[0].history.arrays["gradient_norm"]
    norms[40, 3] = 0.0
    data = gradient_by_depth(session).data()
    recent = np.where(norms[-20:] > 0, norms[-20:], np.nan)
    np.testing.assert_array_equal(data["plain, last iterations.low"], np.nanmin(recent, axis=0))
    np.testing.assert_array_equal(data["plain, last iterations.high"], np.nanmax(recent, axis=0))
    assert "last 20 iterations" in gradient_by_depth(session).caption
    assert gradient_by_depth(make_session(2)).bands == ()


def test_the_factors_uncertainty_is_the_steps_standard_error(make_session: Any) -> None:
    session = make_session()
    norms = session.lanes[0].history.arrays["gradient_norm"][-1]
    steps = -np.diff(np.log(norms[5:16]))
    error = 100 * np.std(steps, ddof=1) / np.sqrt(10)
    assert f"with a standard error of {error:.3g} %" in gradient_by_depth(session).caption


def test_norms_of_weight_gradients_are_those_of_the_state() -> None:
    layers = (bn.Linear(6), bn.Tanh(), bn.Linear(6), bn.Tanh(), bn.Linear(2))
    training = bn.Training(batch_size=16, optimizer=bn.SGD(lr=0.3, weight_decay=0.1), clip=bn.ClipNorm(limit=0.01))
    stack = bn.Stack(name="net", layers=layers)
    session = bn.Session(bn.Experiment(data=bn.TwoSpirals(samples=64), training=training, stacks=(stack,)), wait=False)
    session.run(4)
    gradients = session.lanes[0].gradients()
    wanted = [np.linalg.norm(gradients[f"{index}.weight"]) for index in (0, 2, 4)]  # type: ignore[arg-type]
    figure = weight_gradient_by_depth(session)
    session.close()
    np.testing.assert_allclose(figure.data()["net"], wanted, rtol=1e-9)
    assert figure.y.label == "‖∂L/∂W‖"
    assert figure.name == "weight_gradient_by_depth"


def test_theorys_factor_is_that_of_the_present_weights() -> None:
    def stack(name: str, *after: bn.Layer, init: bn.Initializer) -> bn.Stack:
        return bn.Stack(name=name, layers=(*(bn.Linear(128, init=init), *after) * 20, bn.Linear(10)))

    stacks = (
        stack("he", bn.ReLU(), init=bn.He()),
        stack("sigmoid", bn.Sigmoid(), init=bn.PyTorchDefault()),
        stack("BN", bn.BatchNorm(), bn.ReLU(), init=bn.He()),
        stack("LN", bn.LayerNorm(), bn.Tanh(), init=bn.He()),
    )
    data, training = bn.GaussianNoise(samples=640, features=128), bn.Training(batch_size=64, optimizer=bn.SGD(lr=0.0))
    session = bn.Session(bn.Experiment(data=data, training=training, stacks=stacks), recording="norms", wait=False)
    session.run(1)
    figure = gradient_by_depth(session, theory="on")
    numbers = figure.data()
    state = session.lane("sigmoid").state_dict()
    inner = range(6, 16)  # weight layers 7 to 16: each but the first of 6 to 16
    weights = np.mean([128 * np.mean(state[f"{2 * k}.weight"] ** 2) for k in inner])
    biases = np.mean([np.mean(state[f"{2 * k}.bias"] ** 2) for k in inner])
    expected = {
        "he": bn.theory.gradient_factor(bn.ReLU(), weight_var=2.0).value,
        "sigmoid": bn.theory.gradient_factor(bn.Sigmoid(), weight_var=weights, bias_var=biases).value,
        "BN": bn.theory.gradient_factor(bn.ReLU(), norm="batch", batch=64).value,
        "LN": bn.theory.gradient_factor(bn.Tanh(), norm="layer").value,
    }
    for name, value in expected.items():
        line, norms = numbers[f"{name}, theory"], numbers[name][5:16]
        np.testing.assert_array_equal(numbers[f"{name}, theory.x"], np.arange(6, 17))
        np.testing.assert_allclose(line[:-1] / line[1:], np.sqrt(value), rtol=0.02 if name == "he" else 1e-9)
        np.testing.assert_allclose(np.log(line).mean(), np.log(norms).mean(), rtol=1e-9)
        # Ten layers of a network as wide as this one follow theory within a third.
        assert abs(np.log(line[0] / norms[0])) < 0.3
    session.close()


def test_theory_has_no_line_for_unlike_layers() -> None:
    layers = (bn.Linear(8), bn.Tanh(), bn.Linear(8), bn.ReLU(), bn.Linear(8), bn.Dropout(), bn.Linear(8), bn.Linear(2))
    stack = bn.Stack(name="net", layers=layers)
    session = bn.Session(bn.Experiment(data=bn.TwoSpirals(samples=64), stacks=(stack,)), wait=False)
    session.run(1)
    figure = gradient_by_depth(session, theory="on")
    session.close()
    assert [series.name for series in figure.series] == ["net"]
    assert "no factor for stacks of unlike layers" in figure.caption


@pytest.mark.parametrize("layers", [5, 80])
def test_six_lanes_have_colors_and_markers_or_dashes_of_their_own(layers: int) -> None:
    stacks = tuple(bn.Stack(name=f"{k}", layers=(bn.Linear(4),) * layers) for k in range(6))
    drawn = gradient_by_depth(fake_session(iterations=1, experiment=bn.Experiment(stacks=stacks))).series
    assert len({series.role for series in drawn}) == 6
    assert len({series.line if layers > 60 else series.marker for series in drawn}) == 6
