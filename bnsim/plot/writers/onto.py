"""A figure on axes of one's own: its marks in the theme's colors, words and type as the axes have them."""

from __future__ import annotations

from typing import Any

import matplotlib
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import ListedColormap, Normalize
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from bnsim.plot.colors import key_colors
from bnsim.plot.figure import Axis, Figure
from bnsim.plot.marks import Bars
from bnsim.plot.style import Style
from bnsim.plot.theme import Theme, load_theme
from bnsim.plot.writers.axes import limits
from bnsim.plot.writers.marks import DRAW, LINES, MARKERS, part_names, zeros
from bnsim.plot.writers.page import Page
from bnsim.spec.printable import printable

_PAGE = 1.3
"""A page is about so many times as large as the axes on it."""


def draw_onto(figure: Figure, axes: Axes | None, theme: str) -> Axes:
    """Draw the figure on `axes`, or on those of a new pyplot figure, and return them. Named lines are in a legend."""
    if axes is None:
        axes = pyplot.subplots()[1]
    colors = load_theme(theme)
    with matplotlib.rc_context({"text.parse_math": False}):  # a lane may be named "$x$"
        _draw(figure, axes, colors)
    return axes


def _draw(figure: Figure, axes: Axes, theme: Theme) -> None:
    canvas: Any = axes.get_figure(root=True)
    box = axes.get_window_extent()
    size = _PAGE * box.width / canvas.dpi, _PAGE * box.height / canvas.dpi
    page = Page(Style(size=size, theme=theme.name), canvas.dpi, matplotlib.rcParams["font.family"])
    page.canvas = canvas
    axes.set_xscale(figure.x.scale)
    axes.set_yscale(figure.y.scale)
    across = limits(figure.x, [values for mark in figure.marks for values in mark.xs()], 0.03)
    up = limits(figure.y, [values for mark in figure.marks for values in mark.ys()], 0.06)
    axes.set_xlim(*across)
    axes.set_ylim(*up)
    for mark in figure.marks:
        DRAW[type(mark)](page, axes, mark)
    axes.set_xlim(*across)
    axes.set_ylim(*up)
    zeros(page, axes, figure)
    part_names(page, axes, figure)
    for axis, own in ((axes.xaxis, figure.x), (axes.yaxis, figure.y)):
        _name(axis, own)
    axes.title.set_parse_math(False)
    axes.set_title(printable(figure.title if figure.has_data else f"{figure.title}: {figure.verdict}"))
    handles = _handles(figure, theme)
    if handles:
        axes.legend(handles=handles)
    scale = figure.color_scale
    if scale is not None:
        strip = ScalarMappable(Normalize(*scale.limits), ListedColormap(key_colors(scale, theme) / 255))
        canvas.colorbar(strip, ax=axes, label=scale.label)


def _name(axis: Any, own: Axis) -> None:
    axis.label.set_parse_math(False)
    axis.set_label_text(printable(own.label))
    if own.ticks:
        axis.set_ticks([at for at, _ in own.ticks], [printable(words) for _, words in own.ticks])
    elif own.integer:
        axis.get_major_locator().set_params(integer=True)


def _handles(figure: Figure, theme: Theme) -> list[Line2D | Patch]:
    """What stands in a legend: lines, rules and bars that have a name written at them."""
    found: list[Line2D | Patch] = []
    for line in figure.series:
        if line.label:
            look: dict[str, Any] = {"color": theme.color(line.role), "marker": MARKERS[line.marker]}
            look |= {"linestyle": LINES[line.line], "label": printable(line.label)}
            found.append(Line2D([], [], **look))
    for rule in figure.rules:
        look = {"color": theme.color(rule.role), "linestyle": LINES["dotted"], "label": printable(rule.label)}
        found.append(Line2D([], [], **look))
    for bars in figure.of_kind(Bars):
        if bars.label:
            found.append(Patch(color=theme.color(bars.role), alpha=0.35, label=printable(bars.label)))
    return found
