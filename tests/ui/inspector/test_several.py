"""Several selected layers of one kind are edited together."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractSpinBox, QCheckBox, QComboBox, QLabel, QLineEdit, QSpinBox, QWidget

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
