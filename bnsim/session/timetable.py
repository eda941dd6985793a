"""When the changes of a run act, and their acting on the numbers."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property

import numpy as np

from bnsim.engine.operation import Array
from bnsim.engine.program import Place
from bnsim.session.carrying import Carrier
from bnsim.session.changes import Changes, WeightScaling
from bnsim.session.lane import Form, Lane
from bnsim.spec.errors import InputError
from bnsim.spec.numerals import count
from bnsim.spec.tree import is_weight_layer, leaves

Scaling = tuple[frozenset[int], float]
"""Ids of layers, and the factor."""


class Timetable:
    """The changes of a session's lanes by the iteration as which they act. `changes`: as they were made.

    As an iteration begins a lane is first carried over a fork, if it has one there, and then changed.
    """

    def __init__(self, lanes: Iterable[Lane], carrier: Carrier) -> None:
        self.changes: Changes = ()
        self._by_iteration: dict[int, tuple[Scaling, ...]] = {}
        self._known_sets: dict[tuple[int, ...], frozenset[int]] = {}
        """One object for the same layers, so that a long gesture on many layers is compared quickly."""
        self._iterations: list[int] = []
        self._lanes = tuple(lanes)
        self._carrier = carrier
        self._forks = [{form.start for form in lane.forms[1:]} for lane in self._lanes]
        self._all_forks = sorted(set().union(*self._forks))

    @cached_property
    def _weights(self) -> dict[Form, Mapping[int, list[Place]]]:
        """Of each form of a lane, found when first needed: a stack may be deep."""
        return {form: _weights_of(form) for lane in self._lanes for form in lane.forms}

    def put(self, changes: Changes) -> int | None:
        """Let these be the changes. The first iteration that is another one with them; None if none is.

        InputError, and nothing put, if one cannot be made.
        """
        known = {layer for weights in self._weights.values() for layer in weights} if changes else set()
        for each in changes:
            _check(each, known)
        before, now = self._by_iteration, self._sorted_by_iteration(changes)
        self.changes, self._by_iteration, self._iterations = tuple(changes), now, sorted(now)
        return min((at for at in before.keys() | now.keys() if before.get(at) != now.get(at)), default=None)

    def _sorted_by_iteration(self, changes: Changes) -> dict[int, tuple[Scaling, ...]]:
        found: dict[int, tuple[Scaling, ...]] = {}
        for each in changes:
            layers = self._known_sets.setdefault(each.layers, frozenset(each.layers))
            for iteration, factor in each.factors:
                found[iteration] = (*found.get(iteration, ()), (layers, factor))
        return found

    def layers_of(self, lane: Lane) -> frozenset[int]:
        """The ids of a lane's layers that have weights."""
        return frozenset(layer for form in lane.forms for layer in self._weights[form])

    def next_after(self, iteration: int) -> int | None:
        """The next iteration after that one as which something changes; None if there is none."""
        later = [
            at[place] for at in (self._iterations, self._all_forks) if (place := bisect_right(at, iteration)) < len(at)
        ]
        return min(later, default=None)

    def acts_at(self, iteration: int) -> bool:
        """Whether something changes as that iteration begins."""
        return iteration in self._by_iteration or iteration in self._all_forks

    def forks_at(self, lane: Lane, iteration: int) -> bool:
        """Whether a lane is forked as that iteration begins."""
        return iteration in self._forks[lane.index]

    def begin(self, lane: Lane, iteration: int) -> None:
        """Let a lane, in which stands what an iteration begins with, be as it is once all that acts there has acted."""
        if self.forks_at(lane, iteration):
            state = self._carrier.carried(lane, lane.machine.state, iteration)
            lane.stand_in(lane.form_at(iteration))
            lane.machine.state = state
        self._scale(lane.form, lane.machine.memory, iteration)

    def begun(self, lane: Lane, state: Array, iteration: int) -> Array:
        """A state with which an iteration begins, once all that acts there has acted; `state` is left as it is."""
        begun = self._carrier.carried(lane, state, iteration) if self.forks_at(lane, iteration) else state.copy()
        self._scale(lane.form_at(iteration), begun, iteration)
        return begun

    def _scale(self, form: Form, state: Array, iteration: int) -> None:
        """Change a state, or the memory that begins with it, as the changes at that iteration do."""
        for layers, factor in self._by_iteration.get(iteration, ()):
            for layer, places in self._weights[form].items():
                if layer in layers:
                    for place in places:
                        with np.errstate(all="ignore"):  # too large is an infinity, at which the run then stops
                            form.program.view(state, place)[...] *= factor


def _check(change: WeightScaling, known: Collection[int]) -> None:
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
                f"Weights cannot be multiplied by {factor:g} in iteration {count(iteration)}; give a positive number."
            )


def _weights_of(form: Form) -> Mapping[int, list[Place]]:
    """Where the weights of each layer stand: of every copy that has its own."""
    places = {each.path: each.value for each in form.program.parameters if each.key and each.is_weight}
    found: dict[int, list[Place]] = {}
    for leaf in leaves(form.stack.layers):
        if is_weight_layer(leaf.layer):
            own = found.setdefault(leaf.layer.id, [])
            own += [places[leaf.path]] if leaf.path in places else []
    return found
