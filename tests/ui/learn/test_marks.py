"""What the marks mean is one hover away, or one key."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, get_args

from PySide6.QtCore import Qt

import bnsim as bn
from bnsim.lenses.findings.finding import Severity
from bnsim.ui.canvas.plan.differences import ADDED, CHANGED
from bnsim.ui.canvas.sketch.cards import PHASES
from bnsim.ui.learn.marks import SECTIONS

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from bnsim.ui.window.main_window import MainWindow

Opener = Callable[..., "MainWindow"]


def test_the_marks_of_the_canvas_are_among_them() -> None:
    told = [mark for _, marks in SECTIONS for mark in marks]
    assert {ADDED, CHANGED} <= {mark.sign for mark in told}
    words = " ".join(mark.words for mark in told)
    for what in ("hollow", "dashed", "waits", "dotted"):
        assert what in words


def test_they_are_told_as_they_are_drawn() -> None:
    told = {mark.sign: mark for mark in SECTIONS[0][1]}
    assert told["●"].role == PHASES["update"]
    assert "stands above" in told["━━"].words  # where the card's tag is
    assert {"warning": "▲", "note": "i"}.keys() == set(get_args(Severity))
    assert {"▲", "△", "i"} <= told.keys()


def test_a_question_mark_on_the_canvas_tells_them(open_window: Opener, qtbot: QtBot, small: bn.Experiment) -> None:
    window = open_window(small)
    button = window.start.marks
    assert button.isVisible()
    assert "waits for the other lanes" in button.toolTip()
    for size in ((1280, 720), (900, 600)):
        window.resize(*size)
        qtbot.waitUntil(lambda: button.geometry().right() < window.canvas.viewport().width())
        assert window.canvas.viewport().rect().contains(button.geometry())
    window.actions_by_name["help.marks"].trigger()
    assert button.popup is not None
    assert button.popup.isVisible()
    assert "set differently" in button.popup.label.text()
    qtbot.keyClick(button.popup, Qt.Key.Key_Escape)
    assert not button.popup.isVisible()


def test_it_lies_over_no_card_and_no_words_of_the_canvas(open_window: Opener) -> None:
    window = open_window()
    window.resize(1280, 720)
    for _ in range(3):
        window.step("phase")
        window.settle()
    button, canvas = window.start.marks.geometry(), window.canvas
    for card in canvas.cards.all_cards():
        assert canvas.mapFromScene(card.scenePos()).y() > button.bottom()
    legend = canvas.titles.legend_rect()
    assert legend is not None
    assert not legend.toAlignedRect().intersects(button)
    assert canvas.titles.title_rects(0)[1].right() < button.left()
