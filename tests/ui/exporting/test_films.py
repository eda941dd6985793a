"""Films from the window: a figure over the training, and the wave; progress, a stop, and words where it fails."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

import bnsim as bn
from bnsim.ui.exporting.dialog import ExportDialog
from bnsim.ui.model import preferences
from bnsim.ui.window.main_window import MainWindow
from tests.ui.reading import compiled

Opener = Callable[..., MainWindow]


@pytest.fixture
def window(open_window: Opener, small: bn.Experiment, tmp_path: Path) -> Iterator[MainWindow]:
    preferences.update(folder=str(tmp_path))
    window = open_window(small)
    compiled(window)
    for _ in range(3):
        window.step("iteration")
    window.settle()
    yield window
    if window.exporting.dialog is not None:
        window.exporting.dialog.reject()


def opened(window: MainWindow, source: QWidget, qtbot: QtBot, format: str) -> ExportDialog:
    window.exporting.export_of(source)
    dialog = window.exporting.dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.about.text() != "")
    dialog.form.page.setCurrentIndex(dialog.form.page.findData("column"))
    dialog.form.dpi.setValue(36)
    dialog.form.format.setCurrentIndex(dialog.form.format.findData(format))
    dialog.form.frames.setValue(5)
    return dialog


def panel(window: MainWindow, name: str) -> QWidget:
    return next(dock for dock in window.panel_docks if dock.name == name).panel


def test_a_figure_becomes_a_film_over_the_training(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = opened(window, panel(window, "gamma_beta"), qtbot, "gif")
    qtbot.waitUntil(lambda: "frame of the film" in dialog.about.text() and dialog.write.isEnabled())
    told: list[tuple[str, int, int]] = []
    window.exporting._filming.progressed.connect(lambda *progress: told.append(progress))
    dialog.accept()
    path = tmp_path / "gamma_beta.gif"
    qtbot.waitUntil(lambda: path.exists() and ("frames", 3, 3) in told)
    with Image.open(path) as film:
        assert film.n_frames == 3  # type: ignore[attr-defined]
    assert told[0] == ("pictures", 1, 3)
    assert told[-1] == ("frames", 3, 3)
    session = window.runner.session
    assert session is not None
    assert session.iteration == 3


def test_the_canvas_becomes_a_film_of_the_wave_or_of_the_training(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    dialog = opened(window, window.canvas, qtbot, "gif")
    film = dialog.form.film
    assert [film.itemText(at) for at in range(film.count())] == [
        "The wave through the next iteration",
        "The cards over the training",
    ]
    qtbot.waitUntil(lambda: dialog._picture is not None and dialog.write.isEnabled())
    dialog.accept()
    path = tmp_path / "canvas.gif"
    qtbot.waitUntil(path.exists)
    with Image.open(path) as wave:
        assert 2 <= wave.n_frames <= 5  # type: ignore[attr-defined]


def test_the_last_film_is_made_again_at_one_press_and_can_be_given_up(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    dialog = opened(window, window.canvas, qtbot, "gif")
    qtbot.waitUntil(lambda: dialog._picture is not None and dialog.write.isEnabled())
    dialog.form.film.setCurrentIndex(1)
    dialog.accept()
    qtbot.waitUntil((tmp_path / "canvas.gif").exists)
    qtbot.waitUntil(lambda: window.exporting.dialog is None)
    for number in (2, 3):
        window.exporting.export_again()
        qtbot.waitUntil((tmp_path / f"canvas-{number}.gif").exists)
        qtbot.waitUntil(lambda: window.exporting.dialog is None)
    assert (tmp_path / "canvas-2.gif").read_bytes() == (tmp_path / "canvas.gif").read_bytes()
    window.exporting.export_again()
    assert window.exporting.dialog is not None
    window.exporting.dialog.reject()
    qtbot.waitUntil(lambda: not window.exporting.background.busy)
    assert not (tmp_path / "canvas-4.gif").exists()


def test_a_film_is_given_up_when_the_dialog_is_closed(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = opened(window, panel(window, "gamma_beta"), qtbot, "gif")
    qtbot.waitUntil(lambda: "frame of the film" in dialog.about.text())
    dialog.accept()
    dialog.reject()
    qtbot.waitUntil(lambda: not window.exporting.background.busy)
    window.step("iteration")
    window.settle()
    window.exporting.background.close()
    assert not list(tmp_path.glob("*.gif"))


def test_a_computer_without_ffmpeg_says_so(window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    dialog = opened(window, panel(window, "gamma_beta"), qtbot, "mp4")
    qtbot.waitUntil(lambda: "ffmpeg is not on this computer" in dialog.problem.text())
    assert dialog.problem.isVisible()
