"""The closed forms against their papers' numbers, against quadrature of another kind, and against measured networks."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad

import bnsim as bn
from bnsim.engine.kernels.elementwise import elementwise_of
from bnsim.theory import gradient_factor, largest_slope, next_mean_square, variance_of_mean, variance_of_variance
from bnsim.theory.gaussian import mean

LARGE_BATCH = {
    bn.ReLU(): math.pi / (math.pi - 1),
    bn.Tanh(): 1.1778,
    bn.Sigmoid(): 1.0336,
    bn.ELU(): 1.0790,
    bn.SELU(): 1.0716,
    bn.LeakyReLU(negative_slope=0.01): 1.4533,
    bn.Hardtanh(): 1.3228,
    bn.Identity(): 1.0,
}


@pytest.mark.parametrize("power", range(0, 9, 2))
def test_moments_of_a_normal_variable(power: int) -> None:
    exact = math.prod(range(1, power, 2))
    assert mean(lambda z: z**power) == pytest.approx(exact, rel=1e-13)


def test_erf_by_its_closed_forms() -> None:
    """φ(z) = erf(z), not erf(z/√2): E[φ(√q z)²] = 2/π arcsin(2q/(1 + 2q)), E[φ'(√q z)²] = 4/π /√(1 + 4q)."""
    square, slope = 2 / np.pi * np.arcsin(2 / 3), 4 / np.pi / np.sqrt(5)
    assert gradient_factor(bn.Erf(), norm="batch").value == pytest.approx(slope / square, rel=1e-12)
    assert gradient_factor(bn.Erf(), norm="batch").value == pytest.approx(1.2257, abs=5e-5)
    assert gradient_factor(bn.Erf(), norm="layer").value == pytest.approx(slope / square, rel=1e-12)
    found = gradient_factor(bn.Erf(), weight_var=2.0, bias_var=0.1)
    q = found.variance
    assert q == pytest.approx(2.0 * 2 / np.pi * np.arcsin(2 * q / (1 + 2 * q)) + 0.1, rel=1e-9)
    assert found.value == pytest.approx(2.0 * 4 / np.pi / np.sqrt(1 + 4 * q), rel=1e-9)


@pytest.mark.parametrize("activation", [bn.Tanh(), bn.SELU(), bn.Mish(), bn.GELU(), bn.Softplus(), bn.Hardtanh()])
@pytest.mark.parametrize("q", [1e-4, 1.0, 30.0])
def test_means_are_those_of_another_quadrature(activation: bn.ReLU, q: float) -> None:
    known = elementwise_of(activation)
    scalars, root = known.numbers(activation), math.sqrt(q)

    def squared(z: float) -> float:
        return float(known.value(np.float64, np.array([root * z]), *scalars)[0]) ** 2

    kinks = sorted({0.0, *(k / root for k in known.kinks(*scalars) if abs(k / root) < 12)})
    edges = [-12.0, *kinks, 12.0]
    density = math.sqrt(2 * math.pi)
    expected = sum(
        quad(lambda z: squared(z) * math.exp(-z * z / 2) / density, low, high, epsabs=1e-14, epsrel=1e-12, limit=200)[0]
        for low, high in pairwise(edges)
    )
    found = mean(lambda z: np.asarray(known.value(np.float64, root * z, *scalars), np.float64) ** 2, kinks)
    assert found == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("activation", "factor"), LARGE_BATCH.items())
def test_batch_norm_at_a_large_batch(activation: bn.ReLU, factor: float) -> None:
    assert gradient_factor(activation, norm="batch").value == pytest.approx(factor, abs=1.2e-4)


def test_batch_norm_at_a_finite_batch() -> None:
    assert gradient_factor(bn.Identity(), norm="batch", batch=8).value == pytest.approx(6 / 5)
    factors = [gradient_factor(bn.ReLU(), norm="batch", batch=batch).value for batch in (4, 16, 256, 100_000)]
    assert factors == sorted(factors, reverse=True)
    assert factors[2] == pytest.approx(1.473, abs=5e-4)
    assert factors[3] == pytest.approx(math.pi / (math.pi - 1), rel=1e-4)


