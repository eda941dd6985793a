"""Data made from a formula, its test part, and what a dialog shows of it."""

from __future__ import annotations

import numpy as np
import pytest

import bnsim as bn
from bnsim.data import load
from bnsim.data.dataset import standardized
from bnsim.session import Session
from bnsim.spec.datasets import Data, DataShape

GENERATED = [
    bn.TwoSpirals(),
    bn.Blobs(),
    bn.TwoMoons(),
    bn.Circles(),
    bn.XOR(),
    bn.GaussianNoise(),
    bn.Curve(),
    bn.Curve(function="step"),
    bn.Curve(function="polynomial"),
]


def kind(data: Data) -> str:
    return f"{type(data).__name__} {getattr(data, 'function', '')}".strip()


@pytest.mark.parametrize("data", GENERATED, ids=kind)
def test_finite_read_only_and_always_the_same(data: Data) -> None:
    first, again = load(data), load(type(data)(**{f: getattr(data, f) for f in data.__struct_fields__}))
    assert np.isfinite(first.x).all()
    assert np.isfinite(first.y).all()
    assert np.array_equal(first.x, again.x)
    for array in (first.x, first.y, first.test_x, first.test_y):
        assert not array.flags.writeable
        assert array.flags.c_contiguous
    assert first.shape.rows == len(first.x) == len(first.y) == data.samples  # type: ignore[union-attr]


@pytest.mark.parametrize("samples", [2, 3, 5])
@pytest.mark.parametrize("data", GENERATED, ids=kind)
def test_the_smallest_sets_keep_their_shape(data: Data, samples: int) -> None:
    fields = {f: getattr(data, f) for f in data.__struct_fields__}
    small = load(type(data)(**{**fields, "samples": samples}))
    wanted = load(data).shape
    assert (small.shape.features, small.shape.outputs) == (wanted.features, wanted.outputs)
    assert np.isfinite(small.x).all()


@pytest.mark.parametrize("data", [bn.Blobs(), bn.TwoMoons(), bn.Circles(), bn.XOR(), bn.GaussianNoise()], ids=kind)
def test_classes_are_even(data: Data) -> None:
    counts = load(data).preview.class_counts
    assert sum(counts) == data.samples  # type: ignore[union-attr]
    assert max(counts) - min(counts) <= 1


def test_blobs_lie_about_the_unit_circle() -> None:
    found = load(bn.Blobs(samples=6000, classes=4, noise=0.3))
    centers = np.array([found.x[found.y == k].mean(axis=0) for k in range(4)])
    np.testing.assert_allclose(centers, [[1, 0], [0, 1], [-1, 0], [0, -1]], atol=0.03)
    spread = found.x - np.array([[1, 0], [0, 1], [-1, 0], [0, -1]])[found.y]
    assert spread.std() == pytest.approx(0.3, rel=0.03)


def test_moons_are_half_circles() -> None:
    found = load(bn.TwoMoons(samples=100, noise=0.0))
    upper, lower = found.x[found.y == 0], found.x[found.y == 1]
    np.testing.assert_allclose(np.hypot(*upper.T), 1)
    np.testing.assert_allclose(np.hypot(*(lower - [1.0, 0.5]).T), 1)
    assert upper[:, 1].min() > -1e-12
    assert lower[:, 1].max() < 0.5 + 1e-12


def test_circles_have_their_radii() -> None:
    found = load(bn.Circles(samples=100, noise=0.0, inner=0.25))
    np.testing.assert_allclose(np.hypot(*found.x.T), np.where(found.y == 0, 1.0, 0.25))


def test_xor_of_four_is_the_truth_table() -> None:
    found = load(bn.XOR(samples=4, noise=0.0))
    assert {(*row, k) for row, k in zip(found.x.tolist(), found.y.tolist(), strict=True)} == {
        (-1, -1, 0),
        (-1, 1, 1),
        (1, -1, 1),
        (1, 1, 0),
    }


def test_gaussian_noise_knows_nothing_of_its_labels() -> None:
    found = load(bn.GaussianNoise(samples=20_000, features=8, classes=2))
    assert found.x.mean() == pytest.approx(0, abs=0.01)
    assert found.x.var() == pytest.approx(1, rel=0.01)
    assert abs(found.x[found.y == 0].mean(axis=0) - found.x[found.y == 1].mean(axis=0)).max() < 0.06
    assert 0.4 < (found.y[:-1] == found.y[1:]).mean() < 0.6


