"""Histograms of pre-activations by depth, recomputed from values."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import bnsim as bn
from bnsim.figures import activations_by_depth
from bnsim.plot.marks import Band, Ridge

BEFORE = {"tanh": (0, 2), "relu": (0, 3)}
"""Indices of the layers in front of the activations."""


@pytest.fixture(scope="module")
def session() -> Iterator[bn.Session]:
    wide = bn.Normal(std=2.0)
    layers = (bn.Linear(5, init=wide), bn.Tanh(), bn.Linear(4, init=wide), bn.Tanh(), bn.Linear(2))
    made = bn.Session(
        bn.Experiment(
            data=bn.TwoSpirals(samples=64),
            training=bn.Training(batch_size=16),
            stacks=(
                bn.Stack(name="tanh", layers=layers),
                bn.Stack(
                    name="relu", layers=(bn.Linear(3), bn.ReLU(), bn.Linear(4), bn.BatchNorm(), bn.ReLU(), bn.Linear(2))
                ),
            ),
        ),
        wait=False,
    )
    made.run(3)
    yield made
    made.close()


def rows_of(data: dict[str, Any], name: str) -> list[np.ndarray]:
    return [data[name][data[f"{name}.row"] == row] for row in np.unique(data[f"{name}.row"])]


def test_every_bin_is_the_share_of_the_values_in_it(session: bn.Session) -> None:
    data = activations_by_depth(session).data()
    for lane in session.lanes:
        name = lane.stack.name
        edges = np.append(data[f"{name}.low"][:60], data[f"{name}.high"][59])
        found = rows_of(data, name)
        assert len(found) == 2
        for shares, before in zip(found, BEFORE[name], strict=True):
            x = lane.value(before)
            assert x is not None
            x = np.clip(x.astype(np.float64), edges[0], edges[-1])
            inner = [np.mean((x >= low) & (x < high)) for low, high in pairwise(edges[:-1])]
            np.testing.assert_allclose(shares, [*inner, np.mean(x >= edges[-2])], atol=1e-12)
            assert shares.sum() == pytest.approx(1)


def test_notes_are_the_shares_saturated_and_dead(session: bn.Session) -> None:
    figure = activations_by_depth(session)
    tanh, relu = figure.of_kind(Ridge)
    for note, before in zip(tanh.notes, BEFORE["tanh"], strict=True):
        x = session.lanes[0].value(before)
        assert x is not None
        slopes = 1 - np.tanh(x.astype(np.float64)) ** 2
        assert note == f"{100 * np.mean(slopes < 0.1):.0f} %"
        assert note != "0 %"
    for note, before in zip(relu.notes, BEFORE["relu"], strict=True):
        x = session.lanes[1].value(before)
        assert x is not None
        dead = (x <= 0).all(axis=0).mean()
        assert note == f"{100 * np.mean(x <= 0):.0f} % · {100 * dead:.0f} % dead"


def test_the_verdict_has_the_spread_at_both_ends(session: bn.Session) -> None:
    first, last = (f"{session.lanes[0].value(k).std():.2g}" for k in BEFORE["tanh"])  # type: ignore[union-attr]
    assert activations_by_depth(session).verdict.startswith(f"tanh: spread {first} → {last}, ")


def test_the_range_is_shaded_where_all_activations_share_one(session: bn.Session, make_session: Any) -> None:
    assert not activations_by_depth(session).of_kind(Band)
    bands = activations_by_depth(make_session(3)).of_kind(Band)
    assert len(bands) == 2
    slopes = [np.exp(-x) / (1 + np.exp(-x)) ** 2 for x in bands[0].x]
    np.testing.assert_allclose(slopes, 0.025, rtol=1e-3)


def test_of_many_some_are_drawn_the_ends_among_them(make_session: Any) -> None:
    fake = make_session(3)
    ridge = activations_by_depth(fake).of_kind(Ridge)[0]
    assert (len(ridge.rows), ridge.rows[0], ridge.rows[-1]) == (12, 1, 20)
    assert "12 activations are drawn" in activations_by_depth(fake).caption


def test_a_lane_far_beyond_the_others_does_not_flatten_them(make_session: Any) -> None:
    fake = make_session(3)
    near = fake.lanes[0].value
    fake.lanes[1].value = lambda path: near(path) * 1e131
    figure = activations_by_depth(fake)
    one, other = figure.of_kind(Ridge)
    assert one.edges[-1] < 50
    assert "beyond the axis" in figure.caption
    np.testing.assert_allclose(other.shares[:, 0] + other.shares[:, -1], 1.0)


def test_nan_is_named_and_leaves_its_row_empty(make_session: Any) -> None:
    fake = make_session(3)
    fake.lanes[0].value = lambda path: np.full((16, 8), np.nan)
    figure = activations_by_depth(fake)
    assert "plain: not a number in all activations" in figure.verdict
    assert not figure.of_kind(Ridge)[0].has_data
    assert set(figure.of_kind(Ridge)[0].notes) == {"NaN"}


def test_without_numbers_it_says_what_to_do(make_session: Any, small: bn.Experiment) -> None:
    assert activations_by_depth(make_session(0)).verdict == "No activations yet: step into the forward pass"
    assert activations_by_depth(make_session(experiment=bn.Experiment())).verdict.startswith("Add an activation")


def test_tanh_at_depth_saturates_and_batchnorm_keeps_the_spread() -> None:
    """Glorot and Bengio 2010, figure 6: with large weights the upper layers saturate; BatchNorm holds the spread."""
    wide = bn.Normal(std=0.5)
    layer = (bn.Linear(64, init=wide), bn.Tanh())
    normalized = (bn.Linear(64, init=wide), bn.BatchNorm(), bn.Tanh())
    session = bn.Session(
        bn.Experiment(
            data=bn.Digits(),
            training=bn.Training(batch_size=64),
            stacks=(
                bn.Stack(name="plain", layers=(*layer * 5, bn.Linear(10))),
                bn.Stack(name="with BN", layers=(*normalized * 5, bn.Linear(10))),
            ),
        ),
        wait=False,
    )
    session.step("iteration")
    plain, with_bn = activations_by_depth(session).of_kind(Ridge)
    session.close()
    assert min(int(note.partition(" ")[0]) for note in plain.notes) > 30
    assert max(int(note.partition(" ")[0]) for note in with_bn.notes) < 15