def test_layer_norm() -> None:
    assert gradient_factor(bn.ReLU(), norm="layer").value == pytest.approx(1.0)
    assert gradient_factor(bn.Tanh(), norm="layer").value == pytest.approx(1.178, abs=5e-4)
    assert gradient_factor(bn.Sigmoid(), norm="layer").value == pytest.approx(0.1528, abs=5e-5)


def test_without_a_norm() -> None:
    assert gradient_factor(bn.Identity(), weight_var=1 / 3).value == pytest.approx(1 / 3)  # Glorot and Bengio 2010
    assert gradient_factor(bn.Identity()).value == pytest.approx(1.0)
    assert gradient_factor(bn.ReLU()).value == pytest.approx(1 / 2)  # He et al. 2015
    he = gradient_factor(bn.ReLU(), weight_var=2.0)
    assert (he.value, he.variance) == (pytest.approx(1.0), 1.0)
    assert gradient_factor(bn.Sigmoid()).value == pytest.approx(0.0557, abs=5e-5)
    assert gradient_factor(bn.Tanh(), weight_var=1.761, bias_var=0.05).value == pytest.approx(1.0, abs=1e-3)
    assert gradient_factor(bn.Tanh()).value == pytest.approx(1.0)  # the other end of the critical line, σ_b = 0
    ordered, chaotic = (gradient_factor(bn.Tanh(), weight_var=var) for var in (0.9, 1.5))
    assert ordered.value < 1 < chaotic.value
    assert ordered.variance == 0
    assert gradient_factor(bn.ReLU(), weight_var=3.0).variance == math.inf


@pytest.mark.parametrize("options", [{}, {"norm": "batch"}, {"norm": "batch", "batch": 16}, {"norm": "layer"}])
def test_what_each_layer_of_a_block_does_multiplies_to_what_the_block_does(options: dict[str, object]) -> None:
    found = gradient_factor(bn.ReLU(), weight_var=1.7, **options)
    links = found.links
    assert links.linear * links.norm * links.activation == pytest.approx(found.value, rel=1e-12)
    assert (links.linear, links.activation) == (1.7, pytest.approx(0.5))


def test_the_variance_of_a_deep_stack_is_what_a_layer_keeps() -> None:
    q = gradient_factor(bn.Tanh(), weight_var=2.0, bias_var=0.1).variance
    assert next_mean_square(bn.Tanh(), q, weight_var=2.0, bias_var=0.1) == pytest.approx(q, rel=1e-9)
    assert next_mean_square(bn.ReLU(), 3.0, weight_var=2.0, bias_var=0.1) == pytest.approx(3.1)
    assert next_mean_square(bn.Erf(), 1.0) == pytest.approx(2 / np.pi * np.arcsin(2 / 3), rel=1e-12)
    assert next_mean_square(bn.ReLU(), 1e13) == next_mean_square(bn.ReLU(), math.nan) == math.inf


@pytest.mark.parametrize(
    ("activation", "largest"),
    [
        (bn.Sigmoid(), 0.25),
        (bn.Tanh(), 1.0),
        (bn.ReLU(), 1.0),
        (bn.Identity(), 1.0),
        (bn.Erf(), 2 / math.sqrt(math.pi)),
        (bn.GELU(), 0.5 + 0.5 * math.erf(1) + math.exp(-1) / math.sqrt(math.pi)),
        (bn.SELU(), 1.0507009873554805 * 1.6732632423543772),
        (bn.SiLU(), 1.0998),
        (bn.Mish(), 1.0885),
    ],
)
def test_the_most_an_activation_multiplies_a_gradient_by(activation: bn.ReLU, largest: float) -> None:
    assert largest_slope(activation) == pytest.approx(largest, abs=5e-4)


@pytest.mark.parametrize(("draw", "kurtosis"), [("standard_normal", 3.0), ("random", 1.8)])
@pytest.mark.parametrize("m", [2, 5, 40])
def test_mean_and_variance_of_mini_batches_spread_as_they_should(draw: str, kurtosis: float, m: int) -> None:
    rows = getattr(np.random.Generator(np.random.Philox(3)), draw)((100_000, m))
    variance = 1.0 if draw == "standard_normal" else 1 / 12
    assert rows.mean(axis=1).var() / variance == pytest.approx(float(variance_of_mean(m)), rel=0.02)
    spread = float(variance_of_variance(m, kurtosis))
    assert rows.var(axis=1).var() / variance**2 == pytest.approx(spread, rel=0.04)
    assert variance_of_variance(m) == pytest.approx(2 * (m - 1) / m**2)


