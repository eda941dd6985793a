"""A kind of figure is said in one place; the window finds it by itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QToolButton

import bnsim as bn
from bnsim import figures
from bnsim.figures import FigureKind
from bnsim.spec.document import Document
from bnsim.ui.commands.menu_walk import entries
from tests.made_up_figure import made_up
from tests.ui.reading import compiled

__all__ = ["made_up"]

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from bnsim.ui.panels.dock import PanelDock
    from bnsim.ui.window.main_window import MainWindow


def menu_texts(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions()]


def test_docks_follow_from_the_kinds(open_window: Callable[..., MainWindow], made_up: FigureKind) -> None:
    docks = {dock.name: dock for dock in open_window().panel_docks}
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
    assert compiled(window).recording == "norms"
    panels = next(menu for menu in window.menuBar().findChildren(QMenu) if menu.title() == "&Panels")
    assert set(menu_texts(panels)) >= {each.title for each in figures.FIGURES.values()}
    next(action for action in panels.actions() if action.text() == made_up.title).trigger()
    dock = next(dock for dock in window.panel_docks if dock.name == made_up.name)
    qtbot.waitUntil(lambda: dock.panel.figure is not None and not window.update_shown.playing)
    assert dock.isVisible()
    assert not dock.visibleRegion().isEmpty()
    assert compiled(window).recording == "all"
    assert dock.panel.figure.verdict == "7 points"
    assert window.update_shown.frame.iteration == 3
    assert window.dockWidgetArea(dock) == Qt.DockWidgetArea.BottomDockWidgetArea


def test_a_closed_panel_costs_nothing(open_window: Callable[..., MainWindow], made_up: FigureKind) -> None:
    window = open_window()
    assert set(window.figures_shown.by_name) == {each.name for each in figures.FIGURES.values() if each.docked}


def test_a_panel_is_made_when_it_is_first_shown(open_window: Callable[..., MainWindow], made_up: FigureKind) -> None:
    window = open_window()
    assert {dock.name for dock in window.panel_docks if dock.made} == {
        each.name for each in figures.FIGURES.values() if each.docked
    }
    dock = next(dock for dock in window.panel_docks if dock.name == made_up.name)
    assert dock.widget() is None
    dock.toggleViewAction().trigger()
    window.settle()
    assert dock.widget() is dock.panel
    assert dock.panel.isVisible()
    assert dock.panel.figure is not None
    button = dock.findChild(QToolButton, f"panel.{made_up.name}.menu")
    assert not button.icon().isNull()
    assert button.menu() is dock.panel.menu


def test_closed_panels_stay_unmade_through_theme_layout_and_another_document(
    open_window: Callable[..., MainWindow], made_up: FigureKind, small: bn.Experiment
) -> None:
    window = open_window()
    before = {dock.name for dock in window.panel_docks if dock.made}
    window.looks.choose_theme("dark")
    window.toggle_projector()
    window.toggle_projector()
    window.room.reset()
    window.document.replace(Document(experiment=small), None)
    window.settle()
    assert {dock.name for dock in window.panel_docks if dock.made} == before


def test_a_panel_made_later_has_the_theme_of_its_window(
    open_window: Callable[..., MainWindow], made_up: FigureKind
) -> None:
    window = open_window()
    window.looks.choose_theme("dark")
    dock = next(dock for dock in window.panel_docks if dock.name == made_up.name)
    dock.toggleViewAction().trigger()
    window.settle()
    assert dock.panel.plot.backgroundBrush().color() == window.panel_docks[0].panel.plot.backgroundBrush().color()
    window.looks.choose_theme("light")
    assert dock.panel.plot.backgroundBrush().color() == window.panel_docks[0].panel.plot.backgroundBrush().color()


def test_a_kept_layout_opens_a_panel_and_its_plot(
    open_window: Callable[..., MainWindow], made_up: FigureKind, qtbot: QtBot
) -> None:
    def dock_of(window: MainWindow) -> PanelDock:
        return next(dock for dock in window.panel_docks if dock.name == made_up.name)

    window = open_window()
    dock_of(window).toggleViewAction().trigger()
    window.settle()
    window.close()
    again = open_window()
    assert dock_of(again).isVisible()
    qtbot.waitUntil(lambda: dock_of(again).panel.figure is not None)


def test_the_figure_of_a_closed_panel_is_exported(
    open_window: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window()
    monkeypatch.setattr(window.exporting._ask, "ask_export", lambda name, suffix: tmp_path / f"{name}.{suffix}")
    closed = next(dock for dock in window.panel_docks if dock.name == "update_to_weight")
    assert closed.isHidden()
    wanted = f"file.export.{closed.name}.csv"
    (export,) = (each.action for each in entries(window.menuBar()) if each.action.objectName() == wanted)
    export.trigger()
    qtbot.waitUntil((tmp_path / f"{closed.name}.csv").exists)
    assert closed.isHidden()


def test_what_is_chosen_of_a_figure_is_drawn(
    open_window: Callable[..., MainWindow], qtbot: QtBot, small: bn.Experiment
) -> None:
    window = open_window(small)
    window.run_commands.seek(3)
    window.settle()
    panel = next(dock.panel for dock in window.panel_docks if dock.name == "gradient_by_depth")
    panel.option_menu.actions["size"]["rms"].trigger()
    qtbot.waitUntil(lambda: panel.figure.y.label == "rms of ∂L/∂z")
    panel.options = {}
    qtbot.waitUntil(lambda: panel.figure.y.label == "‖∂L/∂z‖")
