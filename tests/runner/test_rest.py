"""When there is nothing left to do the runner says so, whatever the window does with what it made."""

from __future__ import annotations

import threading
import time

from bnsim.runner.orders import SetFigures, Step

from .conftest import PATIENCE, Window


def test_it_is_not_busy_any_more_though_nobody_takes_its_figures(running: Window) -> None:
    running.runner.give(SetFigures(("gradient_by_depth",)))
    running.runner.give(Step("op"))
    given_up, pause = time.monotonic() + PATIENCE, threading.Event()
    while running.runner.busy:
        assert time.monotonic() < given_up, "busy, with nothing to do"
        pause.wait(0.001)
    running.take()
    assert running.figures[-1].by_name.keys() == {"gradient_by_depth"}
