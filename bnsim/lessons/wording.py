r"""Sentences with measured numbers in them: `{name}` outside of formulas, `\claim{name}` inside.

A formula stands between dollar signs, and keeps its braces; `\$` is a dollar, `{{` and `}}` are braces.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from bnsim.spec.phrases import Say, in_english, phrase, said

UNMEASURED = "…"
"""What stands in place of a number that is not measured yet."""
FORMULA = re.compile(r"\$\$.+?\$\$|\$[^$\n]+?\$", re.DOTALL)
_PIECE = re.compile(
    rf"(?P<kept>\\\$)|(?P<formula>{FORMULA.pattern})|(?P<brace>\{{\{{|\}}\}})|\{{(?P<name>\w+)\}}", re.DOTALL
)
_IN_FORMULA = re.compile(r"\\claim\{(\w+)\}")
_SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_SIGNS = str.maketrans({"×": r"\times", "%": r"\%", "−": "-"})


def named_in(text: str) -> tuple[str, ...]:
    """The claims that a text names, each once, in their order."""
    found: list[str] = []
    for piece in _PIECE.finditer(text):
        if piece["name"]:
            found.append(piece["name"])
        elif piece["formula"]:
            found += _IN_FORMULA.findall(piece["formula"])
    return tuple(dict.fromkeys(found))


def filled(text: str, numbers: Mapping[str, str]) -> str:
    """The text with the claims' numbers in their places; a claim that is not in `numbers` is dots."""

    def put(piece: re.Match[str]) -> str:
        if piece["formula"]:
            return _IN_FORMULA.sub(lambda name: _as_latex(numbers.get(name[1], r"\ldots")), piece["formula"])
        if piece["name"]:
            number = numbers.get(piece["name"], UNMEASURED)
            begins = not text[: piece.start()].rpartition("\n")[2].strip()
            listed = begins and number.isdecimal() and text[piece.end() : piece.end() + 1] in (".", ")")
            return number + "\\" if listed else number  # "14. It is" would be the item 14 of a list
        return piece["brace"][0] if piece["brace"] else piece[0]

    return _PIECE.sub(put, text)


def _as_latex(number: str) -> str:
    r"""A number of a claim inside a formula: "1.2 × 10⁻⁵" is "1.2 \times 10^{-5}"."""
    number = number.translate(_SIGNS)
    return re.sub("10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", lambda found: f"10^{{{found[1].translate(_SUPERSCRIPTS)}}}", number)


def quoted(question: str, say: Say = in_english) -> str:
    """A sentence that people say, in the quotation marks of a language."""
    return said(phrase("“{question}”", question=question.strip(' “”„"')), say)
