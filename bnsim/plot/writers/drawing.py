"""A figure drawn for a slide: title, verdict, axes, marks, and names at their lines."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Canvas
from matplotlib.ticker import FixedLocator, NullLocator

from bnsim.plot.figure import Figure
from bnsim.plot.style import Style
from bnsim.plot.writers.axes import limits, ticks
from bnsim.plot.writers.fonts import families, words_of
from bnsim.plot.writers.key import Key
from bnsim.plot.writers.legend import Legend
from bnsim.plot.writers.marks import DRAW, part_names, zeros
from bnsim.plot.writers.names import Arranged, Kind, Names
from bnsim.plot.writers.page import Page
from bnsim.plot.writers.placing import Box

_VERDICT_LINES = 4
_CAPTION, _LINE = 0.35, 1.3
"""The most of the page's height that a caption takes, and the height of its lines in sizes of its font."""
_SENTENCE = re.compile(r"(?<!al)(?<!fig)[.;:] (?=[A-ZΓ])")
"""The end of a sentence of a caption, or of a part of one that stands by itself."""
_SOURCE = 0.8
"""How large the line is that says where a figure comes from, of the size of a caption."""
_PLOT = 0.62
"""The part of the page's height that a caption leaves for a plot with its axes and its key."""
_APART = 0.05
"""Least distance between the words of two ticks, in sizes of their font."""
Ticks = tuple[list[float], list[str]]
_BELOW = 1.25
"""Lines of an axis's label are so far apart, in sizes of their font."""
_SMALLER = ((1.0, _VERDICT_LINES), (0.9, _VERDICT_LINES), (0.8, 5), (0.72, 6))
"""Sizes to try, of the theme's, until a verdict fits, each with the most lines."""


def draw(figure: Figure, style: Style, dpi: float) -> Canvas:
    """The finished page, which any of matplotlib's canvases can print."""
    return drawn(figure, style, dpi)[0].canvas


def drawn(figure: Figure, style: Style, dpi: float, onto: Any = None) -> tuple[Page, Axes | None]:
    """The finished page, or `onto` a part of one, and the axes on it, None where there is no plot."""
    axes = None
    page = Page(style, dpi, families(words_of(figure), style.colors().font("figure")), onto)
    top = _heading(page, figure)
    bottom = _caption(page, figure, top)
    if figure.has_data:
        axes = _Plot(page, figure, bottom, top).draw()
    else:
        line = 1.35 * page.size("figure-axis")
        told = page.wrap(figure.verdict, "figure-axis", _VERDICT_LINES)
        for number, words in enumerate(told):
            y = (bottom + top) / 2 + ((len(told) - 1) / 2 - number) * line
            page.write(page.width / 2, y, words, "figure-axis", "text-muted", ha="center", va="center")
    return page, axes


def _heading(page: Page, figure: Figure) -> float:
    """Write title and, over a plot, verdict; returns the height left below them."""
    size, y = page.size("figure-title"), page.height
    if page.style.title:
        y -= page.pad + 0.8 * size
        room = page.width - 2 * page.pad
        sizes = (by for by, _ in _SMALLER if page.measure(figure.title, "figure-title", "bold", by) <= room)
        by = next(sizes, _SMALLER[-1][0])
        title = page.ended(figure.title, room, "figure-title", "bold", by)
        page.write(page.pad, y, title, "figure-title", "text", "bold", by=by)
    if not figure.has_data or not page.style.verdict:
        return y
    fits = (each for each in _SMALLER if len(page.lines(figure.verdict, "figure-verdict", each[0])) <= each[1])
    by, most = next(fits, _SMALLER[-1])
    line = 1.35 * page.size("figure-verdict", by)
    y -= 0.35 * size
    for words in page.wrap(figure.verdict, "figure-verdict", most, by):
        y -= line
        page.write(page.pad, y, words, "figure-verdict", "text", by=by)
    return y


