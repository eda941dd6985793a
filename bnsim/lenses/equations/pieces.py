"""Formulas in pieces between which a line may be broken: at the equals sign, at plus and minus."""

from __future__ import annotations

from msgspec import Struct

from bnsim.lenses.equations.expression import DOT, Add, Env, Expr, Mul, Neg, bracketed, shown
from bnsim.lenses.equations.markup import MINUS, Atom, Markup, latex, row

SIGNS = {"": "", "=": "=", "+": "+", MINUS: "-", "←": r"\leftarrow"}


class Piece(Struct, frozen=True):
    """`sign` stands before it: "=", "+", "−", "←" or nothing."""

    sign: str
    body: Markup

    def latex(self) -> str:
        """With its sign."""
        return f"{SIGNS[self.sign]} {latex(self.body)}".strip()


def pieces(whole: Expr, env: Env | None, sign: str) -> tuple[Piece, ...]:
    """`sign` and what comes to the right of it; names where there is no environment."""
    terms = _terms(whole, env)
    out = []
    for number, (minus, body) in enumerate(terms):
        if number:
            out.append(Piece(MINUS if minus else "+", body))
        else:
            out.append(Piece(sign, row((Atom("-", MINUS), body)) if minus else body))
    return tuple(out)


def _terms(whole: Expr, env: Env | None) -> list[tuple[bool, Markup]]:
    if isinstance(whole, Add):
        return [term for item in whole.items for term in _terms(item, env)]
    if isinstance(whole, Neg) and isinstance(whole.body, Mul):
        (minus, body), *rest = _terms(whole.body, env)
        return [(not minus, body), *rest]
    if isinstance(whole, Mul) and env is not None and whole.factors[-1].level == 0:
        return _product(whole, env)
    return whole.terms(env)


def _product(whole: Mul, env: Env) -> list[tuple[bool, Markup]]:
    """Factors, then a sum in brackets that may be broken inside."""
    *before, last = whole.factors
    inside = last.terms(env)
    if len(inside) == 1:
        return whole.terms(env)
    minus, first = before[0].signed(env)
    head: list[Markup] = [bracketed(first, env, 1)]
    for factor in before[1:]:
        head += [DOT, bracketed(factor, env, 1)]
    (opening, body), *rest = inside
    head += [DOT, Atom("(", "("), *((Atom("-", MINUS),) if opening else ()), body]
    closing = (rest[-1][0], row((rest[-1][1], Atom(")", ")"))))
    return [(minus, row(head)), *rest[:-1], closing]


def left_piece(left: Expr) -> Piece:
    """What is computed."""
    return Piece("", shown(left, None))
