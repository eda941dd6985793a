"""Where to write the name of a line: on the plot, near its line, off all others. In pixels, y downward. No Qt."""

from __future__ import annotations

import math

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Points = NDArray[np.float64]
Size = tuple[float, float]
"""Width and height of a text."""

ALONG = (0.96, 0.84, 0.72, 0.6, 0.48, 0.36, 0.24, 0.1)
"""Places to try along a line's width, from its end: a name belongs at the end of its line."""
GAP = 4.0
STICKY = 1.5
"""A name stays where it is unless another place is better by this much."""
ROWS = 3
"""Next to its line, or farther by as many heights of a text, less one: where another name has the place."""
APART = 2.0
"""The cost of each height of a text between it and its line: any free place beside the line is better."""
STEPS = 33
"""Points looked at along each piece of a line, where the distance of a text counts."""
OFF_CURVE = 3.0
NEARER = 0.5
"""Pixels that another line must be nearer to a text to be taken for the text's own."""
STRANGE = 200.0
"""The cost of a place that is nearer to another named line: the text would be taken for that line's."""
OUT_OF_VIEW = 1000.0
"""The cost of a name that is cut off at the edge, larger than that of all lines it could cover."""


class Placed(Struct, frozen=True):
    """`x`, `y`: the top left corner of the text. `choice` is to be handed in again the next time."""

    x: float
    y: float
    choice: int


def place(
    lines: list[Points], sizes: list[Size | None], width: float, height: float, before: list[int | None]
) -> list[Placed | None]:
    """The best place for each line's text; None for a line without a text (size None) or without a point in view.

    `lines` have shape (points, 2). Where there is no room a text may end up nearer to another line (see `own_places`).
    """
    made = [_Line(line, width, height) for line in lines]
    taken: list[tuple[float, float, float, float]] = []
    placed: list[Placed | None] = []
    for own, (line, size, last) in enumerate(zip(made, sizes, before, strict=True)):
        best = None
        if size is not None and len(line.seen):
            xs, ys, costs = _candidates(line, size, width)
            for at, other in enumerate(made):
                if at != own:
                    costs += 12.0 * _inside(other.seen, xs, ys, size)
            costs += STRANGE * ~_is_nearest(own, made, sizes, xs, ys)
            for low_x, low_y, high_x, high_y in taken:
                hit = (xs < high_x) & (low_x < xs + size[0]) & (ys < high_y) & (low_y < ys + size[1])
                costs += 60.0 * hit
            costs += OUT_OF_VIEW * ((ys < 0) | (ys + size[1] > height))
            if last is not None:
                costs[last] -= STICKY
            choice = int(costs.argmin())
            best = Placed(float(xs[choice]), float(ys[choice]), choice)
            taken.append((best.x, best.y, best.x + size[0], best.y + size[1]))
        placed.append(best)
    return placed


def follow(
    lines: list[Points], sizes: list[Size | None], width: float, height: float, before: list[int | None]
) -> list[Placed | None]:
    """Each text at the place along its line that it had before, wherever the line is now; much quicker than `place`."""
    placed: list[Placed | None] = []
    for points, size, choice in zip(lines, sizes, before, strict=True):
        line = None if size is None or choice is None else _Line(points, width, height)
        if line is None or size is None or not len(line.seen):
            placed.append(None)
            continue
        xs, ys, _ = _candidates(line, size, width, choice)
        placed.append(Placed(float(xs[0]), float(ys[0]), choice or 0))
    return placed


def own_places(
    placed: list[Placed | None], lines: list[Points], sizes: list[Size | None], width: float, height: float
) -> list[Placed | None]:
    """Those of the places that leave no doubt: in view, on no other text, and nearer to no other named line."""
    made = [_Line(line, width, height) for line in lines]
    kept: list[Placed | None] = []
    for own, (spot, size) in enumerate(zip(placed, sizes, strict=True)):
        if spot is None or size is None:
            kept.append(None)
            continue
        clear = spot.y >= -1 and spot.y + size[1] <= height + 1
        for other, room in zip(kept, sizes, strict=False):
            if other is not None and room is not None:
                beside = spot.x >= other.x + room[0] or other.x >= spot.x + size[0]
                clear = clear and (beside or spot.y >= other.y + room[1] or other.y >= spot.y + size[1])
        nearest = clear and _is_nearest(own, made, sizes, np.array([spot.x]), np.array([spot.y]))[0]
        kept.append(spot if nearest and _stands_at(own, made, sizes, spot, size) else None)
    return kept


def _stands_at(own: int, lines: list[_Line], sizes: list[Size | None], spot: Placed, size: Size) -> bool:
    """What `_is_nearest` says of one place, along the lines: a steep stretch is farther off than the box around it."""
    far = lines[own].distance(spot, size)
    others = (
        line for at, (line, named) in enumerate(zip(lines, sizes, strict=True)) if at != own and named is not None
    )
    return all(far <= other.distance(spot, size) + NEARER for other in others)


def densely(line: Points, width: float) -> Points:
    """The finite part of a line with a point at least every few pixels of x, from 0 to `width`."""
    line = line[np.isfinite(line).all(axis=1)]
    if len(line) > 1:
        xs = np.arange(max(line[0, 0], 0.0), min(line[-1, 0], width) + 1e-9, 4.0)
        line = np.column_stack((xs, np.interp(xs, line[:, 0], line[:, 1]))) if len(xs) else line
    return line


