"""Finds the texts that expressions of the source may be, for `messages.py`.

One rule for all rooms: a text stands in English where it is made, and is looked up where the window shows it. So a room
without Qt needs no marks around its sentences: they are found by what they are handed to, such as an `InputError`.

An expression is followed as far as that goes without running the program: both sides of `a if b else c`, names that a
function or a module gives a value, what a function of ours gives back. A text with something put in has "{0}", "{1}"
in these places; what is put in is followed as well, as it is looked up by itself.
"""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Callable, Collection, Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[1]
DEEPEST = 12
"""How far names and functions are followed."""

Function = ast.FunctionDef | ast.AsyncFunctionDef
Choose = Callable[[ast.Call], list[ast.expr]]
"""The arguments of a call that are texts."""


class Source:
    """A module: its tree, what its names are, and which function each part is in."""

    def __init__(self, path: Path) -> None:
        self.tree = ast.parse(path.read_text(encoding="utf-8"))
        self.name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        self.functions = {node.name: node for node in ast.walk(self.tree) if isinstance(node, Function)}
        self.within: dict[ast.AST, Function | None] = {}
        self._place(self.tree, None)
        self._given: dict[Function, dict[str, list[ast.expr]]] = {}

    @property
    def module(self) -> ModuleType:
        """The same, imported."""
        return importlib.import_module(self.name)

    def calls(self) -> Iterator[tuple[ast.Call, str]]:
        """All calls, each with the name of what is called, without what it is of."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Call):
                yield node, name_of(node.func)

    def given(self, function: Function | None) -> dict[str, list[ast.expr]]:
        """What the names of a function may be."""
        if function is None:
            return {}
        if function not in self._given:
            found: dict[str, list[ast.expr]] = {}
            for node in ast.walk(function):
                for target, value in _assigned(node):
                    for name, part in _pairs(target, value):
                        found.setdefault(name, []).append(part)
            self._given[function] = found
        return self._given[function]

    def _place(self, node: ast.AST, function: Function | None) -> None:
        self.within[node] = function
        inside = node if isinstance(node, Function) else function
        for each in ast.iter_child_nodes(node):
            self._place(each, inside)


def name_of(called: ast.expr) -> str:
    return called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""


@cache
def source(path: Path) -> Source:
    return Source(path)


@cache
def sources(room: str) -> tuple[Source, ...]:
    """All modules of a room, such as "spec" or "ui/window", or one module of it."""
    place = ROOT / "bnsim" / room
    return tuple(source(path) for path in (sorted(place.rglob("*.py")) if place.is_dir() else [place]))


def handed_to(names: Collection[str], rooms: Collection[str], choose: Choose | None = None) -> Iterator[str]:
    """All texts that the calls of these functions, methods or classes get, in these rooms."""
    for room in rooms:
        for each in sources(room):
            for call, name in each.calls():
                if name in names:
                    chosen = [*call.args, *(word.value for word in call.keywords)] if choose is None else choose(call)
                    for node in chosen:
                        yield from texts_of(node, each)


def returned_by(room: str, *names: str) -> Iterator[str]:
    """All texts that functions of a module give back; by name, or all of them."""
    for each in sources(room):
        for name, function in each.functions.items():
            if not names or name in names:
                yield from _returned(function, each, 0)


def makers(kind: str, rooms: Collection[str]) -> set[str]:
    """The names of the functions that give back what is called `kind`, which gets their texts; and of itself."""
    found = {kind}
    for room in rooms:
        for each in sources(room):
            for name, function in each.functions.items():
                if function.returns is not None and ast.unparse(function.returns) == kind:
                    found.add(name)
            found |= {
                node.name
                for node in ast.walk(each.tree)
                if isinstance(node, ast.ClassDef) and any(ast.unparse(base) == kind for base in node.bases)
            }
    return found


def texts_of(node: ast.expr, where: Source, depth: int = 0) -> Iterator[str]:
    """The texts that an expression may be, and of what it puts in."""
    if depth > DEEPEST:
        return
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str):
            yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield from _put_together(node, where, depth)
    elif isinstance(node, ast.IfExp):
        yield from texts_of(node.body, where, depth)
        yield from texts_of(node.orelse, where, depth)
    elif isinstance(node, ast.BoolOp | ast.Tuple | ast.List):
        for each in node.values if isinstance(node, ast.BoolOp) else node.elts:
            yield from texts_of(each, where, depth)
    elif isinstance(node, ast.BinOp):
        yield from texts_of(node.left, where, depth)
        yield from texts_of(node.right, where, depth)
    elif isinstance(node, ast.Dict):
        for each in node.values:
            yield from texts_of(each, where, depth)
    elif isinstance(node, ast.Subscript | ast.Starred | ast.FormattedValue):
        yield from texts_of(node.value, where, depth + 1)
    elif isinstance(node, ast.GeneratorExp | ast.ListComp):
        yield from texts_of(node.elt, where, depth)
    elif isinstance(node, ast.Name):
        yield from _named(node, where, depth)
    elif isinstance(node, ast.Call):
        yield from _called(node, where, depth)


def _put_together(node: ast.JoinedStr, where: Source, depth: int) -> Iterator[str]:
    """A text with places, in which constants of modules already stand."""
    number = iter(range(100))
    parts: list[str] = []
    for part in node.values:
        if isinstance(part, ast.Constant):
            parts.append(str(part.value))
            continue
        assert isinstance(part, ast.FormattedValue)
        constant = _constant(part.value, where)
        parts.append(constant if isinstance(constant, str) else f"{{{next(number)}}}")
        if not isinstance(constant, str):
            yield from texts_of(part.value, where, depth + 1)
    yield "".join(parts)


def _numbered(text: str) -> str:
    """What `str.format` puts something into, with the places that a catalog has."""
    number = iter(range(100))
    return re.sub(r"\{\w*\}", lambda _: f"{{{next(number)}}}", text)


def _constant(node: ast.expr, where: Source) -> object:
    """What a name of a module stands for; None if it is no text that is always the same."""
    if isinstance(node, ast.Name) and node.id.lstrip("_").isupper():
        return getattr(where.module, node.id, None)
    if isinstance(node, ast.Attribute) and node.attr.lstrip("_").isupper() and isinstance(node.value, ast.Name):
        return getattr(getattr(where.module, node.value.id, None), node.attr, None)
    return None


def _named(node: ast.Name, where: Source, depth: int) -> Iterator[str]:
    constant = _constant(node, where)
    if isinstance(constant, str):
        yield constant
    elif isinstance(constant, dict):
        yield from (text for text in constant.values() if isinstance(text, str))
    else:
        for value in where.given(where.within.get(node)).get(node.id, ()):
            if not any(isinstance(each, ast.Name) and each.id == node.id for each in ast.walk(value)):
                yield from texts_of(value, where, depth + 1)


def _called(node: ast.Call, where: Source, depth: int) -> Iterator[str]:
    """What a function of ours gives back, with the texts that it is given; of "…".join(…) what is joined."""
    name = name_of(node.func)
    if name in ("tr", "repr", "len", "sorted", "getattr"):
        return
    if name == "counted" and len(node.args) == 2:  # "1 layer", "12 layers"
        for noun in texts_of(node.args[1], where, depth + 1):
            yield from (f"{{0}} {noun}", f"{{0}} {noun}s")
        return
    if isinstance(node.func, ast.Attribute) and name in ("join", "format", "capitalize", "strip"):
        for text in texts_of(node.func.value, where, depth + 1):
            yield text if name != "format" else _numbered(text)
    for each in node.args:
        if name in ("join", "filter", "next", "quoted", "str"):
            yield from texts_of(each, where, depth + 1)
    made = _function(node.func, where)
    if made is not None and _gives_text(made[0]):
        for each in (*node.args, *(word.value for word in node.keywords)):
            yield from texts_of(each, where, depth + 1)
        yield from _returned(*made, depth + 1)


def _function(called: ast.expr, where: Source) -> tuple[Function, Source] | None:
    """A function of ours, of this module or of one that it imports from."""
    if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name) and called.value.id == "self":
        function = where.functions.get(called.attr)
        return None if function is None else (function, where)
    if not isinstance(called, ast.Name):
        return None
    if called.id in where.functions:
        return where.functions[called.id], where
    home = getattr(getattr(where.module, called.id, None), "__module__", None) or ""
    if not home.startswith("bnsim.") or home == where.name:
        return None
    path = ROOT / Path(*home.split("."))
    other = source(path / "__init__.py" if path.is_dir() else path.with_suffix(".py"))
    function = other.functions.get(called.id)
    return None if function is None else (function, other)


def _gives_text(function: Function) -> bool:
    return function.returns is not None and "str" in ast.unparse(function.returns)


def _returned(function: Function, where: Source, depth: int) -> Iterator[str]:
    for node in ast.walk(function):
        if isinstance(node, ast.Return | ast.Yield) and node.value is not None and where.within[node] is function:
            yield from texts_of(node.value, where, depth)


def _assigned(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    if isinstance(node, ast.Assign):
        yield from ((target, node.value) for target in node.targets)
    elif isinstance(node, ast.AnnAssign | ast.AugAssign | ast.NamedExpr) and node.value is not None:
        yield node.target, node.value
    elif isinstance(node, ast.For):
        yield node.target, node.iter
    elif isinstance(node, ast.Call) and name_of(node.func) in ("append", "extend") and node.args:
        assert isinstance(node.func, ast.Attribute)
        yield node.func.value, node.args[0]


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    """The names that get a value, each with its part of it."""
    if isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        for each, part in zip(target.elts, value.elts, strict=True):
            yield from _pairs(each, part)
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.IfExp):
        yield from _pairs(target, value.body)
        yield from _pairs(target, value.orelse)
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple | ast.List):
        for row in value.elts:
            yield from _pairs(target, row)
