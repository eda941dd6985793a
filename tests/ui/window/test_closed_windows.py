"""A closed window leaves no Qt object to the cycle collector, which may run in any thread, whatever was done in it."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import weakref
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QEvent, QPoint, QTimer
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QTreeWidgetItemIterator
from shiboken6 import Shiboken

import bnsim as bn
from bnsim.spec import edits
from bnsim.ui import open_window
from bnsim.ui.model.document import Document
from tests.ui.reading import settle

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from bnsim.ui.window.main_window import MainWindow

ROOT = Path(__file__).parents[3]
Use = Callable[["MainWindow"], None]


def wide() -> bn.Experiment:
    """Four lanes, with blocks, a normalization and activations."""
    inner = bn.Residual(layers=(bn.Linear(4), bn.BatchNorm(), bn.ReLU()))
    copies = bn.Repeat(layers=(bn.Linear(4), bn.Tanh()), times=2)
    layers = (bn.Linear(4), bn.BatchNorm(), bn.Sigmoid(), inner, copies, bn.Linear(2))
    return bn.Experiment(
        data=bn.TwoSpirals(samples=64),
        training=bn.Training(batch_size=16, optimizer=bn.SGD(lr=0.1)),
        stacks=tuple(bn.Stack(name=name, layers=layers) for name in ("a", "b", "c", "d")),
    )


def trigger(window: MainWindow, *names: str) -> None:
    for name in names:
        window.actions_by_name[name].trigger()
        settle(window)


def close_popups() -> None:
    while opened := QApplication.activePopupWidget() or QApplication.activeModalWidget():
        opened.close()


def nothing(window: MainWindow) -> None:
    pass


def project(window: MainWindow) -> None:
    trigger(window, "view.projector", "view.projector", "view.projector")


def stand_before_an_audience(window: MainWindow) -> None:
    """A laser, then an audience's window with a spotlight, and notes, all left open."""
    trigger(window, "stage.laser", "stage.laser", "stage.audience", "stage.spotlight", "stage.view", "stage.notes")


def choose_from_the_gallery(window: MainWindow) -> None:
    """Previews of what is in sight, a panel opened, and the gallery left open."""
    trigger(window, "run.stepIteration", "view.figures")
    gallery = window.figure_gallery.gallery
    for pill in gallery.pills.values():
        pill.click()
        settle(window)
        gallery.grab()
    window.figure_gallery.open_panel("unit_percentiles")
    settle(window)


def themes(window: MainWindow) -> None:
    trigger(window, "view.dark", "view.light", "view.system")


def step_and_train(window: MainWindow) -> None:
    trigger(window, "run.step", "run.stepOp", "run.stepIteration", "run.stepBack")
    window.run_commands.seek(5)
    settle(window)


def explain_every_layer(window: MainWindow) -> None:
    """Every tab in front, for every layer of a lane."""
    tabs = window.docks.right.tabs
    trigger(window, "run.stepIteration")
    for layer in window.document.experiment.stacks[0].layers:
        window.selection.set([layer.id], layer.id)
        for index in range(tabs.count()):
            tabs.setCurrentIndex(index)
            settle(window)


def float_and_freeze(window: MainWindow) -> None:
    for dock in window.panel_docks:
        dock.setFloating(True)
        settle(window)
    window.panel_docks[0].setFloating(False)
    window.panel_docks[1].close()
    settle(window)


def edit_undo_redo(window: MainWindow) -> None:
    for kind in (bn.Linear(3), bn.BatchNorm(), bn.Dropout()):
        experiment = window.document.experiment
        window.document.push(edits.insert_layer(experiment, experiment.stacks[0].id, 1, kind), "insert")
        settle(window)
    trigger(window, "edit.undo", "edit.undo", "edit.redo", "edit.selectAll", "edit.duplicate", "edit.delete")


def another_document(window: MainWindow) -> None:
    window.document.replace(bn.Experiment(stacks=(bn.Stack(layers=(bn.Linear(2),)),)), None)
    settle(window)
    window.document.replace(wide(), None)
    settle(window)


def open_blocks(window: MainWindow) -> None:
    for layer in window.document.experiment.stacks[0].layers:
        window.selection.set([layer.id], layer.id)
        trigger(window, "stack.open", "stack.open")


