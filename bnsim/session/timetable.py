"""When the changes of a run act, and their acting on the numbers."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Mapping

import numpy as np

from bnsim.engine.operation import Array
from bnsim.engine.program import Place
from bnsim.session.changes import Changes, WeightScaling
from bnsim.session.lane import Lane
from bnsim.spec.errors import InputError
from bnsim.spec.numerals import count
from bnsim.spec.tree import leaves, weight_layers


class Timetable:
    """The changes of a session's lanes by the iteration as which they act. `changes`: as they were made."""

    def __init__(self, lanes: Iterable[Lane]) -> None:
        self.changes: Changes = ()
        self._by_iteration: dict[int, tuple[tuple[frozenset[int], float], ...]] = {}
        self._iterations: list[int] = []
        self._weights: list[Mapping[int, tuple[Place, ...]]] = [_weights_of(lane) for lane in lanes]

    def put(self, changes: Changes) -> int | None:
        """Let these be the changes. The first iteration that is another one with them; None if none is.

        InputError, and nothing put, if one cannot be made.
        """
        for each in changes:
            self._check(each)
        before, now = self._by_iteration, _by_iteration(changes)
        self.changes, self._by_iteration, self._iterations = tuple(changes), now, sorted(now)
        return min((at for at in before.keys() | now.keys() if before.get(at) != now.get(at)), default=None)

    def layers_of(self, lane: Lane) -> frozenset[int]:
        """The ids of a lane's layers that have weights."""
        return frozenset(self._weights[lane.index])

    def next_after(self, iteration: int) -> int | None:
        """The next iteration after that one as which something changes; None if there is none."""
        place = bisect_right(self._iterations, iteration)
        return self._iterations[place] if place < len(self._iterations) else None

    def acts_at(self, iteration: int) -> bool:
        """Whether something changes as that iteration begins."""
        return iteration in self._by_iteration

    def act(self, lane: Lane, state: Array, iteration: int) -> None:
        """Change a lane's state, or the memory that begins with it, as the changes at that iteration do."""
        for layers, factor in self._by_iteration.get(iteration, ()):
            for layer, places in self._weights[lane.index].items():
                if layer in layers:
                    for place in places:
                        with np.errstate(all="ignore"):  # too large is an infinity, at which the run then stops
                            lane.program.view(state, place)[...] *= factor

    def _check(self, change: WeightScaling) -> None:
        known = {layer for weights in self._weights for layer in weights}
        wrong = next((layer for layer in change.layers if layer not in known), None)
        if not change.layers:
            raise InputError("A change of no layer's weights is none; name a Linear layer.")
        if wrong is not None:
            raise InputError(f"There is no layer with the id {wrong} whose weights can be scaled; leave it out.")
        iterations = [iteration for iteration, _ in change.factors]
        if not iterations or iterations[0] < 0 or sorted(set(iterations)) != iterations:
            raise InputError(f"A change cannot act at iterations {iterations}; give ascending ones from 0 on.")
        for iteration, factor in change.factors:
            if not (math.isfinite(factor) and factor > 0):
                raise InputError(
                    f"Weights cannot be multiplied by {factor:g} in iteration {count(iteration)}; "
                    "give a positive number."
                )


def _weights_of(lane: Lane) -> Mapping[int, tuple[Place, ...]]:
    """Where the weights of each layer stand: of every copy that has its own."""
    places = {each.path: each.value for each in lane.program.parameters if each.key and each.is_weight}
    found: dict[int, tuple[Place, ...]] = dict.fromkeys(weight_layers(lane.stack.layers), ())
    for leaf in leaves(lane.stack.layers):
        if leaf.layer.id in found and leaf.path in places:
            found[leaf.layer.id] += (places[leaf.path],)
    return found


def _by_iteration(changes: Changes) -> dict[int, tuple[tuple[frozenset[int], float], ...]]:
    found: dict[int, tuple[tuple[frozenset[int], float], ...]] = {}
    for each in changes:
        for iteration, factor in each.factors:
            found[iteration] = (*found.get(iteration, ()), (frozenset(each.layers), factor))
    return found
