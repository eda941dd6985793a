"""The grammar of watches: arithmetic over the numbers of a session. It is read here, and never evaluated as Python.

An array is named by its symbol, its lane in parentheses if it is of one lane alone, its layer in brackets, and which of
its elements in further brackets: `x̂("with BN")["BatchNorm 2"][:, 4]`. A layer is its index in the stack, its name as
the window shows it, or the beginning of its keys in `state_dict`, such as "3.0". Functions and operators are those of
`bnsim.spec.symbols` and `+ - * / **`. Names may hold characters that Python's do not, such as "σ²", so that Python's
own parser would not do.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from msgspec import Struct

from bnsim.spec.errors import InputError
from bnsim.spec.symbols import FUNCTIONS, Symbol, all_names, folded, nearest, symbol_of

MAX_LENGTH = 200
"""Characters of an expression."""
MAX_DEPTH = 20
"""Parentheses, signs and powers inside one another."""

Item = int | tuple[int | None, int | None]
"""An element's number, from the end if negative, or the first and the last (exclusive) of a stretch."""


class Number(Struct, frozen=True):
    """A number as it is written. `at`, here and below: how many characters stand before it."""

    at: int
    value: float


class Named(Struct, frozen=True):
    """An array or a recorded number: of one lane if that is named, of the layer `layer`, of it the elements `items`."""

    at: int
    symbol: Symbol
    spelled: str
    lane: str | None = None
    layer: int | str | None = None
    items: tuple[Item, ...] = ()


class Applied(Struct, frozen=True):
    """A function of one expression."""

    at: int
    function: str
    of: Node


class Negated(Struct, frozen=True):
    """An expression with a minus in front."""

    at: int
    of: Node


class Combined(Struct, frozen=True):
    """Two expressions and what stands between them."""

    at: int
    operator: str
    left: Node
    right: Node


Node = Number | Named | Applied | Negated | Combined


class Token(Struct, frozen=True):
    """A piece of an expression. `kind` is "number", "name", "text", the sign itself, or "" for the end."""

    at: int
    kind: str
    text: str


def parse(expression: str) -> Node:
    """The expression as a tree. InputError says in one sentence what is wrong, and at which column."""
    if len(expression) > MAX_LENGTH:
        raise InputError(
            f"The expression has {len(expression)} characters, more than {MAX_LENGTH}; watch parts of it one by one."
        )
    return _Parser(expression).whole()


def walk(node: Node) -> Iterator[Node]:
    """An expression and all that is in it."""
    yield node
    if isinstance(node, Applied | Negated):
        yield from walk(node.of)
    elif isinstance(node, Combined):
        yield from walk(node.left)
        yield from walk(node.right)


def named(node: Node) -> tuple[Named, ...]:
    """What an expression names, from left to right."""
    return tuple(each for each in walk(node) if isinstance(each, Named))


def wrong(at: int, what: str, mend: str) -> InputError:
    """The error about the place with that many characters before it."""
    return InputError(f"Column {at + 1}: {what}; {mend}.")


