"""The colors of cells: of an image by its color scale, of a map of classes by their roles; the same for all that draw.

A scale's colors grow lighter from one end to the other, so that they can be told apart in gray and by color-blind
people; a diverging one is gray in its middle.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from bnsim.plot.marks import ColorScale, Image, Regions
from bnsim.plot.theme import Theme

Colors = NDArray[np.uint8]
"""Red, green, blue and opacity, 0 to 255, along the last axis."""

STEPS = 256
_SCALES = {
    "sequential": tuple(f"sequential{number}" for number in range(5)),
    "diverging": ("diverging0", "diverging1", "diverging2"),
    "gray": ("gray0", "gray1"),
}
_PALEST, _PALER = 0.22, 0.13
"""Opacity of the first class's region, and how much more each next one has: regions differ in gray as well."""
_DARKEST = 0.62


def key_colors(scale: ColorScale, theme: Theme) -> Colors:
    """The colors of a scale from its low end to its high end, shape (STEPS, 4)."""
    return _shades(stops_of(scale, theme))


def stops_of(scale: ColorScale, theme: Theme) -> tuple[str, ...]:
    """The colors that those of a scale lie between, evenly spaced, as "#rrggbb"."""
    return tuple(theme.color(name) for name in _SCALES[scale.colors])


def image_colors(image: Image, theme: Theme) -> Colors:
    """The color of each cell, shape (rows, columns, 4), transparent where there is no value."""
    low, high = image.scale.limits
    finite = np.isfinite(image.values)
    share = np.clip((np.where(finite, image.values, low) - low) / (high - low), 0.0, 1.0)
    colors = key_colors(image.scale, theme)[np.rint(share * (STEPS - 1)).astype(np.intp)]
    colors[np.isneginf(image.values)] = _rgba(theme.color("image-zero"))
    colors[np.isposinf(image.values)] = _rgba(theme.color("image-wrong"))
    colors[np.isnan(image.values)] = 0
    return colors


def region_colors(regions: Regions, theme: Theme) -> Colors:
    """The color of each cell, shape (rows, columns, 4): its class's, let down with the background."""
    ground = _rgba(theme.color("plot-background")).astype(np.float64)
    shades = []
    for number, role in enumerate(regions.roles):
        opacity = min(_PALEST + _PALER * number, _DARKEST)
        shades.append(ground + opacity * (_rgba(theme.color(role)) - ground))
    known = ~np.isnan(regions.classes)
    chosen = np.where(known, regions.classes, 0).astype(np.intp) % len(shades)
    colors = np.rint(np.array(shades))[chosen].astype(np.uint8)
    colors[~known] = 0
    return colors


def signed_colors(values: NDArray[np.float64], theme: Theme, names: tuple[str, str, str]) -> Colors:
    """The color of each of the numbers from -1 to 1, shape (rows, columns, 4): on the way between three of the theme.

    Transparent where there is no number.
    """
    stops = np.array([_rgba(theme.color(name)) for name in names], np.float64)
    known = np.clip(np.where(np.isfinite(values), values, 0.0), -1.0, 1.0)
    channels = [np.interp(known, (-1.0, 0.0, 1.0), stops[:, channel]) for channel in range(4)]
    colors: Colors = np.rint(np.stack(channels, axis=-1)).astype(np.uint8)
    colors[~np.isfinite(values)] = 0
    return colors


def _rgba(color: str) -> Colors:
    return np.array([*bytes.fromhex(color[1:]), 255], np.uint8)


@lru_cache(maxsize=16)
def _shades(stops: tuple[str, ...]) -> Colors:
    given = np.array([_rgba(color) for color in stops], np.float64)
    at = np.linspace(0, len(stops) - 1, STEPS)
    each = [np.interp(at, np.arange(len(stops)), given[:, channel]) for channel in range(4)]
    shades = np.rint(np.column_stack(each)).astype(np.uint8)
    shades.flags.writeable = False
    return shades
