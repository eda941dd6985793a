"""The run before an edit is told in the panel's corner, and dismissed there, from the menu or by a key."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu, QToolButton

import bnsim as bn
from bnsim.plot.figure import Axis, Figure
from bnsim.plot.ghosts import Ghost
from bnsim.plot.marks import Series
from bnsim.runner.orders import Seek
from bnsim.spec.edits import change_training
from bnsim.ui.model import preferences
from bnsim.ui.window import dialogs

if TYPE_CHECKING:
    from bnsim.ui.window.main_window import MainWindow

Opener = Callable[..., "MainWindow"]
NAME = "gradient_by_depth"


@pytest.fixture
def edited(open_window: Opener, small: bn.Experiment) -> MainWindow:
    """A window whose run of 30 iterations has been edited away."""
    window = open_window(small)
    window.runner.give(Seek(30))
    window.settle()
    window.document.push(change_training(small, optimizer=bn.SGD(lr=0.5)), "change the rate")
    window.settle()
    return window


def behind(window: MainWindow) -> list[str]:
    (panel,) = (dock.panel for dock in window.panel_docks if dock.name == NAME)
    return [ghost.when for ghost in panel.former]


def chip(window: MainWindow) -> QToolButton:
    return window.findChild(QToolButton, f"panel.{NAME}.runBefore")


def test_the_corner_says_so_and_a_click_there_dismisses_it(edited: MainWindow) -> None:
    assert behind(edited) == ["run before"]
    assert not chip(edited).isHidden()
    (panel,) = (dock.panel for dock in edited.panel_docks if dock.name == NAME)
    assert any(line.ghost and line.line == "dashed" for line in panel.shown.series)
    chip(edited).click()
    edited.settle()
    assert behind(edited) == []
    assert chip(edited).isHidden()
    assert not edited.actions_by_name["runs.dismiss"].isEnabled()


def test_the_word_makes_room_for_the_title(edited: MainWindow) -> None:
    (dock,) = (dock for dock in edited.panel_docks if dock.name == NAME)
    styles = {}
    for width in (260, 900):
        dock.setFloating(width == 900)  # a docked one gets its width back as soon as a part of its bar is shown
        dock.resize(width, 260)
        styles[width] = chip(edited).toolButtonStyle()
    assert styles == {
        260: Qt.ToolButtonStyle.ToolButtonIconOnly,
        900: Qt.ToolButtonStyle.ToolButtonTextBesideIcon,
    }


def test_the_action_dismisses_it_and_the_switch_is_remembered(edited: MainWindow, small: bn.Experiment) -> None:
    dismiss, compare = (edited.actions_by_name[name] for name in ("runs.dismiss", "runs.compare"))
    assert dismiss.isEnabled()
    assert compare.isChecked()
    compare.trigger()
    edited.settle()
    assert behind(edited) == []
    assert not compare.isChecked()
    assert not preferences.load().compares_runs
    edited.runner.give(Seek(30))
    edited.settle()
    edited.document.push(small, "back")
    edited.settle()
    assert behind(edited) == []
    other = edited.another_window()
    try:
        assert not other.actions_by_name["runs.compare"].isChecked()
    finally:
        other.close()


def test_a_run_is_kept_renamed_and_removed_in_the_menu(
    edited: MainWindow, small: bn.Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def answer(_parent: object, title: str, label: str, value: str) -> str:
        asked.append(value)
        return "fast & wide" if title == "Keep this run" else "fast"

    monkeypatch.setattr(dialogs, "ask_text", answer)
    edited.runner.give(Seek(12))
    edited.settle()
    edited.actions_by_name["runs.keep"].trigger()
    edited.settle()
    assert asked == ["run 1"]
    assert behind(edited) == ["fast & wide", "run before"]
    menu = edited.findChild(QMenu, "view.keptRuns")
    menu.aboutToShow.emit()
    titles = [action.text() for action in menu.actions()]
    assert titles == ["fast && wide: 12 iterations", "Run before: 30 iterations"]
    rename, remove = menu.actions()[0].menu().actions()
    rename.trigger()
    edited.settle()
    assert behind(edited) == ["fast", "run before"]
    remove.trigger()
    edited.settle()
    assert behind(edited) == ["run before"]


def test_opening_another_document_ends_it(edited: MainWindow) -> None:
    edited.document.new()
    edited.settle()
    assert behind(edited) == []
    assert chip(edited).isHidden()


def test_a_former_figure_that_is_made_anew_is_compared_array_by_array(
    open_window: Opener, small: bn.Experiment
) -> None:
    window = open_window(small)
    panel = next(dock.panel for dock in window.panel_docks if dock.made)
    y = np.arange(3.0)
    for numbers in (y, y.copy(), y + 1):
        line = Series("plain", np.arange(3.0), numbers, "lane0")
        former = (Ghost(Figure("gradient_by_depth", "", "", Axis(""), Axis(""), marks=(line,)), "before"),)
        panel.show_former(former)
        assert np.array_equal(panel.former[0].figure.series[0].y, numbers)
