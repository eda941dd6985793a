"""A formula that cannot be set is told with its step, and so is a number that is not one inside a formula."""

from __future__ import annotations

from pathlib import Path

import pytest

from bnsim.lessons.beginning import begin
from bnsim.lessons.formulas import check_formulas
from bnsim.lessons.reading import read
from bnsim.lessons.shipped import lessons
from bnsim.spec.errors import InputError

FORMULA = r"$\sigma'(z) \leq \frac{1}{4}$"


@pytest.mark.parametrize(
    ("formula", "problem"),
    [
        (r"$\sgma(z)$", r"the formula $\sgma(z)$ cannot be set: there is no command \sgma."),
        (r"$\frac{1}{4$", "a { has no }."),
        ("$x^$", "nothing follows a ^ or a _."),
        (r"$\left( x$", r"\left and \right do not belong to one another."),
        ("$a_b_c$", "two subscripts follow one another; put braces around what belongs together."),
        (r"$z \leq {factor}$", r"in a formula a measured number is \claim{factor}, not {factor}."),
    ],
)
def test_what_is_wrong_with_a_formula_is_one_sentence(tmp_path: Path, formula: str, problem: str) -> None:
    begin(tmp_path / "mine")
    text = tmp_path / "mine" / "lesson.md"
    words = text.read_text("utf-8")
    assert FORMULA in words
    text.write_text(words.replace(FORMULA, formula), "utf-8")
    with pytest.raises(InputError) as caught:
        check_formulas(read(tmp_path / "mine"))
    assert str(caught.value).startswith("lesson.md, the step 'The first step' in line 19: ")
    assert str(caught.value).endswith(problem)


def test_all_formulas_of_lessons_can_be_set() -> None:
    for language in ("en", "de"):
        for lesson in lessons(language).values():
            check_formulas(lesson)
