"""Figures of one activation: the function and its derivative, with the live pre-activations as a density over them."""

from __future__ import annotations

import numpy as np

from bnsim.figures.figure import Array, Axis, Band, Figure, Series
from bnsim.lenses.activation_response import Response

BINS = 80
PEAK = 0.45
"""How high the density stands, as a share of the plot's height: it has a scale of its own."""
MARGIN = 0.06
SPREADS = np.geomspace(0.03, 30.0, 31)
CHOSEN = "focus"
"""Role of what is set by hand."""

Intervals = tuple[tuple[float, float], ...]


def curve(name: str, response: Response, drawn: Array, x: Array | None, good: Intervals) -> Figure:
    """Output over the density of the live pre-activations; shaded where the derivative is not saturated."""
    y = response.values(drawn)
    low, high = _limits(y)
    series = (
        *_density(x, drawn, low, high),
        Series("f", drawn, y, "activation", label="y = f(x)", weight="bold"),
    )
    return Figure(
        name="activation_curve",
        title=f"{name}: output over pre-activation",
        verdict="shaded: where the derivative is at least 1 % of its maximum",
        x=Axis("pre-activation x", limits=(float(drawn[0]), float(drawn[-1]))),
        y=Axis("y", limits=(low, high)),
        series=series,
        bands=(*_good(good, low, high), *_density_band(x, drawn, low, high)),
        caption="Density of the pre-activations of the present mini-batch on a scale of its own.",
    )


def derivative(
    name: str, response: Response, drawn: Array, x: Array | None, good: Intervals, mean: float, spread: float
) -> Figure:
    """f'(x), the same density, and as a dashed line the normal one it is held against."""
    slopes = response.slopes(drawn)
    low, high = _limits(np.append(slopes, 0.0))
    normal = np.exp(-(((drawn - mean) / max(spread, 1e-9)) ** 2) / 2)
    bell = low + PEAK * (high - low) * normal
    series = (
        *_density(x, drawn, low, high),
        Series("normal", drawn, bell, CHOSEN, label="normal", line="dashed"),
        Series("f'", drawn, slopes, "activation", label="f′(x)", weight="bold"),
    )
    return Figure(
        name="activation_derivative",
        title=f"{name}: derivative over pre-activation",
        verdict="shaded: where the derivative is at least 1 % of its maximum",
        x=Axis("pre-activation x", limits=(float(drawn[0]), float(drawn[-1]))),
        y=Axis("f′", limits=(low, high)),
        series=series,
        bands=(*_good(good, low, high), *_density_band(x, drawn, low, high)),
        caption="Density of the pre-activations, and the normal one, on scales of their own.",
    )


def sweep(
    name: str, response: Response, mean: float, spread: float, chosen: float, live: tuple[float, float] | None
) -> Figure:
    """Root of E[f'²] over the spread of a normal pre-activation: `chosen` at `spread`; `live`: (spread, measured)."""
    averages = response.sweep(mean, SPREADS)
    series = [
        Series("E[f']", SPREADS, averages[:, 0], "muted", label="E[f′]", line="dashed"),
        Series("root of E[f'^2]", SPREADS, np.sqrt(averages[:, 1]), "activation", label="√E[f′²]", weight="bold"),
        Series("normal", np.array([spread]), np.array([chosen]), CHOSEN, line="none", weight="bold", marker="square"),
    ]
    if live is not None:
        at, measured = (np.array([value]) for value in live)
        series.append(Series("live", at, measured, "linear", line="none", weight="bold", marker="circle"))
    return Figure(
        name="activation_sweep",
        title=f"{name}: what passes, over the spread",
        verdict=f"normal pre-activations of mean {mean:.3g}",
        x=Axis("spread of the pre-activations", "log", limits=(float(SPREADS[0]), float(SPREADS[-1]))),
        y=Axis("average derivative", limits=(min(0.0, float(averages.min())), 1.1 * max(float(averages.max()), 1e-3))),
        series=tuple(series),
    )


def _limits(y: Array) -> tuple[float, float]:
    low, high = float(np.nanmin(y)), float(np.nanmax(y))
    room = MARGIN * (high - low) if high > low else 0.5
    return low - room, high + room


def _good(good: Intervals, low: float, high: float) -> tuple[Band, ...]:
    """Shaded intervals."""
    return tuple(
        Band(f"good {number}", np.array(ends), np.full(2, low), np.full(2, high), "good")
        for number, ends in enumerate(good, 1)
    )


def _counted(x: Array | None, drawn: Array) -> tuple[Array, Array] | None:
    """The outline of the histogram of what is finite, its highest bin 1."""
    if x is None:
        return None
    flat = x.ravel()
    flat = flat[np.isfinite(flat)].astype(np.float64)
    counts, edges = np.histogram(flat, BINS, (drawn[0], drawn[-1]))
    if not counts.any():
        return None
    return np.repeat(edges, 2), np.concatenate([[0.0], np.repeat(counts / counts.max(), 2), [0.0]])


def _density_band(x: Array | None, drawn: Array, low: float, high: float) -> tuple[Band, ...]:
    found = _counted(x, drawn)
    if found is None:
        return ()
    edges, heights = found
    top = low + PEAK * (high - low) * heights
    return (Band("pre-activations", edges, np.full_like(edges, low), top, "linear"),)


def _density(x: Array | None, drawn: Array, low: float, high: float) -> tuple[Series, ...]:
    found = _counted(x, drawn)
    if found is None:
        return ()
    edges, heights = found
    top = low + PEAK * (high - low) * heights
    return (Series("pre-activations line", edges, top, "linear", label="pre-activations"),)
