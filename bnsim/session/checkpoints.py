"""Checkpoints: what every lane's parameters were at the start of some iterations.

Any iteration is reached from the nearest one before it by replaying. Memory is bounded: when it runs out, every second
old checkpoint goes.
"""

from __future__ import annotations

from bisect import bisect_right

from bnsim.engine.operation import Array

LIMIT_BYTES = 256 * 1024 * 1024
RECENT = 8
"""The newest checkpoints are kept whatever the spacing: stepping back by one must not replay far."""

OVERHEAD = 200
"""Bytes an array takes beside its numbers, about."""

States = tuple[Array, ...]


class Checkpoints:
    """`spacing` is how far apart, in iterations, a long run should take them."""

    def __init__(self, limit_bytes: int = LIMIT_BYTES) -> None:
        self._saved: dict[int, States] = {}
        self._limit = limit_bytes
        self.spacing = 32

    def save(self, iteration: int, states: States) -> None:
        """Keep the state at the start of an iteration; the arrays must not change any more."""
        self._saved[iteration] = states
        size = sum(state.nbytes + OVERHEAD for state in states)
        if len(self._saved) > 2 * RECENT and len(self._saved) * size > self._limit:
            self._thin(iteration)

    def nearest(self, iteration: int) -> tuple[int, States]:
        """The last checkpoint at or before an iteration."""
        at = sorted(self._saved)
        found = at[bisect_right(at, iteration) - 1]
        return found, self._saved[found]

    def get(self, iteration: int) -> States | None:
        """The checkpoint of just that iteration."""
        return self._saved.get(iteration)

    def forget_after(self, iteration: int) -> None:
        """Drop every checkpoint later than an iteration."""
        self._saved = {at: states for at, states in self._saved.items() if at <= iteration}

    def _thin(self, present: int) -> None:
        self.spacing *= 2
        recent = {*sorted(self._saved)[-RECENT:], present}
        self._saved = {at: states for at, states in self._saved.items() if at % self.spacing == 0 or at in recent}
