"""Names typed in dialogs that write: their ending is completed, and nothing is replaced without one question."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QMessageBox, QWidget

import bnsim as bn
from bnsim.plot.writers import FORMATS
from bnsim.ui.model import preferences
from bnsim.ui.window import dialogs

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from bnsim.ui.window.main_window import MainWindow

KINDS = ("bnsim", *FORMATS)


@pytest.fixture
def parent(qtbot: QtBot, own_preferences: Path, tmp_path: Path) -> QWidget:
    preferences.update(folder=str(tmp_path))
    widget = QWidget()
    qtbot.addWidget(widget)
    return widget


def ask(parent: QWidget, suffix: str) -> Path | None:
    if suffix == "bnsim":
        return dialogs.ask_save(parent, "experiment.bnsim")
    return dialogs.ask_export(parent, "gradients", suffix)


class Person:
    """Types names into file dialogs, in turn, and answers questions; gives up after the last name."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.replaces = True
        self.asked: list[str] = []
        self._pressing = False
        self._timer = QTimer(interval=0)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    def _look(self) -> None:
        shown = QApplication.activeModalWidget()
        if isinstance(shown, QMessageBox):
            self.asked.append(shown.text())
            yes = {QMessageBox.ButtonRole.YesRole, QMessageBox.ButtonRole.DestructiveRole}
            wanted = [button for button in shown.buttons() if (shown.buttonRole(button) in yes) == self.replaces]
            wanted[0].click()
        elif isinstance(shown, QFileDialog) and not self._pressing:
            if not self.names:
                shown.reject()
                return
            self._pressing = True
            QTimer.singleShot(0, shown, partial(self._press, shown))  # the dialog's own question runs inside

    def _press(self, shown: QFileDialog) -> None:
        field = shown.findChild(QLineEdit, "fileNameEdit")
        assert field is not None
        field.setText(self.names.pop(0))
        shown.accept()
        self._pressing = False


@pytest.fixture
def person(parent: QWidget) -> Iterator[Person]:
    QApplication.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)
    there = Person()
    yield there
    there.stop()
    QApplication.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs, False)


@pytest.mark.parametrize("suffix", KINDS)
@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("run", "run.{}"),
        ("lr0.1", "lr0.1.{}"),
        ("run.", "run.{}"),
        ("of.png.csv.bnsim.old", "of.png.csv.bnsim.old.{}"),
        ("γ and β", "γ and β.{}"),
        (".hidden", ".hidden.{}"),
        ("run.{}", "run.{}"),
    ],
)
def test_the_ending_is_completed(
    parent: QWidget, person: Person, tmp_path: Path, suffix: str, typed: str, written: str
) -> None:
    person.names = [typed.format(suffix)]
    assert ask(parent, suffix) == tmp_path / written.format(suffix)
    assert not person.asked


@pytest.mark.parametrize("suffix", KINDS)
def test_an_ending_in_capitals_is_one(parent: QWidget, person: Person, tmp_path: Path, suffix: str) -> None:
    person.names = [f"run.{suffix.upper()}"]
    assert ask(parent, suffix) == tmp_path / f"run.{suffix.upper()}"


@pytest.mark.parametrize("suffix", KINDS)
@pytest.mark.parametrize("typed", ["kept", "kept.{}", "kept0.1", "kept0.1.{}"])
def test_a_file_is_replaced_after_one_question(
    parent: QWidget, person: Person, tmp_path: Path, suffix: str, typed: str
) -> None:
    typed = typed.format(suffix)
    there = tmp_path / f"{typed.removesuffix('.' + suffix)}.{suffix}"
    there.write_text("work")
    person.names = [typed]
    assert ask(parent, suffix) == there
    assert len(person.asked) == 1
    assert there.name in person.asked[0]


def test_after_a_no_the_name_is_asked_for_again(parent: QWidget, person: Person, tmp_path: Path) -> None:
    (tmp_path / "kept.bnsim").write_text("work")
    person.replaces = False
    person.names = ["kept", "other"]
    assert ask(parent, "bnsim") == tmp_path / "other.bnsim"
    assert len(person.asked) == 1


@pytest.mark.parametrize("typed", ["kept", "kept.bnsim"])
def test_after_a_no_one_may_give_up(parent: QWidget, person: Person, tmp_path: Path, typed: str) -> None:
    (tmp_path / "kept.bnsim").write_text("work")
    person.replaces = False
    person.names = [typed]
    assert ask(parent, "bnsim") is None
    assert len(person.asked) == 1


def test_saving_as_leaves_a_file_that_is_to_be_kept(
    open_window: Callable[..., MainWindow], person: Person, small: bn.Experiment, tmp_path: Path
) -> None:
    window = open_window(small)
    (tmp_path / "run.bnsim").write_text("work")
    person.replaces = False
    person.names = ["run"]
    window.actions_by_name["file.saveAs"].trigger()
    assert person.asked
    assert (tmp_path / "run.bnsim").read_text() == "work"
