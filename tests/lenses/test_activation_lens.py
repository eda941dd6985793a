"""What the activation page tells is what plain definitions and quadrature give."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import integrate

import bnsim as bn
from bnsim.lenses.activation.lens import ActivationLens
from bnsim.spec.activations import ACTIVATIONS

KINDS = (
    bn.Sigmoid(),
    bn.Tanh(),
    bn.ReLU(),
    bn.LeakyReLU(),
    bn.LeakyReLU(negative_slope=0.2),
    bn.ELU(alpha=1.3),
    bn.SELU(),
    bn.GELU(),
    bn.GELU(approximate="tanh"),
    bn.SiLU(),
    bn.Softplus(beta=2.0),
    bn.Hardtanh(min_val=-0.5, max_val=1.5),
    bn.Identity(),
)
KINDS += tuple(kind() for kind in ACTIVATIONS if not any(isinstance(known, kind) for known in KINDS))


@pytest.fixture(scope="module")
def session() -> bn.Session:
    layers = [layer for kind in KINDS for layer in (bn.Linear(8, init=bn.Normal(std=0.5)), kind)]
    stack = bn.Stack(name="a", layers=(*layers, bn.Linear(2)))
    training = bn.Training(batch_size=32, optimizer=bn.SGD(lr=0.001), precision="float64")
    made = bn.Session(bn.Experiment(data=bn.TwoSpirals(samples=64), training=training, stacks=(stack,)))
    made.step("iteration")
    return made


def torch_of(kind):
    pytest.importorskip("torch")
    from tests.golden.torch_oracle import module_for

    (module,) = module_for(bn.Stack(layers=(kind,)), 1)
    return module


def slopes(kind, x):
    torch = pytest.importorskip("torch")
    z = torch.tensor(np.asarray(x, np.float64), requires_grad=True)
    torch_of(kind)(z).sum().backward()
    return z.grad.numpy()


def answered(session, number, **options):
    return ActivationLens(session.lanes[0].stack.id, (2 * number + 1,), **options).answer(session)


@pytest.mark.parametrize("number", range(len(KINDS)), ids=lambda number: repr(KINDS[number]))
class TestEveryActivation:
    def test_curve_and_derivative_are_pytorchs(self, session, number):
        torch = pytest.importorskip("torch")
        figures = answered(session, number).figures
        curve = next(line for line in figures["curve"].series if line.name == "f")
        derivative = next(line for line in figures["derivative"].series if line.name == "f'")
        kind = KINDS[number]
        np.testing.assert_allclose(curve.y, torch_of(kind)(torch.tensor(curve.x)).numpy(), rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(derivative.y, slopes(kind, derivative.x), rtol=1e-9, atol=1e-12)

    def test_live_numbers_are_those_of_the_arrays(self, session, number):
        lane, live = session.lanes[0], answered(session, number).live
        x = lane.value(2 * number)
        slope = slopes(KINDS[number], x)
        assert live.mean == pytest.approx(x.mean(), rel=1e-12)
        assert live.spread == pytest.approx(x.std(), rel=1e-12)
        assert live.passed.slope == pytest.approx(slope.mean(), rel=1e-9)
        assert live.passed.square == pytest.approx((slope**2).mean(), rel=1e-9)
        g = lane.gradient(2 * number + 1)
        assert live.factor == pytest.approx(np.linalg.norm(g * slope) / np.linalg.norm(g), rel=1e-9)

    @pytest.mark.parametrize(("mean", "spread"), [(0.0, 1.0), (1.3, 0.4), (-2.0, 3.0), (0.4, 0.02)])
    def test_expectations_agree_with_quadrature(self, session, number, mean, spread):
        kind, expected = KINDS[number], answered(session, number, mean=mean, spread=spread).expected

        def density(x):
            return math.exp(-(((x - mean) / spread) ** 2) / 2) / (spread * math.sqrt(2 * math.pi))

        ends = (mean - 10 * spread, mean + 10 * spread)
        kinks = [at for at in (0.0, -0.5, 1.5) if ends[0] < at < ends[1]]
        for power, told in ((1, expected.slope), (2, expected.square)):
            wanted, _ = integrate.quad(
                lambda x, power=power: float(slopes(kind, [x])[0]) ** power * density(x),
                *ends,
                points=[*kinks, mean],
                limit=200,
                epsabs=1e-10,
            )
            assert told == pytest.approx(wanted, abs=1e-8)

    def test_outside_the_good_range_the_derivative_is_saturated(self, session, number):
        seen = answered(session, number)
        drawn = np.asarray(seen.figures["curve"].x.limits)
        x = np.linspace(*drawn, 5001)
        slope = np.abs(slopes(KINDS[number], x))
        inside = np.zeros(len(x), bool)
        for low, high in seen.good:
            inside |= (x >= low) & (x <= high)
        # Only the outermost stretches are flat: what is small between two larger slopes is not.
        steep = np.flatnonzero(slope >= 0.1 * seen.top)
        between = np.zeros(len(x), bool)
        between[steep[0] : steep[-1] + 1] = True
        step = (drawn[1] - drawn[0]) / 4010 * 0.01
        near = np.zeros(len(x), bool)
        for edge in np.ravel(seen.good):
            near |= np.abs(x - edge) < step
        np.testing.assert_array_equal(between[~near], inside[~near])


def test_saturated_share_is_the_one_that_is_recorded():
    for precision in ("float32", "float64"):
        layers = (bn.Linear(8, init=bn.Normal(std=9.0)), bn.Sigmoid(), bn.Linear(8, init=bn.Normal(std=4.0)), bn.Tanh())
        stack = bn.Stack(name="a", layers=(*layers, bn.Linear(2)))
        training = bn.Training(batch_size=32, precision=precision)
        experiment = bn.Experiment(data=bn.TwoSpirals(samples=64), training=training, stacks=(stack,))
        of = bn.Session(experiment, recording="all")
        of.step("iteration")
        for path in ((1,), (3,)):
            live = ActivationLens(of.lanes[0].stack.id, path).answer(of).live
            assert 0 < live.passed.outside < 1
            assert live.passed.outside == pytest.approx(float(of.lanes[0].recorded("saturated", path)), abs=1e-7)


def test_the_good_range_ends_where_the_derivative_says(session):
    assert answered(session, 2).good[0][0] == 0.0
    assert answered(session, 11).good == ((-0.5, 1.5),)
    assert answered(session, 12).good == (tuple(answered(session, 12).figures["curve"].x.limits),)
    (low, high), y = answered(session, 0).good[0], 0.5 - np.sqrt(0.25 - 0.025)
    assert (low, high) == pytest.approx((np.log(y / (1 - y)), -np.log(y / (1 - y))), abs=1e-5)


def test_zeros_and_dead_units_of_a_relu(session):
    y = session.lanes[0].value(5)
    live = answered(session, 2).live
    assert live.zero == np.mean(y == 0)
    assert live.dead == np.mean((y == 0).all(axis=0))


def test_before_the_input_is_there_a_standard_normal_is_taken():
    stack = bn.Stack(name="a", layers=(bn.Linear(4), bn.ReLU(), bn.Linear(2)))
    of = bn.Session(bn.Experiment(data=bn.TwoSpirals(samples=64), stacks=(stack,)))
    seen = ActivationLens(stack=of.lanes[0].stack.id, path=(1,)).answer(of)
    assert seen.live is None
    assert (seen.mean, seen.spread) == (0.0, 1.0)
    assert seen.expected.slope == pytest.approx(0.5, abs=1e-12)


def test_what_is_no_activation_is_none(session):
    assert ActivationLens(session.lanes[0].stack.id, (0,)).answer(session) is None
    assert ActivationLens(session.lanes[0].stack.id, (99,)).answer(session) is None
    assert ActivationLens(999, (1,)).answer(session) is None


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_not_finite_is_told_without_a_failure(value):
    stack = bn.Stack(name="a", layers=(bn.Linear(4), bn.Sigmoid(), bn.Linear(2)))
    training = bn.Training(batch_size=16, precision="float64")
    of = bn.Session(bn.Experiment(data=bn.TwoSpirals(samples=64), training=training, stacks=(stack,)))
    lane = of.lanes[0]
    lane.load_state_dict(lane.state_dict() | {"0.bias": np.full(4, value)})
    of.step("layer")
    of.step("layer")
    seen = ActivationLens(lane.stack.id, (1,)).answer(of)
    assert not np.isfinite(seen.live.mean)
    assert np.isfinite(seen.figures["curve"].x.limits).all()
