"""One equation as it is shown: its formula, the numbers of one element put in, and what they come to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from bnsim.lenses.equations.expression import Env
from bnsim.lenses.equations.markup import Markup, latex, number
from bnsim.lenses.equations.pieces import Piece, left_piece, pieces
from bnsim.lenses.equations.setting import Equation

RESULT_DIGITS = 6
WIDEST = 62
"""Signs of numbers on a line of LaTeX."""
_COMMANDS = re.compile(r"\\[a-zA-Z]+|[{}\s]+")


class Line(Struct, frozen=True):
    """One equation. `numbers` and `result` are empty and None while not everything is computed.

    `value` is what stands in memory; None where that is not computed yet. `worked` is what the numbers come to.
    """

    formula: tuple[Piece, ...]
    numbers: tuple[Piece, ...]
    result: Markup | None
    value: float | None
    worked: float | None
    note: str = ""

    def latex(self) -> str:
        """The LaTeX of formula, numbers and result, one below the other."""
        left, *right = (piece.latex() for piece in self.formula)
        lines = [f"{left} &{' '.join(right)}"]
        if self.numbers:
            lines.append(_broken(self.numbers).replace("=", "&=", 1))
        if self.result is not None:
            lines.append(f"&= {latex(self.result)}")
        body = " \\\\\n".join(lines)
        return f"\\begin{{aligned}}\n{body}\n\\end{{aligned}}"


def _broken(pieces: Sequence[Piece]) -> str:
    """The pieces in lines of `WIDEST` signs, so that they fit on a page; what is longer in one piece stays whole."""
    lines, signs = [""], 0
    for piece in pieces:
        told = piece.latex()
        size = len(_COMMANDS.sub("x", told))
        if signs and signs + size > WIDEST:
            lines.append("&\\quad ")
            signs = 0
        lines[-1] += f"{told} "
        signs += size
    return " \\\\\n".join(line.rstrip() for line in lines)


def formula_of(each: Equation) -> tuple[Piece, ...]:
    """The formula in pieces, with names."""
    return (left_piece(each.left), *pieces(each.right, None, "←" if each.arrow else "="))


def line_of(each: Equation, env: Env, done: bool) -> Line:
    """The equation with the numbers of the element that `env` chooses; `done`: it has been carried out."""
    value = float(each.left.value(env)) if done and each.left.array is not None else None
    worked: float | None = float(each.right.value(env))
    shown: tuple[Piece, ...] = ()
    if _known(each.right):
        shown = pieces(each.right, env, "=")
    else:
        worked = None
    found = worked if value is None else value
    result = None if found is None else number(found, RESULT_DIGITS, each.left.mark, element=each.left.element(env))
    return Line(formula_of(each), shown, result, value, worked, each.note)


def _known(part: Any) -> bool:
    """Whether every array the expression reads has been computed."""
    if hasattr(part, "array"):
        return part.array is not None
    inner = getattr(part, "__dict__", {})
    return all(_known(each) for given in inner.values() for each in (given if isinstance(given, tuple) else (given,)))