def edit_in_place(window: MainWindow) -> None:
    layer = window.document.experiment.stacks[0].layers[0]
    window.selection.set([layer.id], layer.id)
    trigger(window, "edit.units")
    window.canvas.close_editor()
    window.canvas.rename_lane(window.document.experiment.stacks[1].id)
    settle(window)


def look_at_sweeps(window: MainWindow) -> None:
    """The dialog, with a sweep that cannot be started."""
    trigger(window, "run.sweep")
    dialog = window.sweeps.dialog
    dialog.form.findChild(QLineEdit, "sweep.values1").setText("none")
    dialog.form.start.click()
    settle(window)


def dialogs(window: MainWindow) -> None:
    """About, the key sheet, the command palette; what waits for an answer is closed by a timer."""
    closing = QTimer(interval=20)
    closing.timeout.connect(close_popups)
    closing.start()
    trigger(window, "help.about", "help.keys", "help.find")
    window.palette_box.line.setText("step")
    window.palette_box.dismiss()
    closing.stop()


def menus(window: MainWindow) -> None:
    for entry in window.menuBar().actions():
        if isinstance(menu := entry.menu(), QMenu):
            menu.aboutToShow.emit()
            menu.popup(QPoint(0, 0))
            menu.close()
    for part in (window.canvas.viewport(), window.outline, *(dock.panel for dock in window.panel_docks)):
        for at in (QPoint(60, 60), QPoint(5, 5)):
            event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, part.mapToGlobal(at))
            QApplication.sendEvent(part, event)
            close_popups()


def walk_the_outline(window: MainWindow) -> None:
    walk = QTreeWidgetItemIterator(window.outline)
    while (item := walk.value()) is not None:
        window.outline.setCurrentItem(item)
        walk += 1
    settle(window)


def break_points(window: MainWindow) -> None:
    layer = window.document.experiment.stacks[0].layers[1]
    window.selection.set([layer.id], layer.id)
    trigger(window, "break.here")
    window.step("iteration")
    settle(window)


USES: list[Use] = [
    nothing,
    project,
    stand_before_an_audience,
    choose_from_the_gallery,
    look_at_sweeps,
    themes,
    step_and_train,
    explain_every_layer,
    float_and_freeze,
    edit_undo_redo,
    another_document,
    open_blocks,
    edit_in_place,
    dialogs,
    menus,
    walk_the_outline,
    break_points,
]


def qt_objects(objects: list[object]) -> list[object]:
    # By type, since `isinstance` asks a weak proxy for the object, which may be gone.
    return [each for each in objects if issubclass(type(each), Shiboken.Object)]


@pytest.fixture
def collected() -> Iterator[Callable[[], list[object]]]:
    """The Qt objects made since the test began that only the cycle collector would have freed."""
    # A window of the test before may be closed and not destroyed yet, and its plots write names until it is.
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QApplication.processEvents()
    gc.collect()
    before = {id(each) for each in qt_objects(gc.get_objects())}
    gc.set_debug(gc.DEBUG_SAVEALL)

    def collect() -> list[object]:
        gc.collect()
        return [each for each in qt_objects(gc.garbage) if id(each) not in before]

    yield collect
    gc.set_debug(0)
    gc.garbage.clear()


@pytest.mark.parametrize("use", USES)
def test_a_closed_window_leaves_no_qt_object_to_the_collector(
    qtbot: QtBot, no_hurry: None, use: Use, collected: Callable[[], list[object]]
) -> None:
    window = open_window(wide())  # not by the fixture, which holds what it has opened
    with qtbot.waitExposed(window):
        pass
    settle(window)
    use(window)
    window.close()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QApplication.processEvents()
    del window
    assert not Counter(type(each).__qualname__ for each in collected())


def test_a_document_is_no_cycle_with_its_undo_stack(qapp: QApplication) -> None:
    document = Document()
    document.push(edits.change_training(document.experiment, batch_size=8), "change batch size")
    document.undo_stack.undo()
    alive = weakref.ref(document)
    gc.disable()
    try:
        del document
        assert alive() is None
    finally:
        gc.enable()


def test_another_thread_may_collect_after_windows_were_closed(own_preferences: Path) -> None:
    environment = {**os.environ, "BNSIM_CONFIG_DIR": str(own_preferences)}
    command = [sys.executable, "-m", "tests.ui.window.collecting_app"]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (0, "lived\n"), ended.stderr
