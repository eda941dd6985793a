"""Slides from the File menu: asked about, made away from the window's thread, stopped if that is wanted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pptx import Presentation
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

import bnsim as bn
from bnsim.ui.window import dialogs
from bnsim.ui.window.slides import GIVEN_UP

Opener = Callable[..., Any]


def test_slides_are_made_of_the_run_as_it_stands(
    open_window: Opener, small: bn.Experiment, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window(small)
    window.settle()
    suggested: list[str] = []
    monkeypatch.setattr(dialogs, "ask_slides", lambda _, name: suggested.append(name) or tmp_path / name)
    window.actions_by_name["file.makeSlides"].trigger()
    dialog = window.slides.dialog
    dialog.usual.setChecked(False)
    for row in range(dialog.figures.count()):
        item = dialog.figures.item(row)
        wanted = item.data(Qt.ItemDataRole.UserRole) == "loss"
        item.setCheckState(Qt.CheckState.Checked if wanted else Qt.CheckState.Unchecked)
    window.actions_by_name["run.stepIteration"].trigger()
    window.settle()
    dialog.accept()
    assert window.slides.busy
    qtbot.waitUntil(lambda: not window.slides.busy)
    assert suggested == ["slides.pptx"]
    titles = [slide.shapes.title.text_frame.text for slide in Presentation(tmp_path / "slides.pptx").slides]
    assert titles[:2] == ["An experiment", "Loss"]
    assert window.messages.message.text() == f"Saved {tmp_path / 'slides.pptx'}"


def test_no_figure_no_slides(open_window: Opener, small: bn.Experiment) -> None:
    window = open_window(small)
    window.settle()
    window.slides.open()
    dialog = window.slides.dialog
    dialog.usual.setChecked(False)
    for row in range(dialog.figures.count()):
        dialog.figures.item(row).setCheckState(Qt.CheckState.Unchecked)
    assert not dialog.make.isEnabled()
    dialog.usual.setChecked(True)
    assert dialog.make.isEnabled()
    dialog.reject()


def test_making_slides_is_stopped(
    open_window: Opener, small: bn.Experiment, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window(small)
    window.settle()
    monkeypatch.setattr(dialogs, "ask_slides", lambda _, name: tmp_path / name)
    window.slides.open()
    window.slides.dialog.accept()
    window.slides.progress.canceled.emit()
    qtbot.waitUntil(lambda: not window.slides.busy)
    assert window.messages.message.text() == GIVEN_UP
    assert not (tmp_path / "slides.pptx").exists()
