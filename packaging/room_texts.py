"""Finds what rooms without Qt say: their sentences are made in English, and the window looks them up.

In the modules named here every text that is a sentence, or a piece of one, belongs in the catalog:

- a text or f-string with a blank between words, of an f-string with "{0}", "{1}" for what is put in;
- what an f-string puts in by a choice, f"it {'shrinks' if small else 'grows'}", one word as well;
- what is counted, `counted(n, "layer")`: "{0} layer" and "{0} layers".

Not so what no window shows: docstrings, messages of errors, keys of tables, what is compared, formulas (a backslash),
and what is only handed to one of `SILENT`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOMS = (
    "lenses/findings",
    "lenses/why",
    "spec/naming.py",
    "spec/tries.py",
    "ui/model/findings.py",
    "ui/panels/finding_list.py",
    "ui/views/why",
)
"""Below bnsim/: modules, and packages with all their modules."""
SILENT = frozenset({"Try", "_try", "LookupError", "NamedTuple"})
_SILENT_PARTS = re.compile(r"\{\d\}|<[^>]*>|&\w+;")
_WORD = re.compile(r"[^\W\d_]{2,}")


def texts_of(root: Path, rooms: tuple[str, ...] = ROOMS) -> Iterator[str]:
    """All texts of these rooms; `root` is the folder of the package."""
    for room in rooms:
        place = root / room
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            if not path.name.endswith("sketch.py"):  # a diagram, whose words are its own
                yield from texts_in(ast.parse(path.read_text(encoding="utf-8")))


def texts_in(tree: ast.AST) -> Iterator[str]:
    """The texts of one module."""
    if isinstance(tree, ast.Raise | ast.Assert | ast.Compare | ast.Subscript | ast.Import | ast.ImportFrom):
        return
    if isinstance(tree, ast.Expr) and isinstance(tree.value, ast.Constant):
        return  # a docstring
    if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name):
        if tree.func.id in SILENT:
            return
        if tree.func.id == "counted":
            for noun in _literals(tree.args[1]):
                yield from (f"{{0}} {noun}", f"{{0}} {noun}s")
            return
    if isinstance(tree, ast.JoinedStr):
        yield from _put_together(tree)
    elif isinstance(tree, ast.Constant):
        if isinstance(tree.value, str) and _is_sentence(tree.value):
            yield tree.value
    else:
        for child in [*tree.values] if isinstance(tree, ast.Dict) else ast.iter_child_nodes(tree):
            yield from texts_in(child)


def _literals(node: ast.expr) -> Iterator[str]:
    """The texts that an expression may be; of what is put together, with places."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        number = iter(range(10))
        parts = [part.value if isinstance(part, ast.Constant) else f"{{{next(number)}}}" for part in node.values]
        yield "".join(map(str, parts))
    elif isinstance(node, ast.IfExp):
        yield from _literals(node.body)
        yield from _literals(node.orelse)


def _put_together(node: ast.JoinedStr) -> Iterator[str]:
    yield from (text for text in _literals(node) if " " in text and _says(text))
    for part in node.values:
        if isinstance(part, ast.FormattedValue):
            yield from _chosen(part.value)
            yield from texts_in(part.value)


def _chosen(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from filter(_says, _literals(node))


def _is_sentence(text: str) -> bool:
    return " " in text.strip() and _says(text)


def _says(text: str) -> bool:
    """Whether there is a word in it, and no formula."""
    return _WORD.search(_SILENT_PARTS.sub("", text)) is not None and "\\" not in text and not text.startswith("<")
