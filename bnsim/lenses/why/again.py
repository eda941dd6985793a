"""The backward pass once more, beside the session: values of the forward pass stay, some layers let it through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from bnsim.engine.operation import Array
from bnsim.engine.program import Place
from bnsim.lenses.norm import norm
from bnsim.lenses.why.reading import Reading
from bnsim.lenses.why.way import Crossing, steps_through

Otherwise = Mapping[Crossing, Literal["passed", "branch"]]
"""What layers do instead of what they do: hand the gradient on as it is, or, a Residual, by its branch alone."""


class Again:
    """The backward pass along `way`, by the operations' NumPy twins, in the lane's precision."""

    def __init__(self, reading: Reading, way: Sequence[Crossing]) -> None:
        self._reading, self._way = reading, way

    def norm(self, otherwise: Otherwise) -> float:
        """The norm of the gradient at the end of the way with some layers changed; the lane is only read."""
        for at, crossing in enumerate(self._way):
            if crossing in otherwise or any(inner in otherwise for inner in within(crossing.branch)):
                with np.errstate(all="ignore"):
                    return norm(self._down(self._way[at:], self._present(crossing.g), otherwise))
        return norm(self._present(self._way[-1].d_x))

    def _down(self, way: Sequence[Crossing], g: Array, otherwise: Otherwise) -> Array:
        for crossing in way:
            how = otherwise.get(crossing)
            if how == "passed":
                continue
            if crossing.d_branch is None:
                g = self._through(crossing, g)
            else:
                down = self._down(crossing.branch, g, otherwise)
                g = down if how == "branch" else g + down
        return g

    def _through(self, crossing: Crossing, g: Array) -> Array:
        made: dict[Place, Array] = {crossing.g: g}
        for step in steps_through(self._reading.program, crossing):
            for name, place in zip(step.operation.operands(), step.places, strict=True):
                if place not in made:
                    read = name in step.operation.reads
                    made[place] = self._present(place) if read else np.empty(place.shape, g.dtype)
            step.operation.twin(*(made[place] for place in step.places), *step.scalars)
        # Without a step the layer hands on the very gradient that came.
        return made.get(crossing.d_x, g)

    def _present(self, place: Place) -> Array:
        found = self._reading.used(place)
        assert found is not None
        return found


def within(way: Sequence[Crossing]) -> list[Crossing]:
    """All crossings of a way, those in the branches of Residuals too."""
    found: list[Crossing] = []
    for crossing in way:
        found += [crossing, *within(crossing.branch)]
    return found
