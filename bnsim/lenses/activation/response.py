"""An activation as a function of one number, by the twins of the operations that the lane itself runs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from bnsim.engine.kernels.record import SATURATED
from bnsim.engine.operation import Array, Operation
from bnsim.engine.program import Instruction, Program
from bnsim.lenses.xray.forward import operation_at
from bnsim.spec.tree import Path

NODES, CELLS, REACH = 8, 160, 9.0
"""Gauss points in a cell, cells, and how many spreads they reach: the rest of a normal weighs 1e-18."""
GAUSS = np.polynomial.legendre.leggauss(NODES)
FEWER = 24
"""Cells for a curve to look at."""
NARROWEST = 1e-9
"""Below this a spread is none."""
WINDOW = 6.0
"""Pre-activations drawn at least; where all of them saturate a sigmoid."""
POINTS = 401
WIDE = np.linspace(-60.0, 60.0, 24001)
"""Where the largest derivative is looked for; 0 is one of them."""
HALVINGS = 20
NEAR = np.linspace(-10.0, 10.0, 2001)


@dataclass(frozen=True)
class Response:
    """y = f(x) and its derivative, which is computed from `reads`: the input "x", the output "y", or neither, "".

    `scalars` are the function's own numbers.
    """

    value: type[Operation]
    gradient: type[Operation]
    scalars: tuple[float, ...]
    reads: str

    def values(self, x: Array) -> Array:
        """f(x), in the precision of `x`."""
        y = np.empty_like(x)
        with np.errstate(all="ignore"):
            self.value.twin(x, y, *self.scalars)
        return y

    def slopes(self, x: Array, y: Array | None = None) -> Array:
        """f'(x): what the backward pass makes of a gradient of 1. `y`: the output where it is known."""
        read = {"": (), "x": (x,), "y": (self.values(x) if self.reads == "y" and y is None else y,)}[self.reads]
        d_x = np.empty_like(x)
        with np.errstate(all="ignore"):
            self.gradient.twin(np.ones_like(x), *read, d_x, *self.scalars)
        return d_x

    @property
    def top(self) -> float:
        """The largest |f'|."""
        return _top(self)

    @property
    def limit(self) -> float:
        """A derivative below this counts as saturated: 1 % of the largest."""
        return SATURATED * self.top

    @property
    def kinks(self) -> tuple[float, ...]:
        """Where the derivative may jump: at zero or at a number of the function's own."""
        return (0.0, *self.scalars)

    def expected(self, mean: float, spread: float) -> tuple[float, float, float]:
        """E[f'(x)], E[f'(x)²] and the probability that |f'(x)| is below the limit, for x from N(mean, spread²)."""
        x, weights = nodes(mean, np.array([spread]), self.kinks)
        slopes = self.slopes(x)
        slope, square, flat = (
            float(np.sum(weights * what)) for what in (slopes, slopes**2, np.abs(slopes) < self.limit)
        )
        return slope, square, flat

    def sweep(self, mean: float, spreads: Array) -> tuple[Array, Array]:
        """E[f'(x)] and E[f'(x)²] for each of some spreads, to the precision of a drawing."""
        x, weights = nodes(mean, spreads, self.kinks, FEWER)
        slopes = self.slopes(x)
        return np.sum(weights * slopes, axis=1), np.sum(weights * slopes**2, axis=1)

    def window(self, x: Array | None, mean: float, spread: float) -> Array:
        """The pre-activations to draw, (points,): around zero, wide enough for the live ones and the normal."""
        ends = [WINDOW, abs(mean) + 3 * spread]
        ends += [1.2 * abs(kink) for kink in self.scalars if abs(kink) < 20]
        if x is not None:
            ends.append(float(np.max(np.abs(x), initial=0.0, where=np.isfinite(x))))
        widest = max(end for end in ends if math.isfinite(end))
        power = 10.0 ** math.floor(math.log10(widest))
        end = next(step * power for step in (1, 1.5, 2, 3, 4, 6, 8, 10) if step * power >= widest * (1 - 1e-9))
        return np.linspace(-end, end, POINTS)

    def good(self, drawn: Array) -> tuple[tuple[float, float], ...]:
        """Intervals of what is drawn where the derivative is at least 1 % of its maximum."""
        return _good(self, float(drawn[-1]))

    def edge(self, x: Array, outside: int, inside: int) -> float:
        """Where between two neighbors the derivative reaches the limit: at a kink, or found by halving."""
        if not 0 <= outside < len(x):
            return float(x[inside])
        low, high = float(x[outside]), float(x[inside])
        for kink in self.kinks:
            if min(low, high) <= kink <= max(low, high):
                return kink
        for _ in range(HALVINGS):
            middle = np.array([(low + high) / 2])
            if abs(float(self.slopes(middle)[0])) >= self.limit:
                high = float(middle[0])
            else:
                low = float(middle[0])
        return high


@lru_cache(maxsize=256)
def _good(response: Response, end: float) -> tuple[tuple[float, float], ...]:
    # Where pre-activations are huge, what is near zero would fall between the points.
    x = np.unique(np.concatenate([np.linspace(-end, end, 10 * POINTS), NEAR[np.abs(NEAR) < end]]))
    inside = np.concatenate([[False], np.abs(response.slopes(x)) >= response.limit, [False]])
    edges = np.flatnonzero(inside[1:] != inside[:-1]).reshape(-1, 2)
    return tuple((response.edge(x, start - 1, start), response.edge(x, stop, stop - 1)) for start, stop in edges)


@lru_cache(maxsize=64)
def _top(response: Response) -> float:
    return float(np.abs(response.slopes(WIDE)).max())


def nodes(mean: float, spreads: Array, kinks: tuple[float, ...], cells: int = CELLS) -> tuple[Array, Array]:
    """Points and weights, each (spreads, points), that add up expectations under N(mean, spread²).

    Gauss and Legendre's in cells that end at the kinks, so that a jump there costs no precision.
    """
    spreads = np.maximum(spreads, NARROWEST)[:, None]
    even = np.linspace(-REACH, REACH, cells + 1)
    inner = np.clip((np.array(kinks) - mean) / spreads, -REACH, REACH)
    ends = np.sort(np.concatenate([np.broadcast_to(even, (len(spreads), cells + 1)), inner], axis=1), axis=1)
    middle, half = (ends[:, 1:] + ends[:, :-1]) / 2, (ends[:, 1:] - ends[:, :-1]) / 2
    z = (middle[:, :, None] + half[:, :, None] * GAUSS[0]).reshape(len(spreads), -1)
    shares = (half[:, :, None] * GAUSS[1]).reshape(len(spreads), -1)
    return mean + spreads * z, shares * np.exp(-z * z / 2) / math.sqrt(2 * math.pi)


def steps_at(program: Program, path: Path) -> tuple[Instruction, Instruction]:
    """The operations of the activation at a path, forward and backward."""
    forward = operation_at(program, path)
    for step in program.instructions:
        if (step.path, step.phase, step.micro, step.hidden) == (path, "backward", forward.micro, False):
            return forward, step
    raise LookupError(path)


def response_of(forward: Instruction, backward: Instruction) -> Response:
    """The function they compute."""
    reads = ""
    if len(backward.operation.reads) > 1:
        reads = "x" if backward.places[1] is forward.places[0] else "y"
    return Response(forward.operation, backward.operation, forward.scalars, reads)
