"""Finds the texts that expressions of the source may be, for `messages.py`.

One rule for all rooms: a text stands in English where it is made, and is looked up where the window shows it. So a room
without Qt needs no marks around its sentences: they are found by what they are handed to, such as an `InputError`.

An expression is followed as far as that goes without running the program: both sides of `a if b else c`, names that a
function or a module gives a value, columns of tables, what a function of ours gives back, and an argument to the calls
that give it. A text with something put in has "{0}", "{1}" in these places; what is put in is followed as well, as it
is looked up by itself.
"""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cache
from pathlib import Path
from types import ModuleType, NoneType

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
        self.functions: dict[str, Function] = {}
        self.classes: list[ast.ClassDef] = []
        self.called: dict[str, list[ast.Call]] = {}
        """All calls, by the name of what is called, without what it is of."""
        self.within: dict[ast.AST, Function | None] = {}
        self._inside: dict[Function | None, list[ast.AST]] = {}
        self._place(self.tree, None)
        self._given: dict[Function | None, dict[str, list[ast.expr]]] = {}
        self.class_of = {inner: node.name for node in self.classes for inner in node.body}

    @property
    def module(self) -> ModuleType:
        """The same, imported."""
        return importlib.import_module(self.name)

    def inside(self, function: Function | None) -> Iterator[ast.AST]:
        """All parts of a function, with those of functions in it; for None those of no function."""
        for node in self._inside.get(function, ()):
            yield node
            if function is not None and isinstance(node, Function):
                yield from self.inside(node)

    def given(self, function: Function | None) -> dict[str, list[ast.expr]]:
        """What the names of a function may be."""
        if function not in self._given:
            found: dict[str, list[ast.expr]] = {}
            for node in self.inside(function):
                for target, value in _assigned(node):
                    for name, part in _pairs(target, value, self):
                        found.setdefault(name, []).append(part)
            self._given[function] = found
        return self._given[function]

    def _place(self, node: ast.AST, function: Function | None) -> None:
        self.within[node] = function
        self._inside.setdefault(function, []).append(node)
        if isinstance(node, ast.Call):
            self.called.setdefault(name_of(node.func), []).append(node)
        elif isinstance(node, ast.ClassDef):
            self.classes.append(node)
        elif isinstance(node, Function):
            self.functions[node.name] = node
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
            for call in [call for name in names for call in each.called.get(name, ())]:
                chosen = [*call.args, *(word.value for word in call.keywords)] if choose is None else choose(call)
                for node in chosen:
                    yield from texts_of(node, each)


def words_of(call: ast.Call, *names: str) -> list[ast.expr]:
    """The arguments of a call that have these names."""
    return [word.value for word in call.keywords if word.arg in names]


def returned_by(room: str, *names: str) -> Iterator[str]:
    """All texts that functions of a module give back; by name, or all of them."""
    for each in sources(room):
        for name, function in each.functions.items():
            if not names or name in names:
                yield from _returned(function, each, 0)


def makers(kind: str, rooms: Collection[str]) -> set[str]:
    """The names of an error, of those that are of its kind, and of the functions that give one back or raise it."""
    found = {kind}
    for room in rooms:
        for each in sources(room):
            for name, function in each.functions.items():
                if function.returns is not None and ast.unparse(function.returns) in (kind, "NoReturn"):
                    found.add(name)
            found |= {node.name for node in each.classes if any(ast.unparse(base) == kind for base in node.bases)}
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
    elif isinstance(node, ast.Subscript) and (table := _table(node.value, where)) is not node.value:
        yield from texts_of(table, where, depth + 1)
    elif isinstance(node, ast.Subscript | ast.Starred | ast.FormattedValue):
        yield from texts_of(node.value, where, depth + 1)
    elif isinstance(node, ast.GeneratorExp | ast.ListComp):
        yield from texts_of(node.elt, where, depth)
    elif isinstance(node, ast.Name):
        yield from _named(node, where, depth)
    elif isinstance(node, ast.Attribute) and (table := _table(node, where)) is not node:
        yield from texts_of(table, where, depth + 1)
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
        if not isinstance(constant, str) and part.conversion != ord("r"):  # that is a name
            yield from texts_of(part.value, where, depth + 1)
    yield "".join(parts)


def plain(value: object) -> bool:
    """Whether it is made of texts and numbers alone."""
    if isinstance(value, Mapping):
        return all(map(plain, (*value, *value.values())))
    if isinstance(value, tuple | list):
        return all(map(plain, value))
    return isinstance(value, str | int | float | NoneType)


def _table(node: ast.expr, where: Source) -> ast.expr:
    """What a name of a module stands for, written out, if it is made of texts alone; of a method, what it is of."""
    if isinstance(node, ast.Call) and name_of(node.func) in ("items", "values", "get") and not node.keywords:
        assert isinstance(node.func, ast.Attribute)
        of = _table(node.func.value, where)
        if isinstance(of, ast.Dict) and name_of(node.func) == "items":
            rows = [ast.Tuple([key, value]) for key, value in zip(of.keys, of.values, strict=True) if key is not None]
            return ast.Tuple([*rows])
        return of if isinstance(of, ast.Dict) else node
    if isinstance(node, ast.Call) and name_of(node.func) in ("sorted", "reversed", "tuple", "list") and node.args:
        return _table(node.args[0], where)
    value = _constant(node, where)
    if value is None or not plain(value):
        return node
    written = dict(value) if isinstance(value, Mapping) else value
    return ast.parse(repr(written), mode="eval").body


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
    table = _table(node, where)
    if table is not node:
        yield from texts_of(table, where, depth + 1)
        return
    function = where.within.get(node)
    for value in where.given(function).get(node.id, ()):
        if not any(isinstance(each, ast.Name) and each.id == node.id for each in ast.walk(value)):
            yield from texts_of(value, where, depth + 1)
    if function is not None:
        for value, source_of in _arguments(function, node.id, where):
            yield from texts_of(value, source_of, depth + 1)


