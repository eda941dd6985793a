"""The table of actions: each said once, and menus, context menus, search, key sheet and buttons agree about it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QPushButton, QTreeWidget

import bnsim as bn
from bnsim.spec import edits
from bnsim.spec.resources import resource
from bnsim.ui.commands.context_menus import ON_A_LANE, ON_CARDS
from bnsim.ui.commands.key_sheet import ShortcutSheet
from bnsim.ui.commands.menu_walk import entries, plain
from bnsim.ui.commands.menus import BREAKPOINTS, MENUS, Entry
from bnsim.ui.commands.state import State
from bnsim.ui.commands.table import BY_NAME, TABLE
from bnsim.ui.transport.bar import BUTTONS, MORE

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from bnsim.ui.window.main_window import MainWindow

Opener = Callable[..., "MainWindow"]


def named(content: Sequence[Entry]) -> Iterator[str]:
    """Actions of a menu and of the menus in it."""
    for entry in content:
        if isinstance(entry, tuple):
            yield from named(entry[1])
        elif entry in BY_NAME:
            yield entry


def test_each_action_is_said_once_and_wholly() -> None:
    names = [action.name for action in TABLE]
    assert len(names) == len(set(names))
    for action in TABLE:
        assert plain(action.text), action.name
        assert action.tip, action.name
        assert resource(f"icons/{action.icon}.svg").is_file(), action.name
        assert (action.enabled is None) == (not action.why), f"{action.name} says why not, if it can be disabled"


def test_no_key_has_two_meanings() -> None:
    keys = [key for action in TABLE for key in action.keys]
    assert len(keys) == len(set(keys))


def test_each_action_is_in_the_menu_bar_once() -> None:
    there = [name for _title, content in MENUS for name in named(content)]
    there.append("file.papers")  # at the end of the papers, which are listed once their menu is opened
    assert sorted(there) == sorted(action.name for action in TABLE)


def test_menus_and_buttons_name_actions_of_the_table() -> None:
    wanted = {*ON_CARDS, *ON_A_LANE, *MORE, *named(BREAKPOINTS), *(action for _, action, *_ in BUTTONS)}
    assert {name for name in wanted if name and not name.startswith("<")} <= BY_NAME.keys()


def test_the_table_needs_no_widgets() -> None:
    code = "import sys, bnsim.ui.commands.table; sys.exit('PySide6.QtWidgets' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_what_can_be_done_follows_from_the_state_alone(small: bn.Experiment) -> None:
    nothing = State(small)
    can = {action.name for action in TABLE if action.enabled_in(nothing)}
    assert {"edit.paste", "file.open", "stack.depth", "help.keys"} <= can
    assert not can & {"edit.undo", "edit.cut", "stack.ungroup", "run.step", "run.stop", "break.here", "file.revert"}
    linear, sigmoid = small.stacks[0].layers[:2]
    chosen = replace(nothing, layer_ids=frozenset([linear.id]), current=linear.id, lane=small.stacks[0].id)
    assert BY_NAME["edit.cut"].enabled_in(chosen)
    assert BY_NAME["edit.units"].enabled_in(chosen)
    assert not BY_NAME["edit.units"].enabled_in(replace(chosen, current=sigmoid.id))
    assert not BY_NAME["lane.up"].enabled_in(chosen)
    assert BY_NAME["lane.down"].enabled_in(chosen)
    assert BY_NAME["edit.undo"].text_in(replace(chosen, undo="insert ReLU")) == "&Undo insert ReLU"


def test_ids_that_are_no_longer_there_disable_and_raise_nothing(small: bn.Experiment) -> None:
    gone = State(small, frozenset([999]), 999, 998, frozenset([997]))
    for action in TABLE:
        assert isinstance(action.enabled_in(gone), bool), action.name
        assert action.text_in(gone), action.name
        assert action.short is None or action.short(gone), action.name


def situations(window: MainWindow, qtbot: QtBot) -> Iterator[str]:
    """What a person may have selected, done and opened."""
    plain_lane, normalized = window.document.experiment.stacks
    yield "just opened"
    window.selection.set([plain_lane.layers[0].id])
    yield "a weight layer"
    window.step("layer")
    window.settle()
    window.selection.set([normalized.layers[1].id])
    yield "a BatchNorm, after a step"
    window.breakpoints.toggle_layer(normalized.layers[1].id)
    yield "with a breakpoint"
    grouped = edits.group_layers(window.document.experiment, {plain_lane.layers[1].id}, bn.Repeat(times=3))
    window.document.push(grouped, "group")
    window.settle()
    block = window.document.experiment.stacks[0].layers[1]
    window.selection.set([block.id])
    yield "a closed Repeat"
    window.selection.blocks.toggle(block.id)
    window.selection.set([block.layers[0].id])
    yield "inside an open Repeat"
    window.document.push(edits.remove_stack(window.document.experiment, normalized.id), "remove")
    window.settle()
    yield "one lane"
    window.document.push(edits.remove_stack(window.document.experiment, plain_lane.id), "remove")
    window.settle()
    yield "no lane"


def test_all_agree_about_what_can_be_done(open_window: Opener, qtbot: QtBot, small: bn.Experiment) -> None:
    window = open_window(small)
    for situation in situations(window, qtbot):
        state = window.actions_by_name.state
        wanted = {action.name: (action.text_in(state), action.enabled_in(state)) for action in TABLE}
        in_menus = {entry.action.objectName(): entry.action for entry in entries(window.menuBar())}
        for name, (text, enabled) in wanted.items():
            shown = window.actions_by_name[name]
            assert in_menus[name] is shown
            assert (shown.text(), shown.isEnabled()) == (text, enabled), f"{name}: {situation}"
            checked = BY_NAME[name].checked
            assert shown.isChecked() == (checked is not None and checked(state)), f"{name}: {situation}"
        assert off(window.context_menus.cards_menu(), ON_CARDS, state) == expected_off(ON_CARDS, state), situation
        for stack in window.document.experiment.stacks:
            there = replace(state, lane=stack.id)
            assert off(window.context_menus.lane_menu(stack.id), ON_A_LANE, there) == expected_off(ON_A_LANE, there)
        for button, action, *_ in BUTTONS:
            found = window.findChild(QPushButton, button)
            assert found is not None
            assert found.isEnabled() == wanted[action][1], f"{button}: {situation}"
        palette = searched(window)
        for name, (text, enabled) in wanted.items():
            words = [why for title, why in palette if title.startswith(f"{plain(text)}   (")]
            assert words, f"{name}: {situation}"
            assert enabled or BY_NAME[name].why in words, f"{name}: {situation}"


def off(menu: QMenu, content: Sequence[str], state: State) -> set[str]:
    """Names of actions that are there and cannot be chosen."""
    entries = {action.text(): action for action in menu.actions() if action.text() and not isinstance_menu(action)}
    found = {name: entries[short(name, state)] for name in content if name in BY_NAME}
    menu.deleteLater()
    return {name for name, action in found.items() if not action.isEnabled()}


def isinstance_menu(action: QAction) -> bool:
    return isinstance(action.menu(), QMenu)


def expected_off(content: Sequence[str], state: State) -> set[str]:
    return {name for name in content if name in BY_NAME and not BY_NAME[name].enabled_in(state)}


def short(name: str, state: State) -> str:
    action = BY_NAME[name]
    return action.text_in(state) if action.short is None else action.short(state)


def searched(window: MainWindow) -> list[tuple[str, str]]:
    """All that the search for actions lists: words, and why not or the keys."""
    window.actions_by_name["help.find"].trigger()
    found = window.findChild(QTreeWidget, "commands.list")
    assert found is not None
    rows = [found.topLevelItem(row) for row in range(found.topLevelItemCount())]
    window.palette_box.dismiss()
    return [(row.text(0), row.text(1)) for row in rows]


def test_the_key_sheet_has_every_key_of_the_table(open_window: Opener, small: bn.Experiment) -> None:
    window = open_window(small)
    window.actions_by_name["help.keys"].trigger()
    sheet = window.findChild(ShortcutSheet)
    assert sheet is not None
    for action in TABLE:
        if action.keys:
            assert plain(action.text).replace("&", "&amp;") in sheet.words, action.name
    sheet.close()


@pytest.mark.parametrize("action", [action for action in TABLE if action.checked is not None], ids=lambda a: a.name)
def test_an_action_that_is_on_stays_on_when_it_is_pressed_again(
    open_window: Opener, small: bn.Experiment, action: object
) -> None:
    name = action.name  # type: ignore[attr-defined]
    pressed_again_off = (
        "view.projector",
        "view.findings",
        "view.watches",
        "help.told",
        "layout.link",
        "panels.pin",
        "runs.compare",
        "lane.training",
    )
    if name in pressed_again_off:
        return
    window = open_window(small)
    try:
        for _ in range(2):
            window.actions_by_name[name].trigger()
            assert window.actions_by_name[name].isChecked()
    finally:
        window.looks.choose_theme("system")


def test_keys_of_a_closed_window_do_nothing(open_window: Opener, small: bn.Experiment) -> None:
    window = open_window(small)
    actions = window.actions_by_name
    window.close()
    actions.run("edit.selectAll")
    actions.refresh()
    assert window.selection.layer_ids == frozenset()


def test_the_canvas_says_by_key_why_not(open_window: Opener, qtbot: QtBot, small: bn.Experiment) -> None:
    window = open_window(small)
    qtbot.keyClick(window.canvas, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert "Nothing is selected to copy" in window.messages.message.text()