@pytest.mark.parametrize(
    ("function", "at", "value"),
    [("sine", 60, 0.9510565), ("step", 60, 1.0), ("step", 40, -1.0), ("step", 50, 0.0), ("polynomial", 25, 1.0)],
)
def test_curves(function: str, at: int, value: float) -> None:
    found = load(bn.Curve(function=function, samples=101, noise=0.0))  # type: ignore[arg-type]
    assert found.shape == DataShape(rows=101, features=1, outputs=1, classification=False)
    assert found.x[at, 0] == pytest.approx(at / 50 - 1)
    assert found.y[at, 0] == pytest.approx(value)


def test_a_curve_can_be_learned() -> None:
    layers = (bn.Linear(16), bn.Tanh(), bn.Linear(1))
    training = bn.Training(batch_size=40, optimizer=bn.Adam(lr=0.02))
    session = Session(
        bn.Experiment(data=bn.Curve(noise=0.0), training=training, stacks=(bn.Stack(layers=layers, loss=bn.MSE()),))
    )
    session.run(1500)
    assert session.history["loss"]["stack"][-1] < 0.05


# The test part


@pytest.mark.parametrize("fraction", [0.1, 0.25, 0.9])
def test_the_test_part_and_the_rest_are_the_whole(fraction: float) -> None:
    whole, split = load(bn.Digits()), load(bn.Digits(test_fraction=fraction))
    assert split.shape.test_rows == len(split.test_x) == len(split.test_y) == round(1797 * fraction)
    assert split.shape.rows == len(split.x) == 1797 - len(split.test_x)
    parts = np.vstack((split.x, split.test_x))
    assert sorted(map(bytes, parts)) == sorted(map(bytes, whole.x))
    assert np.array_equal(load(bn.Digits(test_fraction=fraction)).test_y, split.test_y)
    assert split.preview.class_counts == whole.preview.class_counts


def test_without_a_fraction_nothing_is_kept_back() -> None:
    found = load(bn.Digits())
    assert found.test_x.shape == (0, 64)
    assert found.test_y.shape == (0,)
    assert found.shape.test_rows == 0


def test_something_is_left_to_train_on_and_to_test() -> None:
    found = load(bn.XOR(samples=2, test_fraction=0.9))
    assert (found.shape.rows, found.shape.test_rows) == (1, 1)
    assert load(bn.XOR(samples=4, test_fraction=0.01)).shape.test_rows == 1


def test_standardizing_looks_at_the_training_part_alone() -> None:
    raw, found = load(bn.Digits(test_fraction=0.3)), load(bn.Digits(test_fraction=0.3, standardize=True))
    varying = raw.x.std(axis=0) > 0
    np.testing.assert_allclose(found.x.mean(axis=0), 0, atol=1e-13)
    np.testing.assert_allclose(found.x[:, varying].var(axis=0), 1, atol=1e-12)
    wanted = (raw.test_x - raw.x.mean(axis=0))[:, varying] / raw.x.std(axis=0)[varying]
    np.testing.assert_allclose(found.test_x[:, varying], wanted, atol=1e-12)
    assert (found.test_x[:, ~varying] == 0).all()


def test_standardizing_changes_no_number_it_was_given() -> None:
    x = np.arange(6.0).reshape(3, 2)
    standardized(x, x[:1])
    assert np.array_equal(x, np.arange(6.0).reshape(3, 2))


# What a dialog shows


def test_preview() -> None:
    shown = load(bn.Blobs(samples=10, classes=3, noise=0.0, test_fraction=0.5)).preview
    assert (shown.names, shown.target, shown.rows) == (("x₁", "x₂"), "y", 10)
    assert shown.class_counts == (4, 3, 3)
    assert shown.x.shape == (8, 2)
    assert list(shown.y) == [0, 1, 2, 0, 1, 2, 0, 1]


def test_preview_of_numbers_to_predict() -> None:
    shown = load(bn.Curve(samples=5)).preview
    assert (shown.names, shown.class_counts, shown.y.shape) == (("x",), (), (5, 1))


def test_preview_shows_numbers_as_they_are_stored() -> None:
    assert np.array_equal(load(bn.Digits(standardize=True)).preview.x, load(bn.Digits()).x[:8])