def _arguments(function: Function, name: str, where: Source) -> Iterator[tuple[ast.expr, Source]]:
    """What the calls of a function give as the argument of that name, and its default."""
    arguments = [*function.args.posonlyargs, *function.args.args]
    names = [each.arg for each in arguments]
    alone = [each.arg for each in function.args.kwonlyargs]
    if name not in (*names, *alone):
        return
    defaults = dict(zip(reversed(names), reversed(function.args.defaults), strict=False))
    defaults |= {each: given for each, given in zip(alone, function.args.kw_defaults, strict=True) if given is not None}
    if name in defaults:
        yield defaults[name], where
    owner = where.class_of.get(function, "")
    called = owner if function.name == "__init__" else function.name
    at = names.index(name) - bool(owner) if name in names else -1
    is_method = bool(owner) and called != owner
    for other in dict.fromkeys((where, *(() if is_method else _callers(called)))):
        if other is not where and not _is_from(called, where, other):
            continue
        for call in other.called.get(called, ()):
            yield from ((word.value, other) for word in call.keywords if word.arg == name)
            if 0 <= at < len(call.args) and not any(isinstance(each, ast.Starred) for each in call.args[: at + 1]):
                yield call.args[at], other


@cache
def _callers(name: str) -> tuple[Source, ...]:
    """The modules of the window that call something so."""
    return tuple(each for each in sources("ui") if name in each.called)


def _is_from(name: str, home: Source, other: Source) -> bool:
    """Whether what is called so in one module is that of another one."""
    return getattr(getattr(other.module, name, None), "__module__", "") == home.name


def _called(node: ast.Call, where: Source, depth: int) -> Iterator[str]:
    """What a function of ours gives back, with the texts that it is given; of "…".join(…) what is joined."""
    name = name_of(node.func)
    if name in ("tr", "repr", "len", "sorted", "getattr"):
        return
    if (table := _table(node, where)) is not node:
        yield from texts_of(table, where, depth + 1)
        return
    if name == "counted" and len(node.args) == 2:  # "1 layer", "12 layers"
        for noun in texts_of(node.args[1], where, depth + 1):
            yield from (_numbered(f"{{n}} {noun}"), _numbered(f"{{n}} {noun}s"))
        return
    if isinstance(node.func, ast.Attribute) and name in ("join", "format", "capitalize", "strip"):
        for text in texts_of(node.func.value, where, depth + 1):
            yield text if name != "format" else _numbered(text)
    for each in node.args:
        if name in ("join", "filter", "next", "quoted", "str", "tuple", "list", "fromkeys"):
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
    for node in where.inside(function):
        if isinstance(node, ast.Return | ast.Yield) and node.value is not None and where.within[node] is function:
            yield from texts_of(node.value, where, depth)


def _assigned(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    if isinstance(node, ast.Assign):
        yield from ((target, node.value) for target in node.targets)
    elif isinstance(node, ast.AnnAssign | ast.AugAssign | ast.NamedExpr) and node.value is not None:
        yield node.target, node.value
    elif isinstance(node, ast.For | ast.comprehension):
        yield from _each(node.target, node.iter)
    elif isinstance(node, ast.Call) and name_of(node.func) in ("append", "extend") and node.args:
        assert isinstance(node.func, ast.Attribute)
        yield node.func.value, node.args[0]


def _each(target: ast.expr, among: ast.expr) -> Iterator[tuple[ast.expr, ast.expr]]:
    """What a loop gives its names: of `enumerate` and `zip` each its own."""
    inner = among.args if isinstance(among, ast.Call) and isinstance(among.func, ast.Name) else []
    if isinstance(target, ast.Tuple) and name_of(getattr(among, "func", among)) == "enumerate" and inner:
        yield target.elts[1], _Row(inner[0])
    elif isinstance(target, ast.Tuple) and name_of(getattr(among, "func", among)) == "zip":
        yield from ((each, _Row(part)) for each, part in zip(target.elts, inner, strict=False))
    else:
        yield target, _Row(among)


class _Row(ast.expr):
    """Any row of a table, which is written out or has a name."""

    def __init__(self, of: ast.expr) -> None:
        super().__init__()
        self.of = of


def _pairs(target: ast.expr, value: ast.expr, where: Source) -> Iterator[tuple[str, ast.expr]]:
    """The names that get a value, each with its part of it."""
    if isinstance(value, _Row):
        table = _table(value.of, where)
        if table is value.of and isinstance(table, ast.Name) and (function := where.within.get(table)) is not None:
            for given, _ in _arguments(function, table.id, where):
                yield from _pairs(target, _Row(given), where)
        rows = table.elts if isinstance(table, ast.Tuple | ast.List) else [table]
        for row in rows:
            yield from _pairs(target, row.value if isinstance(row, ast.Starred) else row, where)
    elif isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.IfExp):
        yield from _pairs(target, value.body, where)
        yield from _pairs(target, value.orelse, where)
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        for each, part in zip(target.elts, value.elts, strict=True):
            yield from _pairs(each, part, where)
