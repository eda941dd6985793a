"""A kind of figure is said in one place; the window finds it by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu

import bnsim as bn
from bnsim import figures
from bnsim.figures import FigureKind
from tests.made_up_figure import made_up

__all__ = ["made_up"]

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from bnsim.ui.window.main_window import MainWindow


def menu_texts(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions()]


def test_docks_follow_from_the_kinds(open_window: Callable[..., MainWindow], made_up: FigureKind) -> None:
    docks = {dock.panel.name: dock for dock in open_window().panel_docks}
    assert list(docks) == list(figures.FIGURES)
    for name, each in figures.FIGURES.items():
        assert docks[name].windowTitle() == each.title
        assert docks[name].isHidden() != each.docked


def test_the_view_menu_opens_it_and_what_it_needs_is_recorded(
    open_window: Callable[..., MainWindow], made_up: FigureKind, qtbot: QtBot, small: bn.Experiment
) -> None:
    window = open_window(small)
    window.run_commands.seek(3)
    window.settle()
    assert made_up.name not in window.figures_shown.by_name
    assert window.runner.session.recording == "norms"
    panels = next(menu for menu in window.menuBar().findChildren(QMenu) if menu.title() == "&Panels")
    assert set(menu_texts(panels)) >= {each.title for each in figures.FIGURES.values()}
    next(action for action in panels.actions() if action.text() == made_up.title).trigger()
    dock = next(dock for dock in window.panel_docks if dock.panel.name == made_up.name)
    qtbot.waitUntil(lambda: dock.panel.figure is not None and not window.update_shown.playing)
    assert dock.isVisible()
    assert not dock.visibleRegion().isEmpty()
    assert window.runner.session.recording == "all"
    assert dock.panel.figure.verdict == "7 points"
    assert window.update_shown.frame.iteration == 3
    assert window.dockWidgetArea(dock) == Qt.DockWidgetArea.BottomDockWidgetArea


def test_a_closed_panel_costs_nothing(open_window: Callable[..., MainWindow], made_up: FigureKind) -> None:
    window = open_window()
    assert set(window.figures_shown.by_name) == {each.name for each in figures.FIGURES.values() if each.docked}
