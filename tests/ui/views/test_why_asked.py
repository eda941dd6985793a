"""Why is asked with the mouse and the keyboard, from every place that shows such a number."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget

import bnsim as bn

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from bnsim.ui.views.why.view import WhyView
    from bnsim.ui.window.main_window import MainWindow

LAYERS = (bn.Linear(6), bn.BatchNorm(), bn.Sigmoid(), bn.Linear(6), bn.BatchNorm(), bn.Sigmoid(), bn.Linear(2))


@pytest.fixture
def window(open_window: Callable[..., MainWindow]) -> MainWindow:
    made = open_window(
        bn.Experiment(
            data=bn.TwoSpirals(samples=64),
            training=bn.Training(batch_size=16, precision="float64"),
            stacks=(bn.Stack(name="with BN", layers=LAYERS),),
        )
    )
    made.resize(1680, 1020)
    made.step("iteration")
    made.settle()
    return made


def layer(window: MainWindow, index: int) -> int:
    return window.document.experiment.stacks[0].layers[index].id


def take(widget: QWidget, at: QPoint, entry: str, qtbot: QtBot) -> None:
    """Click with the right button, then on that entry of the menu."""
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, widget.mapToGlobal(at))
    QApplication.sendEvent(widget, event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    action = next(each for each in menu.actions() if each.text().replace("&", "").split("\t")[0] == entry)
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())
    qtbot.waitUntil(lambda: not menu.isVisible())


def answered(window: MainWindow) -> WhyView:
    window.settle()
    view: WhyView = window.shelf.view("why")  # type: ignore[assignment]
    assert view.isVisible()
    return view


def on_card(window: MainWindow, index: int) -> QPoint:
    """Select it with a click; a place on it."""
    window.canvas.reveal(layer(window, index))
    QApplication.processEvents()
    card = next(card for card in window.canvas.cards.all_cards() if card.face.layer_id == layer(window, index))
    at = window.canvas.card_on_viewport(card, card.card_rect()).center()
    QTest.mouseClick(window.canvas.viewport(), Qt.MouseButton.LeftButton, pos=at)
    return at


@pytest.mark.parametrize(
    ("entry", "key", "asked"),
    [
        ("Why is this so small?", (Qt.Key.Key_Question, Qt.KeyboardModifier.NoModifier), "gradient"),
        (
            "Why is its value so?",
            (Qt.Key.Key_O, Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ShiftModifier),
            "value",
        ),
        ("Why does the loss not move?", None, "loss"),
    ],
)
def test_from_a_card(
    window: MainWindow, qtbot: QtBot, entry: str, key: tuple[Qt.Key, Qt.KeyboardModifier] | None, asked: str
) -> None:
    at = on_card(window, 3)
    take(window.canvas.viewport(), at, entry, qtbot)
    view = answered(window)
    assert view.topic.choice == asked
    if asked == "loss":
        assert view._stuck.isVisible()
        assert "‖ΔW‖/‖W‖" in view._stuck.text()
        return
    assert (view.shown.asked.name, view.shown.asked.tensor.name) == ("Linear 2", asked)
    shown = view.shown.flights[0].steps[-1].y[1]
    session = bn.Session(window.document.experiment)
    session.step("iteration")
    lane = session.lanes[0]
    gradient, value = lane.gradient(3), lane.value(3)
    assert gradient is not None
    expected = np.linalg.norm(gradient) if asked == "gradient" else np.sqrt(np.mean(value**2))
    assert shown == pytest.approx(float(expected), rel=1e-9)
    assert key is not None
    on_card(window, 0)
    qtbot.keyClick(window.canvas, *key)
    assert (answered(window).shown.asked.name, view.topic.choice) == ("Linear 1", asked)


@pytest.mark.parametrize("name", ["gradient", "value"])
def test_from_a_cell_of_a_tensor(window: MainWindow, qtbot: QtBot, name: str) -> None:
    on_card(window, 3)
    window.actions_by_name["view.gradient" if name == "gradient" else "view.output"].trigger()
    window.settle()
    QApplication.processEvents()
    tensor = window.shelf.view("tensor")
    drawing = tensor.page.shown  # type: ignore[attr-defined]
    entry = "Why is this so small?" if name == "gradient" else "Why is this value so?"
    take(drawing, QPoint(drawing.width() // 2, drawing.height() // 2), entry, qtbot)
    view = answered(window)
    assert (view.shown.asked.name, view.shown.asked.tensor.name) == ("Linear 2", name)


@pytest.mark.parametrize("figure", ["gradient_by_depth", "loss"])
def test_from_a_point_of_a_panel(window: MainWindow, qtbot: QtBot, figure: str) -> None:
    window.run_commands.seek(4)
    window.settle()
    dock = next(dock for dock in window.panel_docks if dock.name == figure)
    dock.show()
    dock.raise_()
    window.settle()
    QApplication.processEvents()
    qtbot.waitUntil(lambda: dock.panel.figure is not None and dock.panel.figure.has_data)
    plot = dock.panel.plot
    series = next(series for series in dock.panel.figure.lines if series.name == "with BN")
    y = np.log10(series.y[1]) if dock.panel.figure.y.scale == "log" else series.y[1]
    view = plot._area()
    at = QPoint(round(view.across(series.x[1])), round(view.down(y)))
    of = "Why does it not move?" if figure == "loss" else "Why is it so small at Linear 2?"
    take(plot.viewport(), at, of, qtbot)
    shown = answered(window)
    assert shown.topic.choice == ("loss" if figure == "loss" else "gradient")
    if figure != "loss":
        assert shown.shown.asked.name == "Linear 2"
