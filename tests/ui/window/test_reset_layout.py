"""View > Reset layout gives what a new window of that size has, from wherever the docks are, every time."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QApplication

import bnsim as bn
from bnsim.ui.window import layout

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from bnsim.ui.window.main_window import MainWindow

Opener = Callable[..., "MainWindow"]
SIZES = [(1680, 1020), (1300, 760)]


def settled() -> None:
    for _ in range(6):
        QApplication.processEvents()


def geometry(window: MainWindow) -> dict[str, object]:
    settled()
    found: dict[str, object] = {
        dock.objectName(): (dock.isFloating(), dock.geometry()) if dock.isVisible() else "closed"
        for dock in window.docks.all
    }
    fronts = [dock.front for dock in (window.docks.left, window.docks.right)]
    return found | {"canvas": window.canvas.geometry(), "size": window.size(), "fronts": fronts}


def close_to(found: object, wanted: object) -> bool:
    """To two pixels, which a division among three panels may come out differently by."""
    if isinstance(found, dict) and isinstance(wanted, dict):
        return found.keys() == wanted.keys() and all(close_to(found[key], wanted[key]) for key in found)
    if isinstance(found, tuple) and isinstance(wanted, tuple):
        return all(map(close_to, found, wanted))
    if isinstance(found, QRect) and isinstance(wanted, QRect):
        return all(abs(a - b) <= 2 for a, b in zip(found.getCoords(), wanted.getCoords(), strict=True))  # type: ignore[call-overload]
    return found == wanted


def float_one(window: MainWindow) -> None:
    window.panel_docks[0]._float.click()


def float_and_close(window: MainWindow) -> None:
    window.panel_docks[1]._float.click()
    settled()
    window.panel_docks[1].toggleViewAction().trigger()


def close_all(window: MainWindow) -> None:
    for dock in window.docks.all:
        dock.close()


def tab_them(window: MainWindow) -> None:
    first, second, third = window.panel_docks[:3]
    window.tabifyDockWidget(first, second)
    window.tabifyDockWidget(first, third)


def drag_elsewhere(window: MainWindow) -> None:
    window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, window.panel_docks[2])
    window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, window.docks.right)
    window.docks.left.bring_up("outline")
    window.shelf.bring_up("tensor")


def resize_docks(window: MainWindow) -> None:
    docks = window.docks
    window.resizeDocks([docks.left, docks.right], [400, 260], Qt.Orientation.Horizontal)
    window.resizeDocks([window.panel_docks[0]], [500], Qt.Orientation.Vertical)


def project(window: MainWindow) -> None:
    window.projector.enter()


STATES = [lambda window: None, float_one, float_and_close, close_all, tab_them, drag_elsewhere, resize_docks, project]


@pytest.mark.parametrize("size", SIZES)
def test_reset_from_anywhere(
    open_window: Opener, small: bn.Experiment, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    monkeypatch.setattr(layout, "first_place", lambda _screen: QRect(QPoint(), QPoint(size[0] - 1, size[1] - 1)))
    window = open_window(small)
    fresh = geometry(window)
    for disturb in STATES:
        for _ in range(2):
            disturb(window)
            settled()
            window.actions_by_name["view.layout"].trigger()
            if disturb is project:  # the screen of a test is smaller than the window was
                assert not window.projector.on
                settled()
                window.resize(*size)
                window.actions_by_name["view.layout"].trigger()
            assert close_to(geometry(window), fresh), getattr(disturb, "__name__", "")


def test_a_floating_panel_that_is_closed_is_docked(open_window: Opener, small: bn.Experiment, qtbot: QtBot) -> None:
    window = open_window(small)
    dock = window.panel_docks[0]
    dock._float.click()
    settled()
    assert dock.isFloating()
    dock.close()
    qtbot.waitUntil(lambda: dock.isVisible() and not dock.isFloating())
    dock.toggleViewAction().trigger()  # docked, it is closed
    settled()
    assert not dock.isVisible()
    dock.toggleViewAction().trigger()
    dock._float.click()
    settled()
    dock.toggleViewAction().trigger()  # and so it is from the menu
    settled()
    assert not dock.isVisible()


def test_a_window_closes_with_its_floating_panels(open_window: Opener, small: bn.Experiment) -> None:
    window = open_window(small)
    dock = window.panel_docks[0]
    dock._float.click()
    settled()
    event = QCloseEvent()
    QApplication.sendEvent(dock, event)
    assert event.isAccepted(), "what closes all windows is not held up"
    window.close()
    settled()


def test_the_xray_opens_at_its_top(open_window: Opener) -> None:
    layers = (bn.Linear(8), bn.BatchNorm(), bn.Sigmoid(), bn.Linear(8), bn.BatchNorm(), bn.Sigmoid(), bn.Linear(2))
    window = open_window(bn.Experiment(data=bn.XOR(), stacks=(bn.Stack(layers=layers, name="one"),)))
    window.resize(1200, 700)
    window.step("iteration")
    ids = [layer.id for layer in window.document.experiment.stacks[0].layers]

    def look(number: int) -> int:
        window.selection.set([ids[number]])
        window.settle()
        settled()
        return int(bar.value())

    window.selection.set([ids[1]])
    window.shelf.bring_up("xray")
    window.settle()
    settled()
    bar = window.shelf.view("xray")._area.verticalScrollBar()  # type: ignore[attr-defined]
    assert bar.value() == 0
    assert bar.maximum() > 0
    bar.setValue(bar.maximum() // 2)
    kept = bar.value()
    assert look(4) == kept, "the same part of another BatchNorm, to compare"
    assert look(2) == 0
    bar.setValue(bar.maximum())
    assert look(1) == 0
    bar.setValue(bar.maximum() // 2)
    window.shelf.bring_up("inspector")
    look(4)
    window.shelf.bring_up("xray")
    window.settle()
    settled()
    assert bar.value() == 0


def test_a_lanes_title_is_renamed_by_a_double_click(open_window: Opener, qtbot: QtBot, small: bn.Experiment) -> None:
    from PySide6.QtWidgets import QLineEdit

    window = open_window(small)
    window.resize(1400, 900)
    window.settle()
    settled()
    for stack in window.document.experiment.stacks:
        at = window.canvas.titles.name_rect(stack).center()
        assert window.canvas.titles.stack_at(at) == stack.id
        qtbot.mouseDClick(window.canvas.viewport(), Qt.MouseButton.LeftButton, pos=at)
        field = QApplication.focusWidget()
        assert isinstance(field, QLineEdit)
        assert field.text() == stack.name
        field.selectAll()
        qtbot.keyClicks(field, f"new {stack.name}")
        qtbot.keyClick(field, Qt.Key.Key_Return)
        assert window.document.experiment.stack(stack.id).name == f"new {stack.name}"
