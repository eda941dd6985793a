"""What arrays of any kind come to, against NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from bnsim.lenses.tensor.summary import BINS, CELLS, grid, histogram, summary


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(1,), (7, 5), (300, 700)])
def test_summary_is_numpys(dtype, shape):
    array = np.random.default_rng(1).normal(3.0, 2.0, shape).astype(dtype)
    array.reshape(-1)[::5] = 0
    found, wide = summary(array), array.astype(np.float64)
    assert found.size == array.size
    np.testing.assert_allclose(found.mean, wide.mean(), rtol=1e-12)
    np.testing.assert_allclose(found.std, wide.std(), rtol=1e-12)
    np.testing.assert_allclose(found.norm, np.linalg.norm(wide), rtol=1e-12)
    assert (found.low, found.high) == (array.min(), array.max())
    assert found.zeros == np.count_nonzero(array == 0)
    assert (found.subnormals, found.non_finite) == (0, 0)


@pytest.mark.parametrize(("dtype", "tiny"), [(np.float32, 1e-40), (np.float64, 1e-310)])
def test_subnormals_are_counted_and_do_not_vanish_from_the_norm(dtype, tiny):
    array = np.array([tiny, -tiny, 0.0, np.finfo(dtype).tiny], dtype)
    found = summary(array)
    assert (found.subnormals, found.zeros) == (2, 1)
    assert found.norm >= np.finfo(dtype).tiny
    assert found.std > 0


def test_the_norm_of_numbers_whose_squares_vanish_or_overflow():
    assert summary(np.full(4, 1e-200)).norm == pytest.approx(2e-200)
    assert summary(np.full(4, 1e200)).norm == pytest.approx(2e200)
    found = summary(np.array([1e308, -1e308]))
    assert found.mean == 0
    assert found.std == pytest.approx(1e308)


def test_what_is_not_finite_is_counted_and_left_out():
    array = np.array([[1.0, np.nan, 3.0], [np.inf, -np.inf, 5.0]])
    found = summary(array)
    assert found.non_finite == 3
    assert (found.mean, found.low, found.high) == (3.0, 1.0, 5.0)
    assert histogram(array, found).counts.sum() == 3
    seen = grid(array)
    np.testing.assert_array_equal(np.isnan(seen.cells), ~np.isfinite(array))
    np.testing.assert_array_equal(seen.infinite, np.isinf(array))


def test_nothing_finite_at_all():
    array = np.full((2, 2), np.nan)
    found = summary(array)
    assert found.non_finite == 4
    assert np.isnan(found.mean)
    assert histogram(array, found).counts.sum() == 0


def test_histogram_is_numpys():
    array = np.random.default_rng(2).normal(size=(80, 90))
    found = histogram(array, summary(array))
    counts, edges = np.histogram(array, BINS)
    np.testing.assert_allclose(found.edges, edges, atol=1e-12)
    assert found.counts.sum() == array.size
    # A number on an edge may fall to either side of it.
    assert np.abs(found.counts - counts).sum() <= 2


@pytest.mark.parametrize("value", [0.0, 3.0, -2e300, 5e-324])
def test_histogram_of_one_value(value):
    array = np.full(6, value)
    found = histogram(array, summary(array))
    assert found.counts.sum() == 6
    assert (np.diff(found.edges) >= 0).all()
    assert found.edges[0] <= value <= found.edges[-1]


def test_histogram_over_the_whole_range():
    array = np.array([-1e308, 0.0, 1e308])
    found = histogram(array, summary(array))
    assert found.counts.sum() == 3
    assert np.isfinite(found.edges).all()


def test_a_small_matrix_is_drawn_as_it_is():
    array = np.random.default_rng(3).normal(size=(10, CELLS))
    seen = grid(array)
    assert seen.step == (1, 1)
    np.testing.assert_array_equal(seen.cells, array)


def test_a_cell_of_a_large_matrix_is_its_largest_element_with_its_sign():
    array = np.random.default_rng(4).normal(size=(2 * CELLS + 1, 3 * CELLS - 1))
    array[5, 7], array[100, 200] = -50.0, 60.0
    seen = grid(array)
    high, wide = seen.step
    assert (high, wide) == (3, 3)
    assert max(seen.cells.shape) <= CELLS
    assert seen.cells[5 // high, 7 // wide] == -50
    assert seen.cells[100 // high, 200 // wide] == 60
    for row, column in [(0, 0), (40, 90), seen.cells.shape]:
        row, column = min(row, seen.cells.shape[0] - 1), min(column, seen.cells.shape[1] - 1)
        block = array[row * high : (row + 1) * high, column * wide : (column + 1) * wide].reshape(-1)
        assert seen.cells[row, column] == block[np.abs(block).argmax()]
