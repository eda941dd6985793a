from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import bnsim as bn
from bnsim.figures import FIGURES, batch_statistics, gamma_beta
from bnsim.figures.measured import thin
from bnsim.session.frame import Cursor
from bnsim.spec.experiment import Experiment, Stack
from bnsim.spec.layers import Linear
from bnsim.spec.naming import layer_title


def test_band_is_the_middle_half_and_line_the_median(make_session: Any) -> None:
    session = make_session(20)
    raw = session.lanes[1].history.arrays["batch_mean"][:, 0]
    figure = batch_statistics(session)
    data = figure.data()
    np.testing.assert_allclose(data["mean.batch"], np.median(raw, axis=1))
    np.testing.assert_allclose(data["mean.middle_half.low"], np.quantile(raw, 0.25, axis=1))
    np.testing.assert_allclose(data["mean.middle_half.high"], np.quantile(raw, 0.75, axis=1))
    assert {s.name: s.line for s in figure.series}["variance.running"] == "dashed"


@pytest.mark.parametrize(("scale", "words"), [(1.0, "agrees with"), (50.0, "×50"), (0.1, "×0.1")])
def test_verdict_compares_running_with_batch(make_session: Any, scale: float, words: str) -> None:
    session = make_session(20)
    arrays = session.lanes[1].history.arrays
    arrays["batch_var"][:] = 0.02
    arrays["running_var"][:] = 0.02 * scale
    assert words in batch_statistics(session).verdict


def test_values_that_do_not_vary_or_are_no_numbers(make_session: Any) -> None:
    session = make_session(20)
    session.lanes[1].history.arrays["batch_var"][:] = 0.0
    assert "do not vary" in batch_statistics(session).verdict
    session.lanes[1].history.arrays["batch_var"][-1] = np.nan
    assert "not a number" in batch_statistics(session).verdict


def test_layer_chosen_by_id_or_by_nearness(make_session: Any) -> None:
    session = make_session(3)
    plain, normalized = session.experiment.stacks
    assert "BatchNorm 11:" in batch_statistics(session, normalized.layers[31].id).verdict  # the BatchNorm itself
    assert "BatchNorm 11:" in batch_statistics(session, normalized.layers[32].id).verdict  # its sigmoid
    assert "BatchNorm 1:" in batch_statistics(session, plain.layers[20].id).verdict
    assert "BatchNorm 1:" in batch_statistics(session, 10**6).verdict
    assert "BatchNorm 1:" in batch_statistics(session, None).verdict


@pytest.mark.parametrize("name", ["batch_statistics", "gamma_beta"])
def test_without_a_batchnorm_says_what_to_do(make_session: Any, name: str) -> None:
    experiment = Experiment(stacks=(Stack(name="net", layers=(Linear(4),)),))
    figure = FIGURES[name](make_session(experiment=experiment))
    assert figure.series == ()
    assert figure.verdict.startswith("Add a BatchNorm")


def test_at_the_start_there_is_something_to_read(make_session: Any) -> None:
    session = make_session(0)
    assert "step or play" in batch_statistics(session).verdict
    figure = gamma_beta(session)
    assert figure.verdict == "BatchNorm 1: γ is 1, β is 0"
    np.testing.assert_array_equal(figure.data()["gamma_minus_1.median"], [0.0])


def test_the_present_iteration_is_the_last_point(make_session: Any) -> None:
    session = make_session(3)
    lane = session.lanes[1]
    lane.executed = Cursor(3, "forward", 1, "mean")
    lane.present["batch_mean"] = np.full((20, 64), np.nan)
    lane.present["batch_mean"][0] = 7.0
    data = batch_statistics(session).data()
    np.testing.assert_array_equal(data["mean.batch.x"], [0, 1, 2, 3])
    assert data["mean.batch"][-1] == 7.0
    assert data["variance.batch"].size == 3


def test_padding_for_wider_layers_is_left_out(make_session: Any) -> None:
    session = make_session(3)
    for name in ("batch_mean", "gamma", "beta"):
        session.lanes[1].history.arrays[name][:, 0, 10:] = np.nan
    assert np.isfinite(batch_statistics(session).data()["mean.batch"]).all()
    assert len([s for s in gamma_beta(session).series if s.weight == "thin"]) == 20


