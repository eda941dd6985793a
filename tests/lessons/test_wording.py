"""Numbers go into sentences, and leave formulas alone unless they are asked for there."""

from __future__ import annotations

import pytest

from bnsim.lessons.wording import filled, named_in

NUMBERS = {"n": "1.2 × 10⁻⁵", "m": "12 %", "k": "14"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("It is {n}.", "It is 1.2 × 10⁻⁵."),
        ("It is {x}.", "It is …."),
        ("A {{brace}} and {m}", "A {brace} and 12 %"),
        (r"$\sqrt{n}$ is {n}", r"$\sqrt{n}$ is 1.2 × 10⁻⁵"),
        (r"$a = \claim{n}$ and $\claim{m}$", r"$a = 1.2 \times 10^{-5}$ and $12 \%$"),
        ("$$\n\\frac{n}{m}\n$$ {m}", "$$\n\\frac{n}{m}\n$$ 12 %"),
        ("{k}. It is not the item of a list", r"14\. It is not the item of a list"),
        ("So\n\n{k}) and {k}.", "So\n\n14\\) and 14."),
        (r"\$5 for {m}, or \$6", r"\$5 for 12 %, or \$6"),
    ],
)
def test_numbers_stand_in_sentences(text: str, said: str) -> None:
    assert filled(text, NUMBERS) == said


def test_names_are_found_once_each() -> None:
    assert named_in(r"{b} $\frac{c}{d} \claim{a}$ {b} {{e}}") == ("b", "a")
