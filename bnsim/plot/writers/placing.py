"""Placing names so that they cover no line and no other name. Pure geometry, in points, y upwards."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
"""Shape (points, 2); a NaN row is a gap."""


_CLOSE = 3.0
"""What is nearer to words than so many points is covered by them."""
_AT_ONCE = 64
"""Rectangles that are compared with all points at once: more would need more memory than is near."""


class Box(NamedTuple):
    """A rectangle by its lower left corner."""

    x: float
    y: float
    width: float
    height: float

    def grown(self, by: float) -> Box:
        """The rectangle enlarged by `by` on all four sides."""
        return Box(self.x - by, self.y - by, self.width + 2 * by, self.height + 2 * by)

    def within(self, other: Box) -> bool:
        """Whether the rectangle lies inside `other` as a whole."""
        return (
            self.x >= other.x
            and self.y >= other.y
            and self.x + self.width <= other.x + other.width
            and self.y + self.height <= other.y + other.height
        )

    def overlap(self, other: Box) -> float:
        """Area that both rectangles share."""
        wide = min(self.x + self.width, other.x + other.width) - max(self.x, other.x)
        high = min(self.y + self.height, other.y + other.height) - max(self.y, other.y)
        return max(wide, 0.0) * max(high, 0.0)

    def distances(self, points: Points) -> NDArray[np.float64]:
        """Distance of each point from the rectangle, 0 for points inside."""
        dx = np.maximum(np.maximum(self.x - points[:, 0], points[:, 0] - self.x - self.width), 0.0)
        dy = np.maximum(np.maximum(self.y - points[:, 1], points[:, 1] - self.y - self.height), 0.0)
        return np.hypot(dx, dy)


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Positions at least `gap` apart, in the order of `wanted` and near it, within `low` to `high` if they fit."""
    order = np.argsort(wanted, kind="stable")
    groups: list[list[float]] = []  # [sum of (wanted - offset in group), members]
    for index in order:
        groups.append([float(wanted[index]), 1])
        while len(groups) > 1 and _end(groups[-2], gap) > _start(groups[-1], gap) - gap:
            total, members = groups.pop()
            groups[-1] = [groups[-1][0] + total, groups[-1][1] + members]
    placed: list[float] = []
    for group in groups:
        placed += [_start(group, gap) + gap * k for k in range(int(group[1]))]
    values = np.array(placed)
    steps = gap * np.arange(len(values))
    values = np.maximum.accumulate(np.maximum(values, low + steps) - steps) + steps if len(values) else values
    values = np.minimum(values, high - steps[::-1])
    result = [0.0] * len(values)
    for place, index in zip(values, order, strict=True):
        result[int(index)] = float(place)
    return result


def _start(group: list[float], gap: float) -> float:
    return group[0] / group[1] - gap * (group[1] - 1) / 2


def _end(group: list[float], gap: float) -> float:
    return group[0] / group[1] + gap * (group[1] - 1) / 2


def dense(points: Points, step: float = 2.0) -> Points:
    """The line through `points` as points no more than about `step` apart."""
    pieces = []
    for first, second in pairwise(points):
        length = float(np.hypot(*(second - first)))
        if np.isfinite(length):
            along = np.linspace(0.0, 1.0, min(int(length / step) + 2, 2000))[:, None]
            pieces.append(first + (second - first) * along)
    finite = points[np.isfinite(points).all(axis=1)]
    return np.vstack([finite, *pieces])


def beside(own: Points, others: Points, words: tuple[float, float], area: Box, taken: Iterable[Box]) -> Box:
    """The best place in `area` for words of that width and height beside the line `own`, away from `others`."""
    width, height = words
    candidates = []
    for point in own[np.linspace(0, len(own) - 1, min(len(own), 60)).astype(int)]:
        for gap in (4.0, 9.0):
            for dx in (gap, -width / 2, -width - gap):
                for dy in (gap, -height / 2, -height - gap):
                    candidates.append(Box(point[0] + dx, point[1] + dy, width, height))
    return candidates[int(np.argmin(_costs(candidates, own, others, area, list(taken))))]


def along(height_at: float, others: Points, words: tuple[float, float], area: Box, taken: Iterable[Box]) -> Box:
    """The best place in `area` for words at a horizontal line: on it, at its right end, if that is free, or near it."""
    width, height = words
    taken = list(taken)
    places = np.linspace(area.x + area.width - width - 2.0, area.x + 2.0, 25)
    offs = [off for gap in (2.0, 2.0 + 0.6 * height, 2.0 + 1.2 * height) for off in (gap, -height - gap)]
    boxes = [Box(float(x), height_at + dy, width, height) for dy in offs for x in places]
    costs = _costs(boxes, np.empty((0, 2)), others, area, taken)
    return boxes[int(np.argmin(costs + 0.01 * np.arange(len(boxes))))]


def _costs(boxes: Sequence[Box], own: Points, others: Points, area: Box, taken: list[Box]) -> NDArray[np.float64]:
    """Lines and words covered cost most; then being nearer to another line than to one's own. Shape (boxes,)."""
    costs = np.array([0.0 if box.within(area) else 1e6 for box in boxes])
    for other in taken:
        covered = [50.0 * (box.grown(2.0).overlap(other) > 0) * (1 + box.overlap(other)) for box in boxes]
        costs += np.array(covered)
    if own.size:
        count, nearest = _near(boxes, own)
        costs += 10.0 * count + nearest
    if others.size:
        count, nearest = _near(boxes, others)
        costs += 10.0 * count + 400.0 / (10.0 + nearest)
    return costs


def _near(boxes: Sequence[Box], points: Points) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """For each of the boxes, all as large as the first, how many points come near to it, and how far the nearest is."""
    counts, nearest = np.empty(len(boxes)), np.empty(len(boxes))
    half_width, half_height = boxes[0].width / 2, boxes[0].height / 2
    middles = np.array([(box.x + half_width, box.y + half_height) for box in boxes])
    for start in range(0, len(boxes), _AT_ONCE):
        some = slice(start, start + _AT_ONCE)
        dx = np.maximum(np.abs(middles[some, 0, None] - points[:, 0]) - half_width, 0.0)
        dy = np.maximum(np.abs(middles[some, 1, None] - points[:, 1]) - half_height, 0.0)
        squares = dx * dx + dy * dy
        counts[some] = np.count_nonzero(squares < _CLOSE**2, axis=1)
        nearest[some] = np.sqrt(squares.min(axis=1))
    return counts, nearest
