"""How far the making of a session is, and giving it up on the way."""

from __future__ import annotations

from collections.abc import Callable

OFTEN = 50
"""Steps between two questions whether to go on: some milliseconds."""
PARTS = 2
"""Lowering the lanes, and drawing their parameters."""


class GivenUp(Exception):
    """Whoever wanted the session does not want it any more."""


class Building:
    """Counts steps, in `PARTS` parts that take about alike; each is begun with the number of its steps.

    `go_on(share)` is told the fraction that is done and answers whether to go on.
    """

    def __init__(self, go_on: Callable[[float], bool] | None) -> None:
        self._go_on = go_on
        self._part = -1
        self._steps = 1
        self._done = 0

    def begin(self, steps: int) -> None:
        """The next part, of that many steps."""
        self._part, self._steps, self._done = self._part + 1, max(steps, 1), 0

    def done(self) -> None:
        """One more step is done; GivenUp if it is not to go on."""
        self._done += 1
        if self._go_on is None or self._done % OFTEN:
            return
        if not self._go_on((self._part + min(self._done / self._steps, 1.0)) / PARTS):
            raise GivenUp
