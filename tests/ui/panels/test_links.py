"""Panels over iterations zoom together, mark where the run stands, and show where the pointer is in one of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

import bnsim as bn
from bnsim.runner.orders import Seek, Step
from tests.ui.reading import settled

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from bnsim.ui.charts.linked_plot import LinkedPlot
    from bnsim.ui.window.main_window import MainWindow

Opener = Callable[..., "MainWindow"]


@pytest.fixture
def window(open_window: Opener, small: bn.Experiment) -> MainWindow:
    made = open_window(small)
    made.resize(1280, 720)
    made.actions_by_name["layout.training"].trigger()
    settled(made)
    made.runner.give(Seek(40))
    settled(made)
    return made


def plot(window: MainWindow, name: str) -> LinkedPlot:
    return next(dock for dock in window.panel_docks if dock.name == name).panel.plot  # type: ignore[return-value]


def middle(plot: LinkedPlot, share: float = 0.5) -> QPoint:
    area = plot._area().area
    return QPointF(area.left() + share * area.width(), area.center().y()).toPoint()


def wheel(plot: LinkedPlot) -> None:
    at = middle(plot)
    event = QWheelEvent(
        QPointF(at),
        QPointF(plot.viewport().mapToGlobal(at)),
        QPoint(),
        QPoint(0, 240),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(plot.viewport(), event)
    for _ in range(4):
        QApplication.processEvents()


def move_to(plot: LinkedPlot, at: QPoint) -> None:
    where = QPointF(plot.viewport().mapToGlobal(at))
    none = Qt.MouseButton.NoButton
    event = QMouseEvent(QEvent.Type.MouseMove, QPointF(at), where, none, none, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(plot.viewport(), event)


def test_zoomed_one_takes_the_others_along_until_all_is_shown(window: MainWindow, qtbot: QtBot) -> None:
    loss, accuracy, updates = (plot(window, name) for name in ("loss", "accuracy", "update_to_weight"))
    whole = loss.x_range
    wheel(loss)
    low, high = loss.x_range
    assert high - low < whole[1] - whole[0]
    assert accuracy.x_range == pytest.approx((low, high))
    assert updates.x_range == pytest.approx((low, high))
    window.runner.give(Step("iteration"))
    settled(window)
    assert accuracy.x_range == pytest.approx((low, high))  # it stays while the run goes on
    next(dock for dock in window.panel_docks if dock.name == "gradient_over_time").raise_()
    settled(window)
    settled(window)
    assert plot(window, "gradient_over_time").x_range == pytest.approx((low, high))  # and what is opened later has it
    qtbot.mouseClick(accuracy.viewport(), Qt.MouseButton.LeftButton, pos=middle(accuracy))
    qtbot.keyClick(accuracy, Qt.Key.Key_A)
    assert loss.x_range[1] >= whole[1]
    assert loss.x_range == pytest.approx(accuracy.x_range)


def test_the_wheel_zooms_nothing_while_nothing_is_drawn(window: MainWindow) -> None:
    loss, accuracy = plot(window, "loss"), plot(window, "accuracy")
    drawn = loss._figure
    assert drawn is not None
    loss.draw(replace(drawn, marks=()))
    whole = loss.plotItem.vb.viewRange()
    shared = accuracy.x_range
    wheel(loss)
    assert loss.plotItem.vb.viewRange() == whole
    assert accuracy.x_range == shared
    loss.draw(drawn)
    before = loss.plotItem.vb.viewRange()
    wheel(loss)
    assert loss.plotItem.vb.viewRange() != before
    loss.clear_figure()
    before = loss.plotItem.vb.viewRange()
    wheel(loss)
    assert loss.plotItem.vb.viewRange() == before


def test_unlinked_each_goes_by_itself(window: MainWindow) -> None:
    link = window.actions_by_name["layout.link"]
    assert link.isChecked()
    link.trigger()
    loss, accuracy = plot(window, "loss"), plot(window, "accuracy")
    whole = accuracy.x_range
    wheel(loss)
    assert accuracy.x_range == whole
    assert not window.panel_layout.read().linked
    link.trigger()
    wheel(loss)
    assert accuracy.x_range == pytest.approx(loss.x_range)


def test_by_depth_is_not_by_iteration(window: MainWindow) -> None:
    next(dock for dock in window.panel_docks if dock.name == "gradient_by_depth").raise_()
    settled(window)
    settled(window)
    depth = plot(window, "gradient_by_depth")
    before = depth.x_range
    wheel(plot(window, "loss"))
    assert depth.x_range == before


def test_the_pointer_over_one_shows_the_iteration_in_the_others(window: MainWindow) -> None:
    loss, accuracy = plot(window, "loss"), plot(window, "accuracy")
    move_to(loss, middle(loss, 0.25))
    assert loss.pointed == pytest.approx(0.25 * loss.x_range[1], abs=1)
    assert loss.pointed == round(loss.pointed)
    assert accuracy.pointed == loss.pointed
    before = accuracy.grab().toImage()
    move_to(loss, middle(loss, 0.75))
    assert accuracy.grab().toImage() != before
    QApplication.sendEvent(loss.viewport(), QEvent(QEvent.Type.Leave))
    loss.leaveEvent(QEvent(QEvent.Type.Leave))
    assert loss.pointed is accuracy.pointed is None


def test_where_the_run_stands_is_marked_when_one_goes_back(window: MainWindow) -> None:
    loss = plot(window, "loss")
    assert loss._present == 39
    next(dock for dock in window.panel_docks if dock.name == "loss").panel.pin(True)
    window.runner.give(Seek(10))
    settled(window)
    assert loss._present == 9
    assert loss.x_range[1] >= 39  # what it is compared with goes on behind the mark
