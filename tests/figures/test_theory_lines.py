"""What theory draws beside the measurement, and what it says where it has nothing to draw."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import bnsim as bn
from bnsim.figures import FIGURES, batch_noise, gradient_by_depth, gradient_factors, moments_by_depth

WIDTH, BLOCKS = 96, 12


def stack(*block: bn.Layer, name: str = "net", blocks: int = BLOCKS) -> bn.Stack:
    return bn.Stack(name=name, layers=(*block * blocks, bn.Linear(10)))


def linear(width: int = WIDTH, init: Any = None) -> bn.Linear:
    return bn.Linear(width, bias=False, init=init or bn.LeCun())


@pytest.fixture
def make() -> Any:
    opened: list[bn.Session] = []

    def session(*stacks: bn.Stack, batch: int = 64) -> bn.Session:
        data = bn.GaussianNoise(samples=128, features=WIDTH)
        training = bn.Training(batch_size=batch, optimizer=bn.SGD(lr=0.0))
        made = bn.Session(bn.Experiment(data=data, training=training, stacks=stacks), wait=False)
        opened.append(made)
        made.run(1)
        return made

    yield session
    for each in opened:
        each.close()


REASONS = {
    "Noise between layers": stack(linear(), bn.Tanh(), bn.Noise()),
    "Dropout between layers": stack(linear(), bn.Dropout(), bn.Tanh()),
    "a BatchNorm after the activation": stack(linear(), bn.ReLU(), bn.BatchNorm()),
    "running statistics in place of the mini-batch's": stack(linear(), bn.BatchNorm(mode="eval"), bn.ReLU()),
    "γ and β that do not start at 1 and 0": stack(linear(), bn.BatchNorm(gamma=0.5), bn.ReLU()),
    "GELU behind a BatchNorm, which gives a few samples most of the norm": stack(linear(), bn.BatchNorm(), bn.GELU()),
    "groups of 8 features": stack(linear(), bn.GroupNorm(12), bn.ReLU()),
    "widths that differ": stack(linear(), bn.Tanh(), linear(64), bn.Tanh(), blocks=6),
    "stacks of unlike layers": stack(linear(), bn.Tanh(), linear(), bn.ReLU(), blocks=6),
    "copies that share their weights": stack(
        bn.Repeat((linear(), bn.Tanh()), times=BLOCKS, tied=True),
        blocks=1,
    ),
    "so few layers": stack(blocks=0),
    "a Residual of other layers than an activation and a Linear": stack(
        bn.Residual((linear(), bn.LayerNorm(), bn.Tanh()))
    ),
    "Tanh in a Residual": stack(bn.Residual((bn.Tanh(), linear()))),
}


@pytest.mark.parametrize("reason", REASONS)
def test_where_theory_does_not_fit_the_reason_is_said(make: Any, reason: str) -> None:
    session = make(REASONS[reason])
    for kind in (gradient_by_depth, gradient_factors):
        figure = kind(session, theory="on")
        assert not any("theory" in name for name in figure.data())
        if reason == "so few layers" and kind is gradient_factors:
            continue  # it has no link to say anything of
        assert f"Theory has no factor for {reason}" in figure.verdict, kind.name
        assert f"Theory has no factor for {reason}." in figure.caption, kind.name


def test_weights_that_are_zero_have_no_factor(make: Any) -> None:
    session = make(stack(linear(init=bn.Constant(value=0.0)), bn.Tanh()))
    assert "weights that are zero" in gradient_factors(session, theory="on").verdict
    assert "theory" not in gradient_by_depth(session, theory="on").data()


def test_mini_batches_can_be_too_small(make: Any) -> None:
    session = make(stack(linear(), bn.BatchNorm(), bn.ReLU()), batch=3)
    assert "Theory has no factor for mini-batches of 3 rows" in gradient_by_depth(session, theory="on").verdict


def test_of_several_lanes_the_reason_says_whose_it_is(make: Any) -> None:
    session = make(stack(linear(), bn.Tanh(), name="plain"), stack(linear(), bn.Tanh(), bn.Noise(), name="noisy"))
    for kind in (gradient_by_depth, gradient_factors, moments_by_depth):
        figure = kind(session, theory="on")
        assert "for Noise between layers (noisy)" in figure.verdict
        drawn = [name for name in figure.data() if name.endswith("theory")]
        assert drawn
        assert all(name.startswith("plain") for name in drawn)


COVERED = {
    "plain": (stack(linear(), bn.Sigmoid()), bn.Sigmoid(), {}),
    "BatchNorm": (stack(linear(), bn.BatchNorm(), bn.ReLU()), bn.ReLU(), {"norm": "batch", "batch": 64}),
    "devices": (stack(linear(), bn.BatchNorm(virtual_devices=2), bn.ReLU()), bn.ReLU(), {"norm": "batch", "batch": 32}),
    "LayerNorm": (stack(linear(), bn.LayerNorm(), bn.Tanh()), bn.Tanh(), {"norm": "layer"}),
    "RMSNorm": (stack(linear(), bn.RMSNorm(), bn.Tanh()), bn.Tanh(), {"norm": "layer"}),
    "GroupNorm": (stack(linear(), bn.GroupNorm(2), bn.Tanh()), bn.Tanh(), {"norm": "layer"}),
    "repeated": (stack(bn.Repeat((linear(), bn.Erf()), times=BLOCKS), blocks=1), bn.Erf(), {}),
    "residual": (stack(bn.Residual((bn.ReLU(), linear()))), bn.ReLU(), {"residual": True}),
}


@pytest.mark.parametrize("name", COVERED)
def test_the_lines_are_theorys_and_the_measurement_is_near(make: Any, name: str) -> None:
    made, activation, options = COVERED[name]
    session = make(made)
    weights = [value for value in session.lanes[0].state_dict().values() if value.ndim == 2][4:9]
    if "norm" not in options:
        options = {**options, "weight_var": float(np.mean([WIDTH * np.mean(weight**2) for weight in weights]))}
    wanted = float(np.sqrt(bn.theory.gradient_factor(activation, **options).value))
    data = gradient_by_depth(session, theory="on").data()
    line, first = data["net, theory"], int(data["net, theory.x"][0]) - 1
    np.testing.assert_allclose(line[:-1] / line[1:], wanted, rtol=1e-9 if "norm" in options else 0.01)
    norms = data["net"][first : first + line.size]
    assert (norms[0] / norms[-1]) ** (1 / (line.size - 1)) == pytest.approx(wanted, rel=0.1)
    links = gradient_factors(session, theory="on").data()
    kinds = [key.removesuffix(", theory") for key in links if key.endswith(", theory")]
    assert np.prod([links[f"{kind}, theory"][0] for kind in kinds]) == pytest.approx(line[0] / line[1], rel=1e-9)
    for kind in kinds:
        measured = np.exp(np.log(links[kind][4:9]).mean())
        assert measured == pytest.approx(links[f"{kind}, theory"][0], rel=0.12), kind


def test_the_mean_square_follows_from_layer_to_layer(make: Any) -> None:
    session = make(
        stack(linear(init=bn.He()), bn.Tanh(), name="plain"), stack(linear(), bn.BatchNorm(), bn.ReLU(), name="BN")
    )
    data = moments_by_depth(session, theory="on").data()
    lane = session.lane("plain")
    values = [lane.value(2 * k) for k in range(BLOCKS)]
    np.testing.assert_allclose(data["plain, mean square"][:BLOCKS], [np.mean(each**2) for each in values], rtol=1e-12)
    weights = [lane.state_dict()[f"{2 * k}.weight"] for k in range(1, BLOCKS)]
    q, variance = float(np.mean(values[0] ** 2)), float(np.mean([WIDTH * np.mean(each**2) for each in weights]))
    for k in range(BLOCKS):
        assert data["plain, theory"][k] == pytest.approx(q, rel=1e-9)
        assert data["plain, mean square"][k] == pytest.approx(q, rel=0.25)
        q = bn.theory.next_mean_square(bn.Tanh(), q, weight_var=variance)
    assert np.isnan(data["plain, theory"][-1])  # its width is that of the classes
    assert np.isnan(data["BN, theory"][0])
    np.testing.assert_allclose(data["BN, theory"][1:BLOCKS], data["BN, mean square"][1:BLOCKS], rtol=0.25)
    assert "plain, theory" not in moments_by_depth(session).data()


def test_layers_in_a_residual_have_no_mean_square(make: Any) -> None:
    session = make(bn.Stack(name="net", layers=(linear(), *(bn.Residual((bn.ReLU(), linear())),) * 6, bn.Linear(10))))
    assert isinstance(gradient_by_depth(session, theory="on").data()["net, theory"], np.ndarray)
    figure = moments_by_depth(session, theory="on")
    assert "net, theory" not in figure.data()
    assert "Theory has no mean square for" in figure.verdict


def test_how_far_off_theory_may_be_is_said(make: Any) -> None:
    session = make(stack(linear(), bn.BatchNorm(), bn.Tanh()), batch=32)
    assert "(width 96, batch 32: about +3 % expected)" in gradient_by_depth(session, theory="on").caption
    factors = gradient_factors(session, theory="on")
    assert "Width 96, batch 32: about +3 % expected." in factors.caption
    assert factors.verdict.count("theory") == 1
    assert factors.verdict.count("(") == 3
    session = make(stack(linear(), bn.GroupNorm(6), bn.Tanh()))
    assert "(groups of 16: about ±4 % expected)" in gradient_by_depth(session, theory="on").caption


def test_the_waterfall_has_the_same_product(make: Any) -> None:
    session = make(stack(linear(), bn.BatchNorm(), bn.ReLU()))
    line = gradient_factors(session, theory="on", form="waterfall").data()["net, theory"]
    wanted = np.sqrt(bn.theory.gradient_factor(bn.ReLU(), norm="batch", batch=64).value)
    np.testing.assert_allclose(line[:-3] / line[3:], wanted, rtol=1e-9)


def test_noise_of_mini_batches_can_be_without_theory(make: Any) -> None:
    session = make(stack(linear(), bn.BatchNorm(), bn.ReLU(), blocks=2), batch=16)
    on, off = batch_noise(session), batch_noise(session, theory="off")
    theory = {"mean.theory", "variance.theory", "variance.gaussian"}
    assert {series.name for series in on.series} - {series.name for series in off.series} == theory
    assert "theory" in on.caption
    assert "theory" not in off.caption


def test_theory_is_an_option_of_every_figure_that_has_some() -> None:
    having = {name for name, kind in FIGURES.items() if any(option.name == "theory" for option in kind.options)}
    assert having == {"gradient_by_depth", "gradient_factors", "moments_by_depth", "batch_noise"}


@pytest.mark.parametrize("kind", [gradient_by_depth, gradient_factors, moments_by_depth])
def test_before_anything_is_computed_theory_draws_nothing(kind: Any) -> None:
    stacks = tuple(stack(linear(8), *norm, bn.Tanh(), name=f"{norm}") for norm in ((), (bn.BatchNorm(),)))
    session = bn.Session(bn.Experiment(data=bn.TwoSpirals(samples=64), stacks=stacks), wait=False)
    figure = kind(session, theory="on")
    session.close()
    assert not any(series.name.endswith("theory") for series in figure.series)
    assert "theory" not in figure.verdict.lower()
