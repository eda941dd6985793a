"""Breakpoints are part of the document: saved, undone, marked as modified; a run does not begin anew for them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

import bnsim as bn
from bnsim.spec import edits
from bnsim.spec.breakpoints import AtLayer, Dead, GradientNorm
from bnsim.spec.files import load_document
from bnsim.ui.model.document import Document

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from bnsim.ui.window.main_window import MainWindow

Opener = Callable[..., "MainWindow"]


@pytest.fixture
def small() -> bn.Experiment:
    layers = (bn.Linear(6), bn.ReLU(), bn.Linear(2))
    training = bn.Training(batch_size=16)
    return bn.Experiment(
        data=bn.TwoSpirals(samples=64), training=training, stacks=(bn.Stack(name="net", layers=layers),)
    )


def moment(window: MainWindow) -> tuple[int, int]:
    frame = window.update_shown.frame
    assert frame is not None
    return frame.iteration, frame.tick


@pytest.mark.parametrize("kind", ["place", "recorded"])
def test_a_breakpoint_leaves_the_run_where_it_is(
    open_window: Opener, qtbot: QtBot, small: bn.Experiment, kind: str
) -> None:
    window = open_window(small)
    for size in ("iteration", "iteration", "layer", "op"):
        window.step(size)
    window.settle()
    before, track = moment(window), window.update_shown.track
    assert track is not None
    experiments: list[object] = []
    window.document.changed.connect(experiments.append)
    window.selection.set([small.stacks[0].layers[1].id])
    if kind == "place":
        qtbot.keyClick(window.canvas, Qt.Key.Key_F9)
    else:
        window.breakpoints.add(Dead(above=0.99))
    window.settle()
    assert window.breakpoints.items
    assert moment(window) == before
    assert window.update_shown.track is not None
    assert window.update_shown.track.recorded == track.recorded
    assert experiments == []
    window.document.undo_stack.undo()
    window.settle()
    assert window.breakpoints.items == ()
    assert moment(window) == before
    assert experiments == []


def test_a_breakpoint_is_saved_and_opened_again(open_window: Opener, small: bn.Experiment, tmp_path: Path) -> None:
    path = tmp_path / "it.bnsim"
    bn.save(small, path)
    window = open_window(path)
    assert not window.isWindowModified()
    layer = small.stacks[0].layers[2].id
    window.breakpoints.toggle_layer(layer)
    assert window.isWindowModified()
    assert window.files.save()
    assert not window.isWindowModified()
    again = open_window(path)
    assert again.breakpoints.items == (AtLayer(layer=layer),)
    assert not again.isWindowModified()
    again.actions_by_name["run.toBreakpoint"].trigger()
    again.settle()
    frame = again.update_shown.frame
    assert frame is not None
    assert frame.lanes[0].cursor.layer == 2
    again.breakpoints.clear()
    again.document.revert()
    assert again.breakpoints.items == (AtLayer(layer=layer),)


def test_a_breakpoint_comes_back_with_its_layer(small: bn.Experiment) -> None:
    from bnsim.spec import edits

    document = Document(small)
    told: list[str] = []
    document.changed.connect(lambda _experiment: told.append("experiment"))
    document.breakpoints_changed.connect(lambda: told.append("breakpoints"))
    layer = small.stacks[0].layers[1].id
    stops = (AtLayer(layer=layer), GradientNorm(below=1e-6))
    document.push_breakpoints(stops, "set breakpoint")
    assert told == ["breakpoints"]
    document.push(edits.remove_layers(small, [layer]), "remove ReLU")
    assert document.breakpoints == stops[1:]
    assert told == ["breakpoints", "experiment", "breakpoints"]
    document.undo_stack.undo()
    assert document.experiment == small
    assert document.breakpoints == stops
    document.push_breakpoints(stops, "set breakpoint")
    assert document.undo_stack.index() == 1
    document.undo_stack.undo()
    assert document.breakpoints == ()
    assert document.undo_stack.redoText() == "set breakpoint"
    assert not document.modified


def test_opening_another_document_takes_its_breakpoints(small: bn.Experiment, tmp_path: Path) -> None:
    from bnsim.spec.document import Document as Contents
    from bnsim.spec.files import save_document

    path = tmp_path / "it.bnsim"
    save_document(Contents(experiment=small, breakpoints=(GradientNorm(below=1e-6),)), path)
    document = Document()
    document.push_breakpoints((AtLayer(),), "set breakpoint")
    document.open(path)
    assert document.contents == load_document(path)
    assert not document.modified
    document.new()
    assert document.breakpoints == ()


def test_the_oldest_of_many_edits_are_kept_no_longer(
    qapp: QApplication, small: bn.Experiment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bnsim.ui.model.document.MOST_UNDO", 5)
    document = Document(small)
    announced: list[int] = []
    document.changed.connect(lambda experiment: announced.append(experiment.training.batch_size))
    for size in range(100, 120):
        document.push(edits.change_training(document.experiment, batch_size=size), "edit")
    assert announced == list(range(100, 120))
    assert document.undo_stack.count() == 5
    while document.undo_stack.canUndo():
        document.undo_stack.undo()
    assert document.experiment.training.batch_size == 114
    assert document.modified
    document.undo_stack.redo()
    assert document.experiment.training.batch_size == 115