def _caption(page: Page, figure: Figure, top: float) -> float:
    """Write the caption and where the figure comes from at the foot of the page, the caption as large as lets it be
    there in full; returns the height they take.

    What would leave too little room for the plot below `top` is left out, whole sentences if one has room, and "…"
    stands for it.
    """
    bottom = _source(page, figure)
    if not (page.style.caption and figure.caption):
        return bottom
    room = min(_CAPTION * page.height, top - _PLOT * page.height) - bottom
    fits = (by for by in (1.0, 0.9, 0.8, 0.7) if _tall(page, figure.caption, by) <= room)
    by = next(fits, 0.7)
    line = _LINE * page.size("figure-rule", by)
    if room < line:
        return bottom
    ends = [match.end() for match in _SENTENCE.finditer(figure.caption)]
    brief = (
        f"{figure.caption[:end]}…" for end in reversed(ends) if _tall(page, f"{figure.caption[:end]}…", by) <= room
    )
    words = figure.caption if _tall(page, figure.caption, by) <= room else next(brief, figure.caption)
    lines = page.wrap(words, "figure-rule", int(room / line), by)
    for below, words in zip(reversed(range(len(lines))), lines, strict=True):
        y = 0.75 * page.pad + bottom + below * line
        page.write(page.pad, y, words, "figure-rule", "text-muted", by=by)
    return bottom + 0.25 * page.pad + line * len(lines)


def _source(page: Page, figure: Figure) -> float:
    """Write the line that says which experiment the figure is of; returns the height it takes."""
    if not figure.source:
        return 0.0
    words = page.shorten(figure.source, page.width - 2 * page.pad, "figure-rule", "normal", _SOURCE)
    page.write(page.pad, 0.75 * page.pad, words, "figure-rule", "text-muted", by=_SOURCE)
    return _LINE * page.size("figure-rule", _SOURCE)


def _tall(page: Page, caption: str, by: float) -> float:
    return _LINE * page.size("figure-rule", by) * len(page.lines(caption, "figure-rule", by))


