"""Initial weights: their spread, their shape, and that nothing but seed, depth and element decides them."""

from __future__ import annotations

import numpy as np
import pytest

import bnsim as bn
from bnsim.engine.initial import initial
from bnsim.engine.program import Parameter, Place
from bnsim.session import Session

WIDE, DEEP = 400, 600


def weights(init: object, rows: int = WIDE, columns: int = DEEP, *, seed: int = 1, ordinal: int = 1) -> np.ndarray:
    place = Place("weight", (rows, columns))
    return initial(Parameter("0.weight", (0,), place, True, init=init, ordinal=ordinal, fan_in=columns), seed)  # type: ignore[arg-type]


def biases(init: object) -> np.ndarray:
    parameter = Parameter("0.bias", (0,), Place("bias", (WIDE,)), True, init=init, ordinal=1, fan_in=DEEP)  # type: ignore[arg-type]
    return initial(parameter, 1)


SPREADS = [
    (bn.PyTorchDefault(), 1 / (3 * DEEP), "uniform"),
    (bn.Xavier(), 2 / (DEEP + WIDE), "uniform"),
    (bn.Xavier("normal"), 2 / (DEEP + WIDE), "normal"),
    (bn.He(), 2 / DEEP, "normal"),
    (bn.He("uniform"), 2 / DEEP, "uniform"),
    (bn.LeCun(), 1 / DEEP, "normal"),
    (bn.LeCun("uniform"), 1 / DEEP, "uniform"),
    (bn.Normal(std=0.3), 0.09, "normal"),
    (bn.Uniform(a=0.3), 0.03, "uniform"),
    (bn.Orthogonal(), 1 / DEEP, "normal"),
]


@pytest.mark.parametrize(("init", "variance", "shape"), SPREADS, ids=lambda value: repr(value)[:40])
@pytest.mark.parametrize("gain", [1.0, 2.5])
def test_mean_variance_and_shape(init: bn.Normal, variance: float, shape: str, gain: float) -> None:
    drawn = weights(type(init)(**{**{f: getattr(init, f) for f in init.__struct_fields__}, "gain": gain})) / gain
    spread = np.sqrt(variance)
    assert abs(drawn.mean()) < 5 * spread / np.sqrt(drawn.size)
    assert drawn.var() == pytest.approx(variance, rel=0.02)
    kurtosis = ((drawn - drawn.mean()) ** 4).mean() / drawn.var() ** 2
    assert kurtosis == pytest.approx(1.8 if shape == "uniform" else 3.0, abs=0.08)
    if shape == "uniform":
        assert np.abs(drawn).max() <= np.sqrt(3) * spread


@pytest.mark.parametrize("shape", [(30, 70), (70, 30), (50, 50), (1, 9), (9, 1), (1, 1)])
def test_orthogonal_matrices_keep_lengths(shape: tuple[int, int]) -> None:
    drawn = weights(bn.Orthogonal(gain=2.0), *shape)
    assert drawn.shape == shape
    np.testing.assert_allclose(np.linalg.svd(drawn, compute_uv=False), 2.0, rtol=1e-13)


def test_orthogonal_matrices_have_no_favored_sign() -> None:
    corners = [weights(bn.Orthogonal(), 4, 4, seed=seed)[0, 0] for seed in range(400)]
    assert np.mean(corners) == pytest.approx(0, abs=0.1)
    assert np.var(corners) == pytest.approx(0.25, rel=0.15)


def test_constant() -> None:
    assert (weights(bn.Constant(value=0.5, gain=3.0)) == 1.5).all()
    assert (weights(bn.Constant()) == 0).all()


def test_only_pytorchs_default_draws_biases() -> None:
    drawn = biases(bn.PyTorchDefault())
    assert drawn.std() == pytest.approx(1 / np.sqrt(3 * DEEP), rel=0.1)
    for init, *_ in SPREADS[1:]:
        assert (biases(init) == 0).all()
    assert (biases(bn.Constant(value=1.0)) == 0).all()


@pytest.mark.parametrize("init", [init for init, *_ in SPREADS], ids=repr)
def test_a_pure_function_of_seed_depth_and_element(init: object) -> None:
    again = weights(init)
    assert again.tobytes() == weights(init).tobytes()
    assert not np.array_equal(again, weights(init, seed=2))
    assert not np.array_equal(again, weights(init, ordinal=2))
    if not isinstance(init, bn.Orthogonal | bn.Xavier):
        fewer = weights(init, WIDE // 2)
        assert np.array_equal(fewer, again[: WIDE // 2])


@pytest.mark.parametrize("init", [bn.Orthogonal(), bn.LeCun(), bn.Constant(value=0.1)], ids=repr)
def test_lanes_share_weights(init: bn.LeCun) -> None:
    head = bn.Linear(2, init=init)
    plain = bn.Stack(name="plain", layers=(bn.Linear(8, init=init), bn.Tanh(), head))
    normalized = bn.Stack(
        name="bn", layers=(bn.BatchNorm(), bn.Linear(8, bias=False, init=init), bn.BatchNorm(), bn.Tanh(), head)
    )
    session = Session(bn.Experiment(data=bn.TwoSpirals(), stacks=(plain, normalized)), wait=False)
    one, two = (lane.state_dict() for lane in session.lanes)
    assert one["0.weight"].tobytes() == two["1.weight"].tobytes()
    assert one["2.weight"].tobytes() == two["4.weight"].tobytes()
