"""Updates on their way to the window: the latest wins, and after an order comes first what is looked at first.

The parts of an update made for an order are the canvas, at once, and the figures, once the window has painted that:
meanwhile it has the interpreter.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import MappingProxyType

from msgspec.structs import replace

from bnsim.runner.driver import Driver
from bnsim.runner.publisher import Publisher
from bnsim.runner.updates import Update

FIGURES_SECONDS = 0.1
"""While orders come faster than figures are made, these come no oftener."""
PAINT_SECONDS = 0.03
"""Figures wait at most so long until the window has painted what they are about."""


class Delivery:
    """Makes updates in the worker's thread; `take` and `painted` are the window's.

    `about`: what updates say whatever the session does, its experiment and the problems of that. `sought`: the last
    seek that is done.
    """

    def __init__(self, driver: Driver, publisher: Publisher) -> None:
        self._driver = driver
        self._publisher = publisher
        self.about = Update()
        self.sought = 0
        self.arrived: Callable[[], None] = _nobody
        """Called in the thread when there is an update that somebody waits for."""
        self.owed: Update | None = None
        """The last update, as long as its figures are to follow."""
        self._latest: Update | None = None
        self._lock = threading.Lock()
        self._painted = False
        self._sent = self._figured = 0.0
        self.took = 0.0
        """Seconds that making the last one took."""

    # For the window

    def take(self) -> Update | None:
        """What is new since the last call, None if nothing is."""
        with self._lock:
            update, self._latest = self._latest, None
        return update

    def painted(self) -> None:
        """The window shows what it took."""
        self._painted = True

    # In the thread

    @property
    def taken(self) -> bool:
        """Whether the window has the latest."""
        return self._latest is None

    @property
    def age(self) -> float:
        """Seconds since the last update was made."""
        return time.monotonic() - self._sent

    def send(self, *, brief: bool = False) -> None:
        """What there is to see now. `brief`: more will follow soon, and no figures are owed."""
        started, session, flying = time.monotonic(), self._driver.session, self._driver.player.flying
        update = self._made(flying)
        owes = session is not None and not update.playing
        if session is not None and update.playing:
            self._figured = started
            update = replace(update, figures=MappingProxyType(self._publisher.figures(session, flying=flying)))
        self.owed = update if owes and not brief else None
        self._put(update)
        self.took = self._sent - started
        if owes:
            self.arrived()

    def announce(self) -> None:
        """That another session is being made, which may take a while."""
        self.owed = None
        self._put(replace(self.about, preparing=True))

    def may_settle(self, *, pressed: bool) -> bool:
        """Whether it is time for figures that are owed; `pressed`: orders wait, for which they would be too late."""
        if pressed:
            return time.monotonic() - self._figured > FIGURES_SECONDS
        return self._painted or self.age > PAINT_SECONDS

    def settle(self) -> None:
        """Send the update again, with the figures that were owed."""
        try:
            if (update := self.owed) is not None:
                self._figured = time.monotonic()
                figures = self._publisher.figures(self._driver.session, flying=False)
                self._put(replace(update, figures=MappingProxyType(figures)))
                self.arrived()
        finally:
            self.owed = None

    def _put(self, update: Update) -> None:
        with self._lock:
            self._latest = update
            self._painted = False
        self._sent = time.monotonic()

    def _made(self, flying: bool) -> Update:
        """All but the figures."""
        driver, publisher, session = self._driver, self._publisher, self._driver.session
        update = replace(
            self.about,
            playing=driver.player.pace is not None or bool(driver.errand),
            fast=flying,
            reverse=driver.player.reverse,
            errand=driver.errand,
            hits=MappingProxyType(driver.hits),
            sought=self.sought,
        )
        if session is None:
            return update
        frame, answers = publisher.frame(session, flying=flying)
        return replace(
            update,
            frame=frame,
            answers=MappingProxyType(answers),
            track=publisher.track(session),
            operations=publisher.operations(session),
        )


def _nobody() -> None:
    """Nobody waits."""
