"""The borders between the classes of a map, as lines: what stays of an earlier map behind a later one."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from bnsim.plot.marks import Array, Regions, frozen

Place = tuple[int, int]
"""Column and row in half cells: two centers of cells are two apart."""


def borders(regions: Regions) -> tuple[Array, Array]:
    """Lines between cells of different classes, x and y on the axes, each of shape (points,), NaN between two lines.

    They run between the centers of cells, as level lines do. What has no class counts as a class.
    """
    classes = np.where(np.isnan(regions.classes), -1, regions.classes).astype(np.int64)
    columns, rows = _lines(classes.tobytes(), classes.shape)
    tall, wide = classes.shape
    (left, right), (low, high) = regions.across, regions.up
    x = left + (columns + 1) / 2 * (right - left) / wide
    y = low + (rows + 1) / 2 * (high - low) / tall
    return frozen(x), frozen(y)


@lru_cache(maxsize=32)
def _lines(classes: bytes, shape: tuple[int, int]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The same in half cells; kept, since a pinned map is asked for its borders with every figure that comes."""
    joined = _joined(np.frombuffer(classes, np.int64).reshape(shape))
    path: list[tuple[float, float]] = []
    # From loose ends and from where three borders meet first: what is left then are closed lines.
    for start in sorted(joined, key=lambda place: len(joined[place]) == 2):
        while joined[start]:
            path += [*_walk(joined, start), (np.nan, np.nan)]
    points = np.array(path[:-1], np.float64).reshape(-1, 2)
    return points[:, 0], points[:, 1]


def _walk(joined: dict[Place, set[Place]], start: Place) -> list[Place]:
    """The places of one line, which is taken out of `joined`."""
    line = [start]
    while joined[line[-1]]:
        here = line[-1]
        there = joined[here].pop()
        joined[there].discard(here)
        line.append(there)
        if len(joined[there]) > 1:  # where others meet it, each begins anew
            break
    return line


def _joined(classes: NDArray[np.int64]) -> dict[Place, set[Place]]:
    """Which places between cells are joined by a border: in every square of four centers of cells."""
    found: dict[Place, set[Place]] = {}
    for row, column in zip(*map(np.ndarray.tolist, np.nonzero(_mixed(classes))), strict=True):
        low, high = classes[row, column : column + 2], classes[row + 1, column : column + 2]
        middle = (2 * column + 1, 2 * row + 1)
        sides = {
            (2 * column + 1, 2 * row): low[0] != low[1],
            (2 * column + 1, 2 * row + 2): high[0] != high[1],
            (2 * column, 2 * row + 1): low[0] != high[0],
            (2 * column + 2, 2 * row + 1): low[1] != high[1],
        }
        crossed = [place for place, differs in sides.items() if differs]
        pairs = [(crossed[0], crossed[1])] if len(crossed) == 2 else [(place, middle) for place in crossed]
        for one, other in pairs:
            found.setdefault(one, set()).add(other)
            found.setdefault(other, set()).add(one)
    return found


def _mixed(classes: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Where the four cells of a square are not all of one class, shape (rows - 1, columns - 1)."""
    corner = classes[:-1, :-1]
    mixed: NDArray[np.bool_] = (corner != classes[:-1, 1:]) | (corner != classes[1:, :-1]) | (corner != classes[1:, 1:])
    return mixed
