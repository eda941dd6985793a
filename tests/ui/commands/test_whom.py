"""Commands for stacks and lanes say whom they act on, and act on those: on what is selected, else on all."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QMenu

import bnsim as bn
from bnsim.spec import edits, stack_actions

if TYPE_CHECKING:
    from bnsim.ui.window.main_window import MainWindow

Opener = Callable[..., "MainWindow"]
NAMES = ("plain", "with & without", "third")


@pytest.fixture
def window(open_window: Opener) -> MainWindow:
    layers = (bn.Linear(8), bn.Sigmoid(), bn.Linear(2))
    stacks = tuple(bn.Stack(name=name, layers=layers) for name in NAMES)
    opened: MainWindow = open_window(bn.Experiment(data=bn.XOR(), stacks=stacks))
    return opened


def select(window: MainWindow, *lanes: int) -> set[int]:
    """One layer in each of these lanes; returns the ids of their stacks, of all stacks if none is selected."""
    stacks = window.document.experiment.stacks
    window.selection.set([stacks[lane].layers[1].id for lane in lanes])
    return {stacks[lane].id for lane in lanes} or {stack.id for stack in stacks}


WHOM = [
    ((), "in all lanes"),
    ((0,), "in “plain”"),
    ((1,), "in “with & without”"),
    ((0, 2), "in “plain” and “third”"),
    ((0, 1, 2), "in all lanes"),
]


@pytest.mark.parametrize(("lanes", "words"), WHOM)
def test_stack_commands(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch, lanes: tuple[int, ...], words: str
) -> None:
    before, do = window.document.experiment, window.actions_by_name
    ids = select(window, *lanes)
    asked: list[str] = []
    monkeypatch.setattr(
        "bnsim.ui.window.dialogs.QInputDialog.getInt",
        lambda _parent, _title, label, *_: (asked.append(label), (3, True))[1],
    )
    wanted = {
        "stack.bnBefore": stack_actions.insert_batchnorm_before_activations(before, ids),
        "stack.bnAfter": stack_actions.insert_batchnorm_after_activations(before, ids),
        "stack.depth": stack_actions.set_hidden_depth(before, 3, ids),
        "stack.width": stack_actions.set_hidden_width(before, 3, ids),
    }
    for name in (*wanted, "stack.bnRemove", "stack.biases"):
        assert words in do[name].text().replace("&&", "&")
    for name, after in wanted.items():
        do[name].trigger()
        assert window.document.experiment == after, name
        window.document.undo_stack.undo()
        select(window, *lanes)
    assert len(asked) == 2
    assert all(words in label for label in asked)


@pytest.mark.parametrize(("lanes", "words"), WHOM)
def test_menus_of_kinds(window: MainWindow, lanes: tuple[int, ...], words: str) -> None:
    before = window.document.experiment
    ids = select(window, *lanes)
    top = next(action.menu() for action in window.menuBar().actions() if action.text() == "&Stack")
    assert isinstance(top, QMenu)
    top.aboutToShow.emit()
    inner = [menu for action in top.actions() if isinstance(menu := action.menu(), QMenu) and words in plain(menu)]
    assert [plain(menu).replace(words, "*") for menu in inner] == [
        "Initialize all * with",
        "Change every activation * to",
        "Loss *",
    ]
    next(action for action in inner[1].actions() if action.text() == "ReLU").trigger()
    assert window.document.experiment == stack_actions.change_activations(before, bn.ReLU(), ids)
    window.document.undo_stack.undo()
    select(window, *lanes)
    next(action for action in inner[2].actions() if action.objectName() == "stack.insert.MSE").trigger()
    assert {stack.id for stack in window.document.experiment.stacks if isinstance(stack.loss, bn.MSE)} == ids


def plain(menu: QMenu) -> str:
    return menu.title().replace("&&", "\0").replace("&", "").replace("\0", "&")


@pytest.mark.parametrize("lane", [None, 0, 1, 2])
def test_lane_commands(window: MainWindow, lane: int | None) -> None:
    do, before = window.actions_by_name, window.document.experiment
    select(window, *([] if lane is None else [lane]))
    stack = before.stacks[lane or 0]
    for name in ("duplicate", "rename", "hide", "up", "down", "remove"):
        assert f"“{stack.name}”" in do[f"lane.{name}"].text().replace("&&", "&")
    do["lane.hide"].trigger()
    assert window.document.experiment.stack(stack.id).hidden
    now = window.actions_by_name.state.stack
    assert now is not None
    # What is hidden is selected no more: the commands are then about the first lane, and say so.
    assert do["lane.hide"].text() == f"&{'Show' if now.hidden else 'Hide'} lane “plain”"
    window.document.undo_stack.undo()
    select(window, *([] if lane is None else [lane]))
    do["lane.remove"].trigger()
    assert window.document.experiment == edits.remove_stack(before, stack.id)


def test_long_names_leave_room_in_menus(open_window: Opener) -> None:
    window = open_window(bn.Experiment(stacks=(bn.Stack(name="x" * 300, layers=(bn.Linear(2),)),)))
    assert len(window.actions_by_name["lane.remove"].text()) < 60
    assert len(window.actions_by_name["stack.bnBefore"].text()) < 80
