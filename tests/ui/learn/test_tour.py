"""The tour: it points at the real window and goes on with the real gestures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QWidget

import bnsim as bn
from bnsim.spec.defaults import blank_experiment
from bnsim.ui.learn.tour.cover import beside
from bnsim.ui.learn.tour.steps import CARD, PANEL, STEPS
from bnsim.ui.window import tour
from bnsim.ui.window.lesson_numbers import LessonNumbers
from tests.ui.learn.small_lesson import write

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from bnsim.ui.window.main_window import MainWindow

Opener = Callable[..., "MainWindow"]
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def window(open_window: Opener, small: bn.Experiment, monkeypatch: pytest.MonkeyPatch) -> MainWindow:
    monkeypatch.setattr(tour, "NEXT_MS", 0)
    made = open_window(small)
    made.actions_by_name["help.tour"].trigger()
    return made


def step_of(window: MainWindow) -> str:
    step = window.start.tour.step
    return "" if step is None else step.title


def go_to(window: MainWindow, gesture: str) -> None:
    while window.start.tour.step is not None and window.start.tour.step.gesture != gesture:
        window.start.tour.skip()
    window.settle()
    assert window.start.tour.step is not None


def test_the_keyboard_alone_goes_through_it(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.keyClick(window.canvas, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: step_of(window) == "And back")
    qtbot.keyClick(window.canvas, Qt.Key.Key_Left)
    qtbot.waitUntil(lambda: step_of(window) == "Through time")
    window.settle()
    assert window.update_shown.frame is not None
    assert window.update_shown.frame.iteration == 10
    qtbot.keyClick(window.canvas, Qt.Key.Key_Left, CONTROL)
    qtbot.waitUntil(lambda: step_of(window) == "Look closer")
    qtbot.keyClick(window.canvas, Qt.Key.Key_Tab)
    qtbot.waitUntil(lambda: step_of(window) == "Change the net")
    palette = window.palette_panel.list
    palette.setFocus()
    qtbot.keyClick(palette, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: step_of(window) == "Onto a slide")
    window.exporting.close()
    window.actions_by_name["export.export"].trigger()
    qtbot.waitUntil(lambda: step_of(window) == "That was it")
    window.start.tour.words.end.click()
    assert step_of(window) == ""
    assert not window.start.tour.words.isVisible()


def test_the_mouse_goes_through_time(window: MainWindow, qtbot: QtBot) -> None:
    go_to(window, "earlier")
    strip = window.timeline
    qtbot.mouseClick(strip, Qt.MouseButton.LeftButton, pos=QPoint(strip.width() // 2, strip.height() // 2))
    qtbot.waitUntil(lambda: step_of(window) == "Look closer")


def test_another_gesture_is_not_the_one_waited_for(window: MainWindow) -> None:
    window.selection.set([window.document.experiment.stacks[0].layers[0].id])
    window.settle()
    assert step_of(window) == "One step"
    go_to(window, "insert")
    window.document.push(bn.Experiment(data=bn.Blobs(samples=64), stacks=(bn.Stack(),)), "make it small")
    assert step_of(window) == "Change the net"


def test_escape_ends_it_wherever_the_keyboard_is(window: MainWindow, qtbot: QtBot) -> None:
    for widget in (window.canvas, window.palette_panel.list, window.timeline):
        window.actions_by_name["help.tour"].trigger()
        widget.setFocus()
        qtbot.waitUntil(widget.hasFocus)
        qtbot.keyClick(widget, Qt.Key.Key_Escape)
        assert step_of(window) == ""


def test_it_points_at_what_is_there_and_says_what_is_closed(window: MainWindow) -> None:
    for step in STEPS:
        for name in step.points:
            assert name in (CARD, PANEL) or window.findChild(QWidget, name) is not None
    go_to(window, "export")
    window.start.tour.place()
    cover = window.findChild(QWidget, "tour.cover")
    assert cover is not None
    assert cover.holes
    for dock in window.panel_docks:
        dock.hide()
    window.start.tour.place()
    assert not cover.holes
    assert "No figure is open" in window.start.tour.words.words.text()


def test_it_says_that_the_list_of_layers_is_not_seen_though_a_card_is(window: MainWindow) -> None:
    go_to(window, "insert")
    window.start.tour.place()
    assert "not in view" not in window.start.tour.words.words.text()
    blocks = window.findChild(QWidget, "dock.blocks")
    assert blocks is not None
    blocks.hide()
    window.start.tour.place()
    assert "not in view" in window.start.tour.words.words.text()


def test_the_start_page_ends_it(window: MainWindow) -> None:
    window.actions_by_name["help.start"].trigger()
    assert window.start.shown
    assert step_of(window) == ""
    assert not window.start.tour.words.isVisible()


def test_a_lesson_gives_way_to_it_and_its_experiment_stays(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LessonNumbers, "measure", lambda *_: None)
    window.start.tour.end()
    window.lessons.open(str(write(tmp_path)))
    window.settle()
    player, step = window.lessons.player, window.actions_by_name["run.step"]
    while player.lesson is not None and step.isEnabled():
        player.next_step()
    assert player.lesson is not None
    experiment = window.document.experiment
    window.actions_by_name["help.tour"].trigger()
    assert player.lesson is None
    assert step_of(window) == "One step"
    assert step.isEnabled()
    assert window.document.experiment == experiment


def test_a_lesson_that_is_opened_ends_it(window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LessonNumbers, "measure", lambda *_: None)
    assert window.start.tour.step is not None
    window.lessons.open(str(write(tmp_path)))
    assert window.lessons.player.lesson is not None
    assert window.start.tour.step is None


def test_it_goes_on_in_another_document(window: MainWindow, qtbot: QtBot, small: bn.Experiment, tmp_path: Path) -> None:
    bn.save(small, tmp_path / "other.bnsim")
    go_to(window, "back")
    window.files.open_path(tmp_path / "other.bnsim")
    window.settle()
    assert step_of(window) == "And back"
    for back in (False, True):
        (window.step_back if back else window.step)("layer")
        window.settle()
    qtbot.waitUntil(lambda: step_of(window) == "Through time")


def test_every_key_that_is_told_is_one(window: MainWindow) -> None:
    for step in STEPS:
        for name in step.actions:
            assert window.actions_by_name[name].shortcuts(), name


def test_an_empty_document_gives_way_to_the_default_experiment(open_window: Opener) -> None:
    window = open_window(blank_experiment())
    window.actions_by_name["help.start"].trigger()
    window.start.page.hero.tour_button.click()
    assert window.document.experiment == bn.default_experiment()
    assert not window.start.shown
    assert step_of(window) == "One step"


def test_words_stand_beside_what_they_are_about_and_inside_the_window() -> None:
    room, size = QRect(0, 0, 1280, 720), QSize(330, 150)
    for hole in (QRect(10, 40, 80, 30), QRect(1000, 400, 270, 300), QRect(0, 690, 1280, 30), QRect(600, 300, 40, 40)):
        place = QRect(beside([hole], size, room), size)
        assert room.contains(place)
        assert not place.intersects(hole)


def test_words_hide_nothing_of_what_is_watched() -> None:
    room, size, canvas = QRect(10, 10, 1248, 680), QSize(320, 105), QRect(225, 80, 700, 340)
    for hole in (QRect(355, 40, 80, 30), QRect(138, 40, 80, 30)):
        place = QRect(beside([hole], size, room, [canvas]), size)
        assert room.contains(place)
        assert not place.intersects(hole)
        assert not place.intersects(canvas)


def test_no_word_of_a_step_is_cut(window: MainWindow) -> None:
    for _ in STEPS:
        words = window.start.tour.words
        for part in (words.title, words.skip, words.end):
            assert part.isHidden() or part.height() >= part.sizeHint().height()
        assert words.words.height() >= words.words.heightForWidth(words.words.width())
        window.start.tour.skip()
