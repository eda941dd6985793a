"""The form that comes from the record's own fields."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QSpinBox, QToolButton, QWidget

import bnsim as bn
from bnsim.spec.layers import PALETTE
from bnsim.ui.inspector.fields import fields

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from bnsim.ui.main_window import MainWindow

Opener = Callable[..., "MainWindow"]
T = TypeVar("T", bound=QWidget)


def control(window: MainWindow, kind: type[T], name: str) -> T:
    found = window.inspector.findChild(kind, name)
    assert found is not None, name
    return found


def select(window: MainWindow, stack: int, index: int) -> int:
    layer = window.document.experiment.stacks[stack].layers[index]
    window.selection.set([layer.id], layer.id)
    return layer.id


@pytest.mark.parametrize("kind", PALETTE)
def test_every_layer_has_a_form(open_window: Opener, small: bn.Experiment, kind: type) -> None:
    from bnsim.spec import edits

    window = open_window(small)
    window.document.push(edits.insert_layer(small, small.stacks[0].id, 1, kind()), "insert")
    select(window, 0, 1)
    for field in fields(kind):
        assert window.inspector.findChildren(QWidget, f"inspector.layer.{field.name}")


def test_units_typed_undone_redone(open_window: Opener, qtbot: QtBot, small: bn.Experiment) -> None:
    window = open_window(small)
    layer_id = select(window, 0, 0)
    spin = control(window, QSpinBox, "inspector.layer.units")
    spin.setFocus()
    spin.selectAll()
    qtbot.keyClicks(spin, "17")
    assert window.document.experiment.layer(layer_id).units == 4
    qtbot.keyClick(spin, Qt.Key.Key_Return)
    assert window.document.experiment.layer(layer_id).units == 17
    assert window.document.undo_stack.count() == 1
    qtbot.keyClick(window.canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert window.document.experiment == small
    assert spin.value() == 4
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(window.canvas, Qt.Key.Key_Z, both)
    assert window.document.experiment.layer(layer_id).units == 17
    assert "units" in window.actions_by_name["edit.undo"].text()


def test_two_typed_values_are_two_steps(open_window: Opener, qtbot: QtBot, small: bn.Experiment) -> None:
    window = open_window(small)
    select(window, 0, 0)
    spin = control(window, QSpinBox, "inspector.layer.units")
    for value in ("17", "23"):
        spin.setFocus()
        spin.selectAll()
        qtbot.keyClicks(spin, value)
        qtbot.keyClick(spin, Qt.Key.Key_Return)
    assert window.document.undo_stack.count() == 2


def test_wrong_number_is_never_taken(open_window: Opener, qtbot: QtBot, small: bn.Experiment) -> None:
    window = open_window(small)
    layer_id = select(window, 1, 1)
    line = control(window, QLineEdit, "inspector.layer.momentum")
    for text in ("1.5", "abc", "nan", ""):
        line.setFocus()
        line.selectAll()
        qtbot.keyClicks(line, text) if text else qtbot.keyClick(line, Qt.Key.Key_Delete)
        assert line.property("invalid") is True
        qtbot.keyClick(line, Qt.Key.Key_Return)
        assert line.text() == "0.1"
    assert window.document.experiment == small
    line.selectAll()
    qtbot.keyClicks(line, "0.5")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert window.document.experiment.layer(layer_id).momentum == 0.5
    restore = control(window, QToolButton, "inspector.layer.momentum.restore")
    qtbot.mouseClick(restore, Qt.MouseButton.LeftButton)
    assert window.document.experiment.layer(layer_id).momentum == 0.1


def test_union_and_nested_form(open_window: Opener, qtbot: QtBot, small: bn.Experiment) -> None:
    window = open_window(small)
    layer_id = select(window, 0, 0)
    combo = control(window, QComboBox, "inspector.layer.init")
    combo.setFocus()
    combo.setCurrentIndex(combo.findText("Normal"))
    combo.activated.emit(combo.currentIndex())
    assert window.document.experiment.layer(layer_id).init == bn.Normal()
    line = control(window, QLineEdit, "inspector.layer.init.std")
    line.selectAll()
    qtbot.keyClicks(line, "0.25")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert window.document.experiment.layer(layer_id).init == bn.Normal(std=0.25)
    window.document.undo_stack.undo()
    window.document.undo_stack.undo()
    assert window.document.experiment == small
    assert combo.currentText() == "PyTorch default"


def test_the_experiment_without_a_selection(open_window: Opener, qtbot: QtBot, small: bn.Experiment) -> None:
    window = open_window(small)
    spin = control(window, QSpinBox, "inspector.experiment.training.batch_size")
    spin.selectAll()
    qtbot.keyClicks(spin, "8")
    qtbot.keyClick(spin, Qt.Key.Key_Return)
    assert window.document.experiment.training.batch_size == 8
    rate = control(window, QLineEdit, "inspector.experiment.training.optimizer.lr")
    rate.selectAll()
    qtbot.keyClicks(rate, "0.5")
    qtbot.keyClick(rate, Qt.Key.Key_Return)
    assert window.document.experiment.training.optimizer.lr == 0.5
    box = control(window, QCheckBox, "inspector.experiment.training.shuffle")
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=box.rect().topLeft() + box.rect().center() * 0.2)
    name = control(window, QLineEdit, f"inspector.stack{small.stacks[0].id}.name")
    name.selectAll()
    qtbot.keyClicks(name, "bare")
    qtbot.keyClick(name, Qt.Key.Key_Return)
    assert window.document.experiment.stacks[0].name == "bare"
    data = control(window, QComboBox, "inspector.experiment.data")
    data.setCurrentIndex(data.findText("Digits"))
    data.activated.emit(data.currentIndex())
    assert window.document.experiment.data == bn.Digits()


def test_arrows_in_a_text_field_move_the_cursor_and_do_not_step(
    open_window: Opener, qtbot: QtBot, small: bn.Experiment
) -> None:
    window = open_window(small)
    name = control(window, QLineEdit, f"inspector.stack{small.stacks[0].id}.name")
    name.setFocus()
    name.setCursorPosition(2)
    qtbot.keyClick(name, Qt.Key.Key_Right)
    qtbot.keyClick(name, Qt.Key.Key_Space)
    window.settle()
    frame = window.update_shown.frame
    assert frame is not None
    assert (frame.iteration, frame.tick) == (0, 0)
    assert name.text() == "pla in"
