"""A figure that takes long: measured now or every so many iterations, its cost said, and given up by a click."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PySide6.QtCore import Qt

import bnsim as bn
from bnsim import figures
from bnsim.figures import Axis, Figure, Series
from bnsim.figures.kind import figure
from bnsim.runner.orders import Pause, Play, Step
from bnsim.runner.playback import FULL_SPEED
from bnsim.runner.updates import Measurement
from bnsim.spec.files import load_document
from bnsim.spec.giving_up import check
from bnsim.ui.charts.measuring import cost
from tests.ui.reading import compiled, settled

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from bnsim.ui.charts.panel import FigurePanel
    from bnsim.ui.window.main_window import MainWindow

Opener = Callable[..., "MainWindow"]


class Slow:
    """A kind that takes three passes, and as long as `goes_on` is not set while it `waits`."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.waits = False
        self.begun = threading.Event()


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    state = Slow()

    @figure(title="Slow", shows="when it was measured", section="Of the task", cost="much")
    def slow_kind(session: Any, layer_id: int | None = None, *, max_points: Any = None, known: Any = None) -> Figure:
        state.asked.append(session.iteration)
        for _ in range(3):
            check()
        state.begun.set()
        while state.waits:
            check()
        at = Series("at", np.array([1.0, 2.0]), np.full(2, float(session.iteration)), "lane0")
        return Figure("slow_kind", "Slow", f"at {session.iteration}", Axis("x"), Axis("y"), (at,))

    monkeypatch.setitem(figures._KINDS, "slow_kind", slow_kind)
    yield state
    state.waits = False


def opened(window: MainWindow, name: str) -> FigurePanel:
    dock = next(dock for dock in window.panel_docks if dock.name == name)
    dock.toggleViewAction().trigger()
    settled(window)
    return dock.panel


def test_its_cost_is_said_and_how_often_is_kept_with_the_layout(
    open_window: Opener, qtbot: QtBot, small: bn.Experiment, slow: Slow, tmp_path: Path
) -> None:
    window = open_window(small)
    compiled(window)  # on other kernels all is measured anew
    panel = opened(window, "slow_kind")
    window.runner.give(Step("iteration"))
    settled(window)
    strip = panel.measuring
    assert strip.isVisible()
    assert strip.cost.words.endswith(", 3 passes")
    assert panel.figure.verdict == "at 1"
    strip.box.lineEdit().selectAll()
    qtbot.keyClicks(strip.box.lineEdit(), "25")
    qtbot.keyClick(strip.box, Qt.Key.Key_Return)
    settled(window)
    slow.asked.clear()
    window.runner.give(Play(FULL_SPEED))
    qtbot.waitUntil(lambda: len(slow.asked) >= 3)
    window.runner.give(Pause())
    settled(window)
    assert [number % 25 for number in slow.asked if number > 1] == [0] * len([n for n in slow.asked if n > 1])
    path = tmp_path / "it.bnsim"
    window.document.save(path)
    assert {panel.figure: panel.every for panel in load_document(path).layout.panels}["slow_kind"] == 25
    other = open_window(path)
    settled(other)
    dock = next(dock for dock in other.panel_docks if dock.name == "slow_kind")
    assert (dock.seen, dock.panel.every) == (True, 25)
    assert dock.panel.measuring.box.value() == 25


def test_it_is_cancelled_and_measured_now_while_the_window_answers(
    open_window: Opener, qtbot: QtBot, small: bn.Experiment, slow: Slow
) -> None:
    window = open_window(small)
    compiled(window)
    slow.waits = True
    dock = next(dock for dock in window.panel_docks if dock.name == "slow_kind")
    dock.toggleViewAction().trigger()
    panel = dock.panel
    qtbot.waitUntil(lambda: panel.measuring is not None and panel.measuring.button.text() == "Cancel")
    qtbot.waitUntil(slow.begun.is_set)
    qtbot.mouseClick(panel.measuring.button, Qt.MouseButton.LeftButton)
    settled(window)
    assert panel.measuring.button.text() == "Measure now"
    assert panel.figure.verdict == "Not measured here"
    slow.waits = False
    qtbot.mouseClick(panel.measuring.button, Qt.MouseButton.LeftButton)
    settled(window)
    assert panel.figure.verdict == "at 0"


def test_other_figures_have_no_such_strip(open_window: Opener, small: bn.Experiment) -> None:
    window = open_window(small)
    panel = next(dock for dock in window.panel_docks if dock.seen).panel
    assert panel.measuring is None


@pytest.mark.parametrize(
    ("measurement", "words"),
    [
        (Measurement(), ""),
        (Measurement(3, 1.234, 64), "1.2 s, 64 passes"),
        (Measurement(3, 0.5, 1), "0.5 s, 1 pass"),
        (Measurement(3, 0.0001, 0), "1 ms"),
        (Measurement(3, 0.0421, 2), "42 ms, 2 passes"),
    ],
)
def test_costs_in_words(measurement: Measurement, words: str) -> None:
    assert cost(measurement) == words
