"""Formulas in pieces between which a line may be broken: at the equals sign, at plus and minus."""

from __future__ import annotations

from msgspec import Struct

from bnsim.lenses.equations.expression import DOT, Add, Env, Expr, Mul, Neg, bracketed, shown
from bnsim.lenses.equations.markup import Atom, Markup, Row, latex, row
from bnsim.spec.numerals import MINUS

SIGNS = {"": "", "=": "=", "+": "+", MINUS: "-", "·": r"\cdot", "←": r"\leftarrow"}


class Piece(Struct, frozen=True):
    """A part of a formula between two places where a line may be broken."""

    sign: str
    body: Markup

    def latex(self) -> str:
        """The LaTeX of the piece, its sign included."""
        return f"{SIGNS[self.sign]} {latex(self.body)}".strip()


def pieces(whole: Expr, env: Env | None, sign: str) -> tuple[Piece, ...]:
    """The right side as pieces, the first after `sign`; with symbols if `env` is None, else with numbers."""
    (first, body), *rest = _terms(whole, env)
    opening = row((Atom("-", MINUS), body)) if first == MINUS else body
    return (Piece(sign, opening), *(Piece(between, term) for between, term in rest))


Term = tuple[str, Markup]
"""A sign and what comes after it."""


def _terms(whole: Expr, env: Env | None) -> list[Term]:
    if isinstance(whole, Add):
        return [term for item in whole.items for term in _terms(item, env)]
    if isinstance(whole, Neg) and isinstance(whole.body, Mul):
        (sign, body), *rest = _terms(whole.body, env)
        return [(_sign(sign != MINUS), body), *rest]
    if isinstance(whole, Mul) and env is not None and whole.factors[-1].level == 0:
        return _product(whole, env)
    return [(_sign(minus), body) for minus, body in whole.terms(env)]


def _sign(minus: bool) -> str:
    return MINUS if minus else "+"


def _product(whole: Mul, env: Env) -> list[Term]:
    """The factors, then a sum in brackets in which a line may be broken."""
    *before, last = whole.factors
    inside = last.terms(env)
    if len(inside) == 1:
        return [(_sign(minus), body) for minus, body in whole.terms(env)]
    minus, first = before[0].signed(env)
    head: list[Markup] = [bracketed(first, env, 1)]
    for factor in before[1:]:
        head += [DOT, bracketed(factor, env, 1)]
    (opening, body), *rest = inside
    start = row((Atom("(", "("), *((Atom("-", MINUS),) if opening else ()), body))
    middle = [(_sign(less), term) for less, term in rest[:-1]]
    end = (_sign(rest[-1][0]), row((rest[-1][1], Atom(")", ")"))))
    return [(_sign(minus), row(head)), ("·", start), *middle, end]


def in_parts(piece: Piece) -> tuple[Piece, ...]:
    """The piece broken at its products and operators as well, for lines that are too narrow for it."""
    if not isinstance(piece.body, Row):
        return (piece,)
    parts: list[Piece] = []
    sign, items = piece.sign, list[Markup]()
    for item in piece.body.items:
        between = _breaks(item, items)
        if between is None:
            items.append(item)
        else:
            parts.append(Piece(sign, row(items)))
            sign, items = between, []
    return (*parts, Piece(sign, row(items))) if items else (piece,)


def _breaks(item: Markup, before: list[Markup]) -> str | None:
    """The sign before which a line may be broken in a row; None if not here: a sum stays with what is summed."""
    if not isinstance(item, Atom) or not before:
        return None
    last = before[-1]
    if isinstance(last, Atom) and (last.operator or last.latex.startswith(r"\sum") or last.text in ("(", "-", MINUS)):
        return None
    if item.operator and item.text in SIGNS:
        return item.text
    return "" if item.latex == r"\," else None


def left_piece(left: Expr) -> Piece:
    """The left side of an equation, with symbols."""
    return Piece("", shown(left, None))
