from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from bnsim.ui.window.main_window import MainWindow


@pytest.fixture(autouse=True)
def own_preferences(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Tests neither read nor write the preferences of whoever runs them."""
    folder = tmp_path / "config"
    monkeypatch.setenv("BNSIM_CONFIG_DIR", str(folder))
    return folder


@pytest.fixture
def open_window(qtbot: QtBot) -> Iterator[Callable[..., MainWindow]]:
    """Opens windows, and closes them with nothing left behind: no thread, no timer."""
    from PySide6.QtCore import QEvent, QTimer
    from PySide6.QtWidgets import QApplication
    from shiboken6 import isValid

    import bnsim.ui

    before = set(threading.enumerate())
    opened: list[MainWindow] = []
    timers: list[QTimer] = []

    def open_it(*arguments: object) -> MainWindow:
        window = bnsim.ui.open_window(*arguments)  # type: ignore[arg-type]
        opened.append(window)
        qtbot.waitExposed(window)
        QApplication.processEvents()  # the session is asked for after the first paint
        window.settle()
        timers.extend(window.findChildren(QTimer))
        return window

    yield open_it
    for window in opened:
        if isValid(window):
            window.close()
    left = set(threading.enumerate()) - before
    assert not [thread.name for thread in left if thread.name.startswith(("bnsim-runner", "bnsim-export"))]
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert not [window for window in opened if isValid(window)]
    assert not [timer for timer in timers if isValid(timer)]
