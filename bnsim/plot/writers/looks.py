"""How the line of a series looks, the same for every program that draws it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

from bnsim.plot.marks import Line, Marker, Series
from bnsim.plot.theme import Theme

DASHES: Mapping[Line, tuple[float, ...]] = {
    "solid": (),
    "dashed": (4.5, 2.2),
    "dotted": (1.2, 2.0),
    "dash-dot": (4.5, 2.0, 1.2, 2.0),
    "long-dash": (9.0, 2.2),
    "dash-dot-dot": (4.5, 2.0, 1.2, 2.0, 1.2, 2.0),
}
"""Lengths of dashes and of the gaps after them, in widths of the line."""
RULE_DASHES = (1.2, 2.2)
"""Those of a rule."""
FINER = 0.6
"""Size of the markers of many points that no line joins: all of them are drawn."""
_MOST_MARKERS = 25
"""Most markers on a line: more would hide it."""


class Look(NamedTuple):
    """`color` is "#rrggbb", lengths are points; `dashes` None: no line; every `every`-th point has a marker."""

    color: str
    alpha: float
    width: float
    dashes: tuple[float, ...] | None
    marker: Marker
    marker_size: float
    every: int


def _alpha(line: Series, theme: Theme) -> float:
    """A ghost is pale, and paler among many thin lines, which are so themselves; its dashes would not be seen then."""
    ghost = theme.size("ghost-alpha") if line.ghost else 1.0
    thin = line.weight == "thin" and not (line.ghost and line.line != "solid")
    return ghost * (theme.size("thin-alpha") if thin else 1.0)


def look_of(line: Series, theme: Theme, size: Callable[[str], float]) -> Look:
    """The look of a line; `size` gives a size of the theme on the page in points."""
    # the stronger shade tells a median from its features, and dashes from the line they run along
    strong = line.weight == "bold" or (line.line == "dashed" and line.weight != "thin" and not line.ghost)
    scattered = line.line == "none" and line.x.size > _MOST_MARKERS
    slim = 0.75 if line.line == "dashed" and line.weight == "normal" else 1.0
    return Look(
        color=theme.text_color(line.role) if strong else theme.color(line.role),
        alpha=_alpha(line, theme),
        width=slim * size(f"figure-line-{line.weight}"),
        dashes=DASHES.get(line.line),
        marker=line.marker,
        marker_size=(FINER if scattered else 1.0) * size("figure-marker"),
        every=1 if scattered else max(1, math.ceil(line.x.size / _MOST_MARKERS)),
    )
