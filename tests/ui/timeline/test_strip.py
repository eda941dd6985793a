"""Scrubbing: by mouse, wheel and keys, to exactly the past."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog

import bnsim as bn
from bnsim.spec import edits
from tests.ui.reading import compiled

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from bnsim.ui.window.main_window import MainWindow

Opener = Callable[..., "MainWindow"]
LEFT = Qt.MouseButton.LeftButton


def iteration(window: MainWindow) -> int:
    frame = window.update_shown.frame
    assert frame is not None
    return frame.iteration


def go(window: MainWindow, there: int) -> None:
    window.run_commands.seek(there)
    window.settle()


def at(window: MainWindow, there: int) -> QPoint:
    strip = window.timeline
    return QPoint(round(strip.scale_of(window.update_shown.track).x(there)), strip.height() // 3)


def pixel(window: MainWindow) -> float:
    """In iterations."""
    scale = window.timeline.scale_of(window.update_shown.track)
    return max(1.0, scale.end / (scale.right - scale.left))


@pytest.fixture
def window(open_window: Opener, small: bn.Experiment, qtbot: QtBot) -> MainWindow:
    window = open_window(small)
    qtbot.waitUntil(lambda: window.update_shown.frame.kernels_ready)
    go(window, 400)
    return window


def test_a_click_goes_there_and_what_was_after_it_stays(window: MainWindow, qtbot: QtBot) -> None:
    known = window.update_shown.track
    qtbot.mouseClick(window.timeline, LEFT, pos=at(window, 123))
    window.settle()
    there = iteration(window)
    assert abs(there - 123) <= pixel(window)
    assert window.timeline.value() == there
    assert window.update_shown.track is known
    assert known.recorded == 400
    session = bn.Session(window.document.experiment)
    session.run(there)
    for lane, shown in zip(session.frame().lanes, window.update_shown.frame.lanes, strict=True):
        assert shown.loss == lane.loss
        assert [card.gradient_norm for card in shown.cards] == [card.gradient_norm for card in lane.cards]
    for one, other in zip(known.lanes, session.track().lanes, strict=True):
        np.testing.assert_array_equal(one.losses[:there], other.losses)


def test_of_a_drag_the_newest_wish_wins(window: MainWindow) -> None:
    strip = window.timeline
    QTest.mousePress(strip, LEFT, Qt.KeyboardModifier.NoModifier, at(window, 390))
    for there in range(380, 20, -1):
        QTest.mouseMove(strip, at(window, there))
    assert strip.isSliderDown()
    QTest.mouseRelease(strip, LEFT, Qt.KeyboardModifier.NoModifier, at(window, 20))
    wanted = strip.value()
    window.settle()
    assert iteration(window) == strip.value() == wanted
    assert abs(wanted - 20) <= pixel(window)


def test_superseded_wishes_are_dropped(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    session = compiled(window)
    done: list[int] = []
    seek, all_are_given = session.seek, threading.Event()
    monkeypatch.setattr(session, "seek", lambda there: (all_are_given.wait(), done.append(there), seek(there)))
    for there in range(300, 0, -1):
        window.timeline.setValue(there)
    all_are_given.set()
    window.settle()
    assert iteration(window) == 1
    assert len(done) < 300


def test_wheel_and_keys(window: MainWindow, qtbot: QtBot) -> None:
    strip = window.timeline

    def turn(notches: int, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        point = QPointF(40, 20)
        angle = QPoint(0, 120 * notches)
        event = QWheelEvent(
            point, strip.mapToGlobal(point), QPoint(), angle, Qt.MouseButton.NoButton, keys,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(strip, event)

    turn(-3)
    turn(-2)
    window.settle()
    assert iteration(window) == 395
    turn(-1, Qt.KeyboardModifier.ShiftModifier)
    window.settle()
    assert iteration(window) == 385
    strip.setFocus()
    qtbot.keyClick(strip, Qt.Key.Key_Down)
    qtbot.keyClick(strip, Qt.Key.Key_Up)
    qtbot.keyClick(strip, Qt.Key.Key_Up)
    window.settle()
    assert iteration(window) == 386
    qtbot.keyClick(strip, Qt.Key.Key_Home)
    window.settle()
    assert (iteration(window), window.update_shown.frame.tick) == (0, 0)
    qtbot.keyClick(strip, Qt.Key.Key_End)
    window.settle()
    assert iteration(window) == 400


def test_it_follows_the_run_and_says_where_it_is(window: MainWindow) -> None:
    window.step_back("iteration")
    window.settle()
    assert window.timeline.value() == 399
    assert "399 of 400" in window.timeline.accessibleDescription()
    words = window.timeline.words_at(at(window, 200).x())
    assert abs(int(words.split()[1]) - 200) <= pixel(window)
    assert "with BN: loss" in words


def test_an_edit_and_a_reset_start_a_new_record(window: MainWindow) -> None:
    window.reset()
    window.settle()
    assert window.timeline.maximum() == 0
    go(window, 30)
    window.document.push(edits.change_training(window.document.experiment, batch_size=8), "change")
    window.settle()
    assert window.timeline.maximum() == 0
    window.step("epoch")
    window.settle()
    assert window.timeline.maximum() == 8


@pytest.mark.parametrize("why", ["no stack runs", "hidden", "released elsewhere", "a dialog opens"])
def test_a_drag_whose_release_never_comes_ends(window: MainWindow, qtbot: QtBot, why: str) -> None:
    strip, document = window.timeline, window.document
    QTest.mousePress(strip, LEFT, pos=at(window, 100))
    assert strip.isSliderDown()
    if why == "no stack runs":
        empty = document.experiment
        for stack in empty.stacks:
            empty = edits.remove_layers(empty, [layer.id for layer in stack.layers])
        document.push(empty, "remove all")
        qtbot.waitUntil(lambda: not strip.isEnabled())
        document.undo_stack.undo()
        qtbot.waitUntil(strip.isEnabled)
    elif why == "hidden":
        strip.hide()
        strip.show()
    elif why == "a dialog opens":
        dialog = QDialog(window)
        dialog.open()
        QTest.mouseRelease(strip, LEFT, pos=at(window, 100))
        dialog.close()
    else:
        away = QMouseEvent(
            QEvent.Type.MouseMove,
            QPointF(at(window, 50)),
            QPointF(strip.mapToGlobal(at(window, 50))),
            Qt.MouseButton.NoButton,
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
        )
        QApplication.sendEvent(strip, away)
    assert not strip.isSliderDown()
    window.step("iteration")
    window.settle()
    assert strip.value() == iteration(window)
    QTest.mouseRelease(strip, LEFT, pos=at(window, 100))
