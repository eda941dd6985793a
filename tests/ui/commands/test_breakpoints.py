"""Breakpoints from the keyboard, the cards' menu and the list: marked, counted, edited, and kept across edits."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QMenu, QTreeWidget

import bnsim as bn
import bnsim.engine.kernels  # operations have titles once these are imported
from bnsim.spec import edits
from bnsim.spec.activations import ACTIVATIONS
from bnsim.spec.breakpoints import (
    AtLayer,
    AtOp,
    Dead,
    GradientNorm,
    LossBelow,
    NonFinite,
    Saturated,
)
from bnsim.spec.layer_base import LayerBase
from bnsim.ui.model.breakpoints import Breakpoints, can_be_dead, can_saturate, limited, what, where
from bnsim.ui.model.document import Document
from tests.ui.reading import compiled

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from bnsim.ui.window.main_window import MainWindow

Opener = Callable[..., "MainWindow"]


@pytest.fixture
def window(open_window: Opener, small: bn.Experiment, qtbot: QtBot) -> MainWindow:
    window = open_window(small)
    qtbot.waitUntil(lambda: window.update_shown.frame.kernels_ready)
    window.docks.left.bring_up("breakpoints")
    return window


def layer(window: MainWindow, lane: int, index: int) -> int:
    return window.document.experiment.stacks[lane].layers[index].id


def run(window: MainWindow, qtbot: QtBot, name: str = "run.toBreakpoint") -> None:
    window.actions_by_name[name].trigger()
    window.settle()
    qtbot.waitUntil(lambda: not window.update_shown.playing)


def rows(window: MainWindow) -> list[str]:
    found = window.findChild(QTreeWidget, "breakpoints.list")
    return [found.topLevelItem(row).text(0) for row in range(found.topLevelItemCount())]


def picture(window: MainWindow, layer_id: int) -> bytes:
    canvas = window.canvas
    card = canvas.cards.card_of(layer_id)
    image = canvas.grab(canvas.card_on_viewport(card, card.card_rect().adjusted(-8, -8, -80, -100))).toImage()
    return bytes(image.constBits())


def test_f9_breaks_at_the_selected_card_and_again_no_longer(window: MainWindow, qtbot: QtBot) -> None:
    norm = layer(window, 1, 1)
    window.selection.set([norm])
    without = picture(window, norm)
    qtbot.keyClick(window.canvas, Qt.Key.Key_F9)
    assert window.breakpoints.items == (AtLayer(layer=norm),)
    assert rows(window) == ["BatchNorm 1\nany phase · with BN"]
    filled = picture(window, norm)
    outline = window.outline.findItems("BatchNorm ◆", Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive)
    assert len(outline) == 1
    window.findChild(QTreeWidget, "breakpoints.list").topLevelItem(0).setCheckState(0, Qt.CheckState.Unchecked)
    QApplication.processEvents()
    assert not window.breakpoints.items[0].enabled
    hollow = picture(window, norm)
    assert outline[0].text(0) == "BatchNorm ◇"
    assert len({without, filled, hollow}) == 3
    qtbot.keyClick(window.canvas, Qt.Key.Key_F9)
    assert window.breakpoints.items == ()
    assert outline[0].text(0) == "BatchNorm"
    assert picture(window, norm) == without


def test_the_cards_menu_breaks_at_one_operation(window: MainWindow, qtbot: QtBot) -> None:
    window.selection.set([layer(window, 1, 1)])
    menu = window.context_menus.cards_menu()
    inner = menu.findChild(QMenu, "canvas.menu.BreakHere")
    texts = [action.text() for action in inner.actions() if action.text()]
    assert {"forward · mean", "forward · variance", "backward · dσ²", "backward · dx"} <= set(texts)
    next(action for action in inner.actions() if action.text() == "backward · dσ²").trigger()
    menu.deleteLater()
    assert window.breakpoints.items == (AtOp(layer=layer(window, 1, 1), op="bn dσ²", phase="backward"),)
    run(window, qtbot)
    cursor = window.update_shown.frame.lanes[1].cursor
    assert (cursor.phase, cursor.op, cursor.layer) == ("backward", "dσ²", 1)
    reason = window.findChild(QLabel, "transport.reason")
    assert reason.isVisible()
    assert "at dσ² of BatchNorm" in reason.toolTip()
    assert not window.findChild(QLabel, "message").text()  # a stop is said once
    assert window.findChild(QTreeWidget, "breakpoints.list").topLevelItem(0).text(1) == "1×"
    run(window, qtbot)
    assert window.update_shown.frame.lanes[1].cursor.iteration == 1
    run(window, qtbot, "run.toBreakpointBack")
    assert window.update_shown.frame.lanes[1].cursor.iteration == 0
    assert window.findChild(QTreeWidget, "breakpoints.list").topLevelItem(0).text(1) == "3×"


def test_conditions_are_added_for_the_selected_layer_and_edited(window: MainWindow, qtbot: QtBot) -> None:
    window.actions_by_name["break.loss"].trigger()
    window.selection.set([layer(window, 0, 0)])
    assert window.actions_by_name["break.vanish"].text() == "Gradient norm below 1e-6 at Linear 1"
    window.actions_by_name["break.vanish"].trigger()
    window.selection.set([layer(window, 0, 1)])
    window.actions_by_name["break.vanish"].trigger()
    assert window.breakpoints.items == (
        LossBelow(below=0.1),
        GradientNorm(layer=layer(window, 0, 0), below=1e-6),
        GradientNorm(below=1e-6),
    )
    assert rows(window)[1:] == ["gradient < 1e-06\nLinear 1 · plain", "gradient < 1e-06\nanywhere"]
    found = window.findChild(QTreeWidget, "breakpoints.list")
    found.setCurrentItem(found.topLevelItem(0))
    line = window.findChild(QLineEdit, "breakpoints.limit")
    line.setFocus()
    line.selectAll()
    qtbot.keyClicks(line, "nonsense")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert line.property("invalid") == "true"
    line.selectAll()
    qtbot.keyClicks(line, "100")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert window.breakpoints.items[0] == LossBelow(below=100.0)
    run(window, qtbot)
    assert window.update_shown.frame.lanes[0].loss < 100
    assert "loss" in window.update_shown.frame.stopped


def test_what_is_not_recorded_is_recorded_once_a_breakpoint_asks(window: MainWindow, qtbot: QtBot) -> None:
    window.run_commands.seek(30)
    window.step("layer")
    window.settle()
    before = window.update_shown.frame
    window.breakpoints.add(Saturated(above=0.0))
    window.settle()
    qtbot.waitUntil(lambda: not window.update_shown.playing and window.update_shown.frame.kernels_ready)
    assert compiled(window).recording == "all"
    after = window.update_shown.frame
    assert (after.iteration, after.tick) == (before.iteration, before.tick)
    assert [lane.loss for lane in after.lanes] == [lane.loss for lane in before.lanes]
    assert window.update_shown.track.recorded == 30
    window.breakpoints.replace(window.breakpoints.items[0], Dead(above=0.5))
    window.breakpoints.add(NonFinite())
    window.settle()
    assert list(window.update_shown.hits.values()) == [0, 0]


def test_they_survive_edits_and_go_with_their_layer(window: MainWindow) -> None:
    norm, linear = layer(window, 1, 1), layer(window, 0, 0)
    window.breakpoints.add(AtLayer(layer=norm))
    window.breakpoints.add(AtLayer(layer=linear, phase="backward"))
    experiment = window.document.experiment
    window.document.push(edits.remove_layers(experiment, [linear]), "remove")
    window.settle()
    assert window.breakpoints.items == (AtLayer(layer=norm),)
    window.document.push(edits.move_layers(window.document.experiment, [norm], experiment.stacks[1].id, 0), "move")
    window.settle()
    assert window.breakpoints.items == (AtLayer(layer=norm),)
    assert window.update_shown.hits == {AtLayer(layer=norm): 0}
    window.document.new()
    window.settle()
    assert window.breakpoints.items == ()


def test_enter_and_double_click_go_to_the_card_and_del_removes(window: MainWindow, qtbot: QtBot) -> None:
    norm = layer(window, 1, 1)
    window.breakpoints.add(AtLayer(layer=norm))
    window.breakpoints.add(NonFinite())
    found = window.findChild(QTreeWidget, "breakpoints.list")
    found.setFocus()
    found.setCurrentItem(found.topLevelItem(0))
    qtbot.keyClick(found, Qt.Key.Key_Return)
    assert window.selection.current == norm
    window.selection.set([])
    at = found.visualItemRect(found.topLevelItem(0)).center()
    qtbot.mouseClick(found.viewport(), Qt.MouseButton.LeftButton, pos=at)
    qtbot.mouseDClick(found.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert window.selection.current == norm
    found.setCurrentItem(found.topLevelItem(1))
    qtbot.keyClick(found, Qt.Key.Key_Delete)
    assert window.breakpoints.items == (AtLayer(layer=norm),)
    QApplication.processEvents()


def test_words_and_limits() -> None:
    stack = bn.Stack(name="deep", layers=(bn.Linear(3), bn.BatchNorm(), bn.Linear(2)))
    experiment = bn.Experiment(stacks=(stack,))
    first, norm, _ = experiment.stacks[0].layers
    assert what(AtOp(layer=norm.id, op="bn dx"), experiment) == "BatchNorm 1 · dx"
    assert where(AtLayer(layer=first.id, phase="forward"), experiment) == "forward · deep"
    assert where(Dead(), experiment) == "anywhere"
    assert what(Saturated(above=0.85), experiment) == "saturated > 85 %"
    assert limited(Saturated(), "80 %") == limited(Saturated(), "0.8") == Saturated(above=0.8)
    assert limited(GradientNorm(above=5.0), "1e3") == GradientNorm(above=1000.0)
    with pytest.raises(ValueError, match="170"):
        limited(Dead(), "170 %")
    model = Breakpoints(Document())
    model.add(AtLayer(layer=3))
    model.add(AtLayer(layer=3, enabled=False))
    assert model.items == (AtLayer(layer=3, enabled=False),)
    assert model.marks() == {3: "off"}


@pytest.mark.parametrize("kind", [*ACTIVATIONS, bn.Linear, bn.Dropout], ids=lambda kind: kind.__name__)
def test_conditions_are_offered_at_the_layers_that_history_has_them_of(kind: type[LayerBase]) -> None:
    stack = bn.Stack(name="a", layers=(bn.Linear(4), kind(), bn.Linear(2)))
    experiment = bn.Experiment(data=bn.TwoSpirals(samples=32), training=bn.Training(batch_size=8), stacks=(stack,))
    (lane,) = bn.Session(experiment, wait=False, recording="all").lanes
    assert can_saturate(kind()) == ("saturated" in lane.history)
    assert can_be_dead(kind()) == ("dead" in lane.history)