def test_each_feature_a_line_and_the_median_bold(make_session: Any) -> None:
    session = make_session(10)
    figure = gamma_beta(session)
    assert len(figure.series) == 2 * 65
    bold = [s for s in figure.series if s.weight == "bold"]
    assert [s.label for s in bold] == ["γ − 1", "β"]
    assert bold[0].line != bold[1].line
    assert bold[0].role != bold[1].role
    raw = session.lanes[1].history.arrays["gamma"][:, 0]
    np.testing.assert_array_equal(figure.data()["gamma_minus_1.5"], raw[:, 5] - 1)
    np.testing.assert_allclose(bold[0].y, np.median(raw, axis=1) - 1)


def test_small_steps_fill_the_axis(make_session: Any) -> None:
    session = make_session(50)
    arrays = session.lanes[1].history.arrays
    arrays["gamma"], arrays["beta"] = 1 + 1e-6 * (arrays["gamma"] - 1), 1e-6 * arrays["beta"]
    figure = gamma_beta(session)
    largest = max(np.abs(series.y).max() for series in figure.series)
    assert figure.y.limits is None  # it is fitted to the data
    assert 1e-8 < largest < 1e-6
    np.testing.assert_allclose(figure.data()["gamma_minus_1.3"], arrays["gamma"][:, 0, 3] - 1, atol=1e-15)


def test_many_features_are_drawn_in_part_and_that_is_said(make_session: Any) -> None:
    figure = gamma_beta(make_session(5, features=300))
    assert len([s for s in figure.series if s.weight == "thin"]) == 128
    assert "64 of 300 features drawn" in figure.verdict


@pytest.mark.parametrize("name", FIGURES)
def test_arrays_are_read_only_and_fresh(make_session: Any, name: str) -> None:
    session = make_session(5)
    figure = FIGURES[name](session)
    before = {column: array.copy() for column, array in figure.data().items()}
    for lane in session.lanes:
        for array in lane.history.arrays.values():
            array[:] = -1.0
    for column, array in figure.data().items():
        assert not array.flags.writeable
        np.testing.assert_array_equal(array, before[column])


@pytest.mark.parametrize("name", ["batch_statistics", "gamma_beta"])
def test_long_histories_are_thinned_unless_all_is_asked_for(make_session: Any, name: str) -> None:
    session = make_session(1201)
    assert max(s.x.size for s in FIGURES[name](session).series) <= 501
    assert max(s.x.size for s in FIGURES[name](session, max_points=None).series) == 1201


def test_thinning_keeps_the_ends_and_what_it_had() -> None:
    for count in (1, 2, 99, 100, 101, 1000, 12_345):
        kept = thin(count, 100)
        assert kept[0] == 0
        assert kept[-1] == count - 1
        assert kept.size <= 100
    grown = set(thin(1001, 100))
    assert set(thin(1000, 100)[:-1]) <= grown
    np.testing.assert_array_equal(thin(5000, None), np.arange(5000))


def test_a_batchnorm_is_shown_with_its_own_numbers_whatever_others_have() -> None:
    layers = (
        *(bn.Linear(5), bn.BatchNorm(affine=False)),
        bn.Repeat(times=2, layers=(bn.Linear(5), bn.BatchNorm(gamma=7.0))),
        *(bn.Linear(5), bn.BatchNorm(track_running_stats=False, gamma=3.0)),
        *(bn.Linear(5), bn.BatchNorm(gamma=2.0), bn.Linear(2)),
    )
    data, training = bn.TwoSpirals(samples=64), bn.Training(batch_size=16, optimizer=bn.SGD(lr=0.0))
    experiment = bn.Experiment(data=data, training=training, stacks=(bn.Stack(name="net", layers=layers),))
    session = bn.Session(experiment, wait=False)
    session.run(3)
    state, ids = session.lanes[0].state_dict(), [layer.id for layer in experiment.stacks[0].layers]
    bare, untracked, last = ids[1], ids[4], ids[6]
    for layer, gamma in ((untracked, 3.0), (last, 2.0)):
        np.testing.assert_array_equal(gamma_beta(session, layer).data()["gamma_minus_1.median"], gamma - 1)
    assert gamma_beta(session, bare).verdict == "BatchNorm 1: has no γ and β; turn affine on to see them"
    for layer, index in ((bare, 1), (last, 6)):
        shown = batch_statistics(session, layer).data()["mean.running"][-1]
        assert shown == np.median(state[f"{index}.running_mean"])
    statistics = batch_statistics(session, untracked)
    assert {series.name for series in statistics.series} == {"mean.batch", "variance.batch"}
    assert statistics.verdict == "BatchNorm 4: keeps no running values"
    session.close()


