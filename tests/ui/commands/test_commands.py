"""Every action is found: in a menu, by typing what it is called, and on the sheet of keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QLineEdit, QListWidget, QMenu, QMenuBar, QTreeWidget

import bnsim as bn
from bnsim.figures import FIGURES
from bnsim.runner.orders import Seek
from bnsim.spec import edits
from bnsim.spec.experiment import MAX_STACKS
from bnsim.ui.commands.menu_walk import entries
from bnsim.ui.commands.table import TABLE
from bnsim.ui.window import dialogs

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from bnsim.ui.window.main_window import MainWindow

Opener = Callable[..., "MainWindow"]
NONE, CONTROL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier


def ask(qtbot: QtBot, window: MainWindow, words: str) -> tuple[QLineEdit, QTreeWidget]:
    qtbot.keyClick(window.canvas, Qt.Key.Key_K, CONTROL)
    line = window.findChild(QLineEdit, "commands.search")
    found = window.findChild(QTreeWidget, "commands.list")
    assert line is not None
    assert found is not None
    assert line.isVisible()
    qtbot.keyClicks(line, words)
    return line, found


def test_no_two_entries_of_a_menu_share_an_access_key(open_window: Opener, small: bn.Experiment) -> None:
    def check(menu: QMenu | QMenuBar) -> int:
        texts = [action.text().replace("&&", "") for action in menu.actions()]
        keys = [text.partition("&")[2][0].lower() for text in texts if "&" in text]
        assert len(keys) == len(set(keys)), texts
        return len(keys) + sum(check(inner) for action in menu.actions() if (inner := action.menu()) is not None)

    assert check(open_window(small).menuBar()) > 80


def test_every_action_is_in_a_menu_with_words_and_icon(open_window: Opener, qtbot: QtBot, small: bn.Experiment) -> None:
    window = open_window(small)
    there = {entry.action.objectName() for entry in entries(window.menuBar())}
    for spec in TABLE:
        assert spec.name in there, spec.name
        assert spec.tip, spec.name
    # Icons come when the window has been painted.
    qtbot.waitUntil(lambda: not [spec for spec in TABLE if window.actions_by_name[spec.name].icon().isNull()])
    assert {"edit.undo", "edit.redo"} <= there


def test_no_key_has_two_meanings(open_window: Opener, small: bn.Experiment) -> None:
    window = open_window(small)
    keys = [key.toString() for entry in entries(window.menuBar()) for key in entry.action.shortcuts()]
    assert len(keys) == len(set(keys))


def test_a_typed_command_is_done_by_enter(open_window: Opener, qtbot: QtBot, small: bn.Experiment) -> None:
    window = open_window(small)
    line, found = ask(qtbot, window, "layer forw")
    assert found.topLevelItem(0).text(0).startswith("Layer forward")
    assert "PgDown" in found.topLevelItem(0).text(1)
    qtbot.keyClick(line, Qt.Key.Key_Return)
    window.settle()
    assert not line.isVisible()
    assert window.update_shown.frame is not None
    assert window.update_shown.frame.tick > 0
    line, found = ask(qtbot, window, "insert relu")
    names = [found.topLevelItem(row).text(0) for row in range(found.topLevelItemCount())]
    assert any("Insert ReLU" in name for name in names)
    before = found.currentIndex().row()
    qtbot.keyClick(line, Qt.Key.Key_Down)
    assert found.currentIndex().row() == before + 1
    qtbot.keyClick(line, Qt.Key.Key_Escape)
    assert not line.isVisible()
    assert window.document.experiment == small


def test_what_cannot_be_done_says_why(open_window: Opener, qtbot: QtBot, small: bn.Experiment) -> None:
    window = open_window(small)
    line, found = ask(qtbot, window, "edit delete")
    assert found.topLevelItem(0).text(1) == "select a layer first"
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert window.document.experiment == small


def test_letters_typed_are_words_and_no_shortcuts(open_window: Opener, qtbot: QtBot, small: bn.Experiment) -> None:
    window = open_window(small)
    line, _found = ask(qtbot, window, "in place")
    qtbot.keyClick(line, Qt.Key.Key_Left)
    qtbot.keyClick(line, Qt.Key.Key_Space)
    window.settle()
    frame = window.update_shown.frame
    assert frame is not None
    assert (frame.iteration, frame.tick) == (0, 0)
    assert line.text() == "in plac e"


def test_the_sheet_has_every_key(open_window: Opener, qtbot: QtBot, small: bn.Experiment) -> None:
    from bnsim.ui.commands.key_sheet import ShortcutSheet

    window = open_window(small)
    window.actions_by_name["help.keys"].trigger()
    sheet = window.findChild(ShortcutSheet)
    assert sheet is not None
    for entry in entries(window.menuBar()):
        if entry.keys:
            assert entry.text.partition(" ")[0] in sheet.words
            assert entry.keys.partition(",")[0].replace("&", "&amp;") in sheet.words
    qtbot.keyClick(sheet, Qt.Key.Key_F1)
    qtbot.waitUntil(lambda: window.findChild(ShortcutSheet) is None)


def test_projector_mode_and_back(open_window: Opener, qtbot: QtBot, small: bn.Experiment) -> None:
    window = open_window(small)

    def sides() -> list[str]:
        docks = window.findChildren(QDockWidget)
        return sorted(dock.objectName() for dock in docks if dock not in window.panel_docks and not dock.isHidden())

    before, size = sides(), window.font().pixelSize()
    assert before
    qtbot.keyClick(window.canvas, Qt.Key.Key_F11)
    assert window.isFullScreen()
    assert sides() == []
    assert not window.menuBar().isVisible()
    assert window.font().pixelSize() > size
    docked = [dock for dock in window.panel_docks if FIGURES[dock.name].docked]
    assert docked
    assert all(not dock.isHidden() for dock in docked)
    qtbot.keyClick(window.canvas, Qt.Key.Key_Right)
    window.settle()
    assert window.update_shown.frame is not None
    assert window.update_shown.frame.tick > 0
    qtbot.keyClick(window.canvas, Qt.Key.Key_Escape)
    assert not window.isFullScreen()
    assert sides() == before
    assert window.menuBar().isVisible()
    assert window.font().pixelSize() == size
    assert not window.actions_by_name["view.projector"].isChecked()


def test_problems_are_listed_and_a_double_click_goes_there(
    open_window: Opener, qtbot: QtBot, small: bn.Experiment
) -> None:
    window = open_window(small)
    listed = window.findChild(QListWidget, "problems")
    assert listed is not None
    assert listed.isHidden()
    last = small.stacks[0].layers[-1].id
    window.document.push(edits.change_layer(small, last, units=1), "one unit")
    window.settle()
    assert listed.isVisible()
    item = listed.item(0)
    assert item.text() == (
        "plain · Linear 2: The last width is 1 and the data has 2 classes; set this Linear to 2 units."
    )
    spot = listed.visualItemRect(item).center()
    qtbot.mouseClick(listed.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    qtbot.mouseDClick(listed.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert window.selection.current == last
    window.selection.set([])
    listed.setFocus()
    listed.setCurrentItem(item)
    qtbot.keyClick(listed, Qt.Key.Key_Return)
    assert window.selection.current == last
    window.document.undo_stack.undo()
    window.settle()
    assert listed.isHidden()


def test_revert_is_an_undo_step(open_window: Opener, small: bn.Experiment, tmp_path: Path) -> None:
    path = tmp_path / "twin.bnsim"
    bn.save(small, path)
    window = open_window(path)
    revert = window.actions_by_name["file.revert"]
    assert not revert.isEnabled()
    changed = edits.change_training(window.document.experiment, batch_size=8)
    window.document.push(changed, "change batch size")
    assert revert.isEnabled()
    revert.trigger()
    assert window.document.experiment == small
    assert not window.isWindowModified()
    window.document.undo_stack.undo()
    assert window.document.experiment == changed
    assert window.isWindowModified()


def test_revert_takes_what_another_program_wrote(
    open_window: Opener, small: bn.Experiment, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "twin.bnsim"
    bn.save(small, path)
    window = open_window(path)
    revert = window.actions_by_name["file.revert"]
    theirs = edits.change_training(small, batch_size=4)
    bn.save(theirs, path)
    window.shared_file.look()
    assert revert.isEnabled()
    revert.trigger()
    assert window.document.experiment == theirs
    assert not window.isWindowModified()
    assert not revert.isEnabled()
    window.document.undo_stack.undo()
    assert window.document.experiment == small
    assert window.isWindowModified()  # the file holds something else now
    window.document.undo_stack.redo()
    assert not window.isWindowModified()
    bn.save(small, path)
    window.shared_file.look()
    assert revert.isEnabled()
    window.document.save()
    assert not revert.isEnabled()


@pytest.mark.parametrize("answer", ["cancel", "discard", "save"])
def test_changes_are_asked_for_before_they_are_lost(
    open_window: Opener, small: bn.Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    path = tmp_path / "twin.bnsim"
    bn.save(small, path)
    window = open_window(path)
    changed = edits.change_training(small, batch_size=8)
    asked: list[str] = []
    monkeypatch.setattr(dialogs, "ask_unsaved", lambda _parent, name: asked.append(name) or answer)
    window.document.push(changed, "change batch size")
    window.actions_by_name["file.new"].trigger()
    assert asked == ["twin.bnsim"]
    kept = window.document.experiment == changed
    assert kept is (answer == "cancel")
    assert bn.load(path) == (changed if answer == "save" else small)
    window.settle()
    asked.clear()
    window.actions_by_name["file.close"].trigger()
    assert bool(asked) is kept
    assert window.isVisible() is kept


def test_undo_is_named_in_the_menu(open_window: Opener, small: bn.Experiment) -> None:
    window = open_window(small)
    (insert,) = [entry.action for entry in entries(window.menuBar()) if entry.text == "Insert BatchNorm"]
    window.selection.set([small.stacks[0].layers[0].id])
    insert.trigger()
    (undo,) = [entry.text for entry in entries(window.menuBar()) if entry.action.objectName() == "edit.undo"]
    assert undo == "Undo insert BatchNorm"


def test_layout_and_preferences_last(open_window: Opener, small: bn.Experiment, own_preferences: Path) -> None:
    window = open_window(small)
    window.resize(790, 640)
    hidden, opened = window.panel_docks[2], window.panel_docks[-1]
    assert not hidden.isHidden()
    assert opened.isHidden()
    hidden.hide()
    opened.show()
    hidden_name, opened_name = hidden.name, opened.name
    window.transport.slider.setValue(7)
    window.actions_by_name["view.projector"].trigger()  # what is kept is the desk, not the room
    window.close()
    assert (own_preferences / "preferences.json").exists()
    again = open_window(small)
    assert again.height() == 640  # the test's screen is narrower than the window can be
    closed = [dock.name for dock in again.panel_docks if dock.isHidden()]
    usual = [kind.name for kind in FIGURES.values() if not kind.docked]
    assert sorted([*closed, opened_name]) == sorted([*usual, hidden_name])
    assert again.transport.slider.value() == 7
    assert again.menuBar().isVisible()


def test_whole_stacks_in_one_command(
    open_window: Opener, qtbot: QtBot, small: bn.Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bnsim.spec import stack_actions

    window = open_window(small)
    line, _found = ask(qtbot, window, "batchnorm before")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert window.document.experiment == stack_actions.insert_batchnorm_before_activations(small)
    assert window.actions_by_name["edit.undo"].text() == "&Undo insert BatchNorm before every activation"
    window.document.undo_stack.undo()
    second = small.stacks[1]
    window.selection.set([second.layers[0].id])
    window.actions_by_name["stack.bnRemove"].trigger()
    assert window.document.experiment == stack_actions.remove_batchnorm(small, {second.id})
    window.document.undo_stack.undo()
    window.selection.set([])
    monkeypatch.setattr("bnsim.ui.window.dialogs.QInputDialog.getInt", lambda *_: (3, True))
    window.actions_by_name["stack.depth"].trigger()
    assert window.document.experiment == stack_actions.set_hidden_depth(small, 3)
    window.document.undo_stack.undo()
    line, _found = ask(qtbot, window, "every activation to relu")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert window.document.experiment == stack_actions.change_activations(small, bn.ReLU())


def test_clipboard_blocks_and_lanes_from_the_menu(open_window: Opener, small: bn.Experiment) -> None:
    window = open_window(small)
    do = window.actions_by_name
    assert not do["edit.copy"].isEnabled()
    window.selection.set([small.stacks[0].layers[1].id])
    do["edit.copy"].trigger()
    do["edit.paste"].trigger()
    do["edit.duplicate"].trigger()
    names = [type(layer).__name__ for layer in window.document.experiment.stacks[0].layers]
    assert names == ["Linear", "Sigmoid", "Sigmoid", "Sigmoid", "Linear"]
    do["stack.residual"].trigger()
    assert do["stack.ungroup"].isEnabled()
    do["stack.ungroup"].trigger()
    assert [type(layer).__name__ for layer in window.document.experiment.stacks[0].layers] == names
    assert not do["lane.up"].isEnabled()
    do["lane.down"].trigger()
    assert [stack.name for stack in window.document.experiment.stacks] == ["with BN", "plain"]
    do["lane.add"].trigger()
    do["lane.duplicate"].trigger()
    assert len(window.document.experiment.stacks) == 4
    for _ in range(4, MAX_STACKS):
        assert do["lane.add"].isEnabled()
        do["lane.add"].trigger()
    assert not do["lane.add"].isEnabled()
    do["view.gradients"].trigger()
    assert window.canvas.card_style.contents == "gradients"


def test_a_new_name_does_not_restart_the_run(open_window: Opener, small: bn.Experiment) -> None:
    window = open_window(small)
    window.runner.give(Seek(7))
    window.step("layer")
    window.settle()

    def now() -> tuple[int, int, list[str], float | None]:
        frame = window.update_shown.frame
        assert frame is not None
        return frame.iteration, frame.tick, [lane.name for lane in frame.lanes], frame.lanes[1].loss

    iteration, tick, names, loss = now()
    assert (iteration, names) == (7, ["plain", "with BN"])
    window.document.push(edits.change_stack(small, small.stacks[0].id, name="bare"), "rename lane")
    window.settle()
    assert now() == (7, tick, ["bare", "with BN"], loss)
    figure = window.panel_docks[0].panel.figure
    assert figure is not None
    assert "bare" in figure.data()
    window.actions_by_name["lane.add"].trigger()  # holds nothing yet, so that it is left out
    window.settle()
    assert now()[:2] == (7, tick)
    window.document.push(edits.change_training(window.document.experiment, batch_size=8), "change batch size")
    window.settle()
    assert now()[:2] == (0, 0)


def test_the_same_numbers_whatever_the_names(small: bn.Experiment) -> None:
    from bnsim.runner.runnable import same_numbers

    plain, other = small.stacks
    assert same_numbers(small, edits.change_stack(small, plain.id, name="bare"))
    assert not same_numbers(small, edits.change_stack(small, plain.id, loss=bn.MSE()))
    assert not same_numbers(small, edits.change_layer(small, other.layers[1].id, eps=1e-3))
    assert not same_numbers(small, edits.change_training(small, seed=2))
    assert not same_numbers(small, edits.change_data(small, bn.TwoSpirals(samples=65)))


def test_words_that_match_nothing_are_told_and_enter_does_nothing(
    open_window: Opener, qtbot: QtBot, small: bn.Experiment
) -> None:
    window = open_window(small)
    line, found = ask(qtbot, window, "no such thing")
    assert found.topLevelItemCount() == 1
    assert "Nothing matches “no such thing”" in found.topLevelItem(0).text(0)
    qtbot.keyClick(line, Qt.Key.Key_Return)
    qtbot.mouseClick(
        found.viewport(), Qt.MouseButton.LeftButton, pos=found.visualItemRect(found.topLevelItem(0)).center()
    )
    assert line.isVisible()
    line.clear()
    assert found.topLevelItemCount() > 10
