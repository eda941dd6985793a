"""Histograms by layer as ridges: which layers are drawn, on which rows, over which edges."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from bnsim.plot.figure import Axis
from bnsim.plot.marks import Array
from bnsim.spec.numerals import count

MOST_ROWS = 12
"""Layers that are drawn; of more, some evenly spread."""
BINS = 60
HEIGHT = 1.5
"""How high the highest bin of a row reaches, in rows: a little into the next one."""
_SEEN = 2048
"""Values of a layer, evenly spread, from which limits are chosen."""


def drawn_rows(depth: int) -> NDArray[np.intp]:
    """The layers that are drawn, counted from 0: all, or the first, the last, and some evenly spread."""
    return (
        np.unique(np.linspace(0, depth - 1, min(depth, MOST_ROWS)).round().astype(np.intp))
        if depth
        else np.empty(0, np.intp)
    )


def row_axis(label: str, rows: NDArray[np.intp], *, named: bool) -> Axis:
    """The y axis of rows that stand on 1, 2, ...: the layers of these rows, counted from 1.

    `named`: ridges side by side have their names over them.
    """
    ticks = tuple((at + 1.0, count(int(row) + 1)) for at, row in enumerate(rows))
    top = max(len(rows), 1) + HEIGHT
    return Axis(label, limits=(0.8, top + (0.13 * top if named else 0.1)), ticks=ticks)


def finite(values: NDArray[np.floating]) -> Array:
    """The finite numbers of an array, shape (numbers,)."""
    flat = np.ravel(values).astype(np.float64)
    return flat[np.isfinite(flat)]


def sampled(values: Array) -> Array:
    """At most about _SEEN of the values, evenly spread."""
    return values[:: max(1, len(values) // _SEEN)]


def shares(values: Array, edges: Array) -> Array:
    """Share of the values in each bin, shape (bins,); those beyond the edges are in the first or the last bin."""
    if not len(values):
        return np.zeros(len(edges) - 1)
    counts, _ = np.histogram(np.clip(values, edges[0], edges[-1]), edges)
    return counts / len(values)


def beyond(layers: Iterable[Array], edges: Array) -> bool:
    """Whether any value lies beyond the edges."""
    return any(bool(len(values)) and (values.min() < edges[0] or values.max() > edges[-1]) for values in layers)
