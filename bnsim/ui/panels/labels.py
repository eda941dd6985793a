"""Where to write the name of a line: on the plot, near its line, off all others. In pixels, y downward. Pure."""

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
OFF_CURVE = 3.0


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
    found: tuple[float, Placed] | None = None
    left, right = line[:, 0].min(), line[:, 0].max()
    for number, (along, above) in enumerate((along, above) for along in ALONG for above in (True, False)):
        center = left + along * (right - left)
        x = float(np.clip(center - size[0] / 2, 2, max(2.0, width - size[0] - 2)))
        under = line[(line[:, 0] >= x - GAP) & (line[:, 0] <= x + size[0] + GAP), 1]
        if not len(under):
            under = line[[np.argmin(np.abs(line[:, 0] - center))], 1]
        y = float(under.min() - size[1] - GAP if above else under.max() + GAP)
        nearest = float(np.interp(x + size[0] / 2, line[:, 0], line[:, 1]))
        reach = abs((y + size[1] if above else y) - nearest)
        box = (x, y, x + size[0], y + size[1])
        cost = 1.2 * (1 - along) + reach / 40 + (0.0 if above else 0.3)
        cost += 12.0 * sum(_inside(other, box) for other in others)
        cost += 20.0 * sum(_overlap(box, other) for other in taken)
        cost += 30.0 * (y < 0 or y + size[1] > height)
        cost -= STICKY if number == before else 0.0
        if found is None or cost < found[0]:
            found = cost, Placed(x, y, number)
    assert found is not None
    return found[1]


def _dense(line: Points, width: float, height: float) -> Points:
    """The line in view, with a point at least every few pixels of x."""
    line = line[np.isfinite(line).all(axis=1)]
    if len(line) > 1:
        xs = np.arange(max(line[0, 0], 0.0), min(line[-1, 0], width) + 1e-9, 4.0)
        line = np.column_stack((xs, np.interp(xs, line[:, 0], line[:, 1]))) if len(xs) else line
    seen = (line[:, 0] >= -1) & (line[:, 0] <= width + 1) & (line[:, 1] >= -1) & (line[:, 1] <= height + 1)
    return line[seen]


def _inside(line: Points, box: tuple[float, float, float, float]) -> float:
    left, top, right, bottom = box
    x, y = line[:, 0], line[:, 1]
    hit = (x >= left - 2) & (x <= right + 2) & (y >= top - OFF_CURVE) & (y <= bottom + OFF_CURVE)
    return min(1.0, float(hit.sum()) / 4)


def _overlap(first: tuple[float, float, float, float], second: tuple[float, float, float, float]) -> bool:
    return first[0] < second[2] and second[0] < first[2] and first[1] < second[3] and second[1] < first[3]
