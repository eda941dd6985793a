"""Ticks, tick labels and limits of axes; limits stay put while data comes in. Pure functions.

A logarithmic axis is drawn in decades: positions are powers of ten.
"""

from __future__ import annotations

import math

import numpy as np

from bnsim.plot.figure import Axis, Figure
from bnsim.plot.marks import Array
from bnsim.spec import numerals

MIN_FILL = 0.55
"""Limits are drawn tighter once the data fills less of them than this."""

MARKER_PAD = 0.02
WHOLE_STEPS = (1, 2, 3, 4, 5, 10, 15, 20, 50, 100)

LARGE = 1e5
"""From here on ticks of a linear axis are written with a power of ten."""

Limits = tuple[float, float]


def position(values: Array, scale: str) -> Array:
    """The positions of values on an axis; NaN where a logarithm has none."""
    if scale == "linear":
        return values
    with np.errstate(divide="ignore", invalid="ignore"):
        logarithms = np.log10(values)
    return np.where(np.isfinite(logarithms), logarithms, np.nan)


def nice_step(span: float, count: float) -> float:
    """1, 2 or 5 times a power of ten, so that about `count` steps fill `span`."""
    rough = max(span, 1e-300) / max(count, 1.0)
    power = 10.0 ** math.floor(math.log10(rough))
    for factor in (1.0, 2.0, 5.0):
        if rough <= factor * power:
            return factor * power
    return 10.0 * power


def ticks(low: float, high: float, count: float, *, log: bool = False, integer: bool = False) -> tuple[float, Array]:
    """Step and positions of ticks from `low` to `high`."""
    span = high - low
    if not math.isfinite(span) or span <= 0:
        return 1.0, np.array([low]) if math.isfinite(low) else np.empty(0)
    step = nice_step(span, count)
    if log:
        step = float(next((whole for whole in WHOLE_STEPS if whole * count >= span), step))
    elif integer:
        step = max(1.0, step)
    if log and span < 2:
        return _within_decades(low, high)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return step, np.arange(first, last + 1, dtype=np.float64) * step


def named_ticks(axis: Axis, low: float, high: float, count: float) -> list[tuple[float, str]]:
    """Positions and words of at most about `count` of the ticks from `low` to `high` that have words of their own."""
    named = ((float(position(np.array(at), axis.scale)), words) for at, words in axis.ticks)
    inside = [(at, words) for at, words in named if low <= at <= high]
    return inside[:: max(1, math.ceil(len(inside) / max(count, 1.0)))]


def _within_decades(low: float, high: float) -> tuple[float, Array]:
    decades = range(math.floor(low), math.ceil(high) + 1)
    candidates = [decade + math.log10(factor) for decade in decades for factor in (1, 2, 5)]
    return 0.0, np.array([tick for tick in candidates if low - 1e-9 <= tick <= high + 1e-9])


def tick_text(value: float, step: float, *, log: bool = False, integer: bool = False) -> str:
    """A tick's label: a real minus sign, as many decimals as the step needs, powers of ten as such.

    `integer`: the axis counts something, such as iterations, which is written as everywhere else.
    """
    if integer:
        return numerals.count(round(value))
    if log:
        nearest = round(value)
        if abs(value - nearest) < 1e-6:
            return "1" if nearest == 0 else "10" if nearest == 1 else numerals.power_of_ten(nearest)
        return f"{10.0**value:.3g}".replace("-", numerals.MINUS)
    if value != 0 and (abs(value) >= LARGE or step < 1e-4):
        mantissa, _, exponent = f"{value:.3g}".partition("e")
        text = mantissa + (f"·{numerals.power_of_ten(int(exponent))}" if exponent else "")
    else:
        decimals = max(0, -math.floor(math.log10(step) + 1e-9)) if step > 0 else 0
        text = f"{value + 0.0:.{decimals}f}"
        text = text.lstrip("-") if float(text) == 0 else text
    return text.replace("-", numerals.MINUS)


def x_limits(figure: Figure) -> Limits:
    """The limits that the figure gives for x, else those of the data."""
    if figure.x.limits is not None:
        low, high = position(np.array(figure.x.limits, dtype=np.float64), figure.x.scale)
    else:
        low, high = _extent([position(values, figure.x.scale) for mark in figure.marks for values in mark.xs()])
    if not high > low:
        return float(low) - 0.5, float(high) + 0.5
    # Markers at the ends are seen whole.
    pad = MARKER_PAD * (high - low) if any(line.marker != "none" and len(line.x) > 1 for line in figure.series) else 0.0
    return float(low - pad), float(high + pad)


def roomy(limits: Limits) -> Limits:
    """Limits with up to a tenth more on the right, so that a growing axis moves now and then instead of always."""
    low, high = limits
    step = nice_step(high - low, 20)
    return low, low + math.ceil((high - low) / step - 1e-9) * step


def y_limits(figure: Figure, before: Limits | None) -> Limits:
    """Round limits around the data; `before` is kept while it still fits, so that the axis does not jump."""
    scale = figure.y.scale
    if figure.y.limits is not None:
        low, high = position(np.array(figure.y.limits, dtype=np.float64), scale)
        return float(low), float(high)
    low, high = _extent([position(values, scale) for mark in figure.marks for values in mark.ys()])
    holds = before is not None and before[0] <= low and high <= before[1]
    if before is not None and holds and high - low >= MIN_FILL * (before[1] - before[0]):
        return before
    return _rounded(low, high, log=scale == "log")


def _extent(parts: list[Array]) -> Limits:
    values = np.concatenate(parts) if parts else np.empty(0)
    values = values[np.isfinite(values)]
    return (float(values.min()), float(values.max())) if values.size else (0.0, 1.0)


def _rounded(low: float, high: float, *, log: bool) -> Limits:
    if log:
        pad = 0.06 * max(high - low, 1.0)
        return math.floor(low - pad), math.ceil(high + pad)
    if high - low < 1e-12 * max(abs(low), abs(high), 1e-300):
        return low - 0.5 * (abs(low) or 1.0), high + 0.5 * (abs(high) or 1.0)
    pad = 0.04 * (high - low)
    step = nice_step(high - low, 6)
    return math.floor((low - pad) / step) * step, math.ceil((high + pad) / step) * step
