"""Conditions as a person writes them."""

from __future__ import annotations

import pytest

from bnsim.spec.comparisons import Comparison, comparisons
from bnsim.spec.errors import InputError


def test_a_condition_is_comparisons_that_all_have_to_hold() -> None:
    found = comparisons('norm(dW("a < b and c")[0]) < 1e-6 and loss >= 2 * accuracy')
    assert found == (Comparison('norm(dW("a < b and c")[0])', "<", "1e-6"), Comparison("loss", ">=", "2 * accuracy"))
    assert [each.expression for each in found] == [
        '(norm(dW("a < b and c")[0])) - (1e-6)',
        "(loss) - (2 * accuracy)",
    ]
    assert comparisons("loss>0")[0].expression == "loss"


@pytest.mark.parametrize(
    ("condition", "problem"),
    [
        ("loss", "“loss” is no comparison: write an expression, one of < <="),
        ("1 < loss < 2", "“1 < loss < 2” is no comparison"),
        ("loss < ", "Column 1: the expression ends where a number is expected"),
        ("loss < 1 and", "“” is no comparison"),
        ("los < 1", "Column 1: there is no los; did you mean loss"),
        (" and ".join(["loss < 1"] * 9), "The condition has 9 comparisons, more than 8"),
    ],
)
def test_what_is_no_condition_is_one_sentence(condition: str, problem: str) -> None:
    with pytest.raises(InputError) as caught:
        comparisons(condition)
    assert problem in str(caught.value)