class _Line:
    """A line with a point at least every few pixels of x: all of it, and what is `seen`."""

    def __init__(self, line: Points, width: float, height: float) -> None:
        self.points = line = densely(line, width)
        seen = (line[:, 0] >= -1) & (line[:, 0] <= width + 1) & (line[:, 1] >= -1) & (line[:, 1] <= height + 1)
        self.seen = line[seen]

    def distance(self, spot: Placed, size: Size) -> float:
        """Pixels between a text there and the line; infinite without any."""
        if not len(self.points):
            return math.inf
        first, second = (self.points[:-1], self.points[1:]) if len(self.points) > 1 else (self.points, self.points)
        share = np.linspace(0, 1, STEPS)[:, None, None]
        x, y = np.moveaxis(first * (1 - share) + second * share, 2, 0)
        across = np.maximum(np.maximum(spot.x - x, x - (spot.x + size[0])), 0)
        down = np.maximum(np.maximum(spot.y - y, y - (spot.y + size[1])), 0)
        return math.sqrt(float((across * across + down * down).min()))

    def gaps(self, xs: Points, ys: Points, size: Size) -> tuple[Points, Points]:
        """Pixels between the line and boxes at these places: the least, and the vertical at their middle.

        The latter is infinite where the line does not pass below or above the middle.
        """
        x, y = self.points[:, 0], self.points[:, 1]
        if not len(x):
            nothing = np.full(len(xs), np.inf)
            return nothing, nothing
        left, right = x[:-1] if len(x) > 1 else x, x[1:] if len(x) > 1 else x
        first, second = (y[:-1], y[1:]) if len(y) > 1 else (y, y)
        top, bottom = np.minimum(first, second), np.maximum(first, second)
        across = np.maximum(np.maximum(left - (xs[:, None] + size[0]), xs[:, None] - right), 0.0)
        down = np.maximum(np.maximum(top - (ys[:, None] + size[1]), ys[:, None] - bottom), 0.0)
        middle = xs + size[0] / 2
        at = np.interp(middle, x, y)
        vertical = np.maximum(np.maximum(at - (ys + size[1]), ys - at), 0.0)
        passes = (middle >= x[0] - GAP) & (middle <= x[-1] + GAP)
        least = np.sqrt((across * across + down * down).min(axis=1))
        return least, np.where(passes, vertical, np.inf)


def _candidates(line: _Line, size: Size, width: float, only: int | None = None) -> tuple[Points, Points, Points]:
    """Places beside a line that may be tried, or the one with that number, and what each costs by itself."""
    seen = line.seen
    left, right = seen[:, 0].min(), seen[:, 0].max()
    along, above, rows = (part if only is None else part[only : only + 1] for part in _CHOICES)
    centers = left + along * (right - left)
    gaps = GAP + rows * size[1]
    xs = np.clip(centers - size[0] / 2, 2, max(2.0, width - size[0] - 2))
    under = (seen[:, 0] >= xs[:, None] - GAP) & (seen[:, 0] <= xs[:, None] + size[0] + GAP)
    closest = np.abs(seen[:, 0] - centers[:, None]).argmin(axis=1)
    under[np.arange(len(xs)), closest] |= ~under.any(axis=1)
    top = np.where(under, seen[:, 1], np.inf).min(axis=1)
    bottom = np.where(under, seen[:, 1], -np.inf).max(axis=1)
    ys = np.where(above, top - size[1] - gaps, bottom + gaps)
    nearest = np.interp(xs + size[0] / 2, seen[:, 0], seen[:, 1])
    reach = np.abs(np.where(above, ys + size[1], ys) - nearest)
    return xs, ys, 1.2 * (1 - along) + reach / 40 + APART * rows + np.where(above, 0.0, 0.3)


_CHOICES = (
    np.tile(np.repeat(ALONG, 2), ROWS),
    np.tile([True, False], len(ALONG) * ROWS),
    np.repeat(np.arange(ROWS), 2 * len(ALONG)),
)
"""Of each choice: where along the line, whether above it, and how many heights of the text off."""


def is_next_to(spot: Placed) -> bool:
    """Whether a text stands right beside its line."""
    return bool(_CHOICES[2][spot.choice] == 0)


def _is_nearest(own: int, lines: list[_Line], sizes: list[Size | None], xs: Points, ys: Points) -> NDArray[np.bool_]:
    """Whether a text at each of these places is nearer to its own line than to any other that has a text."""
    size = sizes[own]
    assert size is not None
    least, vertical = lines[own].gaps(xs, ys, size)
    vertical = np.where(np.isfinite(vertical), vertical, least)
    kept = np.ones(len(xs), bool)
    for at, (other, named) in enumerate(zip(lines, sizes, strict=True)):
        if at != own and named is not None:
            its_least, its_vertical = other.gaps(xs, ys, size)
            kept &= (least <= its_least + NEARER) & (vertical <= its_vertical + NEARER)
    return kept


def _inside(line: Points, xs: Points, ys: Points, size: tuple[float, float]) -> Points:
    """How much of a line runs through each of the boxes of that size, from 0 to 1."""
    x, y = line[:, 0], line[:, 1]
    left, top = xs[:, None], ys[:, None]
    hit = (x >= left - 2) & (x <= left + size[0] + 2) & (y >= top - OFF_CURVE) & (y <= top + size[1] + OFF_CURVE)
    share: Points = np.minimum(1.0, hit.sum(axis=1) / 4)
    return share
