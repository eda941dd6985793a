"""A kind of figure is said in one place; the window finds it by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu

from bnsim import figures
from bnsim.figures import Axis, Figure, FigureKind, Series
from bnsim.figures.kind import figure

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from bnsim.ui.window.main_window import MainWindow


@figure(title="Made up", shows="what nobody else plots", records=("saturated",), live_points=7)
def made_up(session: Any, layer_id: int | None = None, *, max_points: Any = None, known: Any = None) -> Figure:
    """Its verdict says what it was made of."""
    recorded = "saturated" in {name for lane in session.lanes for name in lane.history}
    line = Series("s", np.arange(3.0), np.arange(3.0), "lane0")
    return Figure(made_up.name, made_up.title, f"{max_points} points, {recorded}", Axis("x"), Axis("y"), (line,))


@pytest.fixture
def kind(monkeypatch: pytest.MonkeyPatch) -> FigureKind:
    monkeypatch.setitem(figures._KINDS, made_up.name, made_up)
    return made_up


def menu_texts(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions()]


def test_docks_follow_from_the_kinds(open_window: Callable[..., MainWindow], kind: FigureKind) -> None:
    docks = {dock.panel.name: dock for dock in open_window().panel_docks}
    assert list(docks) == list(figures.FIGURES)
    for name, each in figures.FIGURES.items():
        assert docks[name].windowTitle() == each.title
        assert docks[name].isHidden() != each.docked


def test_the_view_menu_opens_it_and_what_it_needs_is_recorded(
    open_window: Callable[..., MainWindow], kind: FigureKind, qtbot: QtBot, small: Any
) -> None:
    window = open_window(small)
    window.run_commands.seek(3)
    window.settle()
    assert kind.name not in window.update_shown.figures
    assert window.worker._driver.session.recording == "norms"
    panels = next(menu for menu in window.menuBar().findChildren(QMenu) if menu.title() == "&Panels")
    assert set(menu_texts(panels)) >= {each.title for each in figures.FIGURES.values()}
    next(action for action in panels.actions() if action.text() == kind.title).trigger()
    dock = next(dock for dock in window.panel_docks if dock.panel.name == kind.name)
    qtbot.waitUntil(lambda: dock.panel.figure is not None and not window.update_shown.playing, timeout=120_000)
    assert dock.isVisible()
    assert not dock.visibleRegion().isEmpty()
    assert window.worker._driver.session.recording == "all"
    assert dock.panel.figure.verdict == "7 points, True"
    assert window.update_shown.frame.iteration == 3
    assert window.dockWidgetArea(dock) == Qt.DockWidgetArea.BottomDockWidgetArea


def test_a_closed_panel_costs_nothing(open_window: Callable[..., MainWindow], kind: FigureKind) -> None:
    window = open_window()
    assert set(window.update_shown.figures) == {each.name for each in figures.FIGURES.values() if each.docked}
