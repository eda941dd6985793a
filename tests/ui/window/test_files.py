"""What the window does with files from the desktop, what it remembers, and the menus that are made from records."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QLabel, QMenu

import bnsim as bn
from bnsim.ui.commands.menu_walk import entries
from bnsim.ui.model import preferences

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from bnsim.ui.window.main_window import MainWindow

Opener = Callable[..., "MainWindow"]


def test_a_dropped_document_opens_and_becomes_recent(
    open_window: Opener, qtbot: QtBot, small: bn.Experiment, tmp_path: Path
) -> None:
    window = open_window()
    path = tmp_path / "twin.bnsim"
    bn.save(small, path)
    window.canvas.file_dropped.emit(str(path))
    qtbot.waitUntil(lambda: window.windowTitle() == "twin.bnsim[*] — bnsim")
    assert window.document.experiment == small
    recent = window.findChild(QMenu, "file.recent")
    assert recent is not None
    recent.aboutToShow.emit()
    assert [action.text() for action in recent.actions()] == ["twin.bnsim"]


@pytest.mark.usefixtures("accept_imports")
@pytest.mark.parametrize("suffix", [".csv", ".npz"])
def test_dropped_numbers_become_the_data_as_one_undo_step(
    open_window: Opener, qtbot: QtBot, small: bn.Experiment, tmp_path: Path, suffix: str
) -> None:
    window = open_window(small)
    path = tmp_path / f"mine{suffix}"
    x, y = np.arange(40.0).reshape(20, 2), np.arange(20) % 2
    if suffix == ".csv":
        np.savetxt(path, np.column_stack((x, y)), delimiter=",")
    else:
        np.savez(path, x=x, y=y)
    window.canvas.file_dropped.emit(str(path))
    qtbot.waitUntil(lambda: window.document.experiment.data == bn.FileData(path=str(path)))
    assert window.document.undo_stack.undoText() == f"use mine{suffix} as data"
    window.settle()
    assert not window.update_shown.problems


def test_a_dropped_file_that_cannot_be_read_is_a_problem_in_words(
    open_window: Opener, qtbot: QtBot, small: bn.Experiment, tmp_path: Path
) -> None:
    window = open_window(small)
    path = tmp_path / "broken.bnsim"
    path.write_text("{")
    window.canvas.file_dropped.emit(str(path))
    message = window.findChild(QLabel, "message")
    assert message is not None
    qtbot.waitUntil(lambda: "broken.bnsim" in message.text())
    assert window.document.experiment == small


def test_the_look_of_cards_is_remembered(open_window: Opener, small: bn.Experiment) -> None:
    first = open_window(small)
    first.actions_by_name["view.structure"].trigger()
    first.close()
    assert preferences.load().cards == "structure"
    second = open_window(small)
    assert second.canvas.card_style.contents == "structure"
    assert second.actions_by_name["view.structure"].isChecked()
    assert not second.actions_by_name["view.values"].isChecked()


def test_menus_made_from_records_have_icons_and_do_what_the_palette_does(
    open_window: Opener, small: bn.Experiment
) -> None:
    window = open_window(small)
    found = {entry.action.objectName(): entry.action for entry in entries(window.menuBar())}
    made = [name for name in found if name.startswith("stack.insert.") or ".export." in name]
    assert len(made) > 31
    assert not [name for name in made if found[name].icon().isNull()]
    found["stack.insert.XOR"].trigger()
    assert window.document.experiment.data == bn.XOR()
    window.selection.set([small.stacks[1].layers[0].id])
    found["stack.insert.MSE"].trigger()
    assert [type(stack.loss).__name__ for stack in window.document.experiment.stacks] == ["CrossEntropy", "MSE"]
    found["stack.insert.Dropout"].trigger()
    assert type(window.document.experiment.stacks[1].layers[1]).__name__ == "Dropout"


def test_the_outline_opens_the_menus_of_the_canvas(open_window: Opener, small: bn.Experiment) -> None:
    window = open_window(small)
    for stack_id, action in ((small.stacks[0].id, "canvas.menu.Rename"), (0, "canvas.menu.Selectall")):
        window.outline.menu_asked.emit(stack_id, QPoint(100, 100))
        (menu,) = [menu for menu in window.findChildren(QMenu, "canvas.menu") if menu.isVisible()]
        assert action in [entry.objectName() for entry in menu.actions()]
        menu.close()


def test_a_layer_in_a_block_is_named_in_the_inspector(open_window: Opener) -> None:
    inner = bn.Linear(4)
    window = open_window(
        bn.Experiment(
            data=bn.TwoSpirals(samples=64),
            training=bn.Training(batch_size=16),
            stacks=(bn.Stack(layers=(bn.Linear(4), bn.Repeat((inner, bn.Sigmoid()), times=2), bn.Linear(2))),),
        )
    )
    block = window.document.experiment.stacks[0].layers[1]
    window.selection.set([block.layers[0].id])
    words = [label.text() for label in window.inspector.findChildren(QLabel)]
    assert "Linear 2" in words
    assert any("layer 2 of 4 · in Repeat ×2" in text for text in words)
