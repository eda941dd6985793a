"""Expressions beyond plain arithmetic: sums over an index, functions, conditions, look-ups."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from bnsim.lenses.equations.expression import TERM_DIGITS, Env, Expr, Sym, bracketed, joined, shown
from bnsim.lenses.equations.markup import DOTS, Atom, Cases, Fence, Markup, Root, Sup, number, operator, row

HEAD, TAIL = 2, 1
"""Terms of a long sum that are written out at its beginning and its end."""


@dataclass(frozen=True, eq=False)
class Sum(Expr):
    """The sum over some letters, each of which counts from its start, as many times as `stops` says."""

    letters: str
    body: Expr
    stops: tuple[int, ...]
    starts: tuple[Any, ...] = ()
    level = 0
    is_sum = True

    def _ranges(self, env: Env) -> list[range]:
        starts = self.starts or (0,) * len(self.letters)
        firsts = [int(env[first]) if isinstance(first, str) else int(first) for first in starts]
        return [range(first, first + count) for first, count in zip(firsts, self.stops, strict=True)]

    def value(self, env: Env) -> Any:
        """The sum over the last axis of the terms, which holds all combinations of the letters."""
        grids = np.meshgrid(*self._ranges(env), indexing="ij")
        inner = {letter: _deeper(at) for letter, at in env.items()}
        inner |= {letter: grid.ravel() for letter, grid in zip(self.letters, grids, strict=True)}
        terms = np.asarray(self.body.value(inner))
        count = grids[0].size
        return terms.sum(axis=-1) if terms.ndim and terms.shape[-1] == count else terms * count

    def names(self) -> Markup:
        """A sigma with the letters below it, and the term."""
        below = ",".join(self.letters) if len(self.letters) > 1 else self.letters
        body = self.body.names()
        bracket = self.body.level == 0
        return row((Atom(rf"\sum\limits_{{{below}}}"), Fence(body) if bracket else body))

    def numbers(self, env: Env) -> Markup:
        return joined(self.terms(env))

    def terms(self, env: Env | None) -> list[tuple[bool, Markup]]:
        """Every term; of many, the first two, dots, and the last. With symbols: the sigma as one term."""
        if env is None:
            return [(False, self.names())]
        ranges = self._ranges(env)
        count = int(np.prod([len(each) for each in ranges]))
        whole = count <= HEAD + TAIL + 1
        chosen = range(count) if whole else [*range(HEAD), *range(count - TAIL, count)]
        shape = tuple(map(len, ranges))
        out: list[tuple[bool, Markup]] = []
        for term in chosen:
            if not whole and term == count - TAIL:
                out.append((False, Atom(r"\dots", DOTS)))
            at = np.unravel_index(term, shape)
            places = {letter: ranges[k][int(at[k])] for k, letter in enumerate(self.letters)}
            minus, rest = self.body.signed({**env, **places})
            out.append((minus, bracketed(rest, {**env, **places}, 1)))
        return out


@dataclass(frozen=True, eq=False)
class Largest(Expr):
    """The maximum of an expression over a letter that counts from 0 to `stop` - 1."""

    letter: str
    body: Expr
    stop: int

    def value(self, env: Env) -> Any:
        """The maximum, in the shape of the other letters."""
        inner = {letter: _deeper(at) for letter, at in env.items()} | {self.letter: np.arange(self.stop)}
        return np.max(self.body.value(inner), axis=-1)

    def names(self) -> Markup:
        """The word max with the letter below it, and the expression."""
        return row((Atom(rf"\max\limits_{{{self.letter}}}"), self.body.names()))

    def numbers(self, env: Env) -> Markup:
        """The maximum as one number."""
        return number(float(self.value(env)), TERM_DIGITS)


@dataclass(frozen=True, eq=False)
class Carefully(Expr):
    """An expression that is written as `plain` and evaluated as `careful`: equal but for overflow and rounding."""

    plain: Expr
    careful: Expr

    @property
    def level(self) -> int:  # type: ignore[override]
        """How tightly the plain expression binds."""
        return self.plain.level

    def value(self, env: Env) -> Any:
        """The value of the careful expression."""
        return self.careful.value(env)

    def names(self) -> Markup:
        return self.plain.names()

    def numbers(self, env: Env) -> Markup:
        return self.plain.numbers(env)

    def signed(self, env: Env | None) -> tuple[bool, Expr]:
        return self.plain.signed(env)

    def terms(self, env: Env | None) -> list[tuple[bool, Markup]]:
        return self.plain.terms(env)


def _deeper(at: Any) -> Any:
    return at[..., None] if isinstance(at, np.ndarray) and at.ndim else at


@dataclass(frozen=True, eq=False)
class Func(Expr):
    """A function by name, such as tanh or max; `around` are the brackets it is written with."""

    tex: str
    text: str
    call: Callable[..., Any]
    items: tuple[Expr, ...]
    around: tuple[str, str] = ("(", ")")

    def value(self, env: Env) -> Any:
        return self.call(*(item.value(env) for item in self.items))

    def names(self) -> Markup:
        return self._called(None)

    def numbers(self, env: Env) -> Markup:
        return self._called(env)

    def _called(self, env: Env | None) -> Markup:
        inside: list[Markup] = []
        for position, item in enumerate(self.items):
            inside += [Atom(r",\,", ", ")] if position else []
            inside.append(shown(item, env))
        fence = Fence(row(inside), *self.around)
        return row((Atom(self.tex, self.text), fence)) if self.tex else fence


@dataclass(frozen=True, eq=False)
class Exp(Expr):
    """The exponential function, written as e with an exponent."""

    exponent: Expr

    def value(self, env: Env) -> Any:
        """The exponential; infinity where that overflows."""
        return np.exp(self.exponent.value(env))

    def names(self) -> Markup:
        return Sup(Atom("e", "𝑒"), self.exponent.names())

    def numbers(self, env: Env) -> Markup:
        return Sup(Atom("e", "𝑒"), self.exponent.numbers(env))


@dataclass(frozen=True, eq=False)
class Sqrt(Expr):
    """The square root of an expression."""

    body: Expr

    def value(self, env: Env) -> Any:
        """The square root; NaN for a negative number."""
        return np.sqrt(self.body.value(env))

    def names(self) -> Markup:
        return Root(self.body.names())

    def numbers(self, env: Env) -> Markup:
        return Root(self.body.numbers(env))


COMPARE: dict[str, tuple[str, Callable[..., Any]]] = {
    ">": (">", np.greater),
    "≤": (r"\le", np.less_equal),
    "≥": (r"\ge", np.greater_equal),
    "<": ("<", np.less),
    "=": ("=", np.equal),
}


@dataclass(frozen=True, eq=False)
class Let(Expr):
    """A long expression that is written as a short symbol; a remark beside the formula explains the symbol."""

    tex: str
    body: Expr

    def value(self, env: Env) -> Any:
        return self.body.value(env)

    def names(self) -> Markup:
        """The short symbol."""
        return Atom(self.tex, self.tex)

    def numbers(self, env: Env) -> Markup:
        """The value of the expression, as one number."""
        return number(float(self.body.value(env)), TERM_DIGITS)


@dataclass(frozen=True, eq=False)
class Is(Expr):
    """A comparison, or a chain of them: 1 where it holds, else 0 (Iverson's bracket). `signs` stand between `items`."""

    signs: tuple[str, ...]
    items: tuple[Expr, ...]

    def value(self, env: Env) -> Any:
        """1 where every comparison of the chain holds, else 0."""
        values = [item.value(env) for item in self.items]
        holds: Any = True
        for sign, left, right in zip(self.signs, values, values[1:], strict=False):
            holds = np.logical_and(holds, COMPARE[sign][1](left, right))
        return np.where(holds, 1.0, 0.0)

    def __and__(self, other: Is) -> Is:
        """Both comparisons as one chain; the second begins with the expression that the first ends with."""
        assert self.items[-1] is other.items[0]
        return Is(self.signs + other.signs, self.items + other.items[1:])

    def opposite(self) -> Is:
        """The comparison that holds exactly where this one does not. Only for a single comparison."""
        (sign,) = self.signs
        return Is(({">": "≤", "<": "≥", "≥": "<", "≤": ">"}[sign],), self.items)

    def plain(self, env: Env | None) -> Markup:
        """The chain of comparisons without brackets around it."""
        out: list[Markup] = [shown(self.items[0], env)]
        for sign, item in zip(self.signs, self.items[1:], strict=True):
            out += [operator(COMPARE[sign][0], sign), shown(item, env)]
        return row(out)

    def names(self) -> Markup:
        """The comparison in square brackets."""
        return Fence(self.plain(None), "[", "]")

    def numbers(self, env: Env) -> Markup:
        """The comparison of numbers, in square brackets."""
        return Fence(self.plain(env), "[", "]")


@dataclass(frozen=True, eq=False)
class Choice(Expr):
    """An expression by cases: that of the first row whose condition holds, else that of the last row."""

    rows: tuple[tuple[Expr, Is], ...]

    def value(self, env: Env) -> Any:
        with np.errstate(all="ignore"):
            found = self.rows[-1][0].value(env)
            for value, where in reversed(self.rows[:-1]):
                found = np.where(where.value(env) > 0, value.value(env), found)
        return found

    def chosen(self, env: Env) -> Expr:
        """The expression whose case applies at the element that `env` chooses."""
        return next((value for value, where in self.rows[:-1] if where.value(env) > 0), self.rows[-1][0])

    def names(self) -> Markup:
        """All cases, one below the other."""
        return Cases(tuple((value.names(), where.plain(None)) for value, where in self.rows))

    def numbers(self, env: Env) -> Markup:
        """The numbers of the case that applies."""
        chosen = self.chosen(env)
        return Fence(chosen.numbers(env)) if chosen.level < 1 else chosen.numbers(env)

    def signed(self, env: Env | None) -> tuple[bool, Expr]:
        """Whether the case that applies begins with a minus; among symbols, no."""
        return (False, self) if env is None else self.chosen(env).signed(env)


@dataclass(frozen=True, eq=False)
class Letter(Expr):
    """An index as a number, counted from 0 as classes are."""

    letter: str

    def value(self, env: Env) -> Any:
        """The index as a number."""
        return np.asarray(env[self.letter], np.float64)

    def names(self) -> Markup:
        return Atom(self.letter, self.letter)

    def numbers(self, env: Env) -> Markup:
        return Atom(str(env[self.letter]), str(env[self.letter]))


@dataclass(frozen=True, eq=False)
class Lookup(Expr):
    """An element of a table that is not in memory, by row and, unless empty, by the letter of its column.

    What was found there is `found`.
    """

    table: str
    row: Sym
    column: str
    found: Expr

    def value(self, env: Env) -> Any:
        return self.found.value(env)

    def names(self) -> Markup:
        """The table's name with both indices in square brackets."""
        at = row((self.row.names(), *((Atom(r",\,", ", "), Atom(self.column)) if self.column else ())))
        return self._at(at)

    def numbers(self, env: Env) -> Markup:
        """The table's name with the row's and the column's number in square brackets."""
        found = [str(int(self.row.value(env))), *([str(env[self.column])] if self.column else [])]
        return self._at(Atom(r",\,".join(found), ", ".join(found)))

    def _at(self, inside: Markup) -> Markup:
        return row((Atom(rf"\mathrm{{{self.table}}}", self.table), Fence(inside, "[", "]")))
