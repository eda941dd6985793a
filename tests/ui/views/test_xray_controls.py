"""The X-ray in the hand: wheel, keys, names of controls, and in the window."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pytest

import bnsim as bn
from tests.ui.views.xray_rig import Rig, experiment, number

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from bnsim.ui.views.xray.view import XRayView
    from bnsim.ui.window.main_window import MainWindow


def test_the_wheel_over_a_plot_scrolls_the_page(rig: Rig) -> None:
    from PySide6.QtCore import QPoint, QPointF, Qt
    from PySide6.QtGui import QWheelEvent
    from PySide6.QtWidgets import QApplication

    rig.session.step("iteration")
    rig.select(bn.BatchNorm)
    QApplication.processEvents()
    plot = rig.view.batchnorm.mean_box.plot
    limits = plot.plotItem.vb.viewRange()
    middle = QPointF(plot.viewport().rect().center())
    event = QWheelEvent(
        middle,
        QPointF(plot.viewport().mapToGlobal(middle.toPoint())),
        QPoint(),
        QPoint(0, -240),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(plot.viewport(), event)
    assert plot.plotItem.vb.viewRange() == limits
    assert not event.isAccepted() or rig.view._area.verticalScrollBar().value() > 0


def test_the_wheel_over_a_control_changes_nothing(rig: Rig) -> None:
    from PySide6.QtCore import QPoint, QPointF, Qt
    from PySide6.QtGui import QWheelEvent
    from PySide6.QtWidgets import QApplication

    rig.session.step("iteration")
    rig.select(bn.Sigmoid)
    slider = rig.view.activation.mean
    slider.clearFocus()
    before, at = slider.value(), QPointF(5, 5)
    wheel = QPoint(0, 240), Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase
    QApplication.sendEvent(slider, QWheelEvent(at, QPointF(slider.mapToGlobal(at.toPoint())), QPoint(), *wheel, False))
    assert slider.value() == before
    assert rig.view.activation.follow.isChecked()


def test_every_control_has_a_name(rig: Rig) -> None:
    from PySide6.QtWidgets import QAbstractButton, QAbstractSlider, QComboBox, QScrollBar, QSpinBox

    for kind in (QAbstractButton, QAbstractSlider, QComboBox, QSpinBox):
        for control in rig.view.findChildren(kind):
            if not isinstance(control, QScrollBar) and not control.objectName().startswith("qt_"):
                assert control.objectName(), control
                assert control.accessibleName() or control.text(), control.objectName()


def xray(window: MainWindow) -> XRayView:
    return window.shelf.view("xray")


def test_in_the_window(open_window: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = open_window(experiment())
    view = xray(window)
    layer = window.document.experiment.stacks[0].layers[1]
    window.selection.set([layer.id])
    window.actions_by_name["xray.measure"].trigger()
    window.settle()
    assert view.isVisible()
    assert np.isfinite(number(view.batchnorm.numbers._cells["mean", "whole"].text()))
    window.actions_by_name["xray.identity"].trigger()
    window.settle()
    assert "but for rounding" in view.batchnorm.gap.text()
    window.actions_by_name["xray.putBack"].trigger()
    window.settle()
    assert window.update_shown.frame.iteration == 0
    window.actions_by_name["xray.putBack"].trigger()
    assert "nothing to put back" in window.messages.message.text()
    window.selection.set([])
    window.actions_by_name["xray.swap"].trigger()
    assert "select one first" in window.messages.message.text()


def test_arrows_step_and_up_moves_the_slider(open_window: Callable[..., MainWindow], qtbot: QtBot) -> None:
    from PySide6.QtCore import Qt

    window = open_window(experiment())
    window.selection.set([window.document.experiment.stacks[0].layers[2].id])
    window.shelf.bring_up("xray")
    window.settle()
    page = xray(window).activation
    page.spread.setFocus()
    before = page.spread.value()
    qtbot.keyClick(page.spread, Qt.Key.Key_Up)
    window.settle()
    assert page.spread.value() == before + 1
    assert page.numbers._cells["slope", "normal"].text() not in ("", "–")
    qtbot.keyClick(page.spread, Qt.Key.Key_Right)
    window.settle()
    assert page.spread.value() == before + 1
    assert window.update_shown.frame.tick > 0


def test_a_plot_of_the_view_is_exported_as_it_is(
    open_window: Callable[..., MainWindow], tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bnsim.ui.window import dialogs

    window = open_window(experiment())
    window.selection.set([window.document.experiment.stacks[0].layers[2].id])
    window.shelf.bring_up("xray")
    window.step("iteration")
    window.settle()
    target = tmp_path / "curve.csv"
    monkeypatch.setattr(dialogs, "ask_export", lambda *arguments: target)
    box = xray(window).activation.curve
    box.export_actions["csv"].trigger()
    window.settle()
    while window.runner.busy_in_background:
        window.settle()
    lines = target.read_text(encoding="utf-8").splitlines()
    head = next(line for line in lines if not line.startswith("#"))
    assert "f.x" in head
    assert "pre-activations" in head
