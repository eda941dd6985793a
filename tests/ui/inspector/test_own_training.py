"""A lane's own training in the inspector and by its action."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QPushButton, QWidget

import bnsim as bn
from bnsim.spec import edits
from bnsim.ui.canvas.lane_titles import lane_words

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from bnsim.ui.window.main_window import MainWindow

Opener = Callable[..., "MainWindow"]
T = TypeVar("T", bound=QWidget)
LEFT = Qt.MouseButton.LeftButton


def control(window: MainWindow, kind: type[T], name: str) -> T:
    stack = window.document.experiment.stacks[1]
    found = window.inspector.findChild(kind, f"inspector.stack{stack.id}.training.{name}")
    assert found is not None, name
    return found


def own(window: MainWindow) -> bn.LaneTraining:
    return window.document.experiment.stacks[1].training


def choose(combo: QComboBox, text: str) -> None:
    index = combo.findText(text)
    assert index >= 0, [combo.itemText(k) for k in range(combo.count())]
    combo.setCurrentIndex(index)
    combo.activated.emit(index)


def test_a_button_gives_it_and_takes_it_and_undo_goes_back(
    open_window: Opener, qtbot: QtBot, small: bn.Experiment
) -> None:
    window = open_window(small)
    button = control(window, QPushButton, "own")
    button.click()
    assert own(window) == bn.LaneTraining(optimizer=small.training.optimizer)
    fields = control(window, QComboBox, "schedule")
    assert fields.isVisible()
    window.document.undo_stack.undo()
    assert own(window) == bn.LaneTraining()
    window.document.undo_stack.redo()
    button.click()
    assert own(window) == bn.LaneTraining()
    assert not fields.isVisible()


def test_each_field_is_the_lanes_own_or_the_experiments(
    open_window: Opener, qtbot: QtBot, small: bn.Experiment
) -> None:
    window = open_window(edits.change_training(small, clip=bn.ClipNorm(limit=3.0), gain=2.0))
    control(window, QPushButton, "own").click()
    rate = control(window, QLineEdit, "optimizer.lr")
    assert float(rate.text()) == small.training.optimizer.lr
    qtbot.mouseClick(rate, LEFT)
    rate.selectAll()
    qtbot.keyClicks(rate, "1.5\r")
    clip, decay = control(window, QComboBox, "clip"), control(window, QComboBox, "decay_all")
    assert clip.currentText() == "Shared: By total norm"
    assert decay.currentText() == "Shared: on"
    choose(clip, "By total norm")
    assert own(window).clip == bn.ClipNorm(limit=3.0), "it begins as the experiment's"
    choose(clip, "By value")
    choose(decay, "Off")
    gain, shared = control(window, QLineEdit, "gain"), control(window, QCheckBox, "gain.none")
    assert (gain.text(), gain.isEnabled(), shared.text()) == ("2", False, "Shared: 2")
    qtbot.mouseClick(shared, LEFT)
    assert own(window) == bn.LaneTraining(
        optimizer=bn.SGD(lr=1.5), clip=bn.ClipValue(limit=1.0), decay_all=False, gain=2.0
    )
    choose(clip, "Shared: By total norm")
    choose(control(window, QComboBox, "optimizer"), "Shared: SGD")
    assert own(window) == bn.LaneTraining(decay_all=False, gain=2.0)


def test_the_action_shows_it_in_the_inspector_and_the_title_says_what_differs(
    open_window: Opener, qtbot: QtBot, small: bn.Experiment
) -> None:
    window = open_window(small)
    stack = small.stacks[1]
    window.selection.set([stack.layers[0].id], stack.layers[0].id)
    action = window.actions_by_name["lane.training"]
    assert not action.isChecked()
    action.trigger()
    assert own(window).optimizer == small.training.optimizer
    qtbot.waitUntil(lambda: not control(window, QComboBox, "optimizer").visibleRegion().isEmpty())
    changed = edits.change_stack(
        window.document.experiment, stack.id, training=bn.LaneTraining(optimizer=bn.Adam(lr=0.01))
    )
    assert "  ·  Adam, lr 0.01" in lane_words(changed, changed.stacks[1], None)
    assert "lr" not in lane_words(changed, changed.stacks[0], None)
    window.document.push(changed, "change")
    window.selection.set([stack.layers[0].id], stack.layers[0].id)
    assert action.isChecked()
    action.trigger()
    assert own(window) == bn.LaneTraining()
