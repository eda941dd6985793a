"""Somebody's document may name any file as its data: outside its folder it is read once the person agrees."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QMessageBox

import bnsim as bn
import bnsim.data.loading
from bnsim.spec import edits
from bnsim.spec.files import load_document
from bnsim.ui.model.recovery import Work
from tests.ui.reading import settle

if TYPE_CHECKING:
    from bnsim.ui.window.main_window import MainWindow

Opener = Callable[..., "MainWindow"]
SHARE = "\\\\elsewhere\\share\\data.csv"


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of data files that anything was asked of."""
    seen: list[str] = []

    def watched(call: Callable[..., object]) -> Callable[..., object]:
        def wrapper(path: object, *arguments: object, **named: object) -> object:
            if isinstance(path, str | os.PathLike):
                seen.append(os.fspath(path))
            return call(path, *arguments, **named)

        return wrapper

    for name in ("stat", "lstat"):
        monkeypatch.setattr(os, name, watched(getattr(os, name)))
    return seen


def document(folder: Path, small: bn.Experiment, data: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / "it.bnsim"
    bn.save(bn.Experiment(data=bn.FileData(data), training=small.training, stacks=small.stacks), path)
    return path


def table(path: Path) -> Path:
    path.write_text("a,b,y\n" + "".join(f"{k / 7:.3f},{k / 3:.3f},{k % 2}\n" for k in range(64)))
    return path


def question(window: MainWindow) -> QMessageBox | None:
    settle(window)
    return window.findChild(QMessageBox, "outside")


def press(window: MainWindow, role: QMessageBox.ButtonRole) -> None:
    box = question(window)
    assert box is not None
    next(button for button in box.buttons() if box.buttonRole(button) is role).click()
    settle(window)


def test_data_beside_the_document_is_read(open_window: Opener, small: bn.Experiment, tmp_path: Path) -> None:
    path = document(tmp_path / "home", small, "mine.csv")
    table(tmp_path / "home" / "mine.csv")
    window = open_window(path)
    assert question(window) is None
    assert window.update_shown.data is not None


@pytest.mark.parametrize("link", [False, True])
def test_a_file_outside_is_read_once_the_person_agrees(
    open_window: Opener, small: bn.Experiment, tmp_path: Path, link: bool
) -> None:
    outside = table(tmp_path / "secret.csv")
    path = document(tmp_path / "home", small, "mine.csv" if link else str(outside))
    if link:
        (tmp_path / "home" / "mine.csv").symlink_to(outside)
    window = open_window(path)
    assert window.update_shown.data is None
    assert "was not read" in window.update_shown.problems[0].sentence()
    press(window, QMessageBox.ButtonRole.AcceptRole)
    assert window.update_shown.data is not None
    assert not window.update_shown.problems
    assert question(window) is None


def test_another_field_is_no_way_around_the_question(open_window: Opener, small: bn.Experiment, tmp_path: Path) -> None:
    outside = str(table(tmp_path / "secret.csv"))
    window = open_window(document(tmp_path / "home", small, outside))
    for fields in ({"standardize": False}, {"labels": "more"}):
        window.inspector.file_edited.emit(bn.FileData(outside, **fields), "edit", "")
        settle(window)
        assert window.document.experiment.data == bn.FileData(outside, **fields)
        assert window.update_shown.data is None
        assert question(window) is not None
        for box in window.findChildren(QMessageBox, "outside"):
            box.reject()
        settle(window)


def test_leaving_it_leaves_it(open_window: Opener, small: bn.Experiment, tmp_path: Path) -> None:
    path = document(tmp_path / "home", small, str(table(tmp_path / "secret.csv")))
    window = open_window(path)
    press(window, QMessageBox.ButtonRole.RejectRole)
    assert window.update_shown.data is None
    assert window.update_shown.frame is None


def test_a_share_is_never_contacted_unasked(
    open_window: Opener, small: bn.Experiment, tmp_path: Path, looked_at: list[str]
) -> None:
    path = document(tmp_path / "home", small, SHARE)
    window = open_window(path)
    box = question(window)
    assert box is not None
    assert "contacts another computer" in box.informativeText()
    assert window.document.experiment.data == bn.FileData(SHARE)
    window.document.save(path)
    assert [name for name in looked_at if "elsewhere" in name] == []
    press(window, QMessageBox.ButtonRole.RejectRole)


def test_what_a_person_or_a_script_names_is_read(open_window: Opener, small: bn.Experiment, tmp_path: Path) -> None:
    data = bn.FileData(str(table(tmp_path / "mine.csv")))
    window = open_window(bn.Experiment(data=data, training=small.training, stacks=small.stacks))
    assert question(window) is None
    assert window.update_shown.data is not None


@pytest.mark.parametrize("edited", [False, True])
def test_work_that_was_kept_goes_on_where_it_stood_once_its_data_may_be_read(
    open_window: Opener, small: bn.Experiment, tmp_path: Path, edited: bool
) -> None:
    path = document(tmp_path / "home", small, str(table(tmp_path / "secret.csv")))
    window = open_window()
    window.recover(Work(load_document(path), str(path), moment=(5, 3), unread=True))
    assert question(window) is not None
    assert window.update_shown.frame is None
    assert window.autosave.keep_now()  # a crash before the answer loses nothing either
    kept = window.autosave._kept
    assert kept is not None
    assert kept.moment == (5, 3)
    if edited:
        window.document.push(edits.change_training(window.document.experiment, batch_size=8), "change batch size")
    press(window, QMessageBox.ButtonRole.AcceptRole)
    window.settle()
    frame = window.update_shown.frame
    assert frame is not None
    assert (frame.iteration, frame.tick) == ((0, 0) if edited else (5, 3))
