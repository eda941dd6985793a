"""The strip that scales weights: what it orders, what it shows, and what undoes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

import bnsim as bn
from bnsim.ui.model.acted_on import scaled_layers
from bnsim.ui.transport.scaling import read_factor
from tests.ui.reading import compiled

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from bnsim.ui.window.main_window import MainWindow

Opener = Callable[..., "MainWindow"]


@pytest.fixture
def window(open_window: Opener, qtbot: QtBot, small: bn.Experiment) -> MainWindow:
    """A window whose session has run for 8 iterations, on compiled kernels."""
    made = open_window(small)
    qtbot.waitUntil(lambda: made.update_shown.frame.kernels_ready)
    made.run_commands.seek(8)
    made.settle()
    return made


def linears(window: MainWindow, lane: int) -> tuple[int, ...]:
    layers = window.document.experiment.stacks[lane].layers
    return tuple(layer.id for layer in layers if isinstance(layer, bn.Linear))


def made(window: MainWindow) -> list[tuple[tuple[int, ...], float]]:
    return [(change.layers, change.total) for change in window.update_shown.changes]


def test_a_key_opens_it_for_what_is_selected_else_for_all(window: MainWindow, qtbot: QtBot) -> None:
    assert window.scaler.isHidden()
    window.actions_by_name["run.scaleWeights"].trigger()
    assert window.scaler.isVisible()
    assert window.scaler.whose.words == "All weights"
    first, last = linears(window, 1)
    window.selection.set([first])
    assert window.actions_by_name["run.scaleWeights"].text() == "Multiply weights of Linear 1 of “with BN” by…"
    qtbot.keyClick(window, Qt.Key.Key_W, Qt.KeyboardModifier.AltModifier)
    assert window.scaler.whose.words == "Weights of Linear 1 of “with BN”"
    batchnorm = window.document.experiment.stacks[1].layers[1].id
    window.selection.set([batchnorm])
    assert window.actions_by_name["run.scaleWeights"].text() == "Multiply weights of “with BN” by…"
    window.selection.set([last, linears(window, 0)[0]])
    assert "2 layers of “plain” and “with BN”" in window.actions_by_name["run.scaleWeights"].text()
    qtbot.keyClick(window.scaler.slider, Qt.Key.Key_Escape)
    assert window.scaler.isHidden()
    assert made(window) == []


def test_a_lane_has_it_in_its_menu(window: MainWindow) -> None:
    menu = window.context_menus.lane_menu(window.document.experiment.stacks[1].id)
    next(entry for entry in menu.actions() if "Multiply weights" in entry.text().replace("&", "")).trigger()
    assert window.scaler.whose.words == "Weights of “with BN”"
    cards = window.context_menus.cards_menu()
    assert any("Multiply" in entry.text() and entry.isEnabled() for entry in cards.actions())


def test_the_slider_scales_at_once_and_the_button_undoes_it(window: MainWindow, qtbot: QtBot) -> None:
    window.scaler.open(linears(window, 0))
    before = compiled(window).lanes[0].state_dict()["0.weight"]
    window.scaler.slider.setValue(100)
    window.settle()
    assert made(window) == [(linears(window, 0), 10.0)]
    assert window.scaler.field.text() == "10"
    assert [mark.short for mark in window.update_shown.track.changes] == ["×10"]
    assert "weights of “plain” ×10 from iteration 8 on" in window.timeline.words_at(
        window.timeline.scale_of(window.update_shown.track).x(8)
    )
    window.step("op")
    window.settle()
    assert np.array_equal(compiled(window).lanes[0].state_dict()["0.weight"], before * 10)
    window.step("iteration")
    window.settle()
    assert window.scaler.undo.isEnabled()
    qtbot.mouseClick(window.scaler.undo, Qt.MouseButton.LeftButton)
    window.settle()
    assert made(window) == []
    assert not window.scaler.undo.isEnabled()
    assert (window.scaler.slider.value(), window.scaler.field.text()) == (0, "1")
    assert window.update_shown.frame.iteration == 8
    assert np.array_equal(compiled(window).lanes[0].state_dict()["0.weight"], before)
    assert window.document.undo_stack.count() == 0


def test_each_gesture_is_undone_by_itself(window: MainWindow, qtbot: QtBot) -> None:
    scaler = window.scaler
    scaler.open(linears(window, 0))
    for _ in range(3):
        qtbot.keyClick(scaler.slider, Qt.Key.Key_Up)
    window.settle()
    (first,) = made(window)
    assert first[1] == scaler.slider.factor_of(15)
    qtbot.keyClick(scaler.slider, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(scaler.slider, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert scaler.slider.value() == 15
    scaler.field.setFocus()
    scaler.field.selectAll()
    qtbot.keyClicks(scaler.field, "1/4")
    qtbot.keyClick(scaler.field, Qt.Key.Key_Return)
    window.settle()
    assert len(made(window)) == 2
    assert scaler.slider.value() == scaler.slider.step_of(0.25)
    window.actions_by_name["run.undoScaling"].trigger()
    window.settle()
    assert made(window) == [first]
    assert scaler.slider.value() == 15


def test_what_is_typed_beyond_the_slider_and_what_is_no_number(window: MainWindow, qtbot: QtBot) -> None:
    scaler = window.scaler
    scaler.open(linears(window, 0))
    qtbot.keyClick(scaler.slider, "2")
    assert window.focusWidget() is scaler.field, "one types at once, without a Tab"
    qtbot.keyClicks(scaler.field, "000")
    qtbot.keyClick(scaler.field, Qt.Key.Key_Return)
    window.settle()
    assert made(window)[0][1] == 2000
    assert (scaler.slider.value(), scaler.field.text()) == (200, "2000")
    for text in ("-3", "ten", "0"):
        scaler.field.selectAll()
        qtbot.keyClicks(scaler.field, text)
        qtbot.keyClick(scaler.field, Qt.Key.Key_Return)
        window.settle()
        assert f"“{text}”" in window.messages.message.text()
        assert scaler.field.text() == "2000"
    assert len(made(window)) == 1
    assert [read_factor(text) for text in ("1/100", "×3", "0,5", "1/0", "inf", "")] == [0.01, 3, 0.5, None, None, None]


def test_looking_and_the_wheel_change_nothing(window: MainWindow, qtbot: QtBot) -> None:
    scaler = window.scaler
    scaler.open(linears(window, 0))
    scaler.field.setFocus()
    scaler.slider.setFocus()
    middle = QPointF(scaler.slider.rect().center())
    turn = QWheelEvent(
        middle, scaler.slider.mapToGlobal(middle), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(scaler.slider, turn)
    qtbot.mouseClick(scaler.closes, Qt.MouseButton.LeftButton)
    window.settle()
    assert made(window) == []


def test_before_it_was_done_it_shows_that_and_after_a_reset_too(window: MainWindow) -> None:
    scaler = window.scaler
    scaler.open(linears(window, 0))
    scaler.slider.setValue(-100)
    window.settle()
    window.run_commands.seek(20)
    window.settle()
    assert scaler.field.text() == "0.1"
    window.run_commands.seek(3)
    window.settle()
    assert scaler.field.text() == "1"
    window.run_commands.seek(20)
    window.settle()
    assert scaler.field.text() == "0.1"
    scaler.open(linears(window, 1))
    assert scaler.field.text() == "1"
    scaler.open(linears(window, 0))
    window.reset()
    window.settle()
    assert scaler.field.text() == "1"
    assert "The reset starts the run anew" in window.messages.message.text()


def test_it_goes_with_the_layers_it_is_for(window: MainWindow) -> None:
    window.scaler.open(linears(window, 0)[:1])
    window.scaler.slider.setValue(100)
    window.settle()
    window.selection.set(linears(window, 0)[:1])
    window.actions_by_name["edit.delete"].trigger()
    window.settle()
    assert window.scaler.isHidden()
    assert made(window) == []
    assert not window.actions_by_name["run.undoScaling"].isEnabled()


def test_blocks_stand_for_the_layers_in_them() -> None:
    block = bn.Repeat(times=3, layers=(bn.Linear(4), bn.Residual(layers=(bn.Linear(4), bn.Tanh()))))
    experiment = bn.Experiment(stacks=(bn.Stack(layers=(bn.Linear(4), block, bn.ReLU())),))
    first, repeat, relu = experiment.stacks[0].layers
    inner = (repeat.layers[0].id, repeat.layers[1].layers[0].id)
    assert scaled_layers(experiment, [repeat.id]) == inner
    assert scaled_layers(experiment, [inner[1], repeat.id, first.id]) == (first.id, *inner)
    assert scaled_layers(experiment, [relu.id]) == scaled_layers(experiment, []) == (first.id, *inner)
