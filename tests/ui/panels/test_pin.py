"""Compare with now: what a panel shows stays behind what comes, on screen, in files, until it is taken away."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton

import bnsim as bn
from bnsim.plot.borders import borders
from bnsim.plot.marks import Image, Regions, Series
from bnsim.runner.orders import Seek, Step
from bnsim.spec import edits
from tests.ui.reading import settled

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from bnsim.plot.figure import Figure
    from bnsim.ui.charts.panel import FigurePanel
    from bnsim.ui.window.main_window import MainWindow

Opener = Callable[..., "MainWindow"]


def panel(window: MainWindow, name: str) -> FigurePanel:
    dock = next(dock for dock in window.panel_docks if dock.name == name)
    if dock.isHidden():
        dock.toggleViewAction().trigger()
    settled(window)
    return dock.panel


def drawn(panel: FigurePanel) -> Figure:
    figure = panel.plot._figure
    assert figure is not None
    return figure


def pin(window: MainWindow, name: str, qtbot: QtBot) -> None:
    button = window.findChild(QToolButton, f"panel.{name}.pin")
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_a_pinned_curve_stays_while_the_live_one_moves_on(
    open_window: Opener, qtbot: QtBot, small: bn.Experiment, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window(small)
    shown = panel(window, "gradient_by_depth")
    window.runner.give(Seek(12))
    settled(window)
    now = {name: values.copy() for name, values in drawn(shown).data().items()}
    pin(window, "gradient_by_depth", qtbot)
    window.runner.give(Seek(40))
    settled(window)
    data = drawn(shown).data()
    np.testing.assert_array_equal(data["plain, iteration 12"], now["plain"])
    assert not np.array_equal(data["plain"], now["plain"])
    button = window.findChild(QToolButton, "panel.gradient_by_depth.pin")
    assert button.isChecked()
    assert "iteration 12" in button.toolTip()
    assert any(line.label == "iteration 12" for line in drawn(shown).series)

    path = tmp_path / "it.csv"
    monkeypatch.setattr(window.exporting._ask, "ask_export", lambda *_: path)
    shown.export_actions["csv"].trigger()
    qtbot.waitUntil(lambda: path.exists() and not window.runner.busy_in_background)
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    written = [float(row["plain, iteration 12"]) for row in rows if row["plain, iteration 12"]]
    np.testing.assert_allclose(written, now["plain"])

    # A frozen panel is written as it is, ghost and all.
    shown.freeze_action.trigger()
    path.unlink()
    shown.export_actions["csv"].trigger()
    qtbot.waitUntil(path.exists)
    assert '"plain, iteration 12"' in path.read_text(encoding="utf-8")
    shown.freeze_action.trigger()

    pin(window, "gradient_by_depth", qtbot)
    assert set(drawn(shown).data()) == set(now)
    assert not button.isChecked()


def test_an_edited_experiment_is_compared_with_the_run_before(
    open_window: Opener, qtbot: QtBot, small: bn.Experiment
) -> None:
    window = open_window(small)
    shown = panel(window, "loss")
    window.runner.give(Seek(30))
    settled(window)
    before = drawn(shown).data()["plain"].copy()
    pin(window, "loss", qtbot)
    window.document.push(edits.change_training(small, seed=7), "another seed")
    settled(window)
    assert any(line.ghost for line in drawn(shown).series)  # nothing is measured yet, and it is seen all the same
    window.runner.give(Seek(5))
    settled(window)
    data = drawn(shown).data()
    assert len(data["plain"]) < len(before)
    smooth = next(name for name in data if name.startswith("plain, smoothed, iteration 30"))
    assert len(data[smooth]) == len(before)
    low, high = drawn(shown).x.limits
    assert (low, high >= 29) == (0.0, True)
    window.document.new()
    settled(window)
    assert shown.ghost is None
    assert not shown.pin_action.isChecked()


def test_all_open_panels_are_pinned_by_one_key_and_by_menu(open_window: Opener, small: bn.Experiment) -> None:
    window = open_window(small)
    window.runner.give(Step("iteration"))
    settled(window)
    pins = window.actions_by_name["panels.pin"]
    pins.trigger()
    open_ones = [dock.panel for dock in window.panel_docks if dock.seen]
    assert open_ones
    assert all(each.ghost is not None for each in open_ones)
    assert pins.isChecked()
    menu = next(menu for menu in window.menuBar().findChildren(type(open_ones[0].menu), "view.pin"))
    menu.aboutToShow.emit()
    first = menu.actions()[0]
    assert first.isChecked()
    first.trigger()
    assert open_ones[0].ghost is None
    pins.trigger()
    assert all(each.ghost is None for each in open_ones)
    assert not pins.isChecked()


@pytest.mark.parametrize("name", ["decision_regions", "gradient_over_time"])
def test_images_and_maps_are_compared_with_now(
    open_window: Opener, qtbot: QtBot, small: bn.Experiment, name: str
) -> None:
    window = open_window(small)
    shown = panel(window, name)
    window.runner.give(Seek(12))
    settled(window)
    before = shown.figure
    assert before is not None
    pin(window, name, qtbot)
    window.runner.give(Seek(200))
    settled(window)
    figure = drawn(shown)
    then = next(mark for mark in figure.marks if mark.name == "plain, iteration 12")
    if isinstance(then, Image):
        np.testing.assert_array_equal(then.values, before.of_kind(Image)[0].values)
    else:
        assert isinstance(then, Series)
        assert then.ghost
        np.testing.assert_array_equal(then.x, borders(before.of_kind(Regions)[0])[0])
    assert {mark.name for mark in before.marks} <= {mark.name for mark in figure.marks}
    pin(window, name, qtbot)
    assert len(drawn(shown).marks) == len(before.marks)


def two_norms() -> bn.Experiment:
    layers = (bn.Linear(4), bn.BatchNorm(), bn.Tanh(), bn.Linear(4), bn.BatchNorm(), bn.Tanh(), bn.Linear(2))
    return bn.Experiment(
        data=bn.TwoSpirals(samples=64),
        training=bn.Training(batch_size=16),
        stacks=(bn.Stack(name="net", layers=layers),),
    )


@pytest.mark.parametrize("name", ["batch_statistics", "activation_response"])
def test_a_figure_of_one_layer_follows_the_selection_unless_it_is_kept(
    open_window: Opener, qtbot: QtBot, name: str
) -> None:
    window = open_window(two_norms())
    shown = panel(window, name)
    layers = window.document.experiment.stacks[0].layers
    kind = bn.BatchNorm if name == "batch_statistics" else bn.Tanh
    first, second = (layer.id for layer in layers if isinstance(layer, kind))
    window.runner.give(Step("iteration"))

    def about(layer_id: int) -> str:
        window.selection.set([layer_id], layer_id)
        settled(window)
        return drawn(shown).verdict.partition(":")[0].partition(" ")[2] + drawn(shown).caption[:24]

    of_first, of_second = about(first), about(second)
    assert of_first != of_second
    shown.keep_action.trigger()
    assert about(first) == of_second
    shown.keep_action.trigger()
    settled(window)
    assert about(first) == of_first
    pin(window, name, qtbot)  # compared with now it stays with its layer, too
    assert about(second).startswith(of_first[:8])
    assert shown.keep_action.isChecked()
    pin(window, name, qtbot)
    assert not shown.keep_action.isChecked()
    assert about(second) == of_second
