"""F6 goes from area to area of the window, each with a name and a frame."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
import shiboken6
from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication, QWidget

import bnsim as bn
from bnsim.ui.window.areas import name_of

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from bnsim.ui.window.main_window import MainWindow

Opener = Callable[..., "MainWindow"]


def names(window: MainWindow, qtbot: QtBot, modifier: Qt.KeyboardModifier) -> Iterator[str]:
    """The areas that F6 goes through from the canvas until it is there again."""
    seen: list[str] = []
    window.canvas.setFocus()
    for _ in range(30):
        focus = QApplication.focusWidget()
        assert focus is not None
        qtbot.keyClick(focus, Qt.Key.Key_F6, modifier)
        area = window.areas.frame.around
        assert area is not None
        focus = QApplication.focusWidget()
        assert focus is not None
        assert area is focus or area.isAncestorOf(focus)
        seen.append(f"{name_of(area)}: {focus.objectName()}")
        yield name_of(area)
        if area is window.canvas:
            return
    pytest.fail(f"F6 does not come back to the canvas: {seen}")


def test_f6_goes_through_all_areas_and_back_again(open_window: Opener, small: bn.Experiment, qtbot: QtBot) -> None:
    window = open_window(small)
    window.resize(1280, 720)
    window.activateWindow()
    with qtbot.waitActive(window):
        pass
    window.toggle_findings()
    there = list(names(window, qtbot, Qt.KeyboardModifier.NoModifier))
    panels = [dock.title for dock in window.panel_docks if dock.seen]
    assert panels
    assert there == ["Time line", "Findings", "Layer", *panels, "Status bar", "Transport", "Layers", "Canvas"]
    back = list(names(window, qtbot, Qt.KeyboardModifier.ShiftModifier))
    assert back == [*reversed(there[:-1]), "Canvas"]


def test_an_area_has_the_keyboard_where_it_was_and_its_frame_until_it_is_left(
    open_window: Opener, small: bn.Experiment, qtbot: QtBot
) -> None:
    window = open_window(small)
    window.resize(1280, 720)
    window.activateWindow()
    with qtbot.waitActive(window):
        pass
    window.docks.left.bring_up(window.outline.objectName())
    window.outline.setFocus()
    window.canvas.setFocus()
    frame = window.areas.frame
    assert not frame.isVisible()
    window.go_to_area(-1)
    assert QApplication.focusWidget() is window.outline
    assert frame.isVisible()
    assert frame.geometry().size() == window.docks.left.size()
    assert frame.testAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    window.resize(1400, 800)
    QApplication.processEvents()
    assert frame.geometry().size() == window.docks.left.size()
    window.canvas.setFocus()
    assert not frame.isVisible()
    window.toggle_projector()
    assert "Explanation" in list(names(window, qtbot, Qt.KeyboardModifier.NoModifier))


def test_widgets_stay_those_of_their_own_parents(open_window: Opener, small: bn.Experiment) -> None:
    """Else, when one of the status bar goes, Python holds the canvas for deleted, and the app crashes at a resize."""
    window = open_window(small)
    for step in (1, -1):
        for _ in range(10):
            window.go_to_area(step)
    assert is_within_its_own(window)
    for part in (
        window.canvas,
        window.canvas.viewport(),
        window.timeline,
        *(dock.panel for dock in window.panel_docks),
    ):
        assert is_within_its_own(part), part


def is_within_its_own(widget: QWidget) -> bool:
    """Whether what Python takes a widget for a part of, with which it goes, has it in it."""
    around: list[QObject] = []
    at: QObject | None = widget
    while (at := at.parent()) is not None:
        around.append(at)
    holders = [line for line in shiboken6.dump(widget).splitlines() if line.startswith("parent")]
    return not holders or any(f"at {id(each):#x}>" in holders[0] for each in around)
