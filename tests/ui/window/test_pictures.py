"""A picture that was exported brings its moment back: by a drop, from the menu, on the command line."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QUrl

import bnsim as bn
from bnsim.cli import main
from bnsim.plot.writers.carrying import CARRIERS, carried_in
from bnsim.runner.orders import Seek, TellPast
from bnsim.session.past import Past, carried, past_of
from bnsim.ui.model.payloads import dropped_file
from tests.ui.reading import compiled

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from bnsim.ui.window.main_window import MainWindow

Opener = Callable[..., "MainWindow"]


def picture(small: bn.Experiment, path: Path) -> bn.Session:
    session = bn.Session(small)
    session.run(6)
    session.step("layer")
    bn.figures.gradient_by_depth(session).save(path, carried=carried(past_of(session)))
    return session


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
def test_dropped_on_the_window_it_brings_the_moment_back_to_the_bit(
    open_window: Opener, small: bn.Experiment, tmp_path: Path, suffix: str, qtbot: QtBot
) -> None:
    path = tmp_path / f"figure.{suffix}"
    session = picture(small, path)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    assert dropped_file(mime) == str(path)
    window = open_window()
    window.files.open_dropped(str(path))
    back = compiled(window)  # NumPy's last bits are others
    assert back.moment == session.moment
    assert window.document.experiment == small
    assert not window.document.modified
    assert window.document.path is None
    for one, two in zip(session.lanes, back.lanes, strict=True):
        np.testing.assert_array_equal(one.value(1), two.value(1))
        for key, value in one.state_dict().items():
            np.testing.assert_array_equal(value, two.state_dict()[key])
    assert window.messages.message.text() == f"Opened figure.{suffix}: in iteration 7, to the bit"


def test_named_when_the_app_is_opened_it_brings_the_moment_back(
    open_window: Opener, small: bn.Experiment, tmp_path: Path, qtbot: QtBot
) -> None:
    session = picture(small, tmp_path / "figure.svg")
    window = open_window(tmp_path / "figure.svg")
    assert compiled(window).moment == session.moment


def test_one_that_carries_nothing_changes_nothing(open_window: Opener, small: bn.Experiment, tmp_path: Path) -> None:
    bn.figures.gradient_by_depth(bn.Session(small)).save(tmp_path / "bare.svg")
    window = open_window(small)
    window.files.open_path(tmp_path / "bare.svg")
    assert "bare.svg: it carries no experiment" in window.messages.message.text()
    assert window.document.experiment == small


def test_the_runner_tells_how_its_run_came_where_it_is(open_window: Opener, small: bn.Experiment, qtbot: QtBot) -> None:
    window = open_window(small)
    session = compiled(window)
    window.runner.give(Seek(4))
    told: Future[Past] = Future()
    window.runner.give(TellPast(window.document.to_save, told))
    qtbot.waitUntil(told.done)
    assert told.result().document.experiment == small
    assert told.result().moment == session.moment != (0, 0)


def test_figures_of_the_command_line_carry_their_moment(small: bn.Experiment, tmp_path: Path) -> None:
    bn.save(small, tmp_path / "small.bnsim")
    arguments = [
        "run",
        str(tmp_path / "small.bnsim"),
        "--iterations",
        "3",
        "--figure",
        "loss",
        "--format",
        "png,svg,pdf",
    ]
    assert main([*arguments, "--out", str(tmp_path)]) == 0
    found = [path for path in tmp_path.iterdir() if path.suffix[1:] in CARRIERS]
    assert len(found) == 3
    assert all(carried_in(path) for path in found)
