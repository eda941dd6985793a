"""Which point of a sweep's grid is at a place in one of its figures."""

from __future__ import annotations

import numpy as np

from bnsim.figures.cells import one_above_the_other
from bnsim.plot.figure import Figure
from bnsim.sweeps.curves import curves_of, over_seeds, positions
from bnsim.sweeps.map import NAME as MAP
from bnsim.sweeps.results import Results


def values_at(results: Results, figure: Figure, x: float, y: float) -> tuple[int, ...] | None:
    """The numbers of the axes' values at a place in the numbers of the figure's axes; None beside a map's cells.

    Of curves it is the nearest value along x and, with two parameters, that of the line that is nearest there.
    """
    if figure.name == MAP:
        return _cell(results, x, y)
    axes = results.sweep.axes
    at = positions(axes[0])
    log = figure.x.scale == "log"
    if log and x <= 0:
        return None
    apart = np.abs(np.log(at / x)) if log else np.abs(at - x)
    first = int(np.argmin(apart))
    if len(axes) == 1:
        return (first,)
    offs = []
    for curve in curves_of(results):
        median = over_seeds(curve.values, curve.states)[0][first]
        log = figure.y.scale == "log"
        off = abs(np.log(median / y)) if log and y > 0 and median > 0 else abs(median - y)
        offs.append(off if np.isfinite(off) else np.inf)
    return first, int(np.argmin(offs)) % len(axes[1].values)


def _cell(results: Results, x: float, y: float) -> tuple[int, ...] | None:
    across, up = (len(axis.values) for axis in results.sweep.axes)
    column = round(x) - 1
    for low, high in one_above_the_other(len(results.sweep.experiment.stacks)).ups:
        if 0 <= column < across and low <= y < high:
            return column, min(int((y - low) / (high - low) * up), up - 1)
    return None
