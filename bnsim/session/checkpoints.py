"""Checkpoints: what every lane's parameters were at the start of some iterations.

Any iteration is reached from the nearest one before it by replaying. Memory is bounded: by `budget.CHECKPOINTS`, and by
what everything else in the process leaves. When that runs out, those used last stay, and of the others those at
multiples of a spacing; where all along the run these are too many, the older part of it keeps every second one. Two
there are however large they be, of the start and of the present iteration: everything can be replayed from these.
"""

from __future__ import annotations

from collections.abc import Set

from bnsim.engine.operation import Array
from bnsim.spec import budget

MOST = 4096
"""Most checkpoints, however small they are, so that finding the nearest one stays quick."""
FEWEST = 2
RECENT = 8
"""Of these, saved last, as many as there is memory for are kept whatever the spacing: stepping back by one must not
replay far. Of those in passing no more are kept."""

OVERHEAD = 200
"""About how many bytes an array takes beside its numbers."""

States = tuple[Array, ...]


class Checkpoints:
    """`spacing` is how far apart, in iterations, a long run should take them."""

    def __init__(self, limit_bytes: int | None = None) -> None:
        self._saved: dict[int, States] = {}
        self._passing: dict[int, None] = {}
        self._limit = budget.CHECKPOINTS.limit if limit_bytes is None else limit_bytes
        self._holding = budget.Holding()
        self.spacing = 16

    def save(self, iteration: int, states: States, *, passing: bool = False) -> None:
        """Keep the state at the start of an iteration; the arrays must not change any more.

        `passing`: a long run comes by, and will not be stepped back through. A few are kept, and those it should take.
        """
        self._saved.pop(iteration, None)
        self._passing.pop(iteration, None)
        if passing and iteration % self.spacing:
            self._passing[iteration] = None
            if len(self._passing) > RECENT:
                oldest = next(iter(self._passing))
                del self._passing[oldest], self._saved[oldest]
        self._saved[iteration] = states
        size = sum(state.nbytes + OVERHEAD for state in states)
        limit = min(self._limit, budget.room() + self._holding.count)
        most = max(min(limit // size, MOST), FEWEST)
        if len(self._saved) > most:
            self._thin(most)
        self._holding.change(size * len(self._saved))

    def use(self, iteration: int) -> bool:
        """Whether there is a checkpoint of exactly that iteration; it then counts as the one used last."""
        states = self._saved.pop(iteration, None)
        if states is None:
            return False
        self._saved[iteration] = states
        self._passing.pop(iteration, None)
        return True

    def nearest(self, iteration: int) -> tuple[int, States]:
        """The last checkpoint at or before an iteration."""
        found = max(at for at in self._saved if at <= iteration)
        return found, self._saved[found]

    def get(self, iteration: int) -> States | None:
        """The states at the start of exactly that iteration; None if there is no such checkpoint."""
        return self._saved.get(iteration)

    @property
    def iterations(self) -> tuple[int, ...]:
        """The iterations of which there are checkpoints, ascending."""
        return tuple(sorted(self._saved))

    def forget_after(self, iteration: int) -> None:
        """Drop every checkpoint later than an iteration."""
        self._keep({at for at in self._saved if at <= iteration})
        if not self._saved:
            self._holding.release()

    def keep_two(self, iteration: int) -> None:
        """Keep only what that iteration is reached from: the nearest checkpoint, and that of the start."""
        kept = {min(self._saved), self.nearest(iteration)[0]}
        size = sum(state.nbytes + OVERHEAD for state in self._saved[min(kept)])
        self._keep(kept)
        self._holding.change(size * len(self._saved))

    def _thin(self, most: int) -> None:
        """Drop some checkpoints at once, so that this is not needed at every save."""
        recent = {*list(self._saved)[-max(min(RECENT, most - 1), most // 8) :]}
        room = max(most - len(recent) - most // 32, 1)
        regular = sorted(at for at in self._saved if at % self.spacing == 0)
        while len(regular) > room:
            odd = [at for at in regular if at % (2 * self.spacing)]
            dropped = {*odd[: len(regular) - room]}
            regular = [at for at in regular if at not in dropped]
            if len(dropped) == len(odd):
                self.spacing *= 2
        self._keep(recent.union(regular))

    def _keep(self, kept: Set[int]) -> None:
        """Drop all others."""
        self._saved = {at: states for at, states in self._saved.items() if at in kept}
        self._passing = {at: None for at in self._passing if at in kept}
