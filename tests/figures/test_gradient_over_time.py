"""The heat map of gradients by depth and iteration, recomputed from the history."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import bnsim as bn
from bnsim.figures import gradient_over_time
from bnsim.plot.marks import Image
from bnsim.session.frame import Cursor


@pytest.fixture(scope="module")
def session() -> Iterator[bn.Session]:
    made = bn.Session(
        bn.Experiment(
            data=bn.TwoSpirals(samples=64),
            training=bn.Training(batch_size=16),
            stacks=(
                bn.Stack(name="deep", layers=(bn.Linear(5), bn.Tanh(), bn.Linear(4), bn.Tanh(), bn.Linear(2))),
                bn.Stack(name="flat", layers=(bn.Linear(3), bn.Linear(2))),
            ),
        ),
        wait=False,
    )
    made.run(9)
    yield made
    made.close()


def cells(data: dict[str, Any], name: str, layers: int) -> np.ndarray:
    """Values (layers, columns) out of the long form."""
    return np.asarray(data[name]).reshape(layers, -1)


def test_every_cell_is_the_norm_of_one_layer_at_one_iteration(session: bn.Session) -> None:
    data = gradient_over_time(session).data()
    for lane, layers in zip(session.lanes, (3, 2), strict=True):
        name = lane.stack.name
        assert len(data[name]) == layers * 9
        for at, value in enumerate(data[name]):
            layer, iteration = int(data[f"{name}.y"][at]), int(data[f"{name}.x"][at])
            assert value == pytest.approx(np.log10(lane.history["gradient_norm"][iteration, layer - 1]))
    deep = session.lanes[0]
    last = [np.linalg.norm(deep.gradient(layer).astype(float)) for layer in (0, 2, 4)]  # type: ignore[union-attr]
    np.testing.assert_allclose(cells(data, "deep", 3)[:, -1], np.log10(last), rtol=1e-5)


def test_the_verdict_compares_the_first_layer_now_with_the_beginning(session: bn.Session) -> None:
    first, last = (f"{session.lanes[0].history['gradient_norm'][k, 0]:.2g}" for k in (0, -1))
    top = f"{session.lanes[0].history['gradient_norm'][-1, 2]:.2g}"
    words = f"deep: {last} in layer 1, {first} at the start; {top} in layer 3 · flat: "
    assert gradient_over_time(session).verdict.startswith(words)


def test_long_runs_have_few_columns_the_last_of_which_is_now(make_session: Any) -> None:
    fake = make_session(1000)
    data = gradient_over_time(fake, max_points=100).data()
    name = fake.lanes[0].stack.name
    values = cells(data, name, 21)
    x = data[f"{name}.x"][: values.shape[1]]
    assert 50 < len(x) <= 100
    assert x[-1] == 999
    assert len(set(np.diff(x[:-1]))) == 1
    np.testing.assert_allclose(values, np.log10(fake.lanes[0].history.arrays["gradient_norm"][x.astype(int)]).T)


def test_zero_and_nan_have_cells_of_their_own_and_are_named(make_session: Any) -> None:
    fake = make_session(6)
    plain, with_bn = fake.lanes
    plain.history.arrays["gradient_norm"][3:, :5] = 0.0
    with_bn.history.arrays["gradient_norm"][5, 2] = np.nan
    figure = gradient_over_time(fake)
    one, other = (cells(figure.data(), lane.stack.name, 21) for lane in fake.lanes)
    assert np.isneginf(one[:5, 3:]).all()
    assert np.isfinite(one[5:]).all()
    assert np.argwhere(~np.isfinite(other)).tolist() == [[2, 5]]
    assert np.isposinf(other[2, 5])
    assert "zero in layers 1 to 5" in figure.verdict
    assert "not a number in layer 3" in figure.verdict
    assert "exactly zero" in figure.caption
    assert "not a number" in figure.caption


def test_one_lane_that_explodes_leaves_the_others_their_colors(make_session: Any) -> None:
    fake = make_session(6, factors=(0.5, 1.0))
    calm = gradient_over_time(fake).of_kind(Image)[0].scale.limits
    fake.lanes[1].history.arrays["gradient_norm"][:] = 1e131
    figure = gradient_over_time(fake)
    assert figure.of_kind(Image)[0].scale.limits == calm
    assert "beyond the key" in figure.caption
    assert (figure.of_kind(Image)[1].values == 131).all()


def test_what_the_backward_pass_has_not_reached_is_empty(make_session: Any) -> None:
    fake = make_session(6)
    lane = fake.lanes[0]
    lane.executed = Cursor(6, "backward", 10, "dW")
    lane.present["gradient_norm"] = np.where(np.arange(21) < 10, np.nan, 0.5)
    values = cells(gradient_over_time(fake).data(), lane.stack.name, 21)
    assert values.shape == (21, 7)
    assert np.isnan(values[:10, 6]).all()
    np.testing.assert_allclose(values[10:, 6], np.log10(0.5))


def test_without_numbers_it_says_what_to_do(make_session: Any) -> None:
    assert gradient_over_time(make_session(0)).verdict == "No gradient yet: step or play"
    assert "Add a Linear" in gradient_over_time(make_session(experiment=bn.Experiment())).verdict
