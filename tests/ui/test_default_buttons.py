"""The button of Enter has room for its words, which are bold."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QApplication, QPushButton

import bnsim as bn
from bnsim.lessons import progress
from bnsim.lessons.progress import Done
from bnsim.lessons.shipped import lessons

if TYPE_CHECKING:
    from bnsim.ui.window.main_window import MainWindow

Opener = Callable[..., "MainWindow"]
DIALOGS = ("export.export", "file.makeSlides", "lane.forkWith", "file.papers", "help.lessons")
PADDING = 22
"""Pixels of a button beside its words: 10 and a border of 1 at each side."""


@pytest.mark.parametrize("name", DIALOGS)
def test_its_words_are_whole(
    open_window: Opener, small: bn.Experiment, name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.setenv("BNSIM_DATA_DIR", str(tmp_path))
    first = next(iter(lessons().values()))
    progress.keep(first.name, Done().went_to(first.steps[1].title))  # "Continue" is longer than "Open"
    window = open_window(small)
    window.step("iteration")
    window.settle()
    window.actions_by_name[name].trigger()
    window.settle()
    found = [
        button
        for dialog in QApplication.topLevelWidgets()
        if dialog is not window and dialog.isVisible()
        for button in dialog.findChildren(QPushButton)
        if button.isDefault() and button.isVisible()
    ]
    assert found
    for button in found:
        bold = QFont(button.font())
        bold.setWeight(QFont.Weight.DemiBold)
        words = button.text().replace("&", "")
        assert QFontMetrics(bold).horizontalAdvance(words) + PADDING <= button.width(), words
        button.window().close()
