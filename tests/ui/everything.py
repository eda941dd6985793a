"""Brings up all that a window has: views, tabs, panels, lists, dialogs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication, QDialog, QMenu, QWidget

if TYPE_CHECKING:
    from bnsim.ui.window.main_window import MainWindow

DIALOGS = ("export.export", "file.makeSlides", "lane.forkWith", "run.sweep", "file.papers", "help.lessons", "help.keys")
"""Actions that open a dialog; it closes by `close`."""
OTHERS = ("view.figures", "stage.notes", "stage.audience", "help.find")
"""Actions that open a window, or what lies over one."""


def bring_up_all(window: MainWindow, folder: Path) -> Iterator[str]:
    """Bring up one after the other, and name it each time; what was shown before is still there, dialogs excepted."""
    window.step("layer")
    _settle(window)
    yield "the window"
    for name in ("equation", "tensor", "xray", "why"):
        window.shelf.bring_up(name)
        _settle(window)
        yield name
    for page in (window.palette_panel, window.outline, window.breakpoint_list):
        window.docks.left.bring_up(page.objectName())
        _settle(window)
        yield page.objectName()
    for dock in window.panel_docks:
        assert dock.panel is not None
    window.toggle_findings()
    for name in ("view.watches", "break.here", "run.scaleWeights"):
        window.actions_by_name.run(name)
    _settle(window)
    yield "panels and lists"
    window.docks.right.bring_up(window.inspector.objectName())
    for layer in {type(layer): layer for stack in window.document.experiment.stacks for layer in stack.layers}.values():
        window.selection.set([layer.id])
        _settle(window)
        yield f"the inspector of {layer}"
    for name in OTHERS:
        window.actions_by_name.run(name)
        _settle(window)
        yield name
    for name in DIALOGS:
        window.actions_by_name.run(name)
        _settle(window)
        yield name
        close_dialogs()
    path = folder / "own.csv"
    path.write_text("height,weight,label\n1,2,a\n2,3,b\n3,4,a\n", encoding="utf-8")
    window.data_import.show_file(path)
    _settle(window)
    yield "the import of a file"
    close_dialogs()


def close_dialogs() -> None:
    """Close all dialogs that are open."""
    for top in QApplication.topLevelWidgets():
        if isinstance(top, QDialog) and top.isVisible():
            top.close()


def of_the_app(widget: QWidget) -> bool:
    """Whether a person can meet it: menus of pyqtgraph's own are made with each plot, and never opened."""
    over: QWidget | None = widget
    while over is not None:
        if isinstance(over, QMenu) and not over.objectName():
            return False
        over = over.parentWidget()
    return True


def _settle(window: MainWindow) -> None:
    window.settle()
    QApplication.processEvents()