class _Plot:
    """The plot between the caption and the heading while it is drawn; `bottom` and `top` are where it may reach."""

    def __init__(self, page: Page, figure: Figure, bottom: float, top: float) -> None:
        self._page, self._figure = page, figure
        self._names = Names(page, figure)
        scale = figure.color_scale
        self._key = None if scale is None else Key(page, scale)
        self._tick, self._axis_label = page.size("figure-tick"), page.size("figure-axis")
        self._x_label = page.wrap(figure.x.label, "figure-axis", 2)
        self._y_label = page.wrap(figure.y.label, "figure-tick", 2)
        self._x_limits = limits(figure.x, [values for mark in figure.marks for values in mark.xs()], 0.0)
        self._y_limits = limits(figure.y, [values for mark in figure.marks for values in mark.ys()], 0.06)
        self._foot = bottom + page.pad * 0.75
        self._top = top - page.pad - self._axis_label - _BELOW * self._tick * (len(self._y_label) - 1)

    def draw(self) -> Axes:
        """Draw everything, from the back to the front; returns the axes."""
        figure, page = self._figure, self._page
        axes = page.canvas.add_axes((0.1, 0.1, 0.8, 0.8))
        axes.set_yscale(figure.y.scale)
        axes.set_xscale(figure.x.scale)
        axes.set_ylim(*self._y_limits)
        keyed: frozenset[Kind] = frozenset(("lines", "rules") if page.style.names == "key" else ())
        inside, above, arranged = self._laid_out(axes, keyed)
        self._style(axes)
        self._name_axes(inside, above)
        across = axes.get_xlim()  # drawing cells would change it
        for mark in figure.marks:
            DRAW[type(mark)](page, axes, mark)
        if self._key is not None:
            self._key.write(inside, above)
        axes.set_xlim(*across)
        axes.set_ylim(*self._y_limits)
        zeros(page, axes, figure)
        part_names(page, axes, figure)
        self._names.write(axes, inside, arranged)
        return axes

    def _laid_out(self, axes: Axes, keyed: frozenset[Kind]) -> tuple[Box, float, Arranged]:
        """Give the axes their place and ticks; returns it, the height of the y axis's label, and where names stand.

        Those of the kinds `keyed` are in a key over the plot, and so are those that find no free place at their lines.
        """
        page, figure = self._page, self._figure
        legend = Legend(page, figure, keyed)
        above = self._top - legend.height
        below = 1.3 * self._axis_label + _BELOW * self._axis_label * (len(self._x_label) - 1) + 1.9 * self._tick
        bottom = self._foot + below
        height = max(above - 1.15 * self._axis_label - bottom, 20.0)
        left = page.pad + self._y_ticks(axes, height) + 9 * page.scale
        right = page.pad + (self._key.width if self._key is not None else 0.0)
        inside = Box(left, bottom, page.width - left - right, height)
        if figure.inside is not None:
            inside = _box(figure.inside, page)
            above = inside.y + inside.height + 1.15 * self._axis_label
            self._y_ticks(axes, inside.height)
        self._place(axes, inside)
        at_ends = "lines" not in keyed and self._names.fit_at_ends(axes, inside)
        if at_ends and figure.inside is not None:
            free = page.width - right - inside.x - inside.width
            at_ends = free >= self._names.widest() + 8 * page.scale
        elif at_ends:
            inside = inside._replace(width=inside.width - self._names.widest() - 8 * page.scale)
            self._place(axes, inside)
        arranged = self._names.arranged(axes, inside, at_ends, keyed)
        if arranged.crowded:
            return self._laid_out(axes, keyed | arranged.crowded)
        self._x_ticks(axes, inside.width)
        legend.write(self._top + page.pad + self._axis_label - 0.5 * page.pad)
        return inside, above, arranged

    def _y_ticks(self, axes: Axes, height: float) -> float:
        """Set the ticks of the y axis; returns the width of their words."""
        axis = self._figure.y
        rows = height / (1.3 * self._tick) if axis.ticks else min(7, height / (2.6 * self._tick))
        places, words = self._apart(axes, 1, height, ticks(axis, *self._y_limits, max(2, int(rows))))
        _set_ticks(axes.yaxis, places, words)
        return max((self._page.measure(each, "figure-tick") for each in words), default=0.0)

    def _x_ticks(self, axes: Axes, width: float) -> None:
        axis = self._figure.x
        columns = width / (2.8 * self._tick) if axis.ticks else min(8, width / (4.5 * self._tick))
        found = ticks(axis, *self._x_limits, max(2, int(columns)))
        _set_ticks(axes.xaxis, *self._apart(axes, 0, width, found))

    def _apart(self, axes: Axes, along: int, length: float, found: Ticks) -> Ticks:
        """Every so many ticks of the x axis (`along` 0) or the y axis, `length` long, so that no words meet."""
        places, words = found
        points = np.empty((len(places), 2))
        points[:, along], points[:, 1 - along] = places, (axes.get_ylim() if along == 0 else axes.get_xlim())[0]
        at = length * (axes.transScale + axes.transLimits).transform(points)[:, along] if places else points
        sizes = [self._page.measure(each, "figure-tick") if along == 0 else self._tick for each in words]
        for step in range(1, len(places)):
            kept = range(0, len(places), step)
            if all(at[b] - at[a] >= (sizes[a] + sizes[b]) / 2 + _APART * self._tick for a, b in pairwise(kept)):
                return places[::step], words[::step]
        return places[:1], words[:1]

    def _place(self, axes: Axes, box: Box) -> None:
        page, (low, high) = self._page, self._x_limits
        axes.set_position((box.x / page.width, box.y / page.height, box.width / page.width, box.height / page.height))
        axes.set_xlim(low, high)
        if any(line.marker != "none" for line in self._figure.series) and self._figure.x.scale == "linear":
            # half a marker must not hang over the axis
            room = (high - low) * page.size("figure-marker") / box.width
            axes.set_xlim(low - room, high + room)

    def _name_axes(self, inside: Box, above: float) -> None:
        page, middle = self._page, inside.x + inside.width / 2
        for number, words in enumerate(reversed(self._y_label)):
            page.write(page.pad, above + _BELOW * self._tick * number, words, "figure-tick", "text-muted")
        for number, words in enumerate(reversed(self._x_label)):
            half = page.measure(words, "figure-axis") / 2
            x = min(max(middle, page.pad + half), page.width - page.pad - half)
            y = self._foot + (0.25 + _BELOW * number) * self._axis_label
            page.write(x, y, words, "figure-axis", "text-muted", ha="center")

    def _style(self, axes: Axes) -> None:
        page, theme, hairline = self._page, self._page.theme, 0.8 * self._page.scale
        axes.set_facecolor(page.ground)
        axes.set_axisbelow(True)
        if page.style.grid:
            axes.grid(True, axis="y", color=theme.color("grid"), linewidth=hairline)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
        for side in ("left", "bottom"):
            axes.spines[side].set_color(theme.color("plot-line"))
            axes.spines[side].set_linewidth(hairline)
        axes.tick_params(
            which="major",
            color=theme.color("plot-line"),
            labelcolor=theme.color("text-muted"),
            labelsize=page.size("figure-tick"),
            width=hairline,
            length=3.5 * page.scale,
            pad=3.5 * page.scale,
        )


def _box(shares: tuple[float, float, float, float], page: Page) -> Box:
    """The rectangle of these edges on the page, in points."""
    left, low, right, high = shares
    return Box(left * page.width, low * page.height, (right - left) * page.width, (high - low) * page.height)


def _set_ticks(axis: Any, places: list[float], words: list[str]) -> None:
    axis.set_major_locator(FixedLocator(places))
    axis.set_ticks(places, words)
    axis.set_minor_locator(NullLocator())
