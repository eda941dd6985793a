"""Layouts of panels: named ones, back to the one before, in the document, on another window, from anybody's file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

import bnsim as bn
from bnsim.figures import FIGURES
from bnsim.runner.orders import Step
from bnsim.spec.document import Document
from bnsim.spec.files import load_document, save_document
from bnsim.spec.layout import Layout, Panel
from bnsim.ui.panels.named_layouts import NAMED

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from bnsim.ui.panels.dock import PanelDock
    from bnsim.ui.window.main_window import MainWindow

Opener = Callable[..., "MainWindow"]
CLOSE = 0.05
"""How far a place may be off: separators and least sizes take pixels."""


def settled() -> None:
    for _ in range(8):
        QApplication.processEvents()


def dock(window: MainWindow, name: str) -> PanelDock:
    return next(dock for dock in window.panel_docks if dock.name == name)


def alike(found: Layout, wanted: Layout) -> None:
    by_name = {panel.figure: panel for panel in found.panels}
    assert set(by_name) == {panel.figure for panel in wanted.panels}
    for panel in wanted.panels:
        own = by_name[panel.figure]
        assert (own.area, own.front, own.layer, own.every, own.options) == (
            panel.area,
            panel.front,
            panel.layer,
            panel.every,
            panel.options,
        )
        assert own.at == pytest.approx(panel.at, abs=CLOSE), panel.figure
    assert found.bottom == pytest.approx(wanted.bottom, abs=CLOSE)


def stands(window: MainWindow, wanted: Layout) -> None:
    """Once Qt has laid everything out the panels are arranged so."""
    settled()
    alike(window.panel_layout.read(), wanted)


def seen(window: MainWindow) -> set[str]:
    return {dock.name for dock in window.panel_docks if dock.seen}


@pytest.mark.parametrize("size", [(1280, 720), (1680, 1020)])
def test_named_layouts_have_their_figures_where_they_say(open_window: Opener, size: tuple[int, int]) -> None:
    window = open_window()
    window.resize(*size)
    settled()
    sides = [dock.width() for dock in (window.docks.left, window.docks.right)]
    for name, layout in NAMED.items():
        window.actions_by_name[f"layout.{name}"].trigger()
        settled()
        stands(window, layout)
        assert (window.width(), window.height()) == size
        assert [dock.width() for dock in (window.docks.left, window.docks.right)] == pytest.approx(sides, abs=2)
        assert window.canvas.height() > 150
        wanted = {panel.figure for panel in layout.panels}
        assert 4 <= len(wanted) <= 6
        assert wanted <= set(FIGURES)


def test_figures_behind_are_not_made_until_their_tab_is_clicked(open_window: Opener, qtbot: QtBot) -> None:
    window = open_window()
    window.actions_by_name["layout.training"].trigger()
    settled()
    window.runner.give(Step("iteration"))
    window.settle()
    assert set(window.figures_shown.by_name) == seen(window) == {"loss", "accuracy", "update_to_weight"}
    dock(window, "gradient_over_time").raise_()
    settled()
    window.settle()
    assert seen(window) == {"gradient_over_time", "accuracy", "update_to_weight"}
    assert dock(window, "gradient_over_time").panel.figure.has_data


def test_the_layout_before_comes_back_and_again(open_window: Opener) -> None:
    window = open_window()
    settled()
    previous = window.actions_by_name["layout.previous"]
    first = window.panel_layout.read()
    assert not previous.isEnabled()
    window.actions_by_name["layout.vanishing"].trigger()
    settled()
    assert previous.isEnabled()
    previous.trigger()
    stands(window, first)
    previous.trigger()
    stands(window, NAMED["vanishing"])
    window.actions_by_name["view.layout"].trigger()
    settled()
    assert {panel.figure for panel in window.panel_layout.read().panels} == {
        kind.name for kind in FIGURES.values() if kind.docked
    }
    previous.trigger()
    stands(window, NAMED["vanishing"])


def test_a_layout_is_saved_and_opens_alike_on_another_size(open_window: Opener, tmp_path: Path) -> None:
    window = open_window()
    window.resize(1600, 1000)
    settled()
    window.runner.give(Step("iteration"))
    window.settle()
    frame = window.update_shown.frame
    norm = next(layer.id for layer in window.document.experiment.stacks[1].layers if isinstance(layer, bn.BatchNorm))
    window.actions_by_name["layout.batchnorm"].trigger()
    settled()
    window.selection.set([norm], norm)
    dock(window, "xray").panel.keep_action.trigger()
    dock(window, "smoothness").toggleViewAction().trigger()
    dock(window, "batch_noise").toggleViewAction().trigger()
    settled()
    dock(window, "batch_noise").panel._set_every(40)
    window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock(window, "batch_noise"))
    dock(window, "smoothness")._float.click()
    settled()
    window.settle()
    assert window.update_shown.frame.iteration == frame.iteration == 1
    assert not window.document.modified
    assert not window.isWindowModified()
    assert not window.document.undo_stack.canUndo()
    left = window.panel_layout.read()
    areas = {panel.figure: panel.area for panel in left.panels}
    assert (areas["smoothness"], areas["batch_noise"]) == ("floating", "right")
    path = tmp_path / "it.bnsim"
    window.document.save(path)
    assert load_document(path).layout == left
    other = open_window(path)
    other.resize(1300, 900)
    settled()
    found = other.panel_layout.read()
    where = {panel.figure: (panel.area, panel.front, panel.layer, panel.every) for panel in found.panels}
    assert where == {panel.figure: (panel.area, panel.front, panel.layer, panel.every) for panel in left.panels}
    assert where["xray"][2] == norm
    assert where["batch_noise"][3] == 40
    for panel in left.panels:
        own = next(each for each in found.panels if each.figure == panel.figure)
        if panel.area == "bottom":
            assert own.at == pytest.approx(panel.at, abs=0.06), panel.figure
    bn.save(bn.load(path), path)
    assert load_document(path).layout == left


def test_panels_can_stand_below_each_other_beside_others(open_window: Opener, tmp_path: Path) -> None:
    layout = Layout(
        panels=(
            Panel(figure="loss", at=(0.0, 0.0, 0.5, 1.0)),
            Panel(figure="accuracy", at=(0.5, 0.0, 0.5, 0.5)),
            Panel(figure="xray", at=(0.5, 0.5, 0.5, 0.5), front=True),
            Panel(figure="smoothness", at=(0.5, 0.5, 0.5, 0.5), every=30),
        ),
        bottom=0.5,
    )
    path = tmp_path / "it.bnsim"
    save_document(Document(experiment=bn.default_experiment(), layout=layout), path)
    window = open_window()
    for size in ((1400, 1000), (1200, 900)):
        window.resize(*size)
        settled()
        window.document.open(path)
        stands(window, layout)


def test_undo_leaves_the_panels_alone(open_window: Opener, tmp_path: Path) -> None:
    window = open_window()
    window.document.push(bn.Experiment(data=bn.XOR()), "change")
    window.actions_by_name["layout.vanishing"].trigger()
    window.document.undo_stack.undo()
    settled()
    stands(window, NAMED["vanishing"])
    path = tmp_path / "it.bnsim"
    window.document.save(path)
    alike(load_document(path).layout, NAMED["vanishing"])


def test_figures_that_there_are_not_are_told_and_kept(open_window: Opener, tmp_path: Path) -> None:
    panels = (Panel(figure="loss"), Panel(figure="of_the_future", area="right"), Panel(figure="x" * 80))
    path = tmp_path / "it.bnsim"
    save_document(Document(experiment=bn.default_experiment(), layout=Layout(panels=panels)), path)
    window = open_window(path)
    settled()
    assert "of_the_future" in window.messages.message.text()
    assert seen(window) == {"loss"}
    window.document.save()
    assert [panel.figure for panel in load_document(path).layout.panels] == ["loss", "of_the_future", "x" * 80]


def test_a_document_without_a_layout_leaves_panels_as_they_are(open_window: Opener, tmp_path: Path) -> None:
    path = tmp_path / "it.bnsim"
    bn.save(bn.default_experiment(), path)
    window = open_window()
    window.actions_by_name["layout.training"].trigger()
    window.document.open(path)
    stands(window, NAMED["training"])


@pytest.mark.parametrize("area", ["bottom", "left", "floating"])
def test_a_hostile_layout_is_shown_within_the_window(open_window: Opener, tmp_path: Path, area: str) -> None:
    names = list(FIGURES)
    path = tmp_path / "it.bnsim"
    bn.save(bn.default_experiment(), path)
    content = json.loads(path.read_text(encoding="utf-8"))
    panels = [
        {"figure": name, "area": area, "at": [k / len(names), (k % 3) / 3, 1 / len(names), 1 / 3], "layer": 10**9}
        for k, name in enumerate(names if area != "floating" else names[:3])
    ]
    panels[0]["options"] = {"none of these": 3, "layer": "x"}
    content["layout"] = {"panels": panels, area: 1.0} if area != "floating" else {"panels": panels}
    path.write_text(json.dumps(content), encoding="utf-8")
    window = open_window(path)
    window.resize(1280, 720)
    settled()
    assert window.width() <= 1280
    assert window.height() <= 720
    assert {dock.name for dock in window.panel_docks if not dock.isHidden()} == {panel["figure"] for panel in panels}
    if area == "floating":
        room = window.screen().availableGeometry()
        assert all(room.contains(dock.geometry()) for dock in window.panel_docks if dock.isFloating())


def test_a_layout_chosen_in_projector_mode_stays(open_window: Opener) -> None:
    window = open_window()
    window.toggle_projector()
    settled()
    window.actions_by_name["layout.training"].trigger()
    settled()
    window.toggle_projector()
    settled()
    assert {panel.figure for panel in window.panel_layout.read().panels} == {
        panel.figure for panel in NAMED["training"].panels
    }
    assert window.docks.left.isVisible()
