"""An activation as a function of one number, by the twins of the operations that the lane itself runs."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from bnsim.engine.flat import Flat, flat_of
from bnsim.engine.kernels.elementwise import elementwise_of
from bnsim.engine.operation import Array, Operation
from bnsim.engine.program import Instruction, Program
from bnsim.lenses.xray.forward import operation_at
from bnsim.spec.layer_base import LayerBase
from bnsim.spec.tree import Path

NODES, CELLS, REACH = 8, 160, 9.0
"""Gauss points in a cell, cells, and how many spreads they reach: the rest of a normal weighs 1e-18."""
GAUSS = np.polynomial.legendre.leggauss(NODES)
FEWER = 24
"""Cells for a curve that is only drawn."""
NARROWEST = 1e-9
"""A standard deviation below this counts as zero."""
WINDOW = 6.0
"""The curve is drawn at least from minus this to this: there every sigmoid is saturated."""
POINTS = 401


@dataclass(frozen=True)
class Response:
    """y = f(x) and its derivative, which is computed from `reads`: the input "x", the output "y", or neither, "".

    `scalars` are the function's own numbers, `kinks` where its derivative may jump, `flat` where it is small.
    """

    value: type[Operation]
    gradient: type[Operation]
    scalars: tuple[float, ...]
    reads: str
    kinks: tuple[float, ...]
    flat: Flat

    def values(self, x: Array) -> Array:
        """The function f(x), in the precision of `x`."""
        y = np.empty_like(x)
        with np.errstate(all="ignore"):
            self.value.twin(x, y, *self.scalars)
        return y

    def slopes(self, x: Array, y: Array | None = None) -> Array:
        """The derivative f'(x), as the backward pass computes it from a gradient of 1. `y`: the output, if known."""
        read = {"": (), "x": (x,), "y": (self.values(x) if self.reads == "y" and y is None else y,)}[self.reads]
        d_x = np.empty_like(x)
        with np.errstate(all="ignore"):
            self.gradient.twin(np.ones_like(x), *read, d_x, *self.scalars)
        return d_x

    def expected(self, mean: float, spread: float) -> tuple[float, float, float]:
        """E[f'(x)], E[f'(x)²] and the probability of a flat stretch, for x from N(mean, spread²)."""
        x, weights = nodes(mean, np.array([spread]), self.kinks)
        slopes = self.slopes(x)
        spread = max(spread, NARROWEST)
        outside = _below((self.flat.below - mean) / spread) + _below((mean - self.flat.above) / spread)
        return float(np.sum(weights * slopes)), float(np.sum(weights * slopes**2)), outside

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
        """The interval between the flat stretches as far as it is drawn; empty if there is none."""
        low, high = max(self.flat.below, float(drawn[0])), min(self.flat.above, float(drawn[-1]))
        return ((low, high),) if low < high else ()


def _below(z: float) -> float:
    """The probability that a standard normal number is below z."""
    return math.erfc(-z / math.sqrt(2)) / 2


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


def response_of(layer: LayerBase, forward: Instruction, backward: Instruction) -> Response:
    """The function that a layer's two operations compute."""
    reads = ""
    if len(backward.operation.reads) > 1:
        reads = "x" if backward.places[1] is forward.places[0] else "y"
    known = elementwise_of(layer)
    kinks = (0.0,) if known is None else (0.0, *known.kinks(*forward.scalars))
    flat = flat_of(layer) or Flat(top=1.0)
    return Response(forward.operation, backward.operation, forward.scalars, reads, kinks, flat)
