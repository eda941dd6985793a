"""The window never computes: data is made and read in the runner's thread, whatever a person does."""

from __future__ import annotations

import builtins
import io
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PySide6.QtWidgets import QLabel

import bnsim as bn
import bnsim.data
import bnsim.data.loading
from bnsim.spec import edits
from bnsim.ui.window import dialogs
from tests.ui.reading import settle

if TYPE_CHECKING:
    from bnsim.ui.window.main_window import MainWindow

Opener = Callable[..., "MainWindow"]
DATA_FILES = (".csv", ".npz", ".gz")
SEEN = "8 rows of 3 inputs, 2 classes of 4 rows."


@pytest.fixture
def threads(monkeypatch: pytest.MonkeyPatch) -> dict[str, set[str]]:
    """Names of the threads that opened a data file, or made or asked for a data set."""
    used: dict[str, set[str]] = {"opened": set(), "made": set()}

    def watched(what: str, call: Callable[..., Any], counts: Callable[..., bool]) -> Callable[..., Any]:
        def wrapper(*arguments: Any, **named: Any) -> Any:
            if counts(*arguments):
                used[what].add(threading.current_thread().name)
            return call(*arguments, **named)

        return wrapper

    def is_data_file(path: object, *_: object) -> bool:
        return isinstance(path, str | Path) and Path(path).suffix in DATA_FILES

    for module in (builtins, io):
        monkeypatch.setattr(module, "open", watched("opened", module.open, is_data_file))
    for module, name in (
        (bnsim.data, "load"),
        (bnsim.data, "describe"),
        (bnsim.data.loading, "load"),
        (bnsim.data.loading, "describe"),
        (bnsim.data.loading, "_made"),
    ):
        monkeypatch.setattr(module, name, watched("made", getattr(module, name), lambda *_: True))
    bnsim.data.loading._load.cache_clear()
    return used


@pytest.fixture
def own_file(tmp_path: Path) -> Path:
    path = tmp_path / "own.csv"
    rows = np.column_stack([np.arange(24.0).reshape(8, 3) / 7, np.arange(8) % 2])
    np.savetxt(path, rows, delimiter=",", header="a,b,c,y", comments="", fmt=["%.3f"] * 3 + ["%d"])
    return path


def data_card(window: MainWindow) -> str:
    return window.canvas.cards.ends[window.document.experiment.stacks[0].id, 0].face.size


def preview(window: MainWindow) -> str:
    return window.findChild(QLabel, "inspector.preview.words").text()


@pytest.mark.usefixtures("accept_imports")
def test_only_the_runner_makes_data(
    open_window: Opener,
    small: bn.Experiment,
    own_file: Path,
    threads: dict[str, set[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(dialogs, "ask_data_file", lambda *_: own_file)
    monkeypatch.setattr(dialogs, "ask_unsaved", lambda *_: "discard")
    path = own_file.with_name("mine.bnsim")
    bn.save(small, path)
    window = open_window(path)
    assert data_card(window) == "16 × 2"

    linear = window.document.experiment.stacks[0].layers[0].id
    window.document.push(edits.change_layer(window.document.experiment, linear, units=8), "more units")
    settle(window)

    window.palette_panel.ask_own_file()
    settle(window)
    assert data_card(window) == "16 × 3"
    assert preview(window) == SEEN
    assert [window.outline.topLevelItem(0).child(0).text(1)] == ["3 → 8"]

    window.document.undo_stack.undo()
    settle(window)
    assert data_card(window) == "16 × 2"
    window.document.undo_stack.redo()
    settle(window)
    assert data_card(window) == "16 × 3"

    window.document.push(edits.change_data(window.document.experiment, bn.Digits()), "shipped data")
    settle(window)
    assert data_card(window) == "16 × 64"
    window.files.open_path(path)
    settle(window)
    assert data_card(window) == "16 × 2"

    assert threads["made"] == {"bnsim-runner"}
    assert threads["opened"] <= {"bnsim-runner"}
    assert threads["opened"], "nothing was watched"


def test_sizes_are_unknown_until_the_data_is_read(open_window: Opener, small: bn.Experiment, own_file: Path) -> None:
    window = open_window(small)
    data = bn.FileData(path=str(own_file))
    window.document.push(edits.change_data(window.document.experiment, data), "own data")
    assert data_card(window) == "16 × ?"
    settle(window)
    assert data_card(window) == "16 × 3"


def test_what_cannot_be_read_has_no_size_and_no_preview(
    open_window: Opener, small: bn.Experiment, own_file: Path
) -> None:
    window = open_window(small)
    settle(window)
    own_file.write_text("no numbers\n")
    data = bn.FileData(path=str(own_file))
    window.document.push(edits.change_data(window.document.experiment, data), "own data")
    settle(window)
    assert data_card(window) == "16 × ?"
    assert not window.findChild(QLabel, "inspector.preview.words").isVisible()
    assert "Cannot read" in window.findChild(QLabel, "inspector.problem").text()


def test_a_file_that_has_changed_is_read_again(open_window: Opener, small: bn.Experiment, own_file: Path) -> None:
    window = open_window(edits.change_data(small, bn.FileData(path=str(own_file))))
    settle(window)
    assert data_card(window) == "16 × 3"
    own_file.write_text("a,b,y\n" + "".join(f"{k / 7:.3f},{k / 3:.3f},{k % 2}\n" for k in range(64)))
    training = window.document.experiment.training
    changed = bn.Experiment(
        data=window.document.experiment.data,
        training=bn.Training(batch_size=training.batch_size, optimizer=bn.SGD(lr=0.2)),
        stacks=window.document.experiment.stacks,
    )
    window.document.push(changed, "another rate")
    settle(window)
    assert data_card(window) == "16 × 2"
