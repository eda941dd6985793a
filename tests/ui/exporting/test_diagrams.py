"""The canvas, the time line and a tensor leave the window as diagrams of what is shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

import bnsim as bn
from bnsim.plot.diagram import Diagram, Words
from bnsim.ui.model import preferences
from bnsim.ui.model.exportable import Exportable, HasExport
from bnsim.ui.window.main_window import MainWindow

Opener = Callable[..., MainWindow]
CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def window(open_window: Opener, small: bn.Experiment, tmp_path: Path) -> MainWindow:
    preferences.update(folder=str(tmp_path))
    window = open_window(small)
    window.step("iteration")
    window.settle()
    return window


def named(window: MainWindow, name: str) -> QWidget:
    found = window.findChild(QWidget, name)
    assert isinstance(found, QWidget)
    return found


def exportable(widget: QWidget) -> Exportable:
    assert isinstance(widget, HasExport)
    found = widget.exportable()
    assert found is not None
    return found


def words(what: Exportable, part: int = 0) -> list[str]:
    make = what.parts[part - 1][1] if part else what.make
    assert make is not None
    diagram = make()
    assert isinstance(diagram, Diagram)
    return [shape.text for shape in diagram.shapes if isinstance(shape, Words)]


def test_keys_export_the_canvas_that_has_the_focus(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.canvas.setFocus()
    QTest.keyClick(window.canvas, Qt.Key.Key_E, CTRL_SHIFT)
    dialog = window.exporting.dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.about.text() != "")
    dialog.form.format.setCurrentIndex(dialog.form.format.findData("svg"))
    dialog.accept()
    path = tmp_path / "canvas.svg"
    qtbot.waitUntil(path.exists)
    assert "Linear 1" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["equation", "why"])
def test_a_click_anywhere_in_a_view_makes_it_what_is_exported(window: MainWindow, qtbot: QtBot, name: str) -> None:
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.canvas.setFocus()
    assert window.exporting._target.source() is window.canvas
    window.shelf.bring_up(name)
    window.settle()
    view = window.shelf.view(name)
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=view.rect().topLeft())
    assert window.exporting._target.source() is view


def test_a_part_can_be_taken_where_the_canvas_shows_a_part(window: MainWindow, qtbot: QtBot) -> None:
    canvas = window.canvas
    canvas.zoom.fit()
    assert exportable(canvas).parts == ()
    canvas.zoom.to(3.0)
    what = exportable(canvas)
    assert [name for name, _ in what.parts] == ["What is in sight"]
    part = {text for text in words(what, part=1) if not text.startswith("loss ")}  # there "2 weight layers" has no room
    assert part < set(words(what))
    canvas.setFocus()
    window.exporting.export_of(canvas)
    dialog = window.exporting.dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.about.text() != "")
    assert dialog.part.isVisible()
    whole = dialog._picture
    dialog.part.setCurrentIndex(1)
    qtbot.waitUntil(lambda: dialog._picture is not whole)
    assert isinstance(dialog._picture, Diagram)
    assert isinstance(whole, Diagram)
    assert len(dialog._picture.shapes) < len(whole.shapes)
    dialog.reject()


def test_what_the_cards_show_is_what_is_drawn(window: MainWindow) -> None:
    canvas = window.canvas
    layer = window.document.experiment.stacks[0].layers[0]
    canvas.show_scaled({layer.id: 3.0})
    canvas.show_breakpoints({layer.id: "on"})
    canvas.set_contents("structure")
    told = words(exportable(canvas))
    assert "×3" in told
    assert any(text.startswith("bias") for text in told)
    canvas.set_contents("values")
    assert not any(text.startswith("bias") for text in words(exportable(canvas)))


def test_the_time_line_and_a_tensor_are_diagrams(window: MainWindow) -> None:
    assert {"iteration", "1"} <= set(words(exportable(named(window, "timeline"))))
    window.shelf.bring_up("tensor")
    window.settle()
    what = exportable(window.shelf.view("tensor"))
    assert what.name == "tensor"
    told = words(what)
    assert any(" · iteration 0" in text for text in told), told[-2:]


def test_what_normalizations_average_over_is_in_menus_and_on_their_cards(window: MainWindow, qtbot: QtBot) -> None:
    stacks = window.document.experiment.stacks
    norm = next(layer for stack in stacks for layer in stack.layers if isinstance(layer, bn.BatchNorm))
    entry = "What normalizations average over…"

    def offered() -> list[str]:
        return [action.text().replace("&", "") for action in window.context_menus.cards_menu().actions()]

    window.go_to(stacks[0].layers[0].id)
    assert entry not in offered()
    window.go_to(norm.id)
    assert entry in offered()
    window.actions_by_name.run("export.axes")
    dialog = window.exporting.dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.about.text() != "")
    assert isinstance(dialog._picture, Diagram)
    assert dialog.form.format.findData("tex") >= 0
    dialog.reject()


def test_the_canvas_is_laid_out_anew_for_another_page(window: MainWindow, qtbot: QtBot) -> None:
    window.exporting.export_of(window.canvas)
    dialog = window.exporting.dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog._picture is not None)
    on_slide = dialog._picture
    dialog.form.page.setCurrentIndex(dialog.form.page.findData("column"))
    qtbot.waitUntil(lambda: dialog._picture not in (None, on_slide))
    assert isinstance(on_slide, Diagram)
    assert isinstance(dialog._picture, Diagram)
    assert dialog._picture.width / dialog._picture.height < on_slide.width / on_slide.height
    dialog.reject()
