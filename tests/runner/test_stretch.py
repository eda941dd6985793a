"""How many iterations full speed makes between two looks for orders."""

from __future__ import annotations

import pytest

from bnsim.runner.stretch import LONG_STRETCH_SECONDS, STRETCH_SECONDS, Stretch


def settled(seconds_each: float) -> Stretch:
    """After many stretches of iterations that take so long each."""
    stretch = Stretch()
    for _ in range(40):
        stretch.took(stretch.iterations, stretch.iterations * seconds_each)
    return stretch


@pytest.mark.parametrize("seconds_each", [1e-6, 1e-5, 1e-4, 1e-3])
def test_a_stretch_fills_its_time_and_no_more(seconds_each: float) -> None:
    taken = settled(seconds_each).iterations * seconds_each
    assert STRETCH_SECONDS / 2 <= taken <= 1.001 * STRETCH_SECONDS


@pytest.mark.parametrize("seconds_each", [2e-3, 4e-3, 9e-3])
def test_slow_iterations_have_a_longer_stretch(seconds_each: float) -> None:
    iterations = settled(seconds_each).iterations
    assert 4 <= iterations <= 8
    assert iterations * seconds_each <= 1.001 * LONG_STRETCH_SECONDS


def test_one_iteration_that_is_longer_than_any_stretch_is_made_alone() -> None:
    assert settled(0.3).iterations == 1


def test_a_few_quick_iterations_make_no_endless_stretch() -> None:
    stretch = Stretch()
    stretch.took(1, 1e-9)
    assert stretch.iterations <= 8


def test_a_stretch_of_nothing_says_nothing() -> None:
    stretch = settled(0.001)
    before = stretch.iterations
    stretch.took(0, 1.0)
    assert stretch.iterations == before
