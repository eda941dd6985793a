"""The wheel over a window's controls scrolls; it changes one that was clicked, and no other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDoubleSpinBox,
    QScrollArea,
    QScrollBar,
    QSlider,
    QSpinBox,
    QWidget,
)

import bnsim as bn
from bnsim.spec.datasets import FileData
from bnsim.ui.timeline.strip import TimelineStrip
from bnsim.ui.views.names import EQUATION, TENSOR, XRAY
from bnsim.ui.widgets.wheel import ignore_wheel
from bnsim.ui.window.import_dialog import ImportDialog
from tests.ui.conftest import release_buttons

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from bnsim.ui.window.main_window import MainWindow

Opener = Callable[..., "MainWindow"]
Control = QAbstractSpinBox | QComboBox | QAbstractSlider


def controls(within: QWidget) -> Iterator[Control]:
    for kind in (QAbstractSpinBox, QComboBox, QAbstractSlider):
        for found in within.findChildren(kind):
            if not isinstance(found, QScrollBar | TimelineStrip):  # there the wheel is the gesture
                yield found


def value(control: Control) -> object:
    if isinstance(control, QComboBox):
        return control.currentIndex()
    return control.text() if isinstance(control, QAbstractSpinBox) else control.value()


def turn(control: QWidget, by: int) -> None:
    """As the window system delivers it: with the focus that Qt gives by it."""
    reveal(control)
    window = control.window()
    at = control.mapTo(window, control.rect().center())
    QTest.wheelEvent(window.windowHandle(), at, QPoint(0, by))


def reveal(control: QWidget) -> None:
    above = control.parentWidget()
    while above is not None:
        if isinstance(above, QScrollArea):
            above.ensureWidgetVisible(control)
        above = above.parentWidget()


def check_all(within: QWidget, seen: set[str]) -> None:
    for control in list(controls(within)):
        assert not (control.focusPolicy().value & 0x4), f"{control.objectName()} is focused by the wheel"
        if not control.isVisible() or not control.isEnabled():
            continue
        reveal(control)
        if control.visibleRegion().isEmpty():
            continue
        seen.add(control.objectName() or control.accessibleName())
        before = value(control)
        control.setFocus(Qt.FocusReason.TabFocusReason)
        for by in (120, -120, 240):
            turn(control, by)
        assert value(control) == before, control.objectName()


def test_no_control_of_a_window_is_changed_by_the_wheel(open_window: Opener, small: bn.Experiment) -> None:
    layers = (bn.Linear(8), bn.Repeat(layers=(bn.BatchNorm(), bn.Tanh()), times=3), bn.Dropout(), bn.Linear(2))
    window = open_window(bn.Experiment(data=bn.XOR(), stacks=(bn.Stack(layers=layers, name="one"),)))
    window.resize(1500, 900)
    window.step("iteration")
    window.settle()
    experiment, seen = window.document.experiment, set[str]()
    top = experiment.stacks[0].layers
    window.shelf.bring_up("inspector")
    for layer_id in (0, *(layer.id for layer in top)):
        window.selection.set([layer_id] if layer_id else [], layer_id)
        window.settle()
        QApplication.processEvents()
        check_all(window, seen)
    for name, _title in (EQUATION, TENSOR, XRAY):
        window.shelf.bring_up(name)
        for layer in (top[0], *top[1].layers):  # type: ignore[union-attr]
            window.selection.set([layer.id], layer.id)
            window.settle()
            QApplication.processEvents()
            check_all(window, seen)
    assert {"transport.pace", "tensor.chooser", "tensor.copy", "activation.mean", "xray.copy"} <= seen
    assert len(seen) > 15
    assert window.document.experiment is experiment


def test_nor_one_of_the_import_dialog(open_window: Opener, qtbot: QtBot, small: bn.Experiment, tmp_path: Path) -> None:
    window = open_window(small)
    dialog = ImportDialog(FileData(path=str(tmp_path / "mine.csv")), lambda: None, window)
    dialog.show()
    qtbot.waitExposed(dialog)
    seen = set[str]()
    check_all(dialog, seen)
    assert len(seen) > 2
    dialog.close()


@pytest.mark.parametrize("button", [Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton])
def test_no_button_stays_down_for_other_tests(qtbot: QtBot, button: Qt.MouseButton) -> None:
    """Each of these clicks after the other's double click, which QTest never releases."""
    slider, other = QSlider(), QSlider()
    for each in (slider, other):
        qtbot.addWidget(each)
    QTest.mouseClick(slider, Qt.MouseButton.LeftButton)
    QTest.mouseDClick(other, button)
    release_buttons()
    QTest.mouseClick(slider, Qt.MouseButton.LeftButton)


@pytest.mark.parametrize("make", [QSpinBox, QDoubleSpinBox, QComboBox, QSlider])
def test_a_click_is_what_it_takes(qtbot: QtBot, make: type[Control]) -> None:
    page, area = QWidget(), QScrollArea()
    page.setFixedSize(300, 2000)
    control = make(page)
    if isinstance(control, QComboBox):
        control.addItems(["a", "b", "c"])
        control.setCurrentIndex(1)
    else:
        control.setRange(0, 100)  # type: ignore[union-attr]
        control.setValue(50)  # type: ignore[union-attr]
    control.move(20, 100)
    control.resize(120, 30)
    ignore_wheel(control)
    area.setWidget(page)
    area.resize(320, 300)
    qtbot.addWidget(area)
    area.show()
    qtbot.waitExposed(area)
    before = value(control)
    turn(control, -120)
    assert value(control) == before
    assert area.verticalScrollBar().value() > 0
    area.verticalScrollBar().setValue(0)
    at = QPoint(30, 15)
    QTest.mouseClick(
        control if isinstance(control, QComboBox | QSlider) else control.childAt(at), Qt.MouseButton.LeftButton
    )
    if isinstance(control, QComboBox):
        control.hidePopup()
        qtbot.waitUntil(lambda: not control.view().isVisible())
        area.activateWindow()
    before = value(control)
    turn(control, -120)
    assert value(control) != before
    page.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    page.setFocus(Qt.FocusReason.TabFocusReason)
    control.setFocus(Qt.FocusReason.TabFocusReason)
    before = value(control)
    turn(control, -120)
    assert value(control) == before
