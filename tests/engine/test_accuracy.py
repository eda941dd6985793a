"""Operations keep to the bounds that docs/accuracy.md states; the page is where the test has them from."""

from __future__ import annotations

import pytest

from bnsim.engine.kernels.elementwise import ELEMENTWISE

pytest.importorskip("mpmath")
from tests.engine import accuracy


@pytest.mark.parametrize("precision", accuracy.PRECISIONS)
def test_every_operation_keeps_to_the_bound_that_is_stated(precision: str) -> None:
    stated, which = accuracy.bounds(), accuracy.PRECISIONS.index(precision)
    found = accuracy.measured(precision)
    assert found.keys() == stated.keys()
    assert {name: error for name, error in found.items() if not error <= stated[name][which]} == {}


def test_every_activation_is_among_them() -> None:
    assert {known.key for known in ELEMENTWISE} == set(accuracy.VALUES) == set(accuracy.SLOPES)
