"""A run saved by a window opens where it was: from the menu, by a drop, among recent files, on the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from msgspec.structs import replace
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtWidgets import QMessageBox

import bnsim as bn
from bnsim.cli import main
from bnsim.runner.orders import Seek, Step
from bnsim.spec.edits import change_training
from bnsim.ui.model import preferences
from bnsim.ui.model.payloads import dropped_file
from bnsim.ui.window import dialogs
from tests.ui.reading import compiled

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from bnsim.ui.window.main_window import MainWindow

Opener = Callable[..., "MainWindow"]


def save(window: MainWindow, path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialogs, "ask_save_run", lambda _parent, name: path)
    window.actions_by_name["file.saveRun"].trigger()
    window.settle()
    qtbot.waitUntil(lambda: not window.runner.busy_in_background)
    assert path.exists()


def opened(window: MainWindow, path: Path, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.document.replaced):
        window.files.open_path(path)
    window.settle()


def test_it_opens_where_it_was_and_goes_on_to_the_same_bits(
    open_window: Opener, small: bn.Experiment, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window(small)
    session = compiled(window)
    window.runner.give(Seek(12))
    for _ in range(3):
        window.step("layer")
    window.settle()
    save(window, tmp_path / "it.bnrun", qtbot, monkeypatch)
    here = session.moment
    frame = window.update_shown.frame

    other = open_window(tmp_path / "it.bnrun")
    assert compiled(other).moment == here
    assert [lane.loss for lane in other.update_shown.frame.lanes] == [lane.loss for lane in frame.lanes]
    assert other.windowTitle().startswith("it.bnrun")
    assert not other.isWindowModified()
    assert other.document.path is None
    for each in (window, other):
        each.runner.give(Seek(30))
        each.step_back("iteration")
        each.settle()
    assert compiled(other).moment == session.moment
    for one, two in zip(session.lanes, compiled(other).lanes, strict=True):
        for key, value in one.state_dict().items():
            np.testing.assert_array_equal(value, two.state_dict()[key])
        np.testing.assert_array_equal(one.history["gradient_norm"], two.history["gradient_norm"])


def test_opening_it_in_a_window_replaces_the_document_once_it_is_read(
    open_window: Opener, small: bn.Experiment, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = bn.Session(small)
    session.run(7)
    session.step("op")
    session.save(tmp_path / "it.bnrun")
    window = open_window()
    window.document.push(change_training(window.document.experiment, batch_size=8), "change batch size")
    asked: list[str] = []
    monkeypatch.setattr(dialogs, "ask_unsaved", lambda _parent, name: asked.append(name) or "discard")
    opened(window, tmp_path / "it.bnrun", qtbot)
    assert asked == ["untitled"]
    assert compiled(window).moment == session.moment
    assert window.document.experiment == small
    assert preferences.load().recent == (str(tmp_path / "it.bnrun"),)
    suggested: list[str] = []
    monkeypatch.setattr(dialogs, "ask_save", lambda _parent, name: suggested.append(name))
    window.actions_by_name["file.save"].trigger()  # a run is not overwritten by a document
    assert suggested == ["it.bnsim"]
    window.document.push(change_training(small, batch_size=8), "change batch size")
    window.settle()
    assert compiled(window).iteration == 0
    window.document.undo_stack.undo()
    window.settle()
    assert compiled(window).iteration == 0


def test_what_cannot_be_opened_is_said_and_nothing_changes(
    open_window: Opener, small: bn.Experiment, tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "bad.bnrun").write_bytes(b"PK")
    window = open_window(small)
    window.files.open_path(tmp_path / "bad.bnrun")
    window.settle()
    assert "bad.bnrun: it is not a run that bnsim saved" in window.messages.message.text()
    assert window.document.experiment == small


def test_without_a_display_a_bad_run_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bad.bnrun").write_bytes(b"PK")
    assert main([str(tmp_path / "bad.bnrun")]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_run_dropped_on_the_window_opens(tmp_path: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(tmp_path / "it.bnrun"))])
    assert dropped_file(mime) == str(tmp_path / "it.bnrun")


def test_saving_waits_for_the_kernels_and_says_so(
    open_window: Opener, small: bn.Experiment, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window(replace(small, training=replace(small.training, optimizer=bn.Adam())))
    window.runner.give(Seek(3))
    save(window, tmp_path / "it.bnrun", qtbot, monkeypatch)
    again = bn.load_run(tmp_path / "it.bnrun")
    assert again.iteration == 3
    assert again.details_every > 1
    window.settle()
    assert compiled(window).moment == again.moment
    for key, value in again.lanes[0].state_dict().items():
        np.testing.assert_array_equal(value, compiled(window).lanes[0].state_dict()[key])


def test_data_that_changed_starts_the_run_anew_with_a_word(
    open_window: Opener, small: bn.Experiment, tmp_path: Path, qtbot: QtBot
) -> None:
    rows = [f"{k * 0.37 % 1:.3f},{k * 0.73 % 1:.3f},{k % 2}" for k in range(40)]
    (tmp_path / "own.csv").write_text("\n".join(rows))
    session = bn.Session(replace(small, data=bn.FileData(str(tmp_path / "own.csv"))))
    session.run(5)
    session.save(tmp_path / "it.bnrun")
    window = open_window(tmp_path / "it.bnrun")
    assert compiled(window).iteration == 5
    (tmp_path / "own.csv").write_text("\n".join(reversed(rows)))
    opened(window, tmp_path / "it.bnrun", qtbot)
    assert compiled(window).iteration == 0
    assert "the data file has changed" in window.messages.message.text()
    assert window.update_shown.frame is not None


def test_data_elsewhere_is_asked_about_before_the_run_goes_on(
    open_window: Opener, small: bn.Experiment, tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "away").mkdir()
    rows = [f"{k * 0.37 % 1:.3f},{k * 0.73 % 1:.3f},{k % 2}" for k in range(40)]
    (tmp_path / "own.csv").write_text("\n".join(rows))
    session = bn.Session(replace(small, data=bn.FileData(str(tmp_path / "own.csv"))))
    session.run(5)
    session.save(tmp_path / "away" / "it.bnrun")
    window = open_window(tmp_path / "away" / "it.bnrun")
    assert window.runner.session is None
    box = window.findChild(QMessageBox, "outside")
    next(each for each in box.buttons() if each.text() == "Read it").click()
    window.settle()
    qtbot.waitUntil(lambda: window.runner.session is not None)
    window.settle()
    assert compiled(window).iteration == 5


def test_a_step_that_was_under_way_is_not_lost(open_window: Opener, small: bn.Experiment, tmp_path: Path) -> None:
    session = bn.Session(small)
    session.run(2)
    session.step("layer")
    session.save(tmp_path / "it.bnrun")
    window = open_window(tmp_path / "it.bnrun")
    window.runner.give(Step("layer"))
    window.settle()
    session.step("layer")
    assert compiled(window).moment == session.moment


@pytest.mark.parametrize("ending", ["npz", "safetensors"])
def test_weights_are_saved_and_loaded_from_the_menu(
    open_window: Opener,
    small: bn.Experiment,
    tmp_path: Path,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    ending: str,
) -> None:
    window = open_window(small)
    session = compiled(window)
    window.selection.set([small.stacks[1].layers[0].id])
    assert window.actions_by_name["file.saveWeights"].text() == "Save wei&ghts of lane “with BN”…"
    path = tmp_path / f"w.{ending}"
    suggested: list[str] = []
    monkeypatch.setattr(dialogs, "ask_save_weights", lambda _parent, name: suggested.append(name) or path)
    monkeypatch.setattr(dialogs, "ask_load_weights", lambda _parent: path)
    window.runner.give(Seek(9))
    window.actions_by_name["file.saveWeights"].trigger()
    window.settle()
    qtbot.waitUntil(lambda: not window.runner.busy_in_background)
    assert suggested == ["with BN.safetensors"]
    saved = session.lanes[1].state_dict()
    window.runner.give(Seek(20))
    window.step("layer")
    window.actions_by_name["file.loadWeights"].trigger()
    window.settle()
    assert session.iteration == 21  # the iteration under way was finished first
    assert "from iteration 21 on" in window.messages.message.text()
    for key, value in session.lanes[1].state_dict().items():
        np.testing.assert_array_equal(value, saved[key])
    window.runner.give(Seek(20))
    window.settle()
    assert not np.array_equal(session.lanes[1].state_dict()["0.weight"], saved["0.weight"])
    window.selection.set([small.stacks[0].layers[0].id])
    window.actions_by_name["file.loadWeights"].trigger()
    window.settle()
    assert f"Cannot load w.{ending} into lane “plain”" in window.messages.message.text()


def test_names_of_weights_get_the_ending_of_the_kind_that_is_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [("w", "NumPy (*.npz)"), ("w", "safetensors (*.safetensors)"), ("w.npz", "safetensors (*.safetensors)")]
    for (typed, kind), wanted in zip(answers, ("w.npz", "w.safetensors", "w.npz"), strict=True):
        answer = str(tmp_path / typed), kind
        monkeypatch.setattr(dialogs.QFileDialog, "getSaveFileName", lambda *_, answer=answer: answer)
        assert dialogs.ask_save_weights(None, "w.safetensors") == tmp_path / wanted  # type: ignore[arg-type]
