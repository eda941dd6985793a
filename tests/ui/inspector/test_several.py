"""Several selected layers of one kind are edited together."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QSpinBox,
    QWidget,
)

import bnsim as bn
from bnsim.spec.layers import PALETTE, Block
from bnsim.ui.inspector.editors import MIXED
from bnsim.ui.model.fields import Field, fields

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from bnsim.ui.window.main_window import MainWindow

Opener = Callable[..., "MainWindow"]


def opened(open_window: Opener, layers: tuple[Any, ...], select: tuple[int, ...]) -> MainWindow:
    stack = bn.Stack(layers=(*layers, bn.Linear(2)))
    window = open_window(bn.Experiment(data=bn.XOR(), training=bn.Training(batch_size=8), stacks=(stack,)))
    shown = window.document.experiment.stacks[0].layers
    window.selection.set([shown[k].id for k in select], shown[select[0]].id)
    return window


def layers(window: MainWindow) -> tuple[Any, ...]:
    return window.document.experiment.stacks[0].layers


def control(window: MainWindow, name: str) -> Any:
    found = window.inspector.findChild(QWidget, f"inspector.layer.{name}")
    assert found is not None
    return found


def type_into(qtbot: QtBot, line: QLineEdit | QSpinBox, text: str) -> None:
    line.setFocus()
    line.selectAll()
    qtbot.keyClicks(line, text)
    qtbot.keyClick(line, Qt.Key.Key_Return)


@pytest.mark.parametrize("typed", [32, 64, 17])
def test_a_number_is_set_in_all_in_one_step(open_window: Opener, qtbot: QtBot, typed: int) -> None:
    window = opened(open_window, (bn.Linear(64), bn.Tanh(), bn.Linear(32), bn.Linear(8)), (0, 1, 2))
    spin = control(window, "units")
    assert spin.text() == ""
    assert spin.lineEdit().placeholderText() == MIXED
    type_into(qtbot, spin, str(typed))
    assert [layer.units for layer in layers(window) if isinstance(layer, bn.Linear)] == [typed, typed, 8, 2]
    assert spin.text() == str(typed)
    assert window.document.undo_stack.count() == 1
    window.document.undo_stack.undo()
    assert [layer.units for layer in layers(window) if isinstance(layer, bn.Linear)] == [64, 32, 8, 2]
    assert spin.text() == ""


def test_what_is_not_edited_stays(open_window: Opener, qtbot: QtBot) -> None:
    window = opened(open_window, (bn.BatchNorm(eps=1e-3, momentum=None), bn.BatchNorm(gamma=2.0)), (1, 0))
    before = layers(window)
    box = control(window, "momentum.none")
    assert box.checkState() == Qt.CheckState.PartiallyChecked
    for name in ("gamma", "eps"):
        line = control(window, name)
        assert (line.text(), line.placeholderText(), bool(line.property("invalid"))) == ("", MIXED, False)
        qtbot.keyClick(line, Qt.Key.Key_Return)
    assert layers(window) == before
    type_into(qtbot, control(window, "gamma"), "2")
    assert [layer.gamma for layer in layers(window)[:2]] == [2.0, 2.0]
    assert [layer.eps for layer in layers(window)[:2]] == [1e-3, 1e-5]
    box.click()
    assert [layer.momentum for layer in layers(window)[:2]] == [None, None]
    assert window.document.undo_stack.count() == 2


def test_an_inner_field_is_set_where_the_record_is_of_that_kind(open_window: Opener, qtbot: QtBot) -> None:
    three = (bn.Linear(4, init=bn.Normal(std=0.1)), bn.Linear(4, init=bn.Normal(std=0.3)), bn.Linear(4))
    window = opened(open_window, three, (0, 1))
    type_into(qtbot, control(window, "init.std"), "0.5")
    assert [layer.init for layer in layers(window)[:3]] == [bn.Normal(std=0.5), bn.Normal(std=0.5), three[2].init]
    window.selection.set([layer.id for layer in layers(window)[:3]], layers(window)[0].id)
    combo = window.inspector.findChild(QComboBox, "inspector.layer.init")
    assert combo is not None
    assert (combo.currentIndex(), combo.placeholderText()) == (-1, MIXED)
    assert not window.inspector.findChild(QLineEdit, "inspector.layer.init.std").isVisible()
    combo.setCurrentIndex(combo.findText("Normal"))
    combo.activated.emit(combo.currentIndex())
    assert len({layer.init for layer in layers(window)[:3]}) == 1


def test_the_heading_says_what_an_edit_changes(open_window: Opener) -> None:
    window = opened(open_window, (bn.Linear(4), bn.Tanh(), bn.Linear(5)), (0, 2))

    def texts() -> list[str]:
        return [label.text() for label in window.inspector.findChildren(QLabel)]

    assert "2 Linear layers" in texts()
    assert "An edit changes all of them." in texts()
    window.selection.set([layer.id for layer in layers(window)[:3]], layers(window)[0].id)
    assert any("3 layers are selected; an edit changes these 2." in text for text in texts())
    window.selection.set([layer.id for layer in layers(window)[:2]], layers(window)[1].id)
    assert any("2 layers are selected; an edit changes only this one." in text for text in texts())
    window.selection.set([layers(window)[1].id])
    assert not any("edit changes" in text for text in texts())


EDITED = [kind for kind in PALETTE if fields(kind) and not issubclass(kind, Block)]


def another(field: Field) -> Any:
    """A value that is not the default, or None where there is no simple one."""
    if field.kind == "bool":
        return not field.default
    if field.kind == "choice":
        return next(choice for choice in field.choices if choice != field.default)
    if field.kind in ("int", "float") and field.name != "virtual_devices":
        default = 1 if field.default is None else field.default
        return next(value for value in (default / 2, default + 1) if field.allows(value) and value != field.default)
    return None


@pytest.mark.parametrize("kind", EDITED)
def test_every_field_that_differs_says_so(open_window: Opener, kind: type) -> None:
    changed = {field.name: value for field in fields(kind) if (value := another(field)) is not None}
    changed = {name: int(value) if name == "units" else value for name, value in changed.items()}
    window = opened(open_window, (kind(), kind(**changed)), (0, 1))
    for name in changed:
        editor = control(window, name)
        if isinstance(editor, QCheckBox):
            assert editor.checkState() == Qt.CheckState.PartiallyChecked
        elif isinstance(editor, QComboBox):
            assert (editor.currentIndex(), editor.placeholderText()) == (-1, MIXED)
        else:
            line = editor.lineEdit() if isinstance(editor, QAbstractSpinBox) else editor
            assert (line.text(), line.placeholderText()) == ("", MIXED)


def turn(control: QWidget, up: int = 1) -> None:
    """One notch of the wheel over a control."""
    middle = QPointF(control.rect().center())
    none, no_phase = Qt.MouseButton.NoButton, Qt.ScrollPhase.NoScrollPhase
    where, far = control.mapToGlobal(middle), QPoint(0, 120 * up)
    notch = QWheelEvent(middle, where, QPoint(), far, none, Qt.KeyboardModifier.NoModifier, no_phase, False)
    QApplication.sendEvent(control, notch)


def units(window: MainWindow) -> list[int]:
    return [layer.units for layer in layers(window)[:3]]


@pytest.mark.parametrize("select", [(0, 1, 2), (1, 0, 2)])
def test_arrows_and_the_wheel_go_on_from_the_layer_one_looks_at(
    open_window: Opener, qtbot: QtBot, select: tuple[int, ...]
) -> None:
    window = opened(open_window, (bn.Linear(64), bn.Linear(32), bn.Linear(8)), select)
    first = units(window)[select[0]]
    spin = control(window, "units")
    spin.setFocus()
    qtbot.keyClick(spin, Qt.Key.Key_Up)
    assert units(window) == [first + 1] * 3
    window.document.undo_stack.undo()
    assert spin.text() == ""
    qtbot.mouseClick(spin.lineEdit(), Qt.MouseButton.LeftButton)
    turn(spin, -1)
    assert units(window) == [first - 1] * 3
    window.document.undo_stack.undo()
    window.document.undo_stack.redo()
    assert units(window) == [first - 1] * 3


def test_an_arrow_without_room_says_mixed_again(open_window: Opener, qtbot: QtBot) -> None:
    window = opened(open_window, (bn.Linear(1), bn.Linear(32), bn.Linear(8)), (0, 1, 2))
    spin = control(window, "units")
    spin.setFocus()
    qtbot.keyClick(spin, Qt.Key.Key_Down)
    assert (units(window), spin.text()) == ([1, 32, 8], "")


def test_looking_at_what_differs_changes_nothing(open_window: Opener, qtbot: QtBot) -> None:
    """Focus, Enter, Escape, the wheel, and the same kind chosen again, over every kind of field."""
    linear = bn.Linear(4, bias=False, init=bn.He(distribution="uniform")), bn.Linear(8, init=bn.He(gain=2.0))
    norm = bn.BatchNorm(momentum=None, mode="eval"), bn.BatchNorm(eps=1e-3, affine=False)
    window = opened(open_window, (*linear, *norm), (0, 1))
    before, shown = window.document.experiment, layers(window)
    for pair in ((0, 1), (1, 0), (2, 3), (3, 2)):
        window.selection.set([shown[k].id for k in pair], shown[pair[0]].id)
        name = fields(type(shown[pair[0]]))[0].name
        qtbot.waitUntil(lambda name=name: control(window, name).isVisible())
        for each in window.inspector.findChildren(QWidget):
            if each.isVisible() and isinstance(each, QSpinBox | QLineEdit | QComboBox | QCheckBox):
                turn(each)
                each.setFocus(Qt.FocusReason.TabFocusReason)
                turn(each)
                qtbot.keyClick(each, Qt.Key.Key_Return)
                qtbot.keyClick(each, Qt.Key.Key_Escape)
                each.clearFocus()
        for combo in window.inspector.findChildren(QComboBox):
            if combo.isVisible() and combo.currentIndex() >= 0:
                combo.activated.emit(combo.currentIndex())
    assert window.document.experiment is before
    assert window.document.undo_stack.count() == 0


def test_toggles_choices_and_numbers_left_out_are_set_in_all_by_keys(open_window: Opener, qtbot: QtBot) -> None:
    first = bn.BatchNorm(momentum=None, affine=False, mode="eval")
    window = opened(open_window, (first, bn.BatchNorm(momentum=0.3)), (0, 1))

    def both(name: str) -> list[Any]:
        return [getattr(layer, name) for layer in layers(window)[:2]]

    before = layers(window)
    box = control(window, "affine")
    box.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(box, Qt.Key.Key_Space)
    assert both("affine") == [True, True]
    mode = control(window, "mode")
    mode.setFocus()
    qtbot.keyClick(mode, Qt.Key.Key_Down)
    assert both("mode") == [mode.itemText(0)] * 2
    type_into(qtbot, control(window, "momentum"), "0.3")
    assert both("momentum") == [0.3, 0.3]
    control(window, "momentum.none").click()
    assert both("momentum") == [None, None]
    assert window.document.undo_stack.count() == 4
    for _ in range(4):
        window.document.undo_stack.undo()
    assert layers(window) == before
    for _ in range(4):
        window.document.undo_stack.redo()
    assert both("momentum") == [None, None]
    restore = control(window, "mode.restore")
    assert not restore.isVisible()


def test_several_kinds_show_the_fields_they_share(open_window: Opener, qtbot: QtBot) -> None:
    norms = (bn.BatchNorm(eps=1e-3), bn.Tanh(), bn.LayerNorm(), bn.RMSNorm())
    window = opened(open_window, (bn.Linear(4), *norms), (1, 3))
    qtbot.waitUntil(lambda: control(window, "eps").isVisible())
    names = {each.objectName() for each in window.inspector.findChildren(QLineEdit) if each.isVisible()}
    assert names == {"inspector.layer.eps"}
    assert control(window, "affine").isVisible()
    texts = [label.text() for label in window.inspector.findChildren(QLabel)]
    assert "2 layers" in texts
    assert "What BatchNorm and LayerNorm share. An edit changes all of them." in texts
    type_into(qtbot, control(window, "eps"), "0.01")
    assert [layers(window)[k].eps for k in (1, 3, 4)] == [0.01, 0.01, 1e-5]
    assert window.document.undo_stack.undoText() == "change ε of 2 layers"
    chosen = [layers(window)[k].id for k in (1, 2, 3, 4)]
    window.selection.set(chosen, chosen[0])
    assert window.inspector.findChild(QWidget, "inspector.layer.affine") is None, "γ and β is not γ"
    texts = [label.text() for label in window.inspector.findChildren(QLabel)]
    assert any(
        "BatchNorm, LayerNorm and RMSNorm share" in text and "an edit changes these 3." in text for text in texts
    )
    type_into(qtbot, control(window, "eps"), "0.5")
    assert [layers(window)[k].eps for k in (1, 3, 4)] == [0.5, 0.5, 0.5]
    window.selection.set(chosen[:1])
    qtbot.waitUntil(lambda: control(window, "gamma").isVisible())


def test_cards_in_blocks_and_of_several_lanes_are_edited_together(open_window: Opener, qtbot: QtBot) -> None:
    repeat = bn.Repeat(times=2, layers=(bn.Linear(4), bn.Tanh()))
    residual = bn.Residual(layers=(bn.Linear(4), bn.Tanh()))
    stacks = (
        bn.Stack(name="one", layers=(bn.Linear(4), repeat, bn.Linear(2))),
        bn.Stack(name="two", layers=(bn.Linear(4, bias=False), residual, bn.Linear(2))),
    )
    window = open_window(bn.Experiment(data=bn.XOR(), training=bn.Training(batch_size=8), stacks=stacks))

    def linears() -> list[bn.Linear]:
        outer = [stack.layers for stack in window.document.experiment.stacks]
        return [outer[0][0], outer[0][1].layers[0], outer[1][0], outer[1][1].layers[0]]

    for block in (outer[1] for outer in (stack.layers for stack in window.document.experiment.stacks)):
        window.selection.blocks.toggle(block.id)
    chosen = {layer.id for layer in linears()}
    window.outline.clearSelection()
    everywhere = Qt.MatchFlag.MatchStartsWith | Qt.MatchFlag.MatchRecursive
    for item in window.outline.findItems("Linear", everywhere):
        item.setSelected(True)
    assert chosen <= window.selection.layer_ids
    window.selection.set(sorted(chosen), linears()[2].id)
    type_into(qtbot, control(window, "units"), "6")
    assert [layer.units for layer in linears()] == [6] * 4
    assert [layer.bias for layer in linears()] == [True, True, False, True]
    assert window.document.undo_stack.count() == 1
    control(window, "bias").click()
    assert len({layer.bias for layer in linears()}) == 1
    window.document.undo_stack.undo()
    window.document.undo_stack.undo()
    assert [layer.units for layer in linears()] == [4] * 4
