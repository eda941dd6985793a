"""The house keeps its rooms: no two modules import each other, whatever for; Qt and files are where they belong."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import bnsim

ROOT = Path(bnsim.__file__).parent
ALLOWED = {("bnsim.plot.figure", "bnsim.plot.writers")}
"""`Figure.save` imports the writers when it is called. Nothing else may be a circle, not even for the type checker."""
MOST_FLAT = 6
"""Files directly in `ui`: everything else has a room."""


def module_names(root: Path = ROOT) -> dict[str, Path]:
    files = {".".join((root.name, *file.relative_to(root).with_suffix("").parts)): file for file in root.rglob("*.py")}
    return {name.removesuffix(".__init__"): file for name, file in files.items()}


def imported(tree: ast.AST, modules: dict[str, Path], package: str) -> Iterator[str]:
    """Every module of ours that is imported anywhere: at the top, for the type checker, or in a function."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide where a module stands"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                name = inner if inner in modules else node.module or ""
                if name.startswith(package):
                    yield name
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name.startswith(package))


def imports(modules: dict[str, Path], package: str = "bnsim") -> dict[str, set[str]]:
    found = {
        name: set(imported(ast.parse(file.read_text("utf-8")), modules, package)) for name, file in modules.items()
    }
    return {name: {other for other in others if other in modules and other != name} for name, others in found.items()}


def circles(arrows: dict[str, set[str]]) -> list[list[str]]:
    """Groups of modules each of which is reached from each other (Tarjan 1972)."""
    number: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(name: str) -> None:
        number[name] = low[name] = len(number)
        stack.append(name)
        for other in sorted(arrows[name]):
            if other not in number:
                visit(other)
                low[name] = min(low[name], low[other])
            elif other in stack:
                low[name] = min(low[name], number[other])
        if low[name] == number[name]:
            group = stack[stack.index(name) :]
            del stack[stack.index(name) :]
            if len(group) > 1:
                found.append(sorted(group))

    for name in sorted(arrows):
        if name not in number:
            visit(name)
    return found


def test_no_modules_import_each_other() -> None:
    arrows = imports(module_names())
    for above, below in ALLOWED:
        assert below in arrows[above], f"{above} no longer imports {below}: take it out of ALLOWED"
        arrows[above].discard(below)
    assert circles(arrows) == []


@pytest.mark.parametrize(
    "text",
    [
        "import house.one",
        "from house import one",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from house.one import x",
        "def late():\n    from house import one",
    ],
)
def test_circles_of_every_kind_are_found(tmp_path: Path, text: str) -> None:
    house = tmp_path / "house"
    house.mkdir()
    (house / "__init__.py").write_text("", "utf-8")
    (house / "one.py").write_text("from house.two import y\n", "utf-8")
    (house / "two.py").write_text("from house.three import z\n", "utf-8")
    (house / "three.py").write_text(text, "utf-8")
    assert circles(imports(module_names(house), "house")) == [["house.one", "house.three", "house.two"]]


def test_the_runner_knows_no_qt() -> None:
    for file in (ROOT / "runner").rglob("*.py"):
        names = {name for node in ast.walk(ast.parse(file.read_text("utf-8"))) for name in imported_roots(node)}
        assert not names & {"PySide6", "shiboken6", "pyqtgraph"}, file


def imported_roots(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name.partition(".")[0] for alias in node.names]
    return [(node.module or "").partition(".")[0]] if isinstance(node, ast.ImportFrom) else []


def test_what_the_window_knows_has_no_widgets() -> None:
    for file in (ROOT / "ui" / "model").rglob("*.py"):
        assert "QtWidgets" not in file.read_text("utf-8"), file


def test_every_file_of_the_window_has_a_room() -> None:
    assert len(list((ROOT / "ui").glob("*.py"))) <= MOST_FLAT
    for room in (folder for folder in (ROOT / "ui").rglob("*") if folder.is_dir() and folder.name != "__pycache__"):
        text = (room / "__init__.py").read_text("utf-8")
        assert ast.get_docstring(ast.parse(text)), f"{room} says nothing about itself"


def test_names_in_a_room_do_not_repeat_it() -> None:
    """`views/tensor/page.py`, not `views/tensor/tensor_page.py`."""
    for file in ROOT.rglob("*.py"):
        assert not file.stem.startswith(f"{file.parent.name}_"), file
