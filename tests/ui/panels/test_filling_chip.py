"""A panel whose figure was not recorded at first says in its corner how far the past is filled in."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import bnsim as bn
from bnsim.runner import publishing
from bnsim.session import Session

if TYPE_CHECKING:
    import pytest
    from pytestqt.qtbot import QtBot

    from bnsim.ui.window.main_window import MainWindow


def test_it_says_how_far_it_is_and_can_be_stopped_and_taken_up(
    open_window: Callable[..., MainWindow], small: bn.Experiment, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = open_window(small)
    qtbot.waitUntil(lambda: window.update_shown.frame is not None and window.update_shown.frame.kernels_ready)
    window.run_commands.seek(120)
    window.settle()
    fill, waited = Session.fill, threading.Event()

    def little(session: Session, seconds: float) -> None:
        if session.unfilled > 100:  # percentiles are not recorded of every iteration, but of some of these
            fill(session, 0.0001)
        else:  # and then it takes for ever
            waited.set()

    monkeypatch.setattr(Session, "fill", little)
    monkeypatch.setattr(publishing, "FILLED_SECONDS", float("inf"))  # so that stopping it is what shows the rows
    docks = {dock.name: dock for dock in window.panel_docks}
    dock = docks["unit_percentiles"]
    window.figure_gallery.open_panel("unit_percentiles")
    qtbot.waitUntil(lambda: dock.filling.isVisible() and dock.panel.figure is not None and waited.is_set())
    assert dock.filling.words.text().startswith("past ")
    assert docks["gradient_by_depth"].filling.isHidden()
    dock.filling.button.click()
    qtbot.waitUntil(lambda: dock.filling.words.text().startswith("from ") and dock.panel.figure.has_data)
    qtbot.waitUntil(lambda: not window.runner.busy)
    since = window.figures_shown.filling.since
    assert 0 < since <= 100
    assert dock.filling.words.text() == f"from {since} on"
    monkeypatch.setattr(Session, "fill", fill)
    dock.filling.button.click()
    qtbot.waitUntil(lambda: dock.filling.isHidden())
    assert dock.panel.figure.series[0].x.min() < 4
    assert window.update_shown.frame.iteration == 120
