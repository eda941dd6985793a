"""The dialog of sweeps: from the menu to the figure, and to the experiment of a point."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox

import bnsim as bn
from bnsim.sweeps import Processes, run_sweep
from bnsim.ui.sweeping import dialog as module
from bnsim.ui.sweeping.dialog import SweepDialog
from bnsim.ui.sweeping.plot import SweepPlot
from bnsim.ui.window.main_window import MainWindow

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

Opener = Callable[..., MainWindow]


class Threads:
    """In place of processes, which take a second to start."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._pool: ThreadPoolExecutor | None = None

    def open(self) -> Executor:
        self._pool = ThreadPoolExecutor(self.count)
        return self._pool

    def close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)


@pytest.fixture
def window(open_window: Opener, small: bn.Experiment, monkeypatch: pytest.MonkeyPatch) -> MainWindow:
    monkeypatch.setattr(module, "Processes", Threads)
    return open_window(small)


@pytest.fixture
def dialog(window: MainWindow) -> SweepDialog:
    window.actions_by_name["run.sweep"].trigger()
    made = window.sweeps.dialog
    fill(made, values1="0.1, 1")
    made.form.iterations.setValue(4)
    made.form.seeds.setValue(2)
    made.form.measure.setCurrentIndex(made.form.measure.findData("loss"))
    return made


def fill(dialog: SweepDialog, **values: str) -> None:
    for name, value in values.items():
        control = dialog.form.findChild(object, f"sweep.{name}")  # type: ignore[call-overload]
        if isinstance(control, QComboBox):
            control.setCurrentIndex(control.findData(value))
            control.activated.emit(control.currentIndex())
        else:
            control.setText(value)
            control.textEdited.emit(value)


def run(dialog: SweepDialog, qtbot: QtBot) -> None:
    dialog.form.start.click()
    qtbot.waitUntil(lambda: dialog.published is not None and dialog.published.ended and not dialog.running)


def test_a_sweep_grows_and_is_what_a_script_gives(dialog: SweepDialog, small: bn.Experiment, qtbot: QtBot) -> None:
    assert dialog.isVisible()
    assert dialog.form.words.text() == "8 runs, lane by lane (2 lanes)"
    run(dialog, qtbot)
    assert dialog.published is not None
    assert dialog.published.results is not None
    with ThreadPoolExecutor(1) as executor:
        wanted = run_sweep(dialog.form.sweep(), executor)
    assert dialog.published.results.values.tobytes() == wanted.values.tobytes()
    assert dialog.panel.figure is not None
    assert dialog.panel.figure.title == "Loss by learning rate"
    assert dialog.words.text() == "8 of 8 runs"
    assert dialog.form.start.isEnabled()
    assert not dialog.pause.isVisible()
    fill(dialog, values1="0.1, 0.5, 1")
    run(dialog, qtbot)
    assert dialog.words.text() == "12 of 12 runs, 8 done before"


def test_two_parameters_have_a_map_and_curves(dialog: SweepDialog, qtbot: QtBot) -> None:
    fill(dialog, parameter2="batchnorm", values2="on, off")
    run(dialog, qtbot)
    assert dialog.panel.figure is not None
    assert dialog.panel.figure.name == "sweep_map"
    dialog._switches["sweep_curves"].click()
    assert dialog.panel.figure.name == "sweep_curves"


def test_a_click_on_a_point_opens_its_experiment_in_another_window(
    dialog: SweepDialog, window: MainWindow, qtbot: QtBot
) -> None:
    run(dialog, qtbot)
    plot = dialog.panel.plot
    assert isinstance(plot, SweepPlot)
    before = window.document.experiment
    area = plot._area().area
    QTest.mouseClick(
        plot.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(int(area.right()) - 2, int(area.center().y()))
    )
    opened = [each for each in QApplication.topLevelWidgets() if isinstance(each, MainWindow) and each is not window]
    assert len(opened) == 1
    training = replace(before.training, optimizer=bn.SGD(lr=1.0))
    assert opened[0].document.experiment == replace(before, training=training)
    assert window.document.experiment is before
    opened[0].close()


def test_what_cannot_be_is_said_in_the_form(dialog: SweepDialog) -> None:
    fill(dialog, values1="0.1, a")
    dialog.form.start.click()
    assert not dialog.running
    assert dialog.form.problem.isVisible()
    assert "it is no number" in dialog.form.problem.text()
    fill(dialog, values1="0.1, 1")
    assert not dialog.form.problem.isVisible()


def test_it_is_paused_gone_on_with_and_cancelled(dialog: SweepDialog, qtbot: QtBot) -> None:
    fill(dialog, values1="0.01:10:log:200")
    dialog.form.start.click()
    assert not dialog.form.start.isEnabled()
    dialog.pause.click()
    assert "paused" in dialog.words.text()
    assert dialog.pause.text() == "Go on"
    dialog.pause.click()
    qtbot.waitUntil(lambda: dialog.published is not None and dialog.published.progress.done > 0)
    dialog.stop.click()
    qtbot.waitUntil(lambda: not dialog.running and dialog.form.start.isEnabled())
    assert dialog.published is not None
    assert 0 < dialog.published.progress.done < dialog.published.progress.runs


def test_closed_meanwhile_it_goes_on_and_says_so(
    dialog: SweepDialog, window: MainWindow, qtbot: QtBot, no_hurry: None
) -> None:
    fill(dialog, values1="0.01:10:log:50")
    dialog.form.start.click()
    dialog.reject()
    assert window.messages.message.text() == "The sweep goes on; Run > Sweep parameters… shows it."
    qtbot.waitUntil(lambda: not dialog.running)
    window.actions_by_name["run.sweep"].trigger()
    qtbot.waitUntil(lambda: dialog.published is not None and dialog.published.ended)
    assert dialog.published is not None
    assert dialog.published.progress.done == dialog.published.progress.runs


def test_closing_the_window_ends_processes_and_threads(
    dialog: SweepDialog, window: MainWindow, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr(module, "Processes", Processes)
    fill(dialog, values1="0.01:10:log:500")
    dialog.form.start.click()
    qtbot.waitUntil(lambda: dialog.published is not None and dialog.published.progress.done > 0)
    assert multiprocessing.active_children()
    window.close()
    assert not dialog.running
    assert multiprocessing.active_children() == []


def test_data_that_nobody_agreed_to_read_is_not_read(
    dialog: SweepDialog, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(window.document), "data_to_ask_about", bn.FileData("/elsewhere/data.csv"))
    dialog.form.start.click()
    assert not dialog.running
    assert dialog.form.problem.text() == module.UNREAD


def test_runs_that_cannot_be_say_why_in_the_form(dialog: SweepDialog, qtbot: QtBot) -> None:
    fill(dialog, parameter1="training.batch_size", values1="1, 16")
    run(dialog, qtbot)
    assert dialog.form.problem.isVisible()
    assert "2 of 8 runs could not be run, such as: BatchNorm" in dialog.form.problem.text()


def test_fields_of_single_layers_are_not_listed(window: MainWindow) -> None:
    """There may be thousands; scripts and the command line take them."""
    window.actions_by_name["run.sweep"].trigger()
    combo = window.sweeps.dialog.form._paths[0]
    paths = [combo.itemData(index) for index in range(combo.count())]
    assert {"training.optimizer.lr", "training.batch_size", "batchnorm", "stacks.1.depth"} <= set(paths)
    assert not any(".layers." in path for path in paths)
