"""Figures of one activation and of one BatchNorm, recomputed from values."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import bnsim as bn
from bnsim.figures import activation_response, saturation_map, xray
from bnsim.figures.chosen import in_each_lane
from bnsim.plot.marks import Bars, Image
from bnsim.spec.layers import BatchNorm, Tanh


@pytest.fixture(scope="module")
def session() -> Iterator[bn.Session]:
    wide = bn.Normal(std=1.5)
    made = bn.Session(
        bn.Experiment(
            data=bn.TwoSpirals(samples=64),
            training=bn.Training(batch_size=16),
            stacks=(
                bn.Stack(
                    name="plain", layers=(bn.Linear(5, init=wide), bn.Tanh(), bn.Linear(4), bn.Tanh(), bn.Linear(2))
                ),
                bn.Stack(
                    name="with BN",
                    layers=(
                        bn.Linear(5),
                        bn.BatchNorm(),
                        bn.Tanh(),
                        bn.Linear(6),
                        bn.BatchNorm(),
                        bn.Tanh(),
                        bn.Linear(2),
                    ),
                ),
            ),
        ),
        wait=False,
    )
    made.run(3)
    yield made
    made.close()


def layer_id(session: bn.Session, lane: int, index: int) -> int:
    found: int = session.lanes[lane].stack.layers[index].id
    return found


def shares(x: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Share of the values in each bin; outermost ones hold what is beyond."""
    x = np.clip(x.astype(np.float64), low[0], high[-1])
    inner = [np.mean((x >= a) & (x < b)) for a, b in pairwise(np.append(low, high[-1]))][:-1]
    return np.array([*inner, np.mean(x >= low[-1])])


@pytest.mark.parametrize(("index", "before"), [((1, 2), (0, 1)), ((3, 5), (2, 4))])
def test_the_map_is_the_derivative_of_each_sample_and_unit(
    session: bn.Session, index: tuple[int, int], before: tuple[int, int]
) -> None:
    figure = saturation_map(session, layer_id(session, 1, index[1]))
    data = figure.data()
    for lane, x_at in zip(session.lanes, before, strict=True):
        x = lane.value(x_at)
        assert x is not None
        wanted = 1 - np.tanh(x.astype(np.float64)) ** 2
        name = lane.stack.name
        for sample, unit, value in zip(data[f"{name}.y"], data[f"{name}.x"], data[name], strict=True):
            assert value == pytest.approx(wanted[int(sample) - 1, int(unit) - 1], rel=1e-4, abs=1e-9)
    x = session.lanes[0].value(before[0])
    assert x is not None
    flat = np.mean(1 - np.tanh(x.astype(np.float64)) ** 2 < 0.1)
    assert f"plain, Tanh {index[0] // 2 + 1}: {100 * flat:.0f} % flat" in figure.verdict


def test_a_cell_is_black_exactly_where_the_derivative_is_small(session: bn.Session) -> None:
    from bnsim.plot.colors import image_colors
    from bnsim.plot.theme import load_theme

    image = saturation_map(session).of_kind(Image)[0]
    black = (image_colors(image, load_theme())[..., :3] == 0).all(axis=2)
    assert black.any()
    np.testing.assert_array_equal(black, image.values < 0.1 + 0.9 * 0.5 / 255)


def test_a_relus_dead_units_are_counted(small: bn.Experiment) -> None:
    layers = (bn.Linear(8), bn.ReLU(), bn.Linear(2))
    session = bn.Session(
        bn.Experiment(data=small.data, training=small.training, stacks=(bn.Stack(layers=layers),)), wait=False
    )
    lane = session.lanes[0]
    state = lane.state_dict()
    state["0.bias"][:3] = -100.0
    lane.load_state_dict(state)
    session.step("iteration")
    x = lane.value(0)
    assert x is not None
    assert (x[:, :3] <= 0).all()
    dead = int((x <= 0).all(axis=0).sum())
    assert f"{100 * np.mean(x <= 0):.0f} % flat, {dead} of 8 units at every sample" in saturation_map(session).verdict
    session.close()


