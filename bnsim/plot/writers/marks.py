"""How each kind of mark is drawn with matplotlib: a function (page, axes, mark) for each, listed in `DRAW`."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from matplotlib.axes import Axes

from bnsim.plot.figure import Band, Mark, Rule, Series
from bnsim.plot.writers.page import Page

MARKERS = {"none": "", "circle": "o", "square": "s", "triangle": "^", "diamond": "D"}
_LINES: dict[str, object] = {"solid": "-", "dashed": (0, (4.5, 2.2)), "dotted": (0, (1.2, 2.0)), "none": ""}
_MOST_MARKERS = 25
"""Most markers on a line: more would hide it."""
_FINER = 0.6
"""Size of the markers of many points that no line joins: all of them are drawn."""
_ORDER = {"thin": 3.0, "normal": 4.0, "bold": 5.0}


def band(page: Page, axes: Axes, mark: Band) -> None:
    """Draw a band, behind all lines."""
    color, alpha = page.theme.color(mark.role), page.theme.size("band-alpha")
    axes.fill_between(mark.x, mark.low, mark.high, color=color, alpha=alpha, linewidth=0, zorder=2)


def rule(page: Page, axes: Axes, mark: Rule) -> None:
    """Draw a rule, over the bands and behind the lines."""
    color, width = page.theme.color(mark.role), 1.1 * page.scale
    axes.axhline(mark.y, color=color, linewidth=width, linestyle=(0, (1.2, 2.2)), zorder=2.5)


def series(page: Page, axes: Axes, mark: Series) -> None:
    """Draw a line; bold lines are in front of the others."""
    theme = page.theme
    # the stronger shade tells a median from its features, and dashes from the line they run along
    strong = mark.weight == "bold" or (mark.line == "dashed" and mark.weight != "thin")
    scattered = mark.line == "none" and mark.x.size > _MOST_MARKERS
    slim = 0.75 if mark.line == "dashed" and mark.weight == "normal" else 1.0
    axes.plot(
        mark.x,
        mark.y,
        color=theme.text_color(mark.role) if strong else theme.color(mark.role),
        alpha=theme.size("thin-alpha") if mark.weight == "thin" else None,
        linewidth=slim * page.size(f"figure-line-{mark.weight}"),
        linestyle=_LINES[mark.line],
        marker=MARKERS[mark.marker],
        markevery=1 if scattered else max(1, math.ceil(mark.x.size / _MOST_MARKERS)),
        markersize=(_FINER if scattered else 1.0) * page.size("figure-marker"),
        markeredgecolor=theme.color("plot-background"),
        markeredgewidth=0.8 * page.scale,
        solid_capstyle="round",
        solid_joinstyle="round",
        zorder=_ORDER[mark.weight],
    )


DRAW: Mapping[type[Mark], Callable[[Page, Axes, Any], None]] = {Band: band, Rule: rule, Series: series}
