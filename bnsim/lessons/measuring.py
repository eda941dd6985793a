"""Measures the claims of a paper in a thread of its own, and can be given up."""

from __future__ import annotations

import threading

from bnsim.lessons.claims import Measurement
from bnsim.lessons.papers import measured, papers
from bnsim.spec.errors import InputError


class Measuring:
    """One run for the claims of the paper `name`; it begins at once. Its fields are read from another thread.

    `done` of `total` updates are made. In the end there are `measurements`, or a `problem` in one sentence, or neither
    if it was given up.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.total = max(claim.after for claim in papers()[name].claims)
        self.done = 0
        self.measurements: tuple[Measurement, ...] = ()
        self.problem = ""
        self._given_up = threading.Event()
        self._thread = threading.Thread(target=self._run, name="bnsim-measuring", daemon=True)
        self._thread.start()

    @property
    def ended(self) -> bool:
        """Whether there is nothing to wait for."""
        return not self._thread.is_alive()

    def give_up(self) -> None:
        """End it soon, and wait for that."""
        self._given_up.set()
        self._thread.join()

    def _go_on(self, done: int) -> bool:
        self.done = done
        return not self._given_up.is_set()

    def _run(self) -> None:
        try:
            found = measured(self.name, self._go_on)
        except (InputError, MemoryError) as error:
            self.problem = str(error) or "There is not enough memory to run it; close something else."
            return
        if not self._given_up.is_set():
            self.measurements = found
