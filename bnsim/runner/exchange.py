"""What crosses between the window's thread and the runner's: orders go in, an `Output` comes out.

A moment is published once, in two parts: an `Update`, which the canvas shows, and, once that is painted, its `Figures`.
Of each only the newest is kept; notices, findings of inquiries and previews are all kept until they are taken.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from typing import Literal

from bnsim.runner.data import DataRead
from bnsim.runner.orders import Ask, Order, Pause, Reset, Seek, SetExperiment
from bnsim.runner.updates import Figures, Found, Notice, Output, Preview, RunRead, Update


class Exchange:
    """`on_output` is called, in the runner's threads, once there is something to take after there was nothing."""

    def __init__(self, on_output: Callable[[], None]) -> None:
        self._on_output = on_output
        self._orders: queue.SimpleQueue[tuple[int, Order] | None] = queue.SimpleQueue()
        """Orders with their numbers; None only wakes the runner's thread up."""
        self._given = self._last_interrupting = self._last_seek = self._last_end = self._last_experiment = 0
        """Numbers of the orders given last, counted from 1; 0 for none."""
        self._closing = False
        # Written by the runner's thread.
        self._begun = self._done = 0
        self._moving = False
        # Written by both, under the lock.
        self._lock = threading.Lock()
        self._announced = False
        self._update: Update | None = None
        self._figures: Figures | None = None
        self._notices: list[Notice] = []
        self._found: list[tuple[int, Found]] = []
        self._read: list[DataRead] = []
        self._runs: list[RunRead] = []
        self._previews: list[Preview] = []
        self._screen: Literal["waiting", "taken", "painted"] = "painted"
        self._taken_at = 0.0
        self.painting_took = 0.0
        """Seconds that the window took the last time from taking an update until that was on the screen."""

    # For the window's thread

    def give(self, order: Order) -> int:
        """Queue an order and return its number; it is done once `Update.last_order` has reached that."""
        self._given += 1
        if order.interrupts:
            self._last_interrupting = self._given
        if isinstance(order, Seek):
            self._last_seek = self._given
        if isinstance(order, Pause | Reset):
            self._last_end = self._given
        if isinstance(order, SetExperiment):
            self._last_experiment = self._given
        self._orders.put((self._given, order))
        return self._given

    def take(self) -> Output:
        """Everything new since the last call."""
        with self._lock:
            self._announced = False
            if self._update is not None or self._figures is not None:
                self._screen, self._taken_at = "taken", time.monotonic()
            output = Output(
                self._update,
                self._figures,
                tuple(self._notices),
                self._current_findings(),
                tuple(self._read),
                tuple(self._runs),
                tuple(self._previews),
            )
            self._read.clear()
            self._runs.clear()
            self._previews.clear()
            self._update = self._figures = None
            self._notices.clear()
            self._found.clear()
        return output

    def painted(self) -> None:
        """Report that what was taken is on the screen, so that the figures may be made now."""
        with self._lock:
            if self._screen != "taken":
                return
            self._screen, self.painting_took = "painted", time.monotonic() - self._taken_at
        self._orders.put(None)

    def close(self) -> None:
        """Accept no more orders, give up what is under way, and call `on_output` no more."""
        self._closing = True
        self._on_output = _nothing
        self._orders.put(None)

    @property
    def busy(self) -> bool:
        """Whether an order is not done, or something new may come without one."""
        return self._done != self._given or self._moving

    def _current_findings(self) -> tuple[Found, ...]:
        """The findings; for an inquiry about a replaced experiment, only that it has ended."""
        kept = []
        for number, found in self._found:
            if number > self._last_experiment:
                kept.append(found)
            elif found.ended:
                kept.append(Found(found.inquiry, 1.0, ended=True))
        return tuple(kept)

    # For the runner's thread: orders

    @property
    def closing(self) -> bool:
        """Whether the thread is to end."""
        return self._closing

    @property
    def last_order(self) -> int:
        """The number of the order that is being carried out, or was last."""
        return self._begun

    @property
    def orders_waiting(self) -> bool:
        """Whether an order waits that has not been begun."""
        return self._given != self._begun

    @property
    def interrupted(self) -> bool:
        """Whether the longer run under way must be given up."""
        return self._closing or self._last_interrupting > self._begun

    @property
    def seek_unwanted(self) -> bool:
        """Whether the seek under way must be given up, for a newer one, a pause, another experiment or the end."""
        return self._closing or max(self._last_seek, self._last_end, self._last_experiment) > self._begun

    @property
    def newer_experiment_waiting(self) -> bool:
        """Whether the session that is being made must be given up, for another experiment or the end."""
        return self._closing or self._last_experiment > self._begun

    def next_order(self, timeout: float | None) -> Order | None:
        """The next order that is still wanted; None after `timeout` seconds, or when there may be other work.

        None as a timeout waits as long as it takes.
        """
        while not self._closing:
            try:
                given = self._orders.get(timeout=timeout)
            except queue.Empty:
                return None
            if given is None:
                return None
            self._begun, order = given
            if not self._outdated(order):
                return order
            if isinstance(order, Ask):
                self.report(Found(order.inquiry, 1.0, ended=True))
        return None

    def finish(self, *, moving: bool) -> None:
        """Mark the order begun last as done and its result as published. `moving`: the session moves on by itself."""
        self._moving = moving
        self._done = self._begun

    def _outdated(self, order: Order) -> bool:
        if isinstance(order, Seek) and self._begun < self._last_seek:
            return True
        return order.of_one_experiment and self._begun < self._last_experiment

    # For the runner's threads: output

    @property
    def taken(self) -> bool:
        """Whether the window has what was published last."""
        return self._screen != "waiting"

    @property
    def shown(self) -> bool:
        """Whether what was published last is on the screen."""
        return self._screen == "painted"

    def publish(self, update: Update, figures: Figures | None = None) -> None:
        """Publish an update; without its figures if `publish_figures` follows."""
        with self._lock:
            self._update = update
            if figures is not None:
                self._figures = figures
            elif self._figures is not None and self._figures.experiment is not update.experiment:
                self._figures = None
            self._screen = "waiting"
        self._announce()

    def publish_figures(self, figures: Figures) -> None:
        """Publish the figures of the update published last."""
        with self._lock:
            self._figures = figures
            self._screen = "waiting"
        self._announce()

    def notify(self, text: str, kind: Literal["info", "done", "problem"] = "info") -> None:
        """Publish a sentence for the status bar."""
        with self._lock:
            self._notices.append(Notice(text, kind))
        self._announce()

    def report(self, found: Found) -> None:
        """Publish the progress of the inquiry under way, or its result."""
        with self._lock:
            self._found.append((self._begun, found))
        self._announce()

    def report_read(self, read: DataRead) -> None:
        """What came of reading a file that may become the data."""
        with self._lock:
            self._read.append(read)
        self._announce()

    def report_run(self, read: RunRead) -> None:
        """What came of reading the file of a run."""
        with self._lock:
            self._runs.append(read)
        self._announce()

    def show_preview(self, preview: Preview) -> None:
        """Publish a preview for the gallery."""
        with self._lock:
            self._previews.append(preview)
        self._announce()

    def _announce(self) -> None:
        with self._lock:
            announced, self._announced = self._announced, True
        if not announced:
            self._on_output()


def _nothing() -> None:
    """Replaces `on_output` once the window is closed."""
