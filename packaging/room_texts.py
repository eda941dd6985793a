"""Finds what rooms without Qt say: their sentences are made in English, and the window looks them up.

In the modules named here every text that is a sentence, or a piece of one, belongs in the catalog:

- a text or f-string with a blank between words, of an f-string with "{0}", "{1}" for what is put in;
- what an f-string puts in by a choice, f"it {'shrinks' if small else 'grows'}", one word as well;
- of a table of a module whose name ends with WORDS, NAMES or UNITS all values, one word as well;
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
    "lenses/check.py",
    "lenses/equations/classes.py",
    "lenses/equations/disturbances.py",
    "lenses/equations/lens.py",
    "lenses/equations/normalizations.py",
    "lenses/equations/parts.py",
    "lenses/equations/table.py",
    "lenses/equations/updates.py",
    "lenses/equations/words.py",
    "lenses/findings",
    "lenses/tensor",
    "lenses/why",
    "lenses/xray/identity.py",
    "lenses/xray/lens.py",
    "session/changes.py",
    "session/conditions.py",
    "session/not_finite.py",
    "spec/naming.py",
    "spec/tries.py",
    "ui/model/breakpoints.py",
    "ui/model/findings.py",
    "ui/panels",
    "ui/views",
)
"""Below bnsim/: modules, and packages with all their modules."""
SILENT = frozenset({"Try", "_try", "cast", "warning", "LookupError", "NamedTuple"})
_SILENT_PARTS = re.compile(r"\{\d\}|<[^>]*>|&\w+;")
_WORD = re.compile(r"[A-Za-z]{2,}")
_CODE = re.compile(r"\\|_|\dpx|%s|^color:|\w\(\)")
"""Formulas, names of arrays, HTML, styles, logs."""


def texts_of(root: Path, rooms: tuple[str, ...] = ROOMS) -> Iterator[str]:
    """All texts of these rooms; `root` is the folder of the package."""
    for room in rooms:
        place = root / room
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            if not path.name.endswith(
                ("sketch.py", "norm_axes.py", "graph_parts.py")
            ):  # diagrams, which are made of phrases
                yield from texts_in(ast.parse(path.read_text(encoding="utf-8")))


def texts_in(tree: ast.AST) -> Iterator[str]:
    """The texts of one module."""
    if isinstance(tree, ast.Raise | ast.Assert | ast.Compare | ast.Import | ast.ImportFrom):
        return
    if isinstance(tree, ast.Expr) and isinstance(tree.value, ast.Constant):
        return  # a docstring
    if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Name):
        if tree.func.id in SILENT:
            return
        if tree.func.id == "counted":
            for noun in literals(tree.args[1]):
                yield from (f"{{0}} {noun}", f"{{0}} {noun}s")
            return
    if isinstance(tree, ast.Assign | ast.AnnAssign) and tree.value is not None and _is_table(tree):
        yield from _values(tree.value)
    if isinstance(tree, ast.JoinedStr):
        yield from _put_together(tree)
    elif isinstance(tree, ast.Constant):
        if isinstance(tree.value, str) and _is_sentence(tree.value):
            yield tree.value
    elif isinstance(tree, ast.Subscript):  # not what is between the brackets
        yield from texts_in(tree.value)
    else:
        for child in [*tree.values] if isinstance(tree, ast.Dict) else ast.iter_child_nodes(tree):
            yield from texts_in(child)


def literals(node: ast.expr) -> Iterator[str]:
    """The texts that an expression may be; of what is put together, with places."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        number = iter(range(10))
        parts = [part.value if isinstance(part, ast.Constant) else f"{{{next(number)}}}" for part in node.values]
        yield "".join(map(str, parts))
    elif isinstance(node, ast.IfExp):
        yield from literals(node.body)
        yield from literals(node.orelse)


def _put_together(node: ast.JoinedStr) -> Iterator[str]:
    yield from (text for text in literals(node) if " " in text and _says(text))
    for part in node.values:
        if isinstance(part, ast.FormattedValue):
            yield from _chosen(part.value)
            yield from texts_in(part.value)


def _is_table(node: ast.Assign | ast.AnnAssign) -> bool:
    target = node.targets[0] if isinstance(node, ast.Assign) else node.target
    return isinstance(target, ast.Name) and target.id.endswith(("WORDS", "NAMES", "UNITS"))


def _values(node: ast.expr) -> Iterator[str]:
    """All texts of a table."""
    if isinstance(node, ast.Dict | ast.Tuple):
        for each in node.values if isinstance(node, ast.Dict) else node.elts:
            yield from _values(each.elts[-1] if isinstance(each, ast.Tuple) else each)  # of a pair, what it is called
    elif isinstance(node, ast.Call):
        for each in node.args:
            yield from _values(each)
    elif isinstance(node, ast.Starred):
        yield from _values(node.value)
    else:
        yield from filter(_says, literals(node))


def _chosen(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from filter(_says, literals(node))


def _is_sentence(text: str) -> bool:
    return " " in text.strip() and _says(text)


def _says(text: str) -> bool:
    """Whether there is a word in it, and no formula."""
    return _WORD.search(_SILENT_PARTS.sub("", text)) is not None and not (
        text.startswith("<") or _CODE.search(_SILENT_PARTS.sub("0", text))
    )
