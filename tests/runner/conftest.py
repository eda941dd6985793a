from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

import bnsim as bn
from bnsim.runner import runner as runner_module
from bnsim.runner.orders import Order, Seek, SetExperiment
from bnsim.runner.runner import Runner
from bnsim.runner.updates import Figures, Found, Notice, Preview, Update

PATIENCE = 600.0
"""Seconds until something that never comes is given up; nothing that comes is waited for any longer than it takes."""


class Window:
    """Stands in for the window: gives orders, takes what comes out, and says that it is painted if it `paints`."""

    def __init__(self) -> None:
        self.paints = True
        self.updates: list[Update] = []
        self.figures: list[Figures] = []
        self.notices: list[Notice] = []
        self.found: list[Found] = []
        self.previews: list[Preview] = []
        self._output = threading.Event()
        self.runner = Runner(self._output.set)

    def take(self) -> None:
        self._output.clear()
        output = self.runner.take()
        self.updates += [] if output.update is None else [output.update]
        self.figures += [] if output.figures is None else [output.figures]
        self.notices += output.notices
        self.found += output.found
        self.previews += output.previews
        if self.paints:
            self.runner.painted()

    def wait(self, condition: Callable[[], object]) -> None:
        """Until it holds, looking whenever something comes out."""
        while not condition():
            assert self._output.wait(PATIENCE), "nothing came out"
            self.take()

    def wait_for(self, happened: threading.Event) -> None:
        """Until another thread says so; what comes out is taken meanwhile, without which a run does not go on."""
        while not happened.wait(0.001):
            self.take()

    def settle(self) -> None:
        """Until nothing comes without an order; that it is at rest is not told, so it is asked."""
        while self.runner.busy:
            self._output.wait(0.001)
            self.take()
        self.take()

    def do(self, order: Order) -> Update:
        """Give it, and wait for the moment that it leads to."""
        number = self.runner.give(order)
        self.wait(lambda: self.updates and self.updates[-1].last_order >= number and _is_there(order, self.updates[-1]))
        return self.updates[-1]


def _is_there(order: Order, update: Update) -> bool:
    """Whether that is where an order leads: on a long way moments are shown."""
    if not isinstance(order, Seek) or order.iteration is None or update.frame is None or update.frame.stopped:
        return True
    return update.frame.iteration == order.iteration


@pytest.fixture
def window(monkeypatch: pytest.MonkeyPatch) -> Iterator[Window]:
    monkeypatch.setattr(runner_module, "CLOSE_SECONDS", PATIENCE)
    made = Window()
    yield made
    made.runner.close()
    assert not made.runner._thread.is_alive()


@pytest.fixture
def running(window: Window, small: bn.Experiment) -> Window:
    """Its session computes by compiled kernels already, so that nothing comes without an order."""
    window.do(SetExperiment(small))
    window.wait(lambda: window.updates[-1].frame.kernels_ready)
    return window
