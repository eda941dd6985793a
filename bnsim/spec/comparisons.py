"""Conditions as a person writes them: an expression, a comparison and a number, such as `norm(dW[0]) < 1e-6`.

Several hold together where `and` stands between them. The expressions are those of watches.
"""

from __future__ import annotations

import re
from typing import Literal

from msgspec import Struct

from bnsim.spec.errors import InputError
from bnsim.spec.expressions import parse

Compared = Literal["<", "<=", ">", ">=", "==", "!="]
MAX_COMPARISONS = 8
_QUOTED = r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'"
_AND = re.compile(rf"({_QUOTED})|(\band\b)")
_SIGN = re.compile(rf"({_QUOTED})|(<=|>=|==|!=|<|>)")


class Comparison(Struct, frozen=True):
    """That the value of `expression` compares so to 0: both sides of what was written are in it.

    `left` and `right` are what was written.
    """

    left: str
    sign: Compared
    right: str

    @property
    def expression(self) -> str:
        """Left minus right, or left alone where right is 0."""
        return self.left if self.right in ("0", "0.0") else f"({self.left}) - ({self.right})"


def comparisons(condition: str) -> tuple[Comparison, ...]:
    """The comparisons of a condition, all of which have to hold. InputError says what cannot be read."""
    found = tuple(map(_comparison, _split(_AND, condition)[::2]))
    if len(found) > MAX_COMPARISONS:
        raise InputError(f"The condition has {len(found)} comparisons, more than {MAX_COMPARISONS}; leave some out.")
    return found


def _comparison(text: str) -> Comparison:
    pieces = [piece.strip() for piece in _split(_SIGN, text)]
    if len(pieces) != 3:
        raise InputError(
            f"“{text.strip()}” is no comparison: write an expression, one of < <= > >= == != and a number, "
            "with “and” between two of them."
        )
    left, sign, right = pieces
    for side in (left, right):
        parse(side)
    return Comparison(left, sign, right)  # type: ignore[arg-type]


def _split(pattern: re.Pattern[str], text: str) -> list[str]:
    """The text at what the pattern's second group finds, which is kept in between; what is in quotes stays whole."""
    pieces, start = [], 0
    for found in pattern.finditer(text):
        if found[2]:
            pieces += [text[start : found.start()], found[2]]
            start = found.end()
    return [*pieces, text[start:]]
