"""Histograms of single gradients by depth, recomputed from gradients."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import bnsim as bn
from bnsim.figures import gradients_hist_by_depth
from bnsim.plot.marks import Ridge


def share_in_bins(array: Any, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Share of the nonzero elements in each bin of powers of ten; outermost bins hold what is beyond."""
    logs = np.log10(np.abs(array[array != 0].astype(np.float64)))
    logs = np.clip(logs, low[0], high[-1])
    shares = [np.mean((logs >= a) & (logs < b)) for a, b in zip(low[:-1], high[:-1], strict=True)]
    return np.array([*shares, np.mean(logs >= low[-1])])


def test_every_bin_is_the_share_of_the_gradients_in_it(small: bn.Experiment) -> None:
    session = bn.Session(small, wait=False)
    session.run(3)
    data = gradients_hist_by_depth(session).data()
    for lane, linears in zip(session.lanes, ((0, 2), (0, 3)), strict=True):
        for kind in ("∂L/∂z", "∂L/∂W"):
            name = f"{lane.stack.name}, {kind}"
            for number, layer in enumerate(linears, 1):
                mine = data[f"{name}.row"] == number
                array = lane.gradient(layer) if kind == "∂L/∂z" else lane.gradients()[f"{layer}.weight"]
                wanted = share_in_bins(array, data[f"{name}.low"][mine], data[f"{name}.high"][mine])
                np.testing.assert_allclose(data[name][mine], wanted, atol=1e-12)
    first, last = (np.median(np.abs(session.lanes[0].gradient(k).astype(float))) for k in (0, 2))  # type: ignore[union-attr]
    words = f"plain: median {first:.1e} in layer 1, {last:.1e} in layer 2".replace("e-0", "e-").replace("-", "−")
    assert gradients_hist_by_depth(session).verdict.startswith(words)
    session.close()


def test_zeros_are_counted_apart_and_written(make_session: Any) -> None:
    fake = make_session(3)
    dense = fake.lanes[0].gradient

    def half_zero(path: tuple[int, ...]) -> np.ndarray:
        found: np.ndarray = dense(path)
        found[:8] = 0.0
        return found

    fake.lanes[0].gradient = half_zero
    figure = gradients_hist_by_depth(fake)
    notes = {ridge.name: set(ridge.notes) for ridge in figure.of_kind(Ridge)}
    assert notes["plain, ∂L/∂z"] == notes["plain, ∂L/∂W"] == {"0: 50 %"}
    assert notes["with BatchNorm, ∂L/∂z"] == {""}
    assert "exactly zero" in figure.caption
    ridge = figure.of_kind(Ridge)[0]
    np.testing.assert_allclose(ridge.shares.sum(axis=1), 1.0)


@pytest.mark.parametrize(("value", "words"), [(np.nan, "not a number in all layers"), (0.0, "all zero in all layers")])
def test_what_has_no_logarithm_is_named(make_session: Any, value: float, words: str) -> None:
    fake = make_session(3)
    fake.lanes[0].gradient = lambda path: np.full((16, 8), value)
    figure = gradients_hist_by_depth(fake)
    assert f"plain: {words}" in figure.verdict
    assert not figure.of_kind(Ridge)[0].has_data


def test_one_lane_far_away_does_not_flatten_the_others(make_session: Any) -> None:
    fake = make_session(3)
    near = fake.lanes[1].gradient
    fake.lanes[1].gradient = lambda path: near(path) * 1e131
    figure = gradients_hist_by_depth(fake)
    edges = figure.of_kind(Ridge)[0].edges
    assert edges[0] >= -24
    assert edges[-1] <= 4
    assert "beyond the axis" in figure.caption


def test_without_numbers_it_says_what_to_do(make_session: Any) -> None:
    assert gradients_hist_by_depth(make_session(0)).verdict == "No gradient yet: step into the backward pass"
    assert gradients_hist_by_depth(make_session(experiment=bn.Experiment())).verdict.startswith("Add a Linear")


def test_gradients_narrow_towards_the_input_and_weight_gradients_do_not() -> None:
    """Glorot and Bengio 2010, figures 7 and 8: with their "standard" weights and tanh, gradients with respect to
    activations shrink from the loss down, while those with respect to weights keep their size at the start."""
    width = 200
    standard = bn.Uniform(a=width**-0.5)
    layer = (bn.Linear(width, init=standard), bn.Tanh())
    stack = bn.Stack(name="t", layers=(*layer * 5, bn.Linear(10, init=standard)))
    session = bn.Session(
        bn.Experiment(
            data=bn.Digits(),
            training=bn.Training(batch_size=100),
            stacks=(stack,),
        ),
        wait=False,
    )
    session.step("iteration")
    shares = {}
    for ridge in gradients_hist_by_depth(session).of_kind(Ridge):
        middle = (ridge.edges[:-1] + ridge.edges[1:]) / 2
        shares[ridge.name] = ridge.shares @ middle
    session.close()
    back, weights = shares["t, ∂L/∂z"], shares["t, ∂L/∂W"]
    assert (np.diff(back[:-1]) > 0.1).all()
    assert np.ptp(weights[1:-1]) < 0.5 * np.ptp(back[1:-1])
