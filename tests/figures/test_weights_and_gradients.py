"""The joint histogram of weights and gradients, recomputed from the lanes' parameters and gradients."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import bnsim as bn
from bnsim.figures import weights_and_gradients
from bnsim.plot.marks import Image


@pytest.fixture(scope="module")
def session() -> Iterator[bn.Session]:
    block = bn.Repeat(layers=(bn.Linear(6), bn.Tanh()), times=2)
    made = bn.Session(
        bn.Experiment(
            data=bn.TwoSpirals(samples=64),
            training=bn.Training(batch_size=16),
            stacks=(
                bn.Stack(name="one", layers=(bn.Linear(6), bn.Tanh(), bn.Linear(2))),
                bn.Stack(name="two", layers=(bn.Linear(6), block, bn.Linear(2))),
            ),
        ),
        wait=False,
    )
    made.run(4)
    yield made
    made.close()


@pytest.mark.parametrize(("selected", "keys"), [(0, ("0.weight", "0.weight")), (2, ("2.weight", "1.0.0.weight"))])
def test_every_cell_counts_the_weights_in_it(session: bn.Session, selected: int, keys: tuple[str, str]) -> None:
    layer = session.lanes[0].stack.layers[selected].id
    figure = weights_and_gradients(session, layer)
    data = figure.data()
    for lane, key in zip(session.lanes, keys, strict=True):
        name = lane.stack.name
        weights = lane.state_dict()[key].ravel().astype(np.float64)
        gradients = lane.gradients()[key]
        assert gradients is not None
        gradients = gradients.ravel().astype(np.float64)
        rms = np.sqrt(np.mean(gradients**2))
        x, y = data[f"{name}.x"][:41], data[f"{name}.y"][::41]
        column = np.abs(np.clip(weights, x[0], x[-1])[:, None] - x).argmin(axis=1)
        row = np.abs(np.clip(gradients / rms, y[0], y[-1])[:, None] - y).argmin(axis=1)
        wanted = np.zeros((41, 41))
        np.add.at(wanted, (row, column), 1)
        counts = np.where(np.isnan(data[name]), 0, 10 ** data[name]).reshape(41, 41)
        np.testing.assert_allclose(counts, wanted, atol=1e-9)
        assert (
            f"gradient rms {rms:.0e}".replace("e-0", "e−") in figure.verdict
            or f"gradient rms {rms:.2g}" in figure.verdict
        )


def test_a_lane_with_vanished_gradients_is_seen_as_well(make_session: Any) -> None:
    fake = make_session(3)
    plain = fake.lanes[0].gradient
    fake.lanes[0].gradient = lambda path: plain(path) * 1e-200
    one, other = weights_and_gradients(fake).of_kind(Image)
    assert np.nansum(10**one.values) == pytest.approx(64)
    assert np.unique(np.argwhere(~np.isnan(one.values))[:, 0]).size > 5
    assert one.up == other.up


@pytest.mark.parametrize(("value", "words"), [(0.0, "all gradients are zero"), (np.nan, "not a number")])
def test_what_has_no_place_is_named(make_session: Any, value: float, words: str) -> None:
    fake = make_session(3)
    fake.lanes[0].gradient = lambda path: np.full((16, 8), value)
    figure = weights_and_gradients(fake)
    assert f"plain, Linear 1: {words}" in figure.verdict
    assert [image.name for image in figure.of_kind(Image)] == ["with BatchNorm"]


def test_without_numbers_it_says_what_to_do(make_session: Any) -> None:
    assert "step into the backward pass" in weights_and_gradients(make_session(0)).verdict
    assert weights_and_gradients(make_session(experiment=bn.Experiment())).verdict.startswith("Add a Linear")


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_a_bias_that_a_batchnorm_subtracts_is_said(precision: Any) -> None:
    stacks = tuple(
        bn.Stack(name=name, layers=(bn.Linear(8), *norm, bn.Tanh(), bn.Linear(2)))
        for name, norm in (("plain", ()), ("BN", (bn.BatchNorm(),)), ("eval", (bn.BatchNorm(mode="eval"),)))
    )
    training = bn.Training(batch_size=16, precision=precision)
    session = bn.Session(bn.Experiment(data=bn.TwoSpirals(samples=64), training=training, stacks=stacks), wait=False)
    session.run(1)
    plain, normalized, evaluated = weights_and_gradients(session).verdict.split(" · ")
    gradients = session.lane("BN").gradients()["0.bias"]
    session.close()
    assert gradients is not None
    assert np.abs(gradients).max() < (1e-6 if precision == "float32" else 1e-15)
    words = "db is zero up to rounding: the BatchNorm after it subtracts it"
    assert normalized.endswith(words)
    assert "db" not in plain + evaluated


def test_what_is_so_of_several_lanes_is_said_once() -> None:
    lanes = ("one", "other")
    layers = (bn.Linear(4, bias=True), bn.BatchNorm(), bn.Tanh(), bn.Linear(2))
    stacks = tuple(bn.Stack(name=name, layers=layers) for name in lanes)
    session = bn.Session(bn.Experiment(data=bn.TwoMoons(samples=64), stacks=stacks), recording="all")
    try:
        session.run(iterations=2)
        verdict = weights_and_gradients(session).verdict
    finally:
        session.close()
    assert verdict.count("db is zero up to rounding") == 1
    assert verdict.endswith("in 2 lanes")
