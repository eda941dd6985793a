"""How near a prediction is, in words; it is never told by a color alone."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bnsim.lessons.nearness import of_choice, of_curve, of_number
from bnsim.ui.learn.lesson.prediction import number_in


@pytest.mark.parametrize(
    ("said", "true", "near", "words"),
    [
        (0.24, 0.236, True, "nearly to the digit"),
        (0.3, 0.236, True, "too large by a factor of 1.3"),
        (0.02, 0.236, False, "too small by a factor of 12"),
        (1.0, 1e-12, False, "12 powers of ten"),
        (-1.0, 1.0, False, "other sign"),
        (0.0, 1.0, False, "zero"),
        (1.0, math.nan, False, "no number"),
        (-4.0, -2.0, False, "too large by a factor of 2"),
    ],
)
def test_a_number(said: float, true: float, near: bool, words: str) -> None:
    verdict = of_number(said, true, 1.5)
    assert verdict.near is near
    assert words in verdict.words


def test_a_choice_that_is_wrong_says_the_right_one() -> None:
    assert of_choice(2, 2, ("one", "two")).near
    verdict = of_choice(1, 2, ("one", "two"))
    assert (verdict.near, verdict.words) == (False, "No. Right is: two")


def test_a_curve_is_told_by_how_far_and_which_way() -> None:
    true = np.logspace(-6, 0, 7)
    assert of_curve(2 * true, true, 3.0, log=True).near
    far = of_curve(true[::-1].copy(), true, 3.0, log=True)
    assert not far.near
    assert "Yours falls, it rises." in far.words
    assert "flat" in of_curve(np.ones(7), true, 3.0, log=True).words
    grows = np.logspace(0, 1.5, 7)
    assert of_curve(2 * grows, grows, 6.0, log=True).near
    flat = of_curve(np.full(7, 6.0), grows, 6.0, log=True)
    assert not flat.near, "within the factor in the middle, and blind to what happens"
    assert "Yours is flat, it rises." in flat.words
    assert of_curve(np.full(7, 1.0), np.linspace(0.95, 1.05, 7), 3.0, log=True).near, "it is nearly flat itself"
    assert of_curve(np.linspace(0, 1, 5), np.linspace(0, 1.1, 5), 3.0, log=False).near
    assert not of_curve(np.full(3, np.nan), np.ones(3), 3.0, log=False).near


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.25", 0.25),
        ("0,25", 0.25),
        ("3e-9", 3e-9),
        ("3 × 10⁻⁹", 3e-9),
        ("3*10^-9", 3e-9),
        ("10^-3", 1e-3),
        ("12 %", 0.12),
        ("−2", -2.0),
        ("three", None),
        ("", None),
        ("nan", None),
        ("1e999", None),
    ],
)
def test_a_number_is_read_as_people_write_it(text: str, value: float | None) -> None:
    found = number_in(text)
    assert found is None if value is None else found == pytest.approx(value)
