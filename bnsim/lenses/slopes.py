"""The slope of the loss by single numbers: by a complex step, or by central differences made better (Richardson 1911).

A complex step takes no difference, so that nothing cancels, however small the slope is. Where it leads to no number,
each element is moved by h and by h/2 either way; from the two differences follow a better one and how far it can be
trusted. h shrinks where an activation's kink lies within it, and where the loss is too curved; it grows where the
difference would drown in rounding.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from msgspec import Struct

from bnsim.engine.operation import Array
from bnsim.lenses.rerun import Rerun

Method = Literal["complex step", "Richardson"]
ALONG = 1e-60
"""The complex step, relative to the element: its square is nothing beside 1 even where gradients explode, and a
vanished slope times it is still a number."""
OTHERS = (0.83e-60, 1.27e-60, 1.61e-60)
"""Steps that round otherwise, to see how far rounding goes."""
STEP = 1e-3
"""The first real h, relative to the element it is added to."""
SMALLEST, LARGEST = 1e-9, 1.0
FINE = 1e-5
"""Relative uncertainty of a difference that needs no better h."""


class Slope(Struct, frozen=True):
    """The slope of the loss by one element: uncertainty, step h, how it was found; `kinked` if it is on a kink."""

    slope: float
    doubt: float
    step: float
    method: Method
    kinked: bool = False


class Slopes:
    """Slopes of the loss by the elements of a rerun's target, whose gradient should be `gradient`."""

    def __init__(self, rerun: Rerun, gradient: Array) -> None:
        self._rerun = rerun
        target = rerun.target
        self._typical = float(np.sqrt(np.mean(np.square(target)))) or 1.0
        eps = float(np.finfo(np.float64).eps)
        # What rounding changes in the loss: its own last digit, and those of what it is made from.
        self.noise = 4 * eps * (abs(rerun.loss()) + float(np.linalg.norm(target * gradient)))

    def at(self, place: int) -> Slope:
        """The slope by one element: by a complex step, or where that is no number by differences."""
        step = ALONG * self._scale(place)
        slope, kinked = self._rerun.along(place, step)
        if kinked:
            return Slope(math.nan, math.inf, step, "complex step", kinked=True)
        return Slope(slope, 0.0, step, "complex step") if math.isfinite(slope) else self.difference(place)

    def rounding(self, place: int, slope: float) -> float:
        """How far slopes by other complex steps are from this one: all of it is rounding."""
        others = (self._rerun.along(place, step * self._scale(place))[0] for step in OTHERS)
        return max(abs(other - slope) for other in others)

    def difference(self, place: int) -> Slope:
        """The difference by one element, with the step h that is most precise."""
        scale = self._scale(place)
        size, best, turn = STEP, None, 0.0
        while SMALLEST <= size <= LARGEST:
            found, curved = self._try(place, size * scale)
            if not found.kinked and (best is None or found.doubt < best.doubt):
                best = found
            elif best is not None and best is not found:
                break
            if best is not None and best.doubt <= FINE * abs(best.slope):
                break
            turn = turn or (0.1 if found.kinked or curved else 10.0)
            size *= turn
        return best if best is not None else Slope(math.nan, math.inf, size * scale, "Richardson", kinked=True)

    def _scale(self, place: int) -> float:
        return max(abs(float(self._rerun.target[place])), self._typical)

    def _try(self, place: int, step: float) -> tuple[Slope, bool]:
        """The difference with that step, and whether curvature rather than rounding limits its precision."""
        wide, wide_sides = self._central(place, step)
        near, near_sides = self._central(place, step / 2)
        if len(wide_sides | near_sides) > 1:
            return Slope(math.nan, math.inf, step, "Richardson", kinked=True), True
        curvature, rounding = abs(near - wide) / 3, 2 * self.noise / step
        slope = (4 * near - wide) / 3
        return Slope(slope, curvature + rounding, step, "Richardson"), curvature > rounding

    def _central(self, place: int, step: float) -> tuple[float, set[bytes]]:
        target, rerun = self._rerun.target, self._rerun
        here = float(target[place])
        high, low = here + step, here - step
        target[place] = high
        above, side_above = rerun.loss(), rerun.side()
        target[place] = low
        below, side_below = rerun.loss(), rerun.side()
        target[place] = here
        return (above - below) / (high - low), {side_above, side_below}
