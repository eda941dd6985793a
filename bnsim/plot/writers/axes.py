"""Limits, ticks and their words for one axis: few, round, with real minus signs and powers of ten as powers."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from matplotlib.ticker import MaxNLocator

from bnsim.plot.figure import Axis
from bnsim.plot.marks import Array
from bnsim.spec.numerals import MINUS, count, power_of_ten


def limits(axis: Axis, data: Iterable[Array], room: float) -> tuple[float, float]:
    """The axis's own limits, else those of the data with `room` (a share of the extent) added on either side."""
    if axis.limits is not None:
        return axis.limits
    arrays = [array[np.isfinite(array)] for array in data]
    values = np.concatenate(arrays) if arrays else np.empty(0)
    if axis.scale == "log":
        values = np.log10(values[values > 0])
    if not values.size:
        return (0.1, 10.0) if axis.scale == "log" else (0.0, 1.0)
    low, high = float(values.min()), float(values.max())
    extent = high - low
    if extent <= 1e-12 * max(abs(low), abs(high)):
        extent = abs(high) if high and axis.scale == "linear" else 1.0
    low, high = low - room * extent, high + room * extent
    if low == high:
        low, high = low - 0.5, high + 0.5
    return (10.0**low, 10.0**high) if axis.scale == "log" else (low, high)


def ticks(axis: Axis, low: float, high: float, most: int) -> tuple[list[float], list[str]]:
    """Positions and labels of about `most` ticks or fewer."""
    if axis.ticks:
        named = [(at, words) for at, words in axis.ticks if low <= at <= high]
        named = named[:: math.ceil(len(named) / max(most, 1)) or 1]
        return [at for at, _ in named], [words for _, words in named]
    if axis.scale == "log":
        return _decades(low, high, most)
    locator = MaxNLocator(nbins=most, steps=[1, 2, 5, 10], integer=axis.integer, min_n_ticks=2)
    room = 1e-9 * (high - low)
    places = [float(place) for place in locator.tick_values(low, high) if low - room <= place <= high + room]
    if axis.integer and low == 1 and 1.0 not in places:  # counted from 1: say so
        places.insert(0, 1.0)
        if len(places) > 2 and places[1] - 1 < 0.5 * (places[2] - places[1]):
            del places[1]
    return places, [count(round(place)) if axis.integer else number(place) for place in places]


def number(value: float) -> str:
    """A tick's label: the number in at most six significant digits."""
    if value and not 1e-4 <= abs(value) < 1e6:
        exponent = math.floor(math.log10(abs(value)) + 1e-9)
        mantissa = f"{value / 10.0**exponent:g}".replace("-", MINUS)
        return f"{mantissa}·{power_of_ten(exponent)}"
    return f"{value:g}".replace("-", MINUS)


def _decades(low: float, high: float, most: int) -> tuple[list[float], list[str]]:
    first, last = math.ceil(math.log10(low) - 1e-9), math.floor(math.log10(high) + 1e-9)
    step = next((s for s in (1, 2, 3, 4, 5, 10, 20, 50) if (last - first) / s <= most), 100)
    exponents = [e for e in range(first, last + 1) if e % step == 0]
    return [10.0**e for e in exponents], [power_of_ten(e) for e in exponents]