def test_curves_are_the_function_and_its_derivative_and_bars_the_live_values(session: bn.Session) -> None:
    figure = activation_response(session, layer_id(session, 0, 3))
    data = figure.data()
    np.testing.assert_allclose(data["f"], np.tanh(data["f.x"]), rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(data["f'"], 1 - np.tanh(data["f'.x"]) ** 2, rtol=1e-4, atol=1e-9)
    for lane, before in zip(session.lanes, (2, 4), strict=True):
        x, name = lane.value(before), lane.stack.name
        assert x is not None
        np.testing.assert_allclose(data[name], shares(x, data[f"{name}.low"], data[f"{name}.high"]), atol=1e-12)
        root = np.sqrt(np.mean((1 - np.tanh(x.astype(np.float64)) ** 2) ** 2))
        assert f"{name}, Tanh 2: √mean f′² {root:.2g}" in figure.verdict


def test_the_factor_is_that_of_gradients_that_do_not_depend_on_the_input(session: bn.Session) -> None:
    x = session.lanes[0].value(0)
    assert x is not None
    slopes = 1 - np.tanh(x.astype(np.float64)) ** 2
    g = np.random.default_rng(0).normal(size=(2000, *x.shape))
    measured = np.linalg.norm(g * slopes) / np.linalg.norm(g)
    assert measured == pytest.approx(float(np.sqrt(np.mean(slopes**2))), rel=0.02)


def test_bars_over_a_base_reach_their_top(session: bn.Session) -> None:
    for bars in activation_response(session).of_kind(Bars):
        _, y = bars.outline()
        assert bars.top is not None
        assert y.min() == pytest.approx(bars.base)
        assert y.max() == pytest.approx(bars.top)
        assert bars.heights.sum() == pytest.approx(1)


def test_before_and_after_are_what_the_layer_is_given_and_gives(session: bn.Session) -> None:
    figure = xray(session, layer_id(session, 1, 4))
    data, lane = figure.data(), session.lanes[1]
    x, y = lane.value(3), lane.value(4)
    assert x is not None
    assert y is not None
    for name, values in (("before", x), ("after", y)):
        np.testing.assert_allclose(data[name], shares(values, data[f"{name}.low"], data[f"{name}.high"]), atol=1e-12)
    assert figure.verdict.startswith(f"with BN, BatchNorm 2: spread {x.astype(float).std():.2g} → ")


def test_the_layer_is_the_nearest_and_its_like_in_every_lane(session: bn.Session) -> None:
    def paths(selected: int | None, kind: type) -> list[tuple[int, ...]]:
        return [each.link.path for each in in_each_lane(session, selected, lambda layer: isinstance(layer, kind))]

    assert paths(None, Tanh) == [(1,), (2,)]
    assert paths(layer_id(session, 0, 2), Tanh) == [(3,), (5,)]
    assert paths(layer_id(session, 1, 3), Tanh) == [(1,), (2,)]
    assert paths(layer_id(session, 1, 4), Tanh) == [(3,), (5,)]
    assert paths(layer_id(session, 1, 5), BatchNorm) == [(4,)]
    assert paths(layer_id(session, 0, 3), BatchNorm) == [(1,)]


@pytest.mark.parametrize(
    ("kind", "words"), [(saturation_map, "step into"), (activation_response, "step into"), (xray, "step into")]
)
def test_without_numbers_it_says_what_to_do(make_session: Any, kind: Any, words: str) -> None:
    assert words in kind(make_session(0)).verdict
    empty = kind(make_session(experiment=bn.Experiment()))
    assert empty.verdict.startswith("Add a")
    assert not empty.has_data


@pytest.mark.parametrize("kind", [saturation_map, activation_response, xray])
def test_nan_is_named(make_session: Any, kind: Any) -> None:
    fake = make_session(3)
    for lane in fake.lanes:
        lane.value = lambda path: np.full((16, 8), np.nan)
    assert "not a number" in kind(fake).verdict
