"""A lane's numbers for a Why: arrays in float64, norms measured once, weights as the backward pass used them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

import numpy as np

from bnsim.engine.operation import Array
from bnsim.engine.program import Place
from bnsim.lenses.norm import norm
from bnsim.session.lane import Lane

Top = Callable[[Array], float]


def largest_singular_value(weight: Array) -> float:
    """Of a matrix, in float64: no direction is multiplied by more."""
    return float(np.linalg.svd(weight.astype(np.float64), compute_uv=False)[0])


class Reading:
    """The numbers of `lane` at this moment; not to be kept beyond it.

    `state` are the lane's parameters as the present iteration began (`Session.state_before`), where it is known.
    `top` gives the largest singular value of a weight, where it is wanted: it takes long. `told`: whether links say
    their causes.
    """

    def __init__(self, lane: Lane, state: Array | None = None, *, top: Top | None = None, told: bool = True) -> None:
        self.lane, self.state, self.top, self.told = lane, state, top, told
        self.stack, self.program = lane.stack, lane.program
        self._norms: dict[Place, float | None] = {}

    def norm(self, place: Place) -> float | None:
        """The norm of the array at a place; None while it is not computed."""
        if place not in self._norms:
            seen = self.lane.peek(place)
            self._norms[place] = None if seen is None else norm(seen)
        return self._norms[place]

    def array(self, place: Place) -> Array:
        """The array at a place, which is computed, in float64."""
        seen = self.lane.peek(place)
        assert seen is not None
        return seen.astype(np.float64)

    def direction(self, place: Place) -> Array:
        """The array over its largest size, so that squares neither vanish nor overflow."""
        return scaled(self.array(place))

    def used(self, place: Place) -> Array | None:
        """The array at a place as this iteration's passes used it, in the lane's precision; None where that is gone.

        Of a parameter that is updated already it is the state before, or, of a weight, the copy that is recorded.
        """
        program = self.program
        if program.offsets[place] >= program.state_size or self.lane.position <= program.first_update:
            return self.lane.peek(place)
        if self.state is not None:
            return program.view(self.state, place)
        kept = self._copies.get(place)
        return None if kept is None else self.lane.peek(kept)

    @cached_property
    def _copies(self) -> dict[Place, Place]:
        """The places of weights before the update, by that of the weight, where they are recorded."""
        return {
            step.places[0]: step.places[1]
            for step in self.program.instructions[: self.program.first_update]
            if step.hidden and step.operation.key == "copy"
        }


def scaled(array: Array) -> Array:
    """The array over the largest size of its elements; as it is where that is 0 or no number."""
    top = float(np.max(np.abs(array), initial=0.0))
    return array / top if 0 < top < np.inf else array
