"""Where to write the name of a line: on the plot, near its line, off all others. In pixels, y downward. No Qt."""

from __future__ import annotations

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Points = NDArray[np.float64]

ALONG = (0.96, 0.84, 0.72, 0.6, 0.48, 0.36, 0.24, 0.1)
"""Places to try along a line's width, from its end: a name belongs at the end of its line."""
GAP = 4.0
STICKY = 1.5
"""A name stays where it is unless another place is better by this much."""
ROWS = 3
"""Next to its line, or farther by as many heights of a text, less one: where another name has the place."""
OFF_CURVE = 3.0
OUT_OF_VIEW = 1000.0
"""The cost of a name that is cut off at the edge, larger than that of all lines it could cover."""


class Placed(Struct, frozen=True):
    """`x`, `y`: the top left corner of the text. `choice` is to be handed in again the next time."""

    x: float
    y: float
    choice: int


def place(
    lines: list[Points], sizes: list[tuple[float, float]], width: float, height: float, before: list[int | None]
) -> list[Placed | None]:
    """A place for each line's text; None for a line that has no point in view. `lines` have shape (points, 2)."""
    taken: list[tuple[float, float, float, float]] = []
    placed: list[Placed | None] = []
    dense = [_dense(line, width, height) for line in lines]
    for own, (line, size, last) in enumerate(zip(dense, sizes, before, strict=True)):
        others = [other for at, other in enumerate(dense) if at != own]
        best = _best(line, others, size, width, height, taken, last)
        if best is not None:
            taken.append((best.x, best.y, best.x + size[0], best.y + size[1]))
        placed.append(best)
    return placed


def _best(
    line: Points,
    others: list[Points],
    size: tuple[float, float],
    width: float,
    height: float,
    taken: list[tuple[float, float, float, float]],
    before: int | None,
) -> Placed | None:
    if not len(line):
        return None
    left, right = line[:, 0].min(), line[:, 0].max()
    along = np.tile(np.repeat(ALONG, 2), ROWS)
    centers = left + along * (right - left)
    above = np.tile([True, False], len(ALONG) * ROWS)
    gaps = GAP + np.repeat(np.arange(ROWS), 2 * len(ALONG)) * size[1]
    xs = np.clip(centers - size[0] / 2, 2, max(2.0, width - size[0] - 2))
    under = (line[:, 0] >= xs[:, None] - GAP) & (line[:, 0] <= xs[:, None] + size[0] + GAP)
    closest = np.abs(line[:, 0] - centers[:, None]).argmin(axis=1)
    under[np.arange(len(xs)), closest] |= ~under.any(axis=1)
    top = np.where(under, line[:, 1], np.inf).min(axis=1)
    bottom = np.where(under, line[:, 1], -np.inf).max(axis=1)
    ys = np.where(above, top - size[1] - gaps, bottom + gaps)
    nearest = np.interp(xs + size[0] / 2, line[:, 0], line[:, 1])
    reach = np.abs(np.where(above, ys + size[1], ys) - nearest)
    costs = 1.2 * (1 - along) + reach / 40 + np.where(above, 0.0, 0.3)
    for other in others:
        costs += 12.0 * _inside(other, xs, ys, size)
    for low_x, low_y, high_x, high_y in taken:
        hit = (xs < high_x) & (low_x < xs + size[0]) & (ys < high_y) & (low_y < ys + size[1])
        costs += 60.0 * hit
    costs += OUT_OF_VIEW * ((ys < 0) | (ys + size[1] > height))
    if before is not None:
        costs[before] -= STICKY
    best = int(costs.argmin())
    return Placed(float(xs[best]), float(ys[best]), best)


def _dense(line: Points, width: float, height: float) -> Points:
    """The line in view, with a point at least every few pixels of x."""
    line = line[np.isfinite(line).all(axis=1)]
    if len(line) > 1:
        xs = np.arange(max(line[0, 0], 0.0), min(line[-1, 0], width) + 1e-9, 4.0)
        line = np.column_stack((xs, np.interp(xs, line[:, 0], line[:, 1]))) if len(xs) else line
    seen = (line[:, 0] >= -1) & (line[:, 0] <= width + 1) & (line[:, 1] >= -1) & (line[:, 1] <= height + 1)
    return line[seen]


def _inside(line: Points, xs: Points, ys: Points, size: tuple[float, float]) -> Points:
    """How much of a line runs through each of the boxes of that size, from 0 to 1."""
    x, y = line[:, 0], line[:, 1]
    left, top = xs[:, None], ys[:, None]
    hit = (x >= left - 2) & (x <= left + size[0] + 2) & (y >= top - OFF_CURVE) & (y <= top + size[1] + OFF_CURVE)
    share: Points = np.minimum(1.0, hit.sum(axis=1) / 4)
    return share
