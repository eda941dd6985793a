"""Markdown and formulas as plain text."""

from __future__ import annotations

import pytest

from bnsim.lessons.plain import formula, plain, sentences
from bnsim.lessons.shipped import lessons


@pytest.mark.parametrize(
    ("latex", "said"),
    [
        (r"\sigma'(z) \leq \frac{1}{4}", "σ′(z) ≤ 1/4"),
        (r"\frac{\partial L}{\partial x}", "∂L/∂x"),
        (r"W^{\top} \left( a \odot b \right)", "Wᵀ (a ⊙ b)"),
        (r"\sqrt{\sigma^2 + \epsilon}", "√(σ² + ε)"),
        (r"\hat{x}_{i} \, \mathrm{Var}[x]", "x̂ᵢ Var[x]"),
        (r"e^{-\lambda t}", "e^(−λt)"),
        (r"1.2 \times 10^{-5}", "1.2 × 10⁻⁵"),
        (r"\ln 10", "ln 10"),
        (r"\varepsilon = 10^{-5}", "ε = 10⁻⁵"),
        (r"\pi / (\pi - 1)", "π/(π − 1)"),
        (r"\eta / \|w\|^2", "η/‖w‖²"),
        (r"-\beta / \gamma + x", "−β/γ + x"),
    ],
)
def test_a_formula_is_a_line_of_signs(latex: str, said: str) -> None:
    assert formula(latex) == said


def test_markdown_loses_its_marks() -> None:
    text = "## A *b*\n\nSome **bold\nwords**, `code`, [a page](x.y), 2 * 3 * 4 and $x * y_1 * z$.\n\n- one\n- two \\*\n"
    assert plain(text) == ("A b\nSome bold words, code, a page, 2 * 3 * 4 and x * y₁ * z.\n• one\n• two *")


def test_sentences_are_taken_whole() -> None:
    assert sentences("One is. Two are! Three?", 16) == "One is. Two are!"
    assert sentences("A long one that goes on. Two.", 5) == "A long one that goes on."
    assert sentences("One is. Two goes on: and on, as long as that.", 25) == "One is."
    assert sentences("Two goes on: and on. Three.", 14) == "Two goes on:"


@pytest.mark.parametrize("name", lessons())
def test_no_command_of_latex_is_left_in_a_lesson(name: str) -> None:
    for step in lessons()[name].steps:
        for text in step.texts:
            assert "\\" not in plain(text)
            assert "$" not in plain(text)


def test_a_formula_that_is_too_deep_stays_as_it_is_written() -> None:
    deep = r"\frac{1}{" * 5000
    assert formula(deep) == deep
