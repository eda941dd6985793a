from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from bnsim.spec.languages import Language
    from bnsim.ui.window.main_window import MainWindow


@pytest.fixture(autouse=True)
def own_preferences(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Tests neither read nor write the preferences of whoever runs them, nor what they did in lessons."""
    folder = tmp_path / "config"
    monkeypatch.setenv("BNSIM_CONFIG_DIR", str(folder))
    monkeypatch.setenv("BNSIM_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr("bnsim.lessons.kept_numbers.folder", lambda: tmp_path / "numbers")
    return folder


PATIENCE_MS = 600_000
"""A wait ends when what is waited for happens; only a test that hangs waits so long."""


@pytest.fixture
def qtbot(qtbot: QtBot) -> Iterator[QtBot]:
    """pytest-qt's, whose waits are not given up on a machine that is slow or has much else to do.

    No mouse button stays down: QTest keeps for the next test what one pressed and did not release, and a slider, for
    one, then takes no click.
    """
    for name in ("waitUntil", "waitSignal", "waitSignals", "waitExposed", "waitActive"):
        setattr(qtbot, name, patient(getattr(qtbot, name)))
    yield qtbot
    release_buttons()


def patient(wait: Callable[..., Any]) -> Callable[..., Any]:
    """One of pytest-qt's waits, to which no test can give a time of its own: that would be one for a fast machine."""

    def with_patience(*what: Any, **how: Any) -> Any:
        return wait(*what, timeout=PATIENCE_MS, **how)

    return with_patience


def release_buttons() -> None:
    """Release all mouse buttons that QTest has pressed."""
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QWidget

    class Anywhere(QWidget):
        def mouseReleaseEvent(self, event: object) -> None:
            """Take it: what nothing takes is a warning."""

    for button in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton):
        QTest.mouseRelease(Anywhere(), button)


@pytest.fixture
def speak(qapp: QApplication) -> Iterator[Callable[[Language], None]]:
    """Sets the language of what is made from now on; after the test English is spoken again."""
    from bnsim.ui import language

    yield language.speak
    language.speak("en")
    qapp.setProperty(language.SPOKEN, None)


@pytest.fixture
def german(speak: Callable[[Language], None]) -> None:
    """German is spoken."""
    speak("de")


@pytest.fixture
def no_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is there for some seconds is there until a slow test has seen it, and closing waits until all has ended."""
    from bnsim.runner import runner
    from bnsim.ui.window import status_bar

    monkeypatch.setattr(runner, "CLOSE_SECONDS", PATIENCE_MS / 1000)
    monkeypatch.setattr(status_bar, "NOTICE_MS", PATIENCE_MS)
    monkeypatch.setattr(status_bar, "PROBLEM_MS", PATIENCE_MS)


@pytest.fixture
def accept_imports(monkeypatch: pytest.MonkeyPatch) -> None:
    """A person who says "Use this data" to every file that can be used, and gives up on any other."""
    from bnsim.ui.window.import_dialog import ImportDialog

    show_read = ImportDialog.show_read

    def show_and_answer(dialog: ImportDialog, read: object) -> None:
        show_read(dialog, read)  # type: ignore[arg-type]
        if dialog.use.isEnabled():
            dialog.accept()
        else:
            dialog.reject()

    monkeypatch.setattr(ImportDialog, "show_read", show_and_answer)


@pytest.fixture
def open_window(qtbot: QtBot, no_hurry: None) -> Iterator[Callable[..., MainWindow]]:
    """Opens windows, and closes them with nothing left behind: no thread, no timer."""
    from PySide6.QtCore import QEvent, QTimer
    from PySide6.QtWidgets import QApplication
    from shiboken6 import isValid

    import bnsim.ui
    from bnsim.ui.theme.choice import USUAL_SIZE
    from bnsim.ui.theme.style import Appearance

    before = set(threading.enumerate())
    opened: list[MainWindow] = []
    timers: list[QTimer] = []

    def open_it(*arguments: object) -> MainWindow:
        window = bnsim.ui.open_window(*arguments)  # type: ignore[arg-type]
        opened.append(window)
        with qtbot.waitExposed(window):
            pass
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
    shared = QApplication.instance().findChild(Appearance)  # type: ignore[union-attr]
    if shared is not None:  # which all windows share
        shared.set_text_size(USUAL_SIZE)
        if shared.choice != "system":
            shared.choose("system")
    assert not [timer for timer in timers if isValid(timer)]