def test_sources_name_who_first_said_it() -> None:
    assert "Glorot and Bengio 2010" in gradient_factor(bn.Identity(), weight_var=1 / 3).source
    assert "He et al. 2015" in gradient_factor(bn.ReLU(), weight_var=2.0).source
    assert "Yang et al. 2019" in gradient_factor(bn.ReLU(), norm="batch", batch=8).source


def test_a_way_around_adds_one() -> None:
    assert gradient_factor(bn.ReLU(), weight_var=2.0, residual=True).value == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"norm": "batch", "batch": 8}, "no closed form is known"),
        ({"norm": "batch", "batch": 3}, "4 rows or more"),
        ({"norm": "layer", "batch": 8}, "one row at a time"),
        ({"norm": "group"}, "no theory for norm='group'"),
        ({"weight_var": 0.0}, "positive and finite"),
        ({"bias_var": math.nan}, "positive and finite"),
        ({"residual": True}, "how deep they lie"),
    ],
)
def test_what_has_no_formula_says_why(wrong: dict[str, object], words: str) -> None:
    with pytest.raises(bn.InputError, match=words):
        gradient_factor(bn.Tanh(), **wrong)


def measured(*block: object, width: int, batch: int, depth: int = 30, skipped: int = 5) -> float:
    """The factor of the squared gradient at initialization, by the slope of its logarithm, over three seeds."""
    rates = []
    for seed in range(3):
        experiment = bn.Experiment(
            data=bn.GaussianNoise(samples=batch, features=width, classes=10),
            training=bn.Training(batch_size=batch, precision="float32", seed=seed),
            stacks=(bn.Stack(layers=(*block * depth, bn.Linear(10))),),
        )
        session = bn.Session(experiment)
        session.run(1)
        norms = session.lanes[0].history["gradient_norm"][0].astype(np.float64)
        session.close()
        inner = np.log(norms[skipped : depth - skipped])
        rates.append((inner[0] - inner[-1]) / (len(inner) - 1))
    return math.exp(2 * float(np.mean(rates)))


def test_a_wide_network_with_batch_norm_and_relu_does_as_yang_says() -> None:
    init = bn.He()
    block = (bn.Linear(512, bias=False, init=init), bn.BatchNorm(), bn.ReLU())
    expected = gradient_factor(bn.ReLU(), norm="batch", batch=256).value
    assert measured(*block, width=512, batch=256) == pytest.approx(expected, rel=0.02)


@pytest.mark.parametrize(("activation", "batch"), [(bn.ReLU(), 8), (bn.Identity(), 8), (bn.Identity(), 16)])
def test_small_batches_do_as_yang_says(activation: bn.ReLU, batch: int) -> None:
    """Far from the large-batch form: 1.79 for ReLU and a batch of 8, where that is 1.47."""
    block = (bn.Linear(256, bias=False), bn.BatchNorm(), activation)
    expected = gradient_factor(activation, norm="batch", batch=batch).value
    assert measured(*block, width=256, batch=batch, depth=20, skipped=3) == pytest.approx(expected, rel=0.03)


@pytest.mark.parametrize(
    ("block", "factor"),
    [
        ((bn.Linear(256, init=bn.LeCun()), bn.Sigmoid()), gradient_factor(bn.Sigmoid())),
        ((bn.Linear(256, init=bn.He()), bn.ReLU()), gradient_factor(bn.ReLU(), weight_var=2.0)),
        (
            (bn.Linear(256, bias=False, init=bn.LeCun()), bn.LayerNorm(), bn.Tanh()),
            gradient_factor(bn.Tanh(), norm="layer"),
        ),
    ],
)
def test_wide_networks_do_as_mean_field_theory_says(block: tuple[object, ...], factor: object) -> None:
    assert measured(*block, width=256, batch=64, depth=20, skipped=3) == pytest.approx(factor.value, rel=0.06)
