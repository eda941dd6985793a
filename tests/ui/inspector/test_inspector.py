"""The form that comes from the record's own fields."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, get_args

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QSpinBox,
    QTableWidget,
    QToolButton,
    QWidget,
)

import bnsim as bn
from bnsim.spec import edits
from bnsim.spec.layers import PALETTE
from bnsim.ui.model.fields import fields

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from bnsim.ui.window.main_window import MainWindow

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


@pytest.mark.parametrize("then", ["another card", "no card", "it is deleted", "its lane is deleted"])
def test_what_was_typed_holds_for_what_it_was_typed_for(
    open_window: Opener, qtbot: QtBot, small: bn.Experiment, then: str
) -> None:
    """Also where the page goes before anything else takes the keyboard."""
    window = open_window(small)
    layer_id = select(window, 0, 0)
    other = small.stacks[0].layers[-1]
    spin = control(window, QSpinBox, "inspector.layer.units")
    spin.setFocus()
    qtbot.waitUntil(spin.hasFocus)
    spin.selectAll()
    qtbot.keyClicks(spin, "17")
    if then == "another card":
        window.selection.set([other.id], other.id)
    elif then == "no card":
        window.selection.set([])
    elif then == "it is deleted":
        window.document.push(edits.remove_layers(small, {layer_id}), "delete")
    else:
        window.document.push(edits.remove_stack(small, small.stacks[0].id), "delete")
    found = window.document.experiment
    if "deleted" in then:
        assert not any(layer.id == layer_id for stack in found.stacks for layer in stack.layers)
    else:
        assert found.layer(layer_id).units == 17
        assert found.layer(other.id) == other
        assert window.document.undo_stack.count() == 1
    if then == "another card":
        window.settle()
        assert control(window, QSpinBox, "inspector.layer.units").value() == other.units


def test_a_batch_size_that_was_typed_leaves_what_was_changed_meanwhile(
    open_window: Opener, qtbot: QtBot, small: bn.Experiment
) -> None:
    window = open_window(small)
    window.selection.set([])
    spin = control(window, QSpinBox, "inspector.experiment.training.batch_size")
    spin.setFocus()
    qtbot.waitUntil(spin.hasFocus)
    spin.selectAll()
    qtbot.keyClicks(spin, "17")
    window.document.push(edits.remove_stack(small, small.stacks[0].id), "delete")
    found = window.document.experiment
    assert found.training.batch_size == 17
    assert [stack.id for stack in found.stacks] == [stack.id for stack in small.stacks[1:]]


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
    QApplication.processEvents()
    for text in ("1.5", "abc", "nan", ""):
        line.setFocus()
        line.selectAll()
        qtbot.keyClicks(line, text) if text else qtbot.keyClick(line, Qt.Key.Key_Delete)
        assert line.property("invalid") is True
        reason = next(label for label in window.inspector.findChildren(QLabel) if "from 0 to 1" in label.text())
        for key in (Qt.Key.Key_Return, Qt.Key.Key_Tab):
            qtbot.keyClick(line, key)
            assert line.text() == text
            assert reason.isVisible()
        line.setFocus()
        qtbot.keyClick(line, Qt.Key.Key_Escape)
        assert line.text() == "0.1"
        assert not reason.isVisible()
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


def choose(window: MainWindow, name: str, kind: type) -> None:
    combo = control(window, QComboBox, name)
    combo.setCurrentIndex(combo.findText(kind.title))
    combo.activated.emit(combo.currentIndex())
    window.settle()


def kinds_of(union: object) -> tuple[type, ...]:
    return get_args(union)


@pytest.mark.parametrize("field", ["optimizer", "schedule", "clip"])
def test_every_kind_of_training_record_has_a_form(open_window: Opener, small: bn.Experiment, field: str) -> None:
    from bnsim.spec import training

    window = open_window(small)
    unions = {"optimizer": training.Optimizer, "schedule": training.Schedule, "clip": training.Clip}
    for kind in reversed(kinds_of(unions[field])):
        choose(window, f"inspector.experiment.training.{field}", kind)
        assert getattr(window.document.experiment.training, field) == kind()
        for inner in fields(kind):
            assert window.inspector.findChildren(QWidget, f"inspector.experiment.training.{field}.{inner.name}")
            assert inner.title[0].isupper() or not inner.title[0].isascii() or len(inner.title) == 1
            assert inner.description


def test_every_generated_data_set_has_a_form_and_a_preview(open_window: Opener, small: bn.Experiment) -> None:
    from bnsim.spec.datasets import Data, FileData

    window = open_window(small)
    words = []
    for kind in kinds_of(Data):
        if kind is FileData:
            continue
        choose(window, "inspector.experiment.data", kind)
        assert window.document.experiment.data == kind()
        words.append(control(window, QLabel, "inspector.preview.words").text())
        assert control(window, QTableWidget, "inspector.preview").rowCount() > 0
    assert words[0] == "1,797 rows of 8 x 8 inputs, 10 classes of 174 to 183 rows."
    assert words[1] == "400 rows of 2 inputs, 2 classes of 200 rows."
    assert any("1 number to predict" in text for text in words)


@pytest.mark.usefixtures("accept_imports")
def test_own_data_is_chosen_shown_and_refused_in_words(
    open_window: Opener, qtbot: QtBot, small: bn.Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bnsim.spec.datasets import FileData

    table = tmp_path / "mine.csv"
    table.write_text("a,b,kind\n" + "".join(f"{row},{row * 2},{row % 2}\n" for row in range(40)))
    window = open_window(small)
    monkeypatch.setattr("bnsim.ui.window.dialogs.ask_data_file", lambda _parent: table)
    choose(window, "inspector.experiment.data", FileData)
    data = window.document.experiment.data
    assert isinstance(data, FileData)
    assert data.path == str(table)
    shown = control(window, QTableWidget, "inspector.preview")
    assert [shown.horizontalHeaderItem(k).text() for k in range(3)] == ["a", "b", "kind"]
    assert [shown.item(1, k).text() for k in range(3)] == ["1", "2", "1"]
    assert not control(window, QWidget, "inspector.experiment.data.header").isHidden()
    assert not control(window, QLineEdit, "inspector.experiment.data.labels").isVisible()
    target = control(window, QLineEdit, "inspector.experiment.data.target")
    assert target.isVisible()
    target.setFocus()
    qtbot.keyClicks(target, "nowhere")
    qtbot.keyClick(target, Qt.Key.Key_Return)
    window.settle()
    assert window.update_shown.frame is not None
    assert window.document.experiment.data == data
    said = control(window, QLabel, "inspector.problem")
    assert "nowhere" in said.text()
    assert said.isVisible()
    assert target.text() == "nowhere"
    target.clear()
    target.setModified(True)
    qtbot.keyClick(target, Qt.Key.Key_Return)
    window.settle()
    assert window.document.experiment.data == data
    assert window.update_shown.frame is not None
    assert shown.isVisible()
    assert not said.isVisible()
    target.setFocus()
    qtbot.keyClicks(target, "a")
    qtbot.keyClick(target, Qt.Key.Key_Return)
    window.settle()
    assert window.document.experiment.data.target == "a"


def test_a_number_may_be_left_out(open_window: Opener, qtbot: QtBot, small: bn.Experiment) -> None:
    window = open_window(small)
    layer_id = select(window, 1, 1)
    box = control(window, QCheckBox, "inspector.layer.momentum.none")
    assert box.text() == "Plain average"
    box.click()
    assert window.document.experiment.layer(layer_id).momentum is None
    assert not control(window, QLineEdit, "inspector.layer.momentum").isEnabled()
    box.click()
    assert window.document.experiment == small


def test_one_is_no_probability_of_dropping(open_window: Opener, qtbot: QtBot, small: bn.Experiment) -> None:
    window = open_window(small)
    window.document.push(edits.insert_layer(small, small.stacks[0].id, 1, bn.Dropout()), "insert")
    select(window, 0, 1)
    line = control(window, QLineEdit, "inspector.layer.p")
    line.selectAll()
    qtbot.keyClicks(line, "1")
    assert line.property("invalid") is True
    assert line.toolTip() == "p must be a number, at least 0 and less than 1."


def test_no_form_is_wider_than_the_inspector(open_window: Opener, small: bn.Experiment) -> None:
    window = open_window(small)
    page = window.inspector.widget()
    assert page.minimumSizeHint().width() <= 290 - 12


def test_what_restores_stands_on_no_words(open_window: Opener, small: bn.Experiment) -> None:
    window = open_window(small)
    given = bn.Training(batch_size=8, optimizer=bn.SGD(lr=0.7), precision="float64", clip=bn.ClipNorm(3.0))
    window.document.push(bn.Experiment(data=small.data, training=given, stacks=small.stacks), "change")
    window.settle()
    seen = [
        button
        for button in window.inspector.findChildren(QToolButton)
        if button.objectName().endswith(".restore") and button.isVisible()
    ]
    assert seen
    for button in seen:
        at = button.mapTo(window.inspector, button.rect().center())
        under = [
            label.text()
            for label in window.inspector.findChildren(QLabel)
            if label.isVisible() and label.rect().contains(label.mapFrom(window.inspector, at))
        ]
        assert not under, button.objectName()


def test_a_number_that_cannot_be_is_explained_beside_it_and_stays(
    open_window: Opener, qtbot: QtBot, small: bn.Experiment
) -> None:
    window = open_window(small)
    rate = control(window, QLineEdit, "inspector.experiment.training.optimizer.lr")
    rate.setFocus()
    rate.selectAll()
    qtbot.keyClicks(rate, "1e30")
    qtbot.keyClick(rate, Qt.Key.Key_Return)
    reason = next(
        label for label in window.inspector.findChildren(QLabel) if label.text().startswith("Learning rate m")
    )
    assert reason.isVisible()
    assert rate.text() == "1e30"
    QApplication.processEvents()
    field, words = (each.mapToGlobal(each.rect().bottomLeft()).y() for each in (rate, reason))
    assert field < words < field + 80
    # Another edit does not take the words away that are to be mended, an undo of that neither.
    window.document.push(edits.change_training(window.document.experiment, batch_size=8), "change batch size")
    window.document.undo_stack.undo()
    assert rate.text() == "1e30"
    rate.selectAll()
    qtbot.keyClicks(rate, "0.3")
    assert not reason.isVisible()
    qtbot.keyClick(rate, Qt.Key.Key_Return)
    assert window.document.experiment.training.optimizer.lr == 0.3


def test_after_enter_arrows_and_space_are_the_transports_again(
    open_window: Opener, qtbot: QtBot, small: bn.Experiment
) -> None:
    window = open_window(small)
    window.activateWindow()
    rate = control(window, QLineEdit, "inspector.experiment.training.optimizer.lr")
    rate.setFocus()
    rate.selectAll()
    qtbot.keyClicks(rate, "0.25")
    qtbot.keyClick(rate, Qt.Key.Key_Left)
    assert rate.cursorPosition() == 3
    qtbot.keyClick(rate, Qt.Key.Key_Return)
    window.settle()
    session = bn.Session(window.document.experiment)
    for keys, size in (
        (Qt.KeyboardModifier.NoModifier, "layer"),
        (Qt.KeyboardModifier.ShiftModifier, "op"),
        (Qt.KeyboardModifier.ControlModifier, "iteration"),
    ):
        session.step(size)
        qtbot.keyPress(rate, Qt.Key.Key_Control)
        qtbot.keyRelease(rate, Qt.Key.Key_Control)
        qtbot.keyClick(rate, Qt.Key.Key_Right, keys)
        window.settle()
        frame = window.update_shown.frame
        assert (frame.iteration, frame.tick) == (session.frame().iteration, session.frame().tick)
    qtbot.keyClick(rate, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.update_shown.playing)
    assert rate.text() == "0.25"
    window.run_commands.stop()
    window.settle()
    here = (window.update_shown.frame.iteration, window.update_shown.frame.tick)
    qtbot.keyClicks(rate, "5")
    qtbot.keyClick(rate, Qt.Key.Key_Left)
    window.settle()
    assert rate.text() == "0.255"
    assert (window.update_shown.frame.iteration, window.update_shown.frame.tick) == here
