"""Expressions: one description of an operation's formula, from which its names, its numbers and its value follow.

An index is a letter, such as "i" for the sample; an environment says which element each letter is. In a sum the letter
becomes a whole axis, so that values come from a few NumPy calls however long the sum is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from bnsim.engine.operation import Array
from bnsim.lenses.equations.markup import (
    Atom,
    Element,
    Fence,
    Frac,
    Markup,
    Sup,
    number,
    operator,
    row,
)
from bnsim.spec.numerals import MINUS

Env = Mapping[str, Any]
"""For each index letter, the number of an element or an array of such numbers."""

TERM_DIGITS = 4

WRITTEN: dict[str, Callable[..., Expr]] = {}
"""The expression of its arguments, by the name of a function or the sign of a comparison."""

PLUS, LESS, DOT = operator("+", "+"), operator("-", MINUS), operator(r"\cdot", "·")


class Expr:
    """Base of all: `names` and `numbers` are its markup, `value` what it comes to.

    `parts` are the pieces between which a line may be broken. `level`: 0 a sum, 1 a product, 2 all that needs no
    brackets anywhere.
    """

    level = 2
    is_sum = False

    def value(self, env: Env) -> Any:
        """The value in float64: one number, or an array where letters of `env` stand for many elements."""
        raise NotImplementedError

    def names(self) -> Markup:
        """The markup with symbols, such as x_ij."""
        raise NotImplementedError

    def numbers(self, env: Env) -> Markup:
        """The markup with the numbers that `env` gives in place of the symbols."""
        raise NotImplementedError

    def signed(self, env: Env | None) -> tuple[bool, Expr]:
        """Whether the expression begins with a minus, and the rest of it. `env` None: written with symbols."""
        return False, self

    def terms(self, env: Env | None) -> list[tuple[bool, Markup]]:
        """The terms that are added up, each as (subtracted, markup). `env` None: written with symbols."""
        minus, rest = self.signed(env)
        return [(minus, shown(rest, env))]

    def written(self, name: str, arguments: tuple[Any, ...]) -> Expr:
        """The function `name` of `arguments` as an expression, for `bnsim.engine.kernels.elementary`."""
        return WRITTEN[name](*arguments)

    def __gt__(self, other: Expr) -> Any:
        return self.written(">", (self, other))

    def __lt__(self, other: Expr) -> Any:
        return self.written("<", (self, other))

    def __ge__(self, other: Expr) -> Any:
        return self.written("≥", (self, other))

    def __le__(self, other: Expr) -> Any:
        return self.written("≤", (self, other))

    def __add__(self, other: Expr | float) -> Expr:
        return Add((self, expr(other)))

    def __radd__(self, other: float) -> Expr:
        return Add((expr(other), self))

    def __sub__(self, other: Expr | float) -> Expr:
        return Add((self, Neg(expr(other))))

    def __rsub__(self, other: float) -> Expr:
        return Add((expr(other), Neg(self)))

    def __mul__(self, other: Expr | float) -> Expr:
        return Pow(self, expr(2)) if other is self else Mul((self, expr(other)))

    def __rmul__(self, other: float) -> Expr:
        return Mul((expr(other), self))

    def __truediv__(self, other: Expr | float) -> Expr:
        return Div(self, expr(other))

    def __rtruediv__(self, other: float) -> Expr:
        return Div(expr(other), self)

    def __pow__(self, exponent: Expr | float) -> Expr:
        return Pow(self, expr(exponent))

    def __neg__(self) -> Expr:
        return Neg(self)


def expr(given: Expr | float) -> Expr:
    """`given` itself if it is an expression, else the number as a `Num`."""
    return given if isinstance(given, Expr) else Num(float(given))


def shown(part: Expr, env: Env | None) -> Markup:
    """The markup with symbols if `env` is None, else with numbers."""
    return part.names() if env is None else part.numbers(env)


def bracketed(part: Expr, env: Env | None, level: int) -> Markup:
    """The markup of `part`, in brackets if it binds less tightly than `level` or is negative."""
    markup = shown(part, env)
    return Fence(markup) if part.level < level or part.signed(env)[0] else markup


def joined(terms: list[tuple[bool, Markup]]) -> Markup:
    """One row of all terms with plus and minus signs between them."""
    return row(piece for number, (minus, term) in enumerate(terms) for piece in _joint(number, minus, term))


def _joint(number: int, minus: bool, term: Markup) -> tuple[Markup, ...]:
    if number:
        return (LESS if minus else PLUS), term
    return (Atom("-", MINUS), term) if minus else (term,)


@dataclass(frozen=True, eq=False)
class Num(Expr):
    """A constant. `tex`: the symbol it is written with among symbols; `text`: the digits it is shown with."""

    number: float
    tex: str = ""
    text: str = ""

    def value(self, env: Env) -> Any:
        return self.number

    def names(self) -> Markup:
        """The symbol if it has one, else the number."""
        return Atom(self.tex, self.tex) if self.tex else self._digits(self.number)

    def numbers(self, env: Env) -> Markup:
        return self._digits(self.number)

    def signed(self, env: Env | None) -> tuple[bool, Expr]:
        """A constant with a symbol shows its sign only where it is written as a number."""
        if self.number < 0 and (env is not None or not self.tex):
            return True, Num(-self.number, text=self.text.lstrip("-"))
        return False, self

    def _digits(self, value: float) -> Markup:
        if self.text:
            return Atom(r"\tfrac{1}{2}" if self.text == "½" else self.text, self.text)
        return number(value, TERM_DIGITS, trim=True)


@dataclass(frozen=True, eq=False)
class Sym(Expr):
    """One element of an array. `tex` has a % where the index goes; `mark` numbers the tensor.

    `old`: the array is what the tensor was before it was updated.
    """

    tex: str
    array: Array | None
    index: tuple[Any, ...]
    mark: int = 0
    shape: tuple[int, ...] = ()
    old: bool = False

    def value(self, env: Env) -> Any:
        """The element exactly as memory has it; NaN if the array is not computed yet."""
        if self.array is None:
            return np.float64(np.nan)
        return self.array[self._place(env)].astype(np.float64)

    def element(self, env: Env) -> Element | None:
        """Which element of its tensor it is; None of what is no longer in memory."""
        return None if self.old or not self.mark else tuple(int(at) for at in self._place(env))

    def names(self) -> Markup:
        """The symbol with its index."""
        letters = "".join(_letter(part) for part in self.index)
        if letters:
            return Atom(self.tex.replace("%", letters), "", self.mark)
        return Atom(self.tex.replace("_{%}", ""), "", self.mark)

    def numbers(self, env: Env) -> Markup:
        return self._digits(float(self.value(env)), env)

    def _place(self, env: Env) -> tuple[Any, ...]:
        return tuple(_at(part, env) for part in self.index)

    def _digits(self, value: float, env: Env) -> Markup:
        return number(value, TERM_DIGITS, self.mark, element=self.element(env))

    def signed(self, env: Env | None) -> tuple[bool, Expr]:
        """Whether the element is negative, and its absolute value as markup."""
        if env is None:
            return False, self
        value = float(self.value(env))
        return (True, Shown(self._digits(-value, env))) if value < 0 else (False, self)


def _at(part: Any, env: Env) -> Any:
    if isinstance(part, Expr):
        return np.asarray(part.value(env)).astype(np.int64)
    return env[part] if isinstance(part, str) else part


def _letter(part: Any) -> str:
    if isinstance(part, Sym):
        return part.tex.replace("%", "".join(map(str, part.index[:1])))
    return part if isinstance(part, str) else ""


@dataclass(frozen=True, eq=False)
class Shown(Expr):
    """Markup that is written as it is, with symbols and with numbers alike."""

    markup: Markup

    def names(self) -> Markup:
        return self.markup

    def numbers(self, env: Env) -> Markup:
        return self.markup


@dataclass(frozen=True, eq=False)
class Add(Expr):
    """A sum of a few terms."""

    items: tuple[Expr, ...]
    level = 0

    def value(self, env: Env) -> Any:
        """The terms added in order, so that rounding is the same every time."""
        total = self.items[0].value(env)
        for item in self.items[1:]:
            total = total + item.value(env)
        return total

    def names(self) -> Markup:
        return joined(self.terms(None))

    def numbers(self, env: Env) -> Markup:
        return joined(self.terms(env))

    def terms(self, env: Env | None) -> list[tuple[bool, Markup]]:
        return [term for item in self.items for term in item.terms(env)]


@dataclass(frozen=True, eq=False)
class Neg(Expr):
    """The negative of an expression."""

    body: Expr
    level = 1

    def value(self, env: Env) -> Any:
        return -self.body.value(env)

    def names(self) -> Markup:
        return row((Atom("-", MINUS), bracketed(self.body, None, 1)))

    def numbers(self, env: Env) -> Markup:
        return row((Atom("-", MINUS), bracketed(self.body, env, 1)))

    def signed(self, env: Env | None) -> tuple[bool, Expr]:
        """A negation begins with a minus always; a negative number inside keeps its brackets."""
        return True, Shown(bracketed(self.body, env, 1))


@dataclass(frozen=True, eq=False)
class Mul(Expr):
    """A product of a few factors."""

    items: tuple[Expr, ...]
    level = 1

    def value(self, env: Env) -> Any:
        """The factors multiplied in order, so that rounding is the same every time."""
        total = self.items[0].value(env)
        for item in self.items[1:]:
            total = total * item.value(env)
        return total

    @property
    def factors(self) -> tuple[Expr, ...]:
        """All factors, those of products inside the product included."""
        return tuple(part for item in self.items for part in (item.factors if isinstance(item, Mul) else (item,)))

    def names(self) -> Markup:
        """Symbols stand close together; a number has a dot before it."""
        factors = self.factors
        out: list[Markup] = []
        for position, factor in enumerate(factors):
            last = position == len(factors) - 1
            if position:
                dotted = factor.signed(None)[0] or (isinstance(factor, Num) and not factor.tex)
                out.append(DOT if dotted else Atom(r"\,", ""))
            out.append(shown(factor, None) if factor.is_sum and last else bracketed(factor, None, 1))
        return row(out)

    def numbers(self, env: Env) -> Markup:
        """The factors with dots between them."""
        minus, rest = self.signed(env)
        body = rest.numbers(env)
        return row((Atom("-", MINUS), body)) if minus else body

    def signed(self, env: Env | None) -> tuple[bool, Expr]:
        """A product begins with a minus if its first factor does."""
        minus, first = self.factors[0].signed(env)
        if env is None:
            return (True, Mul((first, *self.factors[1:]))) if minus else (False, self)
        shown_factors: list[Markup] = [bracketed(first, env, 1)]
        for factor in self.factors[1:]:
            shown_factors += [DOT, bracketed(factor, env, 1)]
        return minus, Shown(row(shown_factors))


@dataclass(frozen=True, eq=False)
class Div(Expr):
    """A fraction; `flat` writes it with a slash."""

    top: Expr
    bottom: Expr
    flat: bool = False

    def value(self, env: Env) -> Any:
        return self.top.value(env) / self.bottom.value(env)

    def names(self) -> Markup:
        return self._over(None)

    def numbers(self, env: Env) -> Markup:
        return self._over(env)

    def _over(self, env: Env | None) -> Markup:
        if self.flat:
            return row((bracketed(self.top, env, 1), Atom("/", "/"), bracketed(self.bottom, env, 2)))
        return Frac(shown(self.top, env), shown(self.bottom, env))


@dataclass(frozen=True, eq=False)
class Pow(Expr):
    """A base raised to an exponent."""

    base: Expr
    exponent: Expr

    def value(self, env: Env) -> Any:
        return self.base.value(env) ** self.exponent.value(env)

    def names(self) -> Markup:
        """The base's index stays below the exponent; a fraction is put in brackets."""
        base = self.base
        if isinstance(base, Div):
            return Sup(Fence(base.names()), self.exponent.names())
        return Sup(bracketed(base, None, 2), self.exponent.names())

    def numbers(self, env: Env) -> Markup:
        """The base is put in brackets unless it is a single number."""
        base = bracketed(self.base, env, 2)
        composed = not isinstance(base, Atom | Fence)
        return Sup(Fence(base) if composed else base, self.exponent.numbers(env))


@dataclass(frozen=True, eq=False)
class Inverse(Expr):
    """A power of 1/s, which memory keeps as a reciprocal; `symbol` is written s, below the line."""

    symbol: Sym
    power: int = 1

    def value(self, env: Env) -> Any:
        """The stored reciprocal raised to `power`."""
        return self.symbol.value(env) ** self.power

    def names(self) -> Markup:
        """The fraction 1/s, or 1/s to a power."""
        below = self.symbol.names()
        raised = Sup(below, Atom(str(self.power))) if self.power > 1 else below
        return Frac(Atom("1", "1"), raised)

    def numbers(self, env: Env) -> Markup:
        """The stored reciprocal, with its exponent if that is more than 1."""
        plain = self.symbol.numbers(env)
        if self.power == 1:
            return plain
        power = str(self.power)
        return Sup(plain if isinstance(plain, Atom) else Fence(plain), Atom(power, power))