def test_one_in_a_block_is_found_by_its_id_and_by_nearness() -> None:
    inner = (bn.Linear(5), bn.BatchNorm(gamma=3.0), bn.Sigmoid())
    layers = (
        *(bn.Linear(5), bn.BatchNorm(gamma=2.0)),
        bn.Residual(inner),
        bn.Repeat((bn.Linear(5), bn.BatchNorm(gamma=5.0)), times=3),
        bn.Repeat((bn.Linear(5), bn.BatchNorm(gamma=7.0)), times=2, tied=True),
        bn.Linear(2),
    )
    data, training = bn.TwoSpirals(samples=64), bn.Training(batch_size=16, optimizer=bn.SGD(lr=0.0))
    experiment = bn.Experiment(data=data, training=training, stacks=(bn.Stack(name="net", layers=layers),))
    session = bn.Session(experiment, wait=False)
    _, first, residual, repeat, tied, last = experiment.stacks[0].layers
    _, norm, sigmoid = residual.layers  # type: ignore[union-attr]
    wanted = (
        (first, 2.0, "BatchNorm 1:"),
        (norm, 3.0, "BatchNorm 2:"),
        (sigmoid, 3.0, "BatchNorm 2:"),
        (residual, 3.0, "BatchNorm 2:"),
        (repeat.layers[1], 5.0, "BatchNorm 3, copy 1 of 3:"),  # type: ignore[union-attr]
        (tied.layers[1], 7.0, "BatchNorm 6, copy 1 of 2:"),  # type: ignore[union-attr]
        (last, 7.0, "BatchNorm 6, copy 1 of 2:"),
    )
    for iterations in (0, 3):
        session.run(iterations)
        for layer, gamma, title in wanted:
            figure = gamma_beta(session, layer.id)
            np.testing.assert_array_equal(figure.data()["gamma_minus_1.median"], gamma - 1)
            assert figure.verdict.startswith(title)
            assert batch_statistics(session, layer.id).verdict.startswith(title)
    session.close()


def test_it_is_numbered_as_everywhere_else() -> None:
    """By the weight layer it follows; the only one, too."""
    layers = (bn.Linear(5), bn.ReLU(), bn.Linear(5), bn.BatchNorm(), bn.Linear(2))
    stack = bn.Stack(name="net", layers=layers)
    session = bn.Session(bn.Experiment(data=bn.TwoSpirals(samples=64), stacks=(stack,)), wait=False)
    assert gamma_beta(session).verdict.startswith(f"{layer_title(stack, (3,))}:")
    assert layer_title(stack, (3,)) == "BatchNorm 2"
    session.close()


def test_gradients_of_gamma_and_beta_are_those_of_each_backward_pass() -> None:
    layers = (bn.Linear(5), bn.BatchNorm(), bn.Tanh(), bn.Repeat((bn.Linear(5), bn.BatchNorm()), times=2, tied=True))
    stack = bn.Stack(layers=(*layers, bn.Linear(2)))
    training = bn.Training(batch_size=16, optimizer=bn.SGD(lr=0.5))
    experiment = bn.Experiment(data=bn.TwoSpirals(samples=64), training=training, stacks=(stack,))
    for wait in (False, True):
        session = bn.Session(experiment, recording={"gamma", "gamma_gradient", "beta_gradient"}, wait=wait)
        ids = [session.experiment.stacks[0].layers[1].id, session.experiment.stacks[0].layers[3].layers[1].id]  # type: ignore[union-attr]
        assert "step or play" in gamma_beta(session, of="gradients").verdict
        wanted: dict[str, list[Any]] = {}
        for _ in range(4):
            session.run(1)
            for key, gradient in session.lanes[0].gradients().items():
                wanted.setdefault(key, []).append(gradient)
        for layer, key in zip(ids, ("1.", "3.1."), strict=True):
            data = gamma_beta(session, layer, of="gradients").data()
            for name, parameter in (("gamma_gradient", "weight"), ("beta_gradient", "bias")):
                own = np.array(wanted[f"{key}{parameter}"])
                np.testing.assert_array_equal(data[f"{name}.3"], own[:, 3])
                np.testing.assert_allclose(data[f"{name}.median"], np.median(own, axis=1), rtol=1e-12)
        session.close()


def test_gradients_need_more_recorded_than_values() -> None:
    assert set(gamma_beta.needs({"of": "gradients"})) - set(gamma_beta.needs({})) == {"gamma_gradient", "beta_gradient"}
