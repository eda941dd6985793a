"""Names can be shown anywhere."""

from __future__ import annotations

from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bnsim as bn
from bnsim.spec.printable import JOINERS, printable


@pytest.mark.parametrize(
    "name",
    ["plain", "Überlagerung γ = 1", "批量归一化", "שלום", "می\u200cخواهم", "👩\u200d🔬 😀", 'a & <b> "c" $x_1$'],
)
def test_text_of_any_script_stays(name: str) -> None:
    assert printable(name) == name


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("\x1b[0m", "[0m"),
        ("a\0b\x01\x1b[31m\n\nnl", "ab[31m nl"),
        ("\u202eevil", "evil"),
        ("\u2066a\u2069\u200f", "a"),
        ("\ud800", ""),
        (" \t two\u2028lines\xa0", "two lines"),
        ("\x85", ""),
    ],
)
def test_what_steers_text_around_is_left_out(name: str, shown: str) -> None:
    assert printable(name) == shown


@given(st.text(max_size=40))
def test_a_lane_has_a_name_that_can_be_shown(name: str) -> None:
    (stack,) = bn.Experiment(stacks=(bn.Stack(name=name, layers=(bn.Linear(2),)),)).stacks
    assert stack.name == printable(stack.name)
    assert not [c for c in stack.name if category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") and c not in JOINERS]