_NUMBER = re.compile(r"(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_SIGNS = ("**", *"+-*/()[],:")
_SAME = {"−": "-", "·": "*", "×": "*", "÷": "/"}
_TEXT = re.compile(r"\"((?:[^\"\\]|\\.)*)\"|'((?:[^'\\]|\\.)*)'", re.DOTALL)


def _is_of_name(character: str, *, first: bool) -> bool:
    if character in "_∑":
        return True
    return character.isalpha() or (not first and (character.isalnum() or unicodedata.combining(character) > 0))


def tokens(expression: str) -> tuple[Token, ...]:
    """The pieces of an expression; the last one is its end."""
    found, at = [], 0
    while at < len(expression):
        token = _token(expression, at)
        if token is None:
            at += 1
            continue
        found.append(token)
        at += len(token.text)
    return (*found, Token(at, "", ""))


def _token(expression: str, at: int) -> Token | None:
    character = expression[at]
    if character.isspace():
        return None
    if number := _NUMBER.match(expression, at):
        return Token(at, "number", number[0])
    if _is_of_name(character, first=True):
        end = at + 1
        while end < len(expression) and _is_of_name(expression[end], first=False):
            end += 1
        return Token(at, "name", expression[at:end])
    if character in "\"'":
        if text := _TEXT.match(expression, at):
            return Token(at, "text", text[0])
        raise wrong(at, "a name in quotes does not end", f"put {character} after it")
    for sign in _SIGNS:
        if expression.startswith(sign, at):
            return Token(at, sign, sign)
    if character in _SAME:
        return Token(at, _SAME[character], character)
    mend = "a power is written **" if character == "^" else "use names, numbers, + - * / ** and parentheses"
    raise wrong(at, f"“{character}” has no meaning here", mend)


class _Parser:
    """Reads an expression from left to right; precedence is Python's."""

    def __init__(self, expression: str) -> None:
        self._tokens = tokens(expression)
        self._next = 0
        self._depth = 0

    @property
    def _here(self) -> Token:
        return self._tokens[self._next]

    def whole(self) -> Node:
        node = self._sum()
        if self._here.kind:
            raise wrong(self._here.at, f"“{self._here.text}” does not belong here", "put an operator before it")
        return node

    def _take(self, *kinds: str) -> Token | None:
        token = self._here
        if token.kind not in kinds:
            return None
        self._next += bool(token.kind)
        return token

    def _need(self, kind: str, after: str) -> Token:
        token = self._take(kind)
        if token is None:
            there = f"not “{self._here.text}”" if self._here.text else "and the expression ends"
            what = {"text": "a name in quotes", "number": "a number"}.get(kind, f"“{kind}”")
            raise wrong(self._here.at, f"{after} comes {what}, {there}", f"write {what} there")
        return token

    def _sum(self) -> Node:
        left = self._product()
        while token := self._take("+", "-"):
            left = Combined(token.at, token.kind, left, self._product())
        return left

    def _product(self) -> Node:
        left = self._signed()
        while token := self._take("*", "/"):
            left = Combined(token.at, token.kind, left, self._signed())
        return left

    def _signed(self) -> Node:
        token = self._take("-", "+")
        if token is None:
            return self._power()
        self._deeper(token)
        of = self._signed()
        self._depth -= 1
        return Negated(token.at, of) if token.kind == "-" else of

    def _power(self) -> Node:
        base = self._atom()
        token = self._take("**")
        if token is None:
            return base
        self._deeper(token)
        exponent = self._signed()
        self._depth -= 1
        return Combined(token.at, "**", base, exponent)

    def _atom(self) -> Node:
        token = self._here
        if self._take("number"):
            return Number(token.at, float(token.text))
        if self._take("("):
            self._deeper(token)
            inside = self._sum()
            self._depth -= 1
            self._need(")", "after this")
            return inside
        if self._take("name"):
            if folded(token.text) in FUNCTIONS:
                return self._function(token)
            return self._named(token)
        if not token.kind:
            raise wrong(token.at, "the expression ends where a number is expected", "add a name or a number")
        raise wrong(token.at, f"“{token.text}” stands where a number is expected", "put a name or a number there")

    def _function(self, token: Token) -> Node:
        function = folded(token.text)
        opening = self._need("(", f"after {function}")
        self._deeper(opening)
        of = self._sum()
        self._depth -= 1
        if self._here.kind == ",":
            raise wrong(self._here.at, f"{function} is of one expression", "take the second one out")
        self._need(")", f"after what {function} is of")
        if self._here.kind == "[":
            raise wrong(self._here.at, f"brackets cannot follow {function}(…)", "put them after the array's name")
        return Applied(token.at, function, of)

    def _named(self, token: Token) -> Node:
        symbol = symbol_of(token.text)
        if symbol is None:
            like = nearest(token.text, all_names())
            mend = f"did you mean {like}?" if like else "use the name of an array, such as W, dW, x̂ or loss"
            raise InputError(f"Column {token.at + 1}: there is no {token.text}; {mend}")
        lane = layer = None
        if self._take("("):
            lane = _unquoted(self._need("text", f"after {token.text}("))
            self._need(")", "after the lane")
        if symbol.of_layer:
            self._need("[", f"after {token.text}")
            layer = self._layer(token)
            self._need("]", "after the layer")
        return Named(token.at, symbol, token.text, lane, layer, self._items() if self._take("[") else ())

    def _layer(self, of: Token) -> int | str:
        if self._here.kind == "text":
            return _unquoted(self._need("text", ""))
        if self._here.kind in ("number", "-"):
            return self._integer()
        raise wrong(
            self._here.at,
            f"in the first brackets of {of.text} comes its layer",
            "write its index or its name in quotes",
        )

    def _items(self) -> tuple[Item, ...]:
        items = [self._item()]
        while self._take(","):
            items.append(self._item())
        self._need("]", "after the elements")
        return tuple(items)

    def _item(self) -> Item:
        first = None if self._here.kind == ":" else self._integer()
        if not self._take(":"):
            assert first is not None
            return first
        return first, None if self._here.kind in (",", "]") else self._integer()

    def _integer(self) -> int:
        sign = -1 if self._take("-") else 1
        token = self._need("number", "here")
        if not token.text.isdecimal() or len(token.text) > 9:
            raise wrong(token.at, f"{token.text} is no index", "write a whole number")
        return sign * int(token.text)

    def _deeper(self, token: Token) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise wrong(
                token.at, f"more than {MAX_DEPTH} things are inside one another", "watch a part of it by itself"
            )


def _unquoted(token: Token) -> str:
    return re.sub(r"\\(.)", r"\1", token.text[1:-1], flags=re.DOTALL)


def in_quotes(name: str) -> str:
    """A name as it stands in an expression."""
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
