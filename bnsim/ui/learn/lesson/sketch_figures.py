"""The figures of a curve that is drawn by hand: the axes before it, and the curve alone."""

from __future__ import annotations

import numpy as np
from msgspec.structs import replace

from bnsim.plot.figure import Figure
from bnsim.plot.marks import Array, Series, frozen
from bnsim.spec.phrases import phrase

MARGIN = 0.18
"""The share of the range of what is measured that the empty axis has more at both ends, so that it does not tell."""
MINE = phrase("your prediction")


def emptied(figure: Figure, column: str) -> Figure:
    """The figure without the line of that name, its axes as wide as with it and some more."""
    low, high = _range(figure)
    if figure.y.scale == "log":
        logs = np.log10([low, high])
        more = max(2.0, MARGIN * float(logs[1] - logs[0]))
        limits = (float(10 ** np.floor(logs[0] - more)), float(10 ** np.ceil(logs[1] + more)))
    else:
        more = MARGIN * ((high - low) or abs(high) or 1.0)
        limits = (low - more if low < 0 else max(low - more, 0.0), high + more)
    marks = tuple(mark for mark in figure.marks if getattr(mark, "name", "") != column)
    return replace(figure, y=replace(figure.y, limits=limits), marks=marks, verdict="", caption="")


def predicted(figure: Figure, column: str, y: Array) -> Figure:
    """A figure with nothing but the curve that was drawn, in the color of the line that it is a prediction of."""
    line = line_of(figure, column)
    mine = Series(column, line.x, frozen(np.asarray(y, np.float64)), line.role, label=MINE)
    return replace(figure, marks=(mine,), verdict="", caption="")


def line_of(figure: Figure, column: str) -> Series:
    """The line of that name. KeyError if the figure has none."""
    for line in figure.series:
        if line.name == column:
            return line
    raise KeyError(column)


def _range(figure: Figure) -> tuple[float, float]:
    values = np.concatenate([np.ravel(part) for mark in figure.marks for part in mark.ys()] or [np.empty(0)])
    values = values[np.isfinite(values)]
    if figure.y.scale == "log":
        values = values[values > 0]
    return (float(values.min()), float(values.max())) if values.size else (0.1, 1.0)
