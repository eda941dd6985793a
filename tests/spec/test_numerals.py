"""The few forms numbers are written in."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnsim.spec import numerals

FINITE = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e300, max_value=1e300).filter(
    lambda value: value == 0 or abs(value) > 1e-300
)


def read(text: str) -> float:
    return float(text.replace(numerals.MINUS, "-").replace(",", ""))


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0"), (999, "999"), (1670, "1,670"), (65536, "65,536"), (12345678, "12,345,678")]
)
def test_what_is_counted_is_grouped(number, text):
    assert numerals.count(number) == text
    assert numerals.read_count(text) == number


@pytest.mark.parametrize("text", ["1,67", "1,6700", "1,", ",123x", "1.5", "", "1,67a"])
def test_what_is_grouped_otherwise_is_no_count(text):
    with pytest.raises(ValueError):
        numerals.read_count(text)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (0.0123456, "0.01235"),
        (-0.000123456, "−1.235e−4"),
        (1e-5, "1e−5"),
        (1.25e30, "1.25e+30"),
        (-2.0, "−2"),
        (math.nan, "NaN"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
        (None, "–"),
    ],
)
def test_significant_digits(value, text):
    assert numerals.significant(value) == text


def test_many_digits_have_a_power_of_ten_later():
    assert [numerals.significant(-0.00040789, digits) for digits in (4, 5)] == ["−4.079e−4", "−0.00040789"]
    assert numerals.significant(0.000040789, 5) == "4.0789e−5"


@given(FINITE, st.integers(2, 9))
def test_significant_digits_are_enough_and_have_true_minuses(value, digits):
    text = numerals.significant(value, digits)
    assert "-" not in text
    assert math.isclose(read(text), value, rel_tol=0.5000001 * 10.0 ** (1 - digits), abs_tol=0)


@given(st.floats(min_value=0, max_value=9e4))
def test_a_loss_has_four_digits_or_more(value):
    text = numerals.loss(value)
    assert math.isclose(read(text), value, rel_tol=0.5001e-3, abs_tol=1e-323)
    if 0.1 <= value < 9.9999:
        assert len(text) == 6


@given(FINITE)
def test_numbers_on_cards_have_few_characters(value):
    text = numerals.short(value)
    assert len(text) <= 7
    assert math.isclose(read(text), value, rel_tol=0.5)


@given(FINITE)
def test_what_is_read_on_the_screen_has_true_minuses(value):
    forms = (numerals.short, numerals.significant, numerals.compared, numerals.exact, numerals.rounded)
    for form in (*forms, lambda value: numerals.factor(abs(value)), lambda value: numerals.loss(abs(value))):
        assert "-" not in form(value)


@pytest.mark.parametrize(
    ("number", "size", "text"),
    [(0, 9, "none"), (9, 9, "all"), (1, 8, "12.5 %"), (3, 4096, "3 of 4,096"), (1, 100, "1 %")],
)
def test_shares_of_few(number, size, text):
    assert numerals.share_of(number, size) == text


def test_percents():
    assert [numerals.percent(share) for share in (0.025, 1e-6, 1.0, None)] == ["2.5 %", "< 0.001 %", "100 %", "–"]
    assert numerals.whole_percent(0.964) == "96 %"


def test_one_is_one_layer():
    assert [numerals.counted(number, "layer") for number in (0, 1, 1200)] == ["0 layers", "1 layer", "1,200 layers"]
