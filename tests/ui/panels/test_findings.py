"""Findings in the window: the counter, the list, the marks on cards, and rules that are switched off."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu

import bnsim as bn
from bnsim.spec import edits
from bnsim.ui.model import preferences
from tests.ui.reading import settled

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from bnsim.ui.panels.finding_list import FindingList
    from bnsim.ui.window.main_window import MainWindow

Opener = Callable[..., "MainWindow"]


@pytest.fixture
def shrinking() -> bn.Experiment:
    """Two lanes: one whose gradient vanishes, one with biases that a BatchNorm makes redundant."""
    plain = (bn.Linear(8, init=bn.Xavier()), bn.Sigmoid()) * 8
    return bn.Experiment(
        data=bn.TwoSpirals(samples=64),
        training=bn.Training(batch_size=32, optimizer=bn.SGD(lr=0.1)),
        stacks=(
            bn.Stack(name="plain", layers=(*plain, bn.Linear(2))),
            bn.Stack(name="with BN", layers=(bn.Linear(8), bn.BatchNorm(), bn.Tanh(), bn.Linear(2))),
        ),
    )


def texts(shown: FindingList) -> list[tuple[str, str]]:
    rows = (shown.rows.topLevelItem(row) for row in range(shown.rows.topLevelItemCount()))
    return [(item.text(0), item.text(1)) for item in rows if item is not None]


def choose(shown: FindingList, title: str) -> None:
    row = [each[0] for each in texts(shown)].index(title)
    shown.rows.setCurrentItem(shown.rows.topLevelItem(row))


def opened(open_window: Opener, experiment: bn.Experiment) -> MainWindow:
    window = open_window(experiment)
    window.resize(1280, 720)
    window.step("iteration")
    settled(window)
    window.actions_by_name["view.findings"].trigger()
    return window


def test_the_counter_opens_the_list_and_closes_it(open_window: Opener, qtbot: QtBot, shrinking: bn.Experiment) -> None:
    window = open_window(shrinking)
    window.step("iteration")
    settled(window)
    counter, shown = window.messages.findings_button, window.findings_row.list
    items = window.findings_row.findings.items
    assert counter.text() == f"{len(items)} findings"
    assert "plain: Vanishing gradient" in counter.toolTip()
    assert shown.isHidden()
    qtbot.mouseClick(counter, Qt.MouseButton.LeftButton)
    assert shown.isVisible()
    assert window.actions_by_name["view.findings"].isChecked()
    assert texts(shown) == [(each.title, each.lane) for each in items]
    assert shown.rows.hasFocus() or not window.isActiveWindow()
    assert preferences.load().shows_findings
    qtbot.mouseClick(counter, Qt.MouseButton.LeftButton)
    assert shown.isHidden()
    assert not window.actions_by_name["view.findings"].isChecked()


def test_the_window_says_what_the_session_does(open_window: Opener, shrinking: bn.Experiment) -> None:
    window = opened(open_window, shrinking)
    session = bn.Session(shrinking)
    session.step("iteration")
    assert window.findings_row.findings.items == bn.findings(session)


def test_a_row_is_read_out_whole(open_window: Opener, shrinking: bn.Experiment) -> None:
    window = opened(open_window, shrinking)
    shown, first = window.findings_row.list, window.findings_row.findings.items[0]
    item = shown.rows.topLevelItem(0)
    assert item is not None
    said = item.data(0, Qt.ItemDataRole.AccessibleTextRole)
    assert said == f"warning, Vanishing gradient, plain: {first.sentence}"
    assert first.mend.rstrip(".") in shown._words.text()
    assert "Source: " in shown._words.toolTip()


def test_enter_goes_to_the_layer_and_why_asks_the_view(
    open_window: Opener, qtbot: QtBot, shrinking: bn.Experiment
) -> None:
    window = opened(open_window, shrinking)
    shown, stacks = window.findings_row.list, window.document.experiment.stacks
    choose(shown, "Redundant bias")
    assert shown.why_button.isHidden()
    qtbot.keyClick(shown.rows, Qt.Key.Key_Return)
    assert window.selection.current == stacks[1].layers[0].id
    choose(shown, "Vanishing gradient")
    qtbot.mouseClick(shown.why_button, Qt.MouseButton.LeftButton)
    settled(window)
    assert window.docks.right.front == "why"
    qtbot.mouseClick(shown.go_button, Qt.MouseButton.LeftButton)
    assert window.selection.current == stacks[0].layers[0].id


def test_a_finding_has_forks_to_try_and_undo_takes_one_back(
    open_window: Opener, qtbot: QtBot, shrinking: bn.Experiment
) -> None:
    window = opened(open_window, shrinking)
    shown = window.findings_row.list
    choose(shown, "Redundant bias")
    assert shown.fork_button.isHidden()
    choose(shown, "Vanishing gradient")
    assert not shown.fork_button.isHidden()
    shown.fork_menu.aboutToShow.emit()
    tries = {action.objectName(): action for action in shown.fork_menu.actions()}
    tries["findings.try.batchnorm"].trigger()
    settled(window)
    names = [stack.name for stack in window.document.experiment.stacks]
    assert names[:2] == ["plain", "plain, BN in"]
    fork = window.document.experiment.stacks[1].fork
    assert fork is not None
    assert (fork.iteration, fork.as_drawn) == (1, True)
    window.actions_by_name["edit.undo"].trigger()
    settled(window)
    assert "plain, BN in" not in [stack.name for stack in window.document.experiment.stacks]


def test_a_finding_about_a_value_asks_why_of_that(open_window: Opener, qtbot: QtBot) -> None:
    wide = bn.Linear(8, init=bn.Normal(std=30.0))
    layers = (wide, bn.Sigmoid(), bn.Linear(8, init=bn.Constant(value=0.0)), bn.Sigmoid(), bn.Linear(2))
    window = opened(
        open_window,
        bn.Experiment(
            data=bn.TwoSpirals(samples=64),
            training=bn.Training(batch_size=16),
            stacks=(bn.Stack(name="a", layers=layers),),
        ),
    )
    shown, view = window.findings_row.list, window.shelf.view("why")
    for title, words in (
        ("Saturated", "Why is the output of Sigmoid"),
        ("All samples alike", "Why are samples so alike"),
    ):
        choose(shown, title)
        qtbot.mouseClick(shown.why_button, Qt.MouseButton.LeftButton)
        settled(window)
        assert window.docks.right.front == "why"
        assert view.shown.asked.title.startswith(words)  # type: ignore[attr-defined]


def test_cards_have_marks_and_say_why(open_window: Opener, shrinking: bn.Experiment) -> None:
    window = opened(open_window, shrinking)
    marks, stacks = window.canvas.card_style.findings, window.document.experiment.stacks
    first = marks[stacks[0].layers[0].id]
    assert (first.severity, first.first) == ("warning", True)
    assert not marks[stacks[0].layers[2].id].first
    assert marks[stacks[1].layers[0].id].severity == "note"
    card = window.canvas.cards.card_of(stacks[1].layers[0].id)
    assert card is not None
    assert "Redundant bias: The bias of Linear 1 does nothing" in card.words()
    window.grab()  # painted


def test_a_rule_that_is_switched_off_says_nothing_from_then_on(open_window: Opener, shrinking: bn.Experiment) -> None:
    window = opened(open_window, shrinking)
    shown = window.findings_row.list
    menu: QMenu = shown.rules_menu
    menu.aboutToShow.emit()
    action = next(each for each in menu.actions() if each.objectName() == "findings.rule.vanishing")
    assert action.isChecked()
    action.trigger()
    settled(window)
    assert "Vanishing gradient" not in [title for title, _ in texts(shown)]
    assert "1 rule switched off" in shown._summary.words
    assert preferences.load().silent_rules == ("vanishing",)
    other = open_window(shrinking)
    other.step("iteration")
    settled(other)
    assert "vanishing" not in {each.rule for each in other.findings_row.findings.items}
    other.findings_row.findings.switch("vanishing", on=True)
    settled(other)
    assert "vanishing" in {each.rule for each in other.findings_row.findings.items}


def test_an_edit_that_mends_it_takes_the_finding_away(open_window: Opener, shrinking: bn.Experiment) -> None:
    window = opened(open_window, shrinking)
    layer = window.document.experiment.stacks[1].layers[0]
    window.document.push(edits.change_layer(window.document.experiment, layer.id, bias=False), "Bias")
    settled(window)
    assert "Redundant bias" not in [title for title, _ in texts(window.findings_row.list)]
    window.document.undo_stack.undo()
    settled(window)
    assert "Redundant bias" in [title for title, _ in texts(window.findings_row.list)]


def test_the_list_gives_way_on_a_stage_and_comes_back(open_window: Opener, shrinking: bn.Experiment) -> None:
    window = opened(open_window, shrinking)
    shown = window.findings_row.list
    window.toggle_projector()
    assert shown.isHidden()
    window.actions_by_name["view.findings"].trigger()
    assert not shown.isHidden()
    window.toggle_projector()
    settled(window)
    assert not shown.isHidden()
    assert len(texts(shown)) == len(window.findings_row.findings.items)
