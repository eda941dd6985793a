from __future__ import annotations

import numpy as np
import pytest

import bnsim as bn
from bnsim.data import describe, load
from bnsim.spec.datasets import Data, DataShape
from bnsim.spec.resources import resource


def test_digits() -> None:
    digits = load(bn.Digits())
    assert digits.shape == DataShape(rows=1797, features=64, outputs=10, classification=True)
    assert digits.feature_shape == (8, 8)
    assert (digits.x.min(), digits.x.max()) == (0.0, 1.0)
    assert list(digits.y[:10]) == list(range(10))
    assert list(np.bincount(digits.y)) == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]


def test_digits_are_scikit_learns() -> None:
    datasets = pytest.importorskip("sklearn.datasets")
    x, y = datasets.load_digits(return_X_y=True)
    digits = load(bn.Digits())
    assert np.array_equal(digits.x * 16, x)
    assert np.array_equal(digits.y, y)


def test_digits_come_with_source_and_license() -> None:
    words = resource("digits.md").read_text(encoding="utf-8")
    assert "UCI" in words
    assert "CC BY 4.0" in words


def test_standardized_digits() -> None:
    x = load(bn.Digits(standardize=True)).x
    varying = load(bn.Digits()).x.std(axis=0) > 0
    assert np.allclose(x.mean(axis=0), 0.0, atol=1e-14)
    assert np.allclose(x.var(axis=0)[varying], 1.0, atol=1e-13)
    assert np.all(x[:, ~varying] == 0.0)


@pytest.mark.parametrize("data", [bn.Digits(), bn.Digits(standardize=True), bn.TwoSpirals()])
def test_arrays_are_ordered_typed_and_read_only(data: Data) -> None:
    found = load(data)
    assert found.x.dtype == np.float64
    assert found.y.dtype == np.int64
    assert found.x.flags.c_contiguous
    with pytest.raises(ValueError, match="read-only"):
        found.x[0, 0] = 1.0
    with pytest.raises(ValueError, match="read-only"):
        found.y[0] = 1
    assert describe(data) == found.shape


def test_asking_again_gives_the_same_arrays() -> None:
    assert load(bn.TwoSpirals(samples=50)).x is load(bn.TwoSpirals(samples=50)).x


def test_spirals_are_balanced_and_turn_about_each_other() -> None:
    spirals = load(bn.TwoSpirals(samples=400, noise=0.0))
    assert spirals.shape == DataShape(rows=400, features=2, outputs=2, classification=True)
    assert list(np.bincount(spirals.y)) == [200, 200]
    assert np.allclose(spirals.x[spirals.y == 0], -spirals.x[spirals.y == 1], atol=1e-12)
    assert np.hypot(*spirals.x.T).max() == pytest.approx(1.0)


def test_spiral_noise_has_its_spread() -> None:
    clean = load(bn.TwoSpirals(samples=10_000, noise=0.0)).x
    noisy = load(bn.TwoSpirals(samples=10_000, noise=0.3)).x
    assert (noisy - clean).std() == pytest.approx(0.3, rel=0.02)


@pytest.mark.parametrize("samples", [2, 3])
def test_the_smallest_spirals(samples: int) -> None:
    found = load(bn.TwoSpirals(samples=samples))
    assert found.x.shape == (samples, 2)
    assert np.isfinite(found.x).all()


def test_a_missing_resource_is_named() -> None:
    with pytest.raises(FileNotFoundError, match=r"nothing\.json"):
        resource("nothing.json")
