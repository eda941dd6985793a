"""Ctrl+K finds settings and layers, too, and edits them in their rows as the inspector would."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QLabel, QLineEdit, QSpinBox, QTreeWidget, QWidget

import bnsim as bn
from bnsim.spec import edits
from bnsim.ui.model.fields import fields
from bnsim.ui.model.settings import Setting, owned, places, value_at
from bnsim.ui.model.word_search import Text, WordIndex, misspelt, words_of
from tests.ui.commands.test_commands import ask

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from bnsim.ui.window.main_window import MainWindow

Opener = Callable[..., "MainWindow"]
RETURN, ESCAPE = Qt.Key.Key_Return, Qt.Key.Key_Escape


def control(found: QTreeWidget) -> QWidget:
    """The control in the row that is being edited."""
    there = found.itemWidget(found.currentItem(), 1).findChild(QWidget, "commands.editor")
    assert there is not None
    return there


def texts(found: QTreeWidget) -> list[str]:
    return [found.topLevelItem(row).text(0) for row in range(found.topLevelItemCount())]


def test_the_learning_rate_is_edited_in_its_row(open_window: Opener, qtbot: QtBot, small: bn.Experiment) -> None:
    window = open_window(small)
    before = window.document.undo_stack.count()
    line, found = ask(qtbot, window, "learning rate")
    assert texts(found)[0] == "Learning rate   (Training › Optimizer)"
    assert found.topLevelItem(0).text(1) == "0.1"
    qtbot.keyClick(line, RETURN)
    number = control(found)
    assert isinstance(number, QLineEdit)
    assert QApplication.focusWidget() is number
    assert number.selectedText() == "0.1"
    qtbot.keyClicks(number, "0.25")
    qtbot.keyClick(number, RETURN)
    assert window.document.experiment.training.optimizer.lr == 0.25
    assert window.document.undo_stack.count() == before + 1
    assert window.document.undo_stack.undoText() == "change learning rate"
    assert line.isVisible()
    assert QApplication.focusWidget() is line
    assert found.topLevelItem(0).text(1) == "0.25"
    qtbot.keyClick(line, ESCAPE)
    assert not line.isVisible()
    window.document.undo_stack.undo()
    assert window.document.experiment == small


def test_what_is_not_allowed_stays_with_the_inspectors_reason(
    open_window: Opener, qtbot: QtBot, small: bn.Experiment
) -> None:
    window = open_window(small)
    line, found = ask(qtbot, window, "learning rate")
    qtbot.keyClick(line, RETURN)
    number = control(found)
    qtbot.keyClicks(number, "-1")
    qtbot.keyClick(number, RETURN)
    assert window.document.experiment == small
    assert control(found) is number
    reasons = [label.text() for label in found.findChildren(QLabel) if label.isVisibleTo(found)]
    assert "Learning rate must be a number from 0 to 1,000,000." in reasons
    editor = found.itemWidget(found.topLevelItem(0), 1)
    qtbot.waitUntil(
        lambda: found.visualItemRect(found.topLevelItem(0)).height() >= editor.heightForWidth(editor.width())
    )
    qtbot.keyClick(number, ESCAPE)
    assert QApplication.focusWidget() is line
    assert found.topLevelItem(0).text(1) == "0.1"
    assert window.document.experiment == small


def test_words_in_any_order_find_the_field_of_one_layer(
    open_window: Opener, qtbot: QtBot, small: bn.Experiment
) -> None:
    window = open_window(small)
    line, found = ask(qtbot, window, "units linear 1")
    assert texts(found)[0] == "Units   (plain › Linear 1)"
    qtbot.keyClick(line, RETURN)
    spin = control(found)
    assert isinstance(spin, QSpinBox)
    qtbot.keyClicks(spin, "9")
    qtbot.keyClick(spin, Qt.Key.Key_Right)  # never a step of the run
    qtbot.keyClick(spin, RETURN)
    window.settle()
    changed = window.document.experiment.stacks[0].layers[0]
    assert isinstance(changed, bn.Linear)
    assert changed.units == 9
    assert window.update_shown.frame is not None
    assert window.update_shown.frame.tick == 0


def test_arrows_in_a_row_are_one_undo_step(open_window: Opener, qtbot: QtBot, small: bn.Experiment) -> None:
    window = open_window(small)
    line, found = ask(qtbot, window, "units linear 1")
    qtbot.keyClick(line, RETURN)
    spin = control(found)
    units = small.stacks[0].layers[0].units
    for _ in range(3):
        qtbot.keyClick(spin, Qt.Key.Key_Up)
    qtbot.keyClick(spin, RETURN)
    assert window.document.experiment.stacks[0].layers[0].units == units + 3
    window.document.undo_stack.undo()
    assert window.document.experiment == small


def test_a_tick_and_a_choice(open_window: Opener, qtbot: QtBot, small: bn.Experiment) -> None:
    window = open_window(small)
    line, found = ask(qtbot, window, "nesterov")
    qtbot.keyClick(line, RETURN)
    box = control(found)
    assert isinstance(box, QCheckBox)
    qtbot.keyClick(box, Qt.Key.Key_Space)
    assert window.document.experiment.training.optimizer.nesterov
    assert not window.update_shown.playing
    assert found.topLevelItem(0).text(1) == "on"
    line.clear()
    qtbot.keyClicks(line, "clip")
    assert texts(found)[0] == "Clipping   (Training)"
    qtbot.keyClick(line, RETURN)
    combo = control(found)
    assert isinstance(combo, QComboBox)
    view = combo.view()
    qtbot.waitUntil(view.isVisible)
    assert line.isVisible()
    qtbot.keyClick(view, Qt.Key.Key_Down)
    qtbot.keyClick(view, RETURN)
    qtbot.waitUntil(lambda: isinstance(window.document.experiment.training.clip, bn.ClipValue))
    assert "Limit   (Training › Clipping)" in texts(found)


def test_enter_on_a_layer_selects_it(open_window: Opener, qtbot: QtBot, small: bn.Experiment) -> None:
    window = open_window(small)
    line, found = ask(qtbot, window, "batchnrom 1")
    assert texts(found)[0].startswith("BatchNorm 1   (with BN)")
    qtbot.keyClick(line, RETURN)
    assert not line.isVisible()
    chosen = window.document.experiment.layer(window.selection.current)
    assert isinstance(chosen, bn.BatchNorm)


def test_a_lane_of_its_own_training(open_window: Opener, qtbot: QtBot, small: bn.Experiment) -> None:
    name = small.stacks[0].name
    own = edits.change_stack(small, small.stacks[0].id, training=bn.LaneTraining(optimizer=bn.SGD(lr=1.0)))
    window = open_window(own)
    line, found = ask(qtbot, window, "learning rate")
    assert texts(found)[:2] == [
        "Learning rate   (Training › Optimizer)",
        f"Learning rate   ({name} › Own training › Optimizer)",
    ]
    qtbot.keyClick(line, Qt.Key.Key_Down)
    qtbot.keyClick(line, RETURN)
    number = control(found)
    qtbot.keyClicks(number, "2")
    qtbot.keyClick(number, RETURN)
    assert window.document.experiment.stacks[0].training.optimizer.lr == 2
    assert window.document.experiment.training == small.training
    line.clear()
    qtbot.keyClicks(line, "own gain")
    assert found.topLevelItem(0).text(1) == "Shared: 1"


def test_a_click_elsewhere_gives_up_what_is_typed(open_window: Opener, qtbot: QtBot, small: bn.Experiment) -> None:
    window = open_window(small)
    line, found = ask(qtbot, window, "seed")
    qtbot.keyClick(line, RETURN)
    qtbot.keyClicks(control(found), "77")
    window.canvas.setFocus()
    assert not line.isVisible()
    assert window.document.experiment == small


def test_every_place_has_a_value(small: bn.Experiment) -> None:
    found = list(places(small))
    for place in found:
        if isinstance(place, Setting):
            value_at(owned(small, place.owner), place.path)
    there = {(place.owner.kind, place.field.name) for place in found if isinstance(place, Setting)}
    assert {("experiment", field.name) for field in fields(bn.Training)} <= there
    assert {("layer", field.name) for field in fields(bn.BatchNorm)} <= there
    assert {("experiment", "data"), ("stack", "loss"), ("stack", "name")} <= there


@pytest.mark.parametrize(
    ("word", "meant", "slips", "same"),
    [
        ("lerning", "learning", 1, True),
        ("laerning", "learning", 1, True),
        ("larn", "learning", 1, True),
        ("linaer", "linear", 1, True),
        ("momemtun", "momentum", 2, True),
        ("momemtun", "momentum", 1, False),
        ("sigmoid", "linear", 2, False),
        ("learningrates", "learning", 2, False),
    ],
)
def test_slips(word: str, meant: str, slips: int, same: bool) -> None:
    assert misspelt(word, meant, slips) is same


def test_the_best_match_is_first() -> None:
    titles = ["Linear 13", "Linear 3", "Linear 30", "Sigmoid 3"]
    index = WordIndex((Text(title, "plain", "") for title in titles), [0] * len(titles))
    best, total = index.best(words_of("3 Linear"), 10)
    assert [titles[match.number] for match in best] == ["Linear 3", "Linear 30"]
    assert total == 2
    assert index.best(words_of("plain"), 2)[1] == len(titles)
    assert index.best(["nothing"], 9) == ([], 0)
