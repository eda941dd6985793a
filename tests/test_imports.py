from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("PySide6", "shiboken6", "pyqtgraph", "numba", "llvmlite", "matplotlib", "scipy", "pandas")


def loaded_after(statement: str) -> set[str]:
    """Top-level packages a fresh interpreter has loaded after `statement`."""
    program = f"{statement}\nimport sys\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("name", ["bnsim", "bnsim.spec.files", "bnsim.data", "bnsim.ui", "bnsim.cli"])
def test_import_loads_nothing_heavy(name: str) -> None:
    assert loaded_after(f"import {name}").isdisjoint(HEAVY)


def test_no_package_is_imported_first_by_two_threads_at_a_time() -> None:
    """Numba, by the thread that makes kernels, and pyqtgraph, by the window's: what both import is there before."""
    both = loaded_after("import numba.extending") & loaded_after("import pyqtgraph")
    assert "numpy" in both
    before = loaded_after("import bnsim.ui.app, numpy, PySide6.QtWidgets") | sys.stdlib_module_names
    assert {name for name in both - before if not name.startswith("_")} == set()


def test_session_and_figures_load_no_qt_and_no_matplotlib() -> None:
    loaded = loaded_after("import bnsim; bnsim.Session; bnsim.figures.FIGURES")
    assert loaded.isdisjoint({"PySide6", "pyqtgraph", "matplotlib"})


def test_a_window_with_its_start_page_opens_without_the_engine_lessons_and_what_is_not_seen() -> None:
    program = (
        "import sys, os, tempfile\n"
        "os.environ.update(QT_QPA_PLATFORM='offscreen', BNSIM_CONFIG_DIR=tempfile.mkdtemp())\n"
        "from bnsim.ui.app import open_window\n"
        "window = open_window()\n"
        "window.start.show_start()\n"
        "late = ('bnsim.engine.kernels', 'bnsim.session.session', 'bnsim.lenses.equations', 'bnsim.typeset')\n"
        "late += ('bnsim.lessons.reading', 'bnsim.lessons.papers', 'bnsim.decks', 'bnsim.ui.learn.lesson')\n"
        "print([name for name in (*late, 'pyqtgraph') if name in sys.modules])\n"
        "window.close()\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_public_name_is_there() -> None:
    import bnsim

    assert [name for name in bnsim.__all__ if not hasattr(bnsim, name)] == []
    with pytest.raises(AttributeError, match="no attribute 'Sesion'"):
        bnsim.Sesion  # noqa: B018
