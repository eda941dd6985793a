"""The experiment as PyTorch code, from the File menu."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

import bnsim as bn
from bnsim.ui.window import dialogs

Opener = Callable[..., Any]


def test_code_is_copied(open_window: Opener, small: bn.Experiment) -> None:
    window = open_window(small)
    window.settle()
    window.actions_by_name["file.copyPyTorch"].trigger()
    copied = QGuiApplication.clipboard().text()
    assert "def train_with_bn(batches):" in copied
    assert "nn.BatchNorm1d(4)" in copied
    compile(copied, "copied", "exec")
    assert "Copied as PyTorch code" in window.messages.message.text()


def test_a_script_is_written_with_its_numbers(
    open_window: Opener, small: bn.Experiment, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window(small)
    window.settle()
    suggested: list[str] = []
    monkeypatch.setattr(dialogs, "ask_export_code", lambda _, name: suggested.append(name) or tmp_path / name)
    window.actions_by_name["file.exportPyTorch"].trigger()
    window.settle()
    qtbot.waitUntil(lambda: not window.runner.busy_in_background)
    window.settle()
    assert suggested == ["net.py"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["net.npz", "net.py"]
    assert "its numbers are in net.npz" in window.messages.message.text()
