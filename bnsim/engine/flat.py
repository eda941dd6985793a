"""Where an activation is flat, or dead: worked out from its derivative, so that nothing has to be said twice.

Flat are the outermost stretches of inputs on which the derivative stays below a tenth of its largest size; dead those
on which it is 0. A sigmoid is flat where abs(x) > 3.64, tanh where abs(x) > 1.82, SiLU below -0.88, ReLU, and dead
there, up to 0. What is recorded as saturated or dead, gauges on cards, breakpoints and the X-ray all come from this.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import inf
from typing import Any, Literal

import numpy as np

from bnsim.engine.kernels.elementwise import ELEMENTWISE, elementwise_of
from bnsim.engine.operation import Array
from bnsim.spec.layer_base import LayerBase

FLAT = 0.1
"""A derivative below this share of its largest size is flat."""
NEAR = np.linspace(-60.0, 60.0, 24001)
FAR = np.geomspace(1e-6, 1e306, 6241)
"""Inputs at which a derivative is looked at; 0 is one of the near ones."""


@dataclass(frozen=True)
class Flat:
    """Inputs of at most `below` and at least `above` are flat; of at most `dead_below`, at least `dead_above` dead.

    An infinite end is no stretch. `top` is the largest size of the derivative. `silent`: all that is flat is dead, and
    the output 0 there, as a ReLU's. `reads` is which array to count in, the input "x" or the output "y", where the
    latter is at hand and as good, and `limits` and `dead_limits` are (low, high) in terms of that.
    """

    top: float
    below: float = -inf
    above: float = inf
    dead_below: float = -inf
    dead_above: float = inf
    silent: bool = False
    reads: Literal["x", "y"] = "x"
    limits: tuple[float, float] = (-inf, inf)
    dead_limits: tuple[float, float] = (-inf, inf)

    @property
    def is_flat(self) -> bool:
        """Whether there is any flat stretch."""
        return self.below > -inf or self.above < inf

    @property
    def saturates(self) -> bool:
        """Whether there is a flat stretch on which output and derivative are not both 0."""
        return self.is_flat and not self.silent

    @property
    def is_dead(self) -> bool:
        """Whether there is any dead stretch."""
        return self.dead_below > -inf or self.dead_above < inf

    def flat(self, read: Array) -> Array:
        """Whether each element of the array that `reads` names is flat, in its shape; a NaN is not."""
        flat: Array = (read <= self.limits[0]) | (read >= self.limits[1])
        return flat

    def dead(self, read: Array) -> Array:
        """Whether each element of the array that `reads` names is on a dead stretch, in its shape."""
        dead: Array = (read <= self.dead_limits[0]) | (read >= self.dead_limits[1])
        return dead


def flat_of(layer: LayerBase) -> Flat | None:
    """The flat stretches of a layer with its parameters; None if it is no elementwise activation."""
    known = elementwise_of(layer)
    return None if known is None else _flat_of(known.key, known.numbers(layer))


@lru_cache(maxsize=256)
def _flat_of(key: str, scalars: tuple[float, ...]) -> Flat:
    known = next(known for known in ELEMENTWISE if known.key == key)

    def value(x: Array) -> Array:
        found: Array = known.value(np.float64, x, *scalars)
        return found

    def size(x: Array) -> Array:
        """The absolute value of the derivative."""
        read = x if known.reads == "x" else value(x)
        return np.abs(np.asarray(known.slope(np.float64, read, *scalars), np.float64))

    with np.errstate(all="ignore"):
        kinks = np.array([kink for kink in (0.0, *known.kinks(*scalars)) if np.isfinite(kink)])
        x = np.unique(np.concatenate([NEAR, -FAR, FAR, kinks, (kinks[1:] + kinks[:-1]) / 2]))
        sizes = size(x)
        x, sizes = x[~np.isnan(sizes)], sizes[~np.isnan(sizes)]
        top = _largest(size, x, sizes)
        steep = np.flatnonzero(sizes >= FLAT * top)
        if not top or not len(steep):
            return Flat(top)
        below, above = -inf, inf
        if steep[0] > 0:
            below = _edge(lambda at: size(at) < FLAT * top, x[steep[0] - 1], x[steep[0]])
        if steep[-1] < len(x) - 1:
            above = _edge(lambda at: size(at) < FLAT * top, x[steep[-1] + 1], x[steep[-1]])
        # Where the derivative jumps to 0 all that is flat is dead; where it only fades, 0 is what rounding makes of it.
        ends = np.array([below, above])
        dead = np.isfinite(ends) & (size(ends) == 0)
        dead_below, dead_above = below if dead[0] else -inf, above if dead[1] else inf
        outputs = value(ends)
    silent = bool((dead == np.isfinite(ends)).all() and dead.any() and not outputs[dead].any())
    limits, dead_limits = (below, above), (dead_below, dead_above)
    if known.reads == "y":
        limits = (_or_none(outputs[0], below), _or_none(outputs[1], above))
        dead_limits = (_or_none(outputs[0], dead_below), _or_none(outputs[1], dead_above))
    return Flat(top, below, above, dead_below, dead_above, silent, known.reads, limits, dead_limits)


def _or_none(output: float, end: float) -> float:
    """The output at an end of a stretch, which must rise with the input; none where there is no stretch."""
    return float(output) if np.isfinite(end) else end


def _largest(size: Any, x: Array, sizes: Array) -> float:
    """The maximum, looked for between neighbors of the largest sample, finer and finer."""
    at = int(sizes.argmax())
    low, high, top = x[max(at - 1, 0)], x[min(at + 1, len(x) - 1)], float(sizes[at])
    for _ in range(12):
        inner = np.linspace(low, high, 41)
        found = size(inner)
        at = int(np.nanargmax(found))
        top = max(top, float(found[at]))
        low, high = inner[max(at - 1, 0)], inner[min(at + 1, 40)]
    return top


def _edge(is_flat: Any, flat: float, steep: float) -> float:
    """The last flat number between one that is and one that is not."""
    while True:
        middle = flat + (steep - flat) / 2
        if middle in (flat, steep):
            return float(flat)
        if is_flat(np.array([middle]))[0]:
            flat = middle
        else:
            steep = middle
