"""Mathematics as a tree: what is typeset with names, what is typeset with numbers, and LaTeX of both."""

from __future__ import annotations

import math
from collections.abc import Iterable

from msgspec import Struct

from bnsim.spec.numerals import MINUS, fixed

DOTS = "\u2026"


Element = tuple[int, ...]
"""Numbers of an element along the axes of its tensor."""


class Atom(Struct, frozen=True):
    """A symbol, number or operator: its LaTeX, and the characters for it. `mark` numbers the tensor, 0 for none.

    An operator has space around it. A number that stands in memory is of the tensor's `element`.
    """

    latex: str
    text: str = ""
    mark: int = 0
    operator: bool = False
    element: Element | None = None


class Row(Struct, frozen=True):
    """Markup in a row, from left to right."""

    items: tuple[Markup, ...]


class Frac(Struct, frozen=True):
    """A fraction: `top` over `bottom`."""

    top: Markup
    bottom: Markup


class Sup(Struct, frozen=True):
    """A base with an exponent."""

    base: Markup
    exponent: Markup


class Root(Struct, frozen=True):
    """A square root of `body`."""

    body: Markup


class Fence(Struct, frozen=True):
    """Markup in brackets; `left` and `right` are one character each, or empty."""

    body: Markup
    left: str = "("
    right: str = ")"


class Cases(Struct, frozen=True):
    """A definition by cases, each row a (value, condition)."""

    rows: tuple[tuple[Markup, Markup], ...]


Markup = Atom | Row | Frac | Sup | Root | Fence | Cases

LEFT = {"(": r"\left(", "[": r"\left[", "|": r"\left|", "‖": r"\left\lVert", "⌊": r"\left\lfloor", "": r"\left."}
RIGHT = {")": r"\right)", "]": r"\right]", "|": r"\right|", "‖": r"\right\rVert", "⌋": r"\right\rfloor", "": r"\right."}


def operator(latex: str, text: str) -> Atom:
    """An operator, such as "=", with space on both sides."""
    return Atom(latex, text, operator=True)


def row(items: Iterable[Markup]) -> Markup:
    """Markup in a row, from left to right; rows inside become part of it."""
    flat: list[Markup] = []
    for item in items:
        flat.extend(item.items if isinstance(item, Row) else (item,))
    return flat[0] if len(flat) == 1 else Row(tuple(flat))


def latex(node: Markup, colored: bool = False) -> str:
    r"""The LaTeX of `node`; `colored` gives every marked atom the color "#0000nn", nn its mark."""
    if isinstance(node, Atom):
        if colored and node.mark:
            return rf"{{\color{{#{node.mark:06x}}}{{{node.latex}}}}}"
        return f" {node.latex} " if node.operator else node.latex
    if isinstance(node, Row):
        return "".join(_part(item, colored) for item in node.items)
    if isinstance(node, Frac):
        return rf"\frac{{{latex(node.top, colored)}}}{{{latex(node.bottom, colored)}}}"
    if isinstance(node, Sup):
        return f"{{{latex(node.base, colored)}}}^{{{latex(node.exponent, colored)}}}"
    if isinstance(node, Root):
        return rf"\sqrt{{{latex(node.body, colored)}}}"
    if isinstance(node, Fence):
        return _fenced(node, colored)
    rows = r" \\ ".join(rf"{latex(value, colored)} & {latex(where, colored)}" for value, where in node.rows)
    return rf"\begin{{cases}} {rows} \end{{cases}}"


def _part(node: Markup, colored: bool) -> str:
    # A space, lest a command run into the letter after it.
    return latex(node, colored) + (" " if isinstance(node, Atom) and node.latex[-1:].isalpha() else "")


def _fenced(node: Fence, colored: bool) -> str:
    inside = latex(node.body, colored)
    if not _tall(node.body) and node.left in "([" and node.left:
        return f"{node.left}{inside}{node.right}"
    return f"{LEFT[node.left]} {inside} {RIGHT[node.right]}"


def _tall(node: Markup) -> bool:
    if isinstance(node, Row):
        return any(map(_tall, node.items))
    if isinstance(node, Atom):
        return node.latex.startswith((r"\sum", r"\frac"))
    return isinstance(node, Frac | Root | Cases) or (isinstance(node, Sup) and _tall(node.base))


def number(value: float, digits: int, mark: int = 0, *, trim: bool = False, element: Element | None = None) -> Markup:
    """A number as text: `digits` significant digits, a proper minus, a power of ten where it is far from 1.

    `trim` leaves out zeros at the end, of what somebody has set and nobody computed. `element`: which one it is of the
    tensor that `mark` numbers.
    """
    value = float(value)
    if math.isnan(value) or math.isinf(value):
        sign = r"-" if value < 0 else ""
        text = r"\mathrm{NaN}" if math.isnan(value) else sign + r"\infty"
        shown = "NaN" if math.isnan(value) else (MINUS if value < 0 else "") + "∞"
        return Atom(text, shown, mark, element=element)
    text = fixed(value, digits)
    mantissa, _, exponent = text.partition("e")
    if trim and "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    head = Atom(mantissa, mantissa.replace("-", MINUS), mark, element=element)
    if not exponent:
        return head
    power = str(int(exponent))
    ten = Atom("10", "10", mark, element=element)
    times = Atom(r"{\times}", "×", mark, element=element)
    return Row((head, times, Sup(ten, Atom(power, power.replace("-", MINUS), mark, element=element))))
