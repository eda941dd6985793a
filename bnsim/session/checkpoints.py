"""Checkpoints: what every lane's parameters were at the start of some iterations.

Any iteration is reached from the nearest one before it by replaying. Memory is bounded: when it runs out, those used
last and those at multiples of a spacing stay; the spacing doubles when that is not enough.
"""

from __future__ import annotations

from bnsim.engine.operation import Array

LIMIT_BYTES = 640 * 1024 * 1024
MOST = 4096
"""However small they are: looking for the nearest one must take no time."""
RECENT = 8
"""At least these, saved last, are kept whatever the spacing: stepping back by one must not replay far."""

OVERHEAD = 200
"""Bytes an array takes beside its numbers, about."""

States = tuple[Array, ...]


class Checkpoints:
    """`spacing` is how far apart, in iterations, a long run should take them."""

    def __init__(self, limit_bytes: int = LIMIT_BYTES) -> None:
        self._saved: dict[int, States] = {}
        self._limit = limit_bytes
        self.spacing = 16

    def save(self, iteration: int, states: States) -> None:
        """Keep the state at the start of an iteration; the arrays must not change any more."""
        self._saved.pop(iteration, None)
        self._saved[iteration] = states
        most = min(self._limit // sum(state.nbytes + OVERHEAD for state in states), MOST)
        if len(self._saved) > max(most, 2 * RECENT):
            self._thin(most)

    def nearest(self, iteration: int) -> tuple[int, States]:
        """The last checkpoint at or before an iteration."""
        found = max(at for at in self._saved if at <= iteration)
        return found, self._saved[found]

    def get(self, iteration: int) -> States | None:
        """The checkpoint of just that iteration."""
        return self._saved.get(iteration)

    def forget_after(self, iteration: int) -> None:
        """Drop every checkpoint later than an iteration."""
        self._saved = {at: states for at, states in self._saved.items() if at <= iteration}

    def _thin(self, most: int) -> None:
        recent = {*list(self._saved)[-max(RECENT, most // 8) :]}
        while sum(at % self.spacing == 0 for at in self._saved) > max(most * 3 // 4 - RECENT, 1):
            self.spacing *= 2
        self._saved = {at: states for at, states in self._saved.items() if at % self.spacing == 0 or at in recent}
