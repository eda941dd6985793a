"""A file of data is shown before it becomes the data; until a person says so, whatever runs goes on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QWidget

import bnsim as bn
from tests.ui.reading import compiled, settle

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from bnsim.ui.window.import_dialog import ImportDialog
    from bnsim.ui.window.main_window import MainWindow

Opener = Callable[..., "MainWindow"]
IRIS = "id,width;kind\n".replace(";", ",") + "".join(f"{i}.5,{i * 3 % 7},{'ba'[i % 2]}\n" for i in range(20))


def dialog_of(window: MainWindow) -> ImportDialog:
    from bnsim.ui.window.import_dialog import ImportDialog

    settle(window)
    found = window.findChild(ImportDialog)
    assert found is not None
    return found


def heads(dialog: ImportDialog) -> list[str]:
    return [dialog.table.horizontalHeaderItem(k).text() for k in range(dialog.table.columnCount())]


def choose(window: MainWindow, dialog: ImportDialog, field: str, value: str) -> None:
    combo = dialog.findChild(QComboBox, f"import.{field}")
    assert combo is not None
    combo.setCurrentIndex(combo.findData(value))
    combo.activated.emit(combo.currentIndex())
    settle(window)


def test_enter_accepts_what_is_shown(open_window: Opener, qtbot: QtBot, small: bn.Experiment, tmp_path: Path) -> None:
    path = tmp_path / "iris.csv"
    path.write_text(IRIS)
    window = open_window(small)
    window.canvas.file_dropped.emit(str(path))
    dialog = dialog_of(window)
    assert window.document.experiment.data == small.data
    words = dialog.words.text()
    assert "20 rows of 2 inputs, 2 classes (a, b) of 10 rows" in words
    assert "the network ends in 2 outputs, one for each class in alphabetical order" in words
    assert heads(dialog) == ["id\nnumbers", "width\nwhole numbers", "kind\ntarget"]
    assert [dialog.table.item(0, k).text() for k in range(3)] == ["0.5", "0", "b"]
    assert dialog.findChild(QComboBox, "import.delimiter").currentText() == "Automatic: comma"
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    settle(window)
    assert window.document.experiment.data == bn.FileData(str(path))
    assert window.document.undo_stack.undoText() == "use iris.csv as data"
    assert window.document.undo_stack.count() == 1


def test_escape_keeps_what_runs(open_window: Opener, qtbot: QtBot, small: bn.Experiment, tmp_path: Path) -> None:
    path = tmp_path / "iris.csv"
    path.write_text(IRIS)
    window = open_window(small)
    window.step("iteration")
    settle(window)
    session, frame = compiled(window), window.update_shown.frame
    window.data_import.show_file(path)
    qtbot.keyClick(dialog_of(window), Qt.Key.Key_Escape)
    settle(window)
    assert window.document.experiment is window.update_shown.experiment
    assert window.document.experiment.data == small.data
    assert window.runner.session is session
    assert window.update_shown.frame.iteration == frame.iteration == 1


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("it.csv", "a,b\n1,blue\n2,\n", "there is no value"),
        ("it.npz", "no archive", "not an .npz archive"),
        ("train-images-idx3-ubyte", "no images", "its labels are in another file"),
        ("gone.csv", None, "no such file"),
    ],
)
def test_what_cannot_be_used_is_refused_in_words_and_replaces_nothing(
    open_window: Opener, qtbot: QtBot, small: bn.Experiment, tmp_path: Path, name: str, content: str, said: str
) -> None:
    if content is not None:
        (tmp_path / name).write_text(content)
    window = open_window(small)
    session = compiled(window)
    window.data_import.show_file(tmp_path / name)
    dialog = dialog_of(window)
    assert said in dialog.problem.text()
    assert dialog.problem.isVisible()
    assert not dialog.use.isEnabled()
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    dialog.accept()
    settle(window)
    assert window.document.experiment is not None
    assert window.document.undo_stack.count() == 0
    assert window.runner.session is session
    assert window.update_shown.frame is not None


def test_a_person_says_otherwise(open_window: Opener, small: bn.Experiment, tmp_path: Path) -> None:
    path = tmp_path / "it.csv"
    path.write_text("0;1;2\n1,5;2;3\n2,5;4;5\n")
    window = open_window(small)
    window.data_import.show_file(path)
    dialog = dialog_of(window)
    assert heads(dialog) == ["0\nnumbers", "1\nwhole numbers", "2\ntarget"]
    assert "counts 0, 1, 2" in dialog.words.text()
    choose(window, dialog, "header", "no")
    assert "3 rows" in dialog.words.text()
    choose(window, dialog, "task", "regression")
    assert "A regression: the network ends in 1 output" in dialog.words.text()
    choose(window, dialog, "delimiter", "comma")
    assert dialog.problem.isVisible()
    choose(window, dialog, "delimiter", "auto")
    choose(window, dialog, "header", "yes")
    choose(window, dialog, "target", "1")
    dialog.accept()
    settle(window)
    assert window.document.experiment.data == bn.FileData(str(path), task="regression", header="yes", target="1")


def test_a_column_of_words_is_left_out_and_may_be_chosen_as_the_target(
    open_window: Opener, small: bn.Experiment, tmp_path: Path
) -> None:
    path = tmp_path / "it.csv"
    path.write_text("kind,x,code\n" + "".join(f"{'ab'[k % 2]},{k}.5,{k}.25\n" for k in range(30)))
    window = open_window(small)
    window.data_import.show_file(path)
    dialog = dialog_of(window)
    assert not dialog.problem.isVisible()
    assert "Column 1 (kind) holds words" in dialog.words.text()
    choose(window, dialog, "target", "kind")
    assert not dialog.problem.isVisible()
    assert "2 classes (a, b) of 15 rows" in dialog.words.text()


def test_arrays_are_listed_and_the_likely_ones_chosen(
    open_window: Opener, small: bn.Experiment, tmp_path: Path
) -> None:
    path = tmp_path / "mnist.npz"
    np.savez(path, x_train=np.eye(4), y_train=np.array([0, 1, 0, 1]), x_test=np.ones((2, 4)), y_test=np.array([1, 0]))
    window = open_window(small)
    window.data_import.show_file(path)
    dialog = dialog_of(window)
    inputs = dialog.findChild(QComboBox, "import.x_name")
    assert [inputs.itemData(k) for k in range(inputs.count())] == ["x_train", "y_train", "x_test", "y_test"]
    assert inputs.currentText() == "x_train  (4 × 4)"
    choose(window, dialog, "x_name", "x_test")
    assert "x_test has 2 rows and y_train has 4" in dialog.problem.text()
    choose(window, dialog, "target", "y_test")
    dialog.accept()
    settle(window)
    assert window.document.experiment.data == bn.FileData(str(path), x_name="x_test", target="y_test")


def test_everything_is_named_and_fits(open_window: Opener, small: bn.Experiment, tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    path.write_text(",".join(f"a very long name of column {k}" for k in range(60)) + "\n" + "1.5," * 59 + "0\n" * 1)
    window = open_window(small)
    window.resize(1280, 720)
    window.data_import.show_file(path)
    dialog = dialog_of(window)
    assert dialog.width() <= 1240
    assert dialog.height() <= 680
    for control in dialog.findChildren(QWidget):
        if control.isVisible() and control.focusPolicy() & Qt.FocusPolicy.TabFocus and not isinstance(control, QLabel):
            assert control.objectName(), type(control)
            assert control.accessibleName() or getattr(control, "text", lambda: "")(), control.objectName()


def test_data_on_the_command_line_is_shown_for_import(open_window: Opener, tmp_path: Path) -> None:
    path = tmp_path / "iris.csv"
    path.write_text(IRIS)
    window = open_window(path)
    assert "2 classes (a, b)" in dialog_of(window).words.text()
    assert window.document.path is None
    with pytest.raises(bn.InputError, match="no such file"):
        bn.ui.open_window(tmp_path / "gone.csv")
