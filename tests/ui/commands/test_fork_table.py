"""Every kind of change that a fork may have is in the menus of cards and lanes, in the search, and in the dialog."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QTreeWidget

import bnsim as bn
from bnsim.spec.parameters import trained
from bnsim.ui.commands.forks import NAME
from bnsim.ui.commands.menu_walk import plain
from bnsim.ui.commands.table import BY_NAME
from bnsim.ui.model.fork_kinds import KINDS
from bnsim.ui.window.main_window import MainWindow

Opener = Callable[..., "MainWindow"]
ISSUE = ("norms_out", "norms_in", "rate", "clip", "optimizer", "activation", "weights", "cell", "mates")
"""BatchNorm removed, inserted, rate, clipping, optimizer, activation, weights ×k, a cell, batch-mates."""
BLOCK = bn.Repeat((bn.Linear(6), bn.Sigmoid()), times=2)
TIED = bn.Repeat((bn.Residual((bn.Linear(6, bias=False),)), bn.LayerNorm(), bn.Tanh()), times=3, tied=True)
LAYERS = (bn.Linear(6), bn.BatchNorm(), bn.Sigmoid(), BLOCK, TIED, bn.RMSNorm(), bn.Linear(2))
EXPERIMENT = bn.Experiment(
    data=bn.TwoSpirals(samples=60),
    training=bn.Training(batch_size=20),
    stacks=(bn.Stack(name="one", layers=LAYERS), bn.Stack(name="bare", layers=())),
)


@pytest.fixture
def window(open_window: Opener) -> MainWindow:
    window = open_window(EXPERIMENT)
    window.settle()
    window.run_commands.seek(4)
    window.settle()
    window.selection.set([window.document.experiment.stacks[0].layers[6].id])
    return window


def in_forks(menu: QMenu) -> Iterator[QAction]:
    (inner,) = (each for each in menu.findChildren(QMenu) if each.objectName() == "canvas.menu.fork")
    yield from inner.actions()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_kind_of_change_is_had_from_card_lane_search_and_dialog(window: MainWindow, kind) -> None:
    name, state = f"{NAME}{kind.name}", window.actions_by_name.state
    stack = window.document.experiment.stacks[0]
    menus = window.context_menus
    for menu in (menus.cards_menu(), menus.lane_menu(stack.id)):
        (entry,) = (each for each in in_forks(menu) if each.text() == f"{kind.title}…")
        assert entry.isEnabled()
        entry.trigger()
        dialog = window.forking.dialog
        assert dialog is not None
        assert [row.kind for row in dialog.rows] == [kind]
        assert kind.name in [each.name for each in KINDS]
        dialog.reject()
        menu.deleteLater()
    window.actions_by_name["help.find"].trigger()
    found = window.findChild(QTreeWidget, "commands.list")
    rows = [found.topLevelItem(row).text(0) for row in range(found.topLevelItemCount())]
    window.palette_box.dismiss()
    assert any(row.startswith(plain(BY_NAME[name].text_in(state))) for row in rows)


def test_all_kinds_that_people_ask_for_are_there() -> None:
    assert set(ISSUE) <= {kind.name for kind in KINDS}


def test_a_change_begins_with_the_layer_whose_card_it_is(window: MainWindow) -> None:
    window.actions_by_name[f"{NAME}weights"].trigger()
    dialog = window.forking.dialog
    assert dialog.rows[0].lists[0].currentText() == "Linear 7"
    dialog.reject()
    window.actions_by_name[f"{NAME}norms_in"].trigger()
    assert window.forking.dialog.rows[0].lists[0].currentText() == "before Linear 7"


def test_a_lane_without_what_is_changed_says_so(window: MainWindow) -> None:
    bare = window.document.experiment.stacks[1]
    menu = window.context_menus.lane_menu(bare.id)
    entries = {each.text(): each for each in in_forks(menu)}
    assert not entries["Remove BatchNorm…"].isEnabled()
    assert "it has no BatchNorm" in BY_NAME[f"{NAME}norms_out"].why
    assert entries["Optimizer…"].isEnabled()
    menu.deleteLater()


def test_one_number_is_named_by_its_element(window: MainWindow) -> None:
    window.actions_by_name[f"{NAME}cell"].trigger()
    dialog = window.forking.dialog
    row = dialog.rows[0]
    assert row.lists[0].currentText() == "W of Linear 7"
    assert row.index.text() == "0, 0"
    row.index.selectAll()
    QTest.keyClicks(row.index, "2, 1")
    assert row.problem.text() == "Enter a row from 0 to 1 and a column from 0 to 5, such as 0, 5."
    assert not dialog.fork.isEnabled()
    row.index.selectAll()
    QTest.keyClicks(row.index, "1, 3")
    row.number.selectAll()
    QTest.keyClicks(row.number, "0.25")
    assert dialog.name.placeholderText() == "one, W[1, 3] = 0.25"
    QTest.keyClick(row.number, Qt.Key.Key_Return)
    window.settle()
    fork = window.document.experiment.stacks[1]
    assert fork.fork.changes == (bn.SetNumber("6.weight", (1, 3), 0.25),)


def test_parameters_have_the_keys_and_shapes_of_the_session() -> None:
    session = bn.Session(replace(EXPERIMENT, stacks=EXPERIMENT.stacks[:1]))
    lane = session.lanes[0]
    found = {each.key: each.shape for each in trained(lane.stack, 2)}
    gradients = {key: np.shape(value) for key, value in lane.state_dict().items() if "running" not in key}
    assert found == {key: shape for key, shape in gradients.items() if "num_batches" not in key}
    assert [each.symbol for each in trained(lane.stack, 2) if each.key.startswith("5.")] == ["γ"]
