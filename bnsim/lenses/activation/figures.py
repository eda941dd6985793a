"""Figures of one activation: the function and its derivative, with the live pre-activations as a density over them."""

from __future__ import annotations

import numpy as np

from bnsim.lenses.activation.response import Response
from bnsim.plot.figure import Axis, Figure
from bnsim.plot.marks import Array, Band, Series
from bnsim.spec.numerals import significant
from bnsim.spec.phrases import joined, phrase

BINS = 80
PEAK = 0.45
"""How high the density stands, as a share of the plot's height: it has a scale of its own."""
MARGIN = 0.06
SPREADS = np.geomspace(0.03, 30.0, 31)
SHADED = phrase("shaded: between the flat ends, where the derivative stays below 10 % of its maximum")
CHOSEN = "focus"
"""Color role of the pre-activation that a person sets by hand."""

MOST = 1 << 20
"""Most elements a density is counted over; larger arrays are sampled evenly."""

Outline = tuple[Array, Array]
Intervals = tuple[tuple[float, float], ...]


def curve(name: str, response: Response, drawn: Array, density: Outline | None, good: Intervals) -> Figure:
    """The function, over the density of the live pre-activations; shaded where the derivative is not saturated."""
    y = response.values(drawn)
    low, high = _limits(y)
    series = (
        *_density(density, low, high),
        Series("f", drawn, y, "activation", label="y = f(x)", weight="bold"),
    )
    return Figure(
        name="activation_curve",
        title=joined(": ", (name, phrase("output over pre-activation"))),
        verdict=SHADED,
        x=_pre_activation(drawn),
        y=Axis("y", limits=(low, high)),
        marks=(*series, *_good(good, low, high), *_density_band(density, low, high)),
        caption=phrase("Density of the pre-activations of the present mini-batch on a scale of its own."),
    )


def derivative(
    name: str, response: Response, drawn: Array, density: Outline | None, good: Intervals, mean: float, spread: float
) -> Figure:
    """The derivative f'(x), the same density, and as a dashed line the normal density it is held against."""
    slopes = response.slopes(drawn)
    low, high = _limits(np.append(slopes, 0.0))
    normal = np.exp(-(((drawn - mean) / max(spread, 1e-9)) ** 2) / 2)
    bell = _raised(normal, low, high)
    series = (
        *_density(density, low, high),
        Series("normal", drawn, bell, CHOSEN, label=phrase("normal"), line="dashed"),
        Series("f'", drawn, slopes, "activation", label="f′(x)", weight="bold"),
    )
    return Figure(
        name="activation_derivative",
        title=joined(": ", (name, phrase("derivative over pre-activation"))),
        verdict=SHADED,
        x=_pre_activation(drawn),
        y=Axis("f′", limits=(low, high)),
        marks=(*series, *_good(good, low, high), *_density_band(density, low, high)),
        caption=phrase("Density of the pre-activations, and the normal one, on scales of their own."),
    )


def sweep(
    name: str, response: Response, mean: float, spread: float, chosen: float, live: tuple[float, float] | None
) -> Figure:
    """Root of E[f'²] over the spread of a normal pre-activation: `chosen` at `spread`; `live`: (spread, measured)."""
    slope, square = response.sweep(mean, SPREADS)
    root = np.sqrt(square)
    series = [
        Series("E[f']", SPREADS, slope, "muted", label="E[f′]", line="dashed"),
        Series("root of E[f'^2]", SPREADS, root, "activation", label="√E[f′²]", weight="bold"),
        Series("normal", np.array([spread]), np.array([chosen]), CHOSEN, line="none", weight="bold", marker="square"),
    ]
    if live is not None:
        at, measured = (np.array([value]) for value in live)
        series.append(Series("live", at, measured, "linear", line="none", weight="bold", marker="circle"))
    return Figure(
        name="activation_sweep",
        title=joined(": ", (name, phrase("what passes, over the spread"))),
        verdict=phrase("normal pre-activations of mean {mean}", mean=significant(mean, 3)),
        x=Axis(phrase("spread of the pre-activations"), "log", limits=(float(SPREADS[0]), float(SPREADS[-1]))),
        y=Axis(phrase("average derivative"), limits=(min(0.0, float(slope.min())), 1.1 * max(float(root.max()), 1e-3))),
        marks=tuple(series),
    )


def _pre_activation(drawn: Array) -> Axis:
    return Axis(phrase("pre-activation x"), limits=(float(drawn[0]), float(drawn[-1])))


def _limits(y: Array) -> tuple[float, float]:
    low, high = float(np.nanmin(y)), float(np.nanmax(y))
    room = MARGIN * (high - low) if high > low else 0.5
    return low - room, high + room


def _good(good: Intervals, low: float, high: float) -> tuple[Band, ...]:
    """A shaded band for each interval in which the derivative is not saturated."""
    return tuple(
        Band(f"good {number}", np.array(ends), np.full(2, low), np.full(2, high), "good")
        for number, ends in enumerate(good, 1)
    )


def outline(x: Array, drawn: Array) -> Outline | None:
    """The outline of the histogram of the finite elements, its highest bin 1; None if none is finite."""
    flat = x.ravel()[:: x.size // MOST + 1].astype(np.float64)
    counts, edges = np.histogram(flat[np.isfinite(flat)], BINS, (drawn[0], drawn[-1]))
    if not counts.any():
        return None
    return np.repeat(edges, 2), np.concatenate([[0.0], np.repeat(counts / counts.max(), 2), [0.0]])


def _density_band(density: Outline | None, low: float, high: float) -> tuple[Band, ...]:
    if density is None:
        return ()
    edges, heights = density
    return (Band("pre-activations", edges, np.full_like(edges, low), _raised(heights, low, high), "linear"),)


def _density(density: Outline | None, low: float, high: float) -> tuple[Series, ...]:
    if density is None:
        return ()
    edges, heights = density
    name, label = "pre-activations line", phrase("pre-activations")
    return (Series(name, edges, _raised(heights, low, high), "linear", label=label),)


def _raised(heights: Array, low: float, high: float) -> Array:
    return low + PEAK * (high - low) * heights
