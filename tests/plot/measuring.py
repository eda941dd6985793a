"""What is wrong with a drawing, measured on what was drawn: every word, every line, every marker, in points."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.lines import Line2D
from matplotlib.text import Text

from bnsim.plot.figure import Figure
from bnsim.plot.style import Style
from bnsim.plot.styled import styled
from bnsim.plot.writers.drawing import drawn
from bnsim.plot.writers.page import Page
from bnsim.plot.writers.pictures import settings
from bnsim.plot.writers.placing import Box, dense

_LOW = set("gjpqyQ,;()[]{}|‖μηφβγρχψ∂ş")
"""Letters that reach below their baseline; without them words leave the room there free."""
_TOUCHES = 0.4
"""Points by which boxes may overlap, since letters do not fill theirs."""


class Words(NamedTuple):
    """Words where they were drawn; `box` is what their letters fill. `note`: of a histogram, at its foot or over it."""

    text: str
    size: float
    box: Box
    note: bool


def faults(figure: Figure, style: Style) -> list[str]:
    """What a reader would find wrong with the figure on a page of that style, in words."""
    with settings(style):
        page, axes = drawn(styled(figure, style), style, 72.0)
        canvas = FigureCanvasAgg(page.canvas)
        canvas.draw()
        renderer = canvas.get_renderer()  # type: ignore[no-untyped-call]
        words = list(_words(page, axes, renderer))
        found = [*_small(words, style), *_outside(words, page), *_over_each_other(words)]
        if axes is not None:
            found += [*_over_lines(words, axes), *_over_axes(words, axes), *_cut(page, axes)]
        return found


def _words(page: Page, axes: Axes | None, renderer: Any) -> Iterator[Words]:
    ticks: list[Text] = []
    if axes is not None:
        ticks = [*axes.get_xticklabels(), *axes.get_yticklabels()]
    notes = list(axes.texts) if axes is not None else []
    for text in (*page.canvas.texts, *notes, *ticks):
        if text.get_visible() and text.get_text().strip():
            note = text in notes and text.get_horizontalalignment() == "right"
            yield Words(text.get_text(), float(text.get_fontsize()), _ink(text, renderer), note)


def _ink(text: Text, renderer: Any) -> Box:
    """What the letters fill: the box that lines of the font have, without what these letters leave free."""
    box = text.get_window_extent(renderer)
    size = float(text.get_fontsize())
    low = 0.0 if set(text.get_text()) & _LOW else 0.2 * size
    return Box(float(box.x0), float(box.y0) + low, float(box.width), max(float(box.height) - low - 0.03 * size, 1.0))


def _small(words: list[Words], style: Style) -> Iterator[str]:
    for each in words:
        if each.size < style.least - 0.01:
            yield f"{each.text!r} has {each.size:.1f} points"


def _outside(words: list[Words], page: Page) -> Iterator[str]:
    whole = Box(0.0, 0.0, page.width, page.height)
    for each in words:
        if not each.box.within(whole):
            yield f"{each.text!r} leaves the page"


def _over_each_other(words: list[Words]) -> Iterator[str]:
    for one, other in combinations(words, 2):
        if one.box.grown(-_TOUCHES / 2).overlap(other.box.grown(-_TOUCHES / 2)):
            yield f"{one.text!r} lies over {other.text!r}"


def _over_lines(words: list[Words], axes: Axes) -> Iterator[str]:
    inside = _inside(axes)
    for line in axes.lines:
        if _is_pale(line):
            continue
        points = _points(line, axes)
        if line.get_linestyle() not in ("None", "none", "", " "):
            points = dense(points, 1.0)
        points = points[np.isfinite(points).all(axis=1)]
        points = points[inside.distances(points) <= 0.5]
        if not len(points):
            continue
        reach = line.get_linewidth() / 2
        for each in words:
            if not each.note and (each.box.grown(-_TOUCHES).distances(points) < reach - _TOUCHES).any():
                yield f"{each.text!r} lies over a line"


def _over_axes(words: list[Words], axes: Axes) -> Iterator[str]:
    inside = _inside(axes)
    left = Box(inside.x - 0.3, inside.y, 0.6, inside.height)
    below = Box(inside.x, inside.y - 0.3, inside.width, 0.6)
    for each in words:
        if each.box.overlap(left) or each.box.overlap(below):
            yield f"{each.text!r} lies over an axis"


def _cut(page: Page, axes: Axes) -> Iterator[str]:
    inside, whole = _inside(axes), Box(0.0, 0.0, page.width, page.height)
    for line in axes.lines:
        if line.get_marker() in ("", "None", None):
            continue
        points = _points(line, axes)[:: line.get_markevery() or 1]
        points = points[np.isfinite(points).all(axis=1)]
        drawn_at = points[inside.distances(points) <= 0.01]
        room = whole if not line.get_clip_on() else inside
        half = line.get_markersize() / 2
        for x, y in drawn_at:
            if not Box(x - half, y - half, 2 * half, 2 * half).within(room.grown(0.3)):
                yield "a marker is cut"
                break


def _points(line: Line2D, axes: Axes) -> Any:
    x, y = (np.asarray(line.get_xdata(), float), np.asarray(line.get_ydata(), float))
    with np.errstate(all="ignore"):
        return line.get_transform().transform(np.column_stack(np.broadcast_arrays(x, y)))


def _inside(axes: Axes) -> Box:
    box = axes.get_window_extent()
    return Box(float(box.x0), float(box.y0), float(box.width), float(box.height))


def _is_pale(line: Line2D) -> bool:
    """Whether it is one of many thin lines, which fill the plot, or of an earlier moment."""
    return not math.isclose(line.get_alpha() or 1.0, 1.0)
