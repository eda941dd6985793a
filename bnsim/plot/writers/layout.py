"""Where things stand on the page of a figure, for programs that draw it: measured on what matplotlib draws."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from msgspec.structs import replace

from bnsim.plot.figure import Figure
from bnsim.plot.marks import Array
from bnsim.plot.style import Style
from bnsim.plot.styled import styled
from bnsim.plot.writers.drawing import drawn
from bnsim.plot.writers.page import Page, Written
from bnsim.plot.writers.pictures import settings
from bnsim.plot.writers.placing import Box
from bnsim.spec.printable import printable

Ticks = tuple[tuple[float, str], ...]


class Plot(NamedTuple):
    """The plot on a page: its rectangle in points, the limits and the ticks of its axes, and data as points."""

    inside: Box
    across: tuple[float, float]
    up: tuple[float, float]
    x_ticks: Ticks
    y_ticks: Ticks
    points: Callable[[Array, Array], Array]
    """(x, y), each of shape (points,), as points of the page, shape (points, 2)."""


class Layout(NamedTuple):
    """A page and all words on it but those of the ticks; `plot` is None where there is nothing to plot."""

    page: Page
    words: tuple[Written, ...]
    plot: Plot | None

    def of_kind(self, *kinds: str) -> tuple[Written, ...]:
        """Words of these sizes."""
        return tuple(each for each in self.words if each.kind in kinds)


def unkeyed(figure: Figure, placed: Layout) -> tuple[Written, ...]:
    """The words without those of a key of names, which other programs make themselves."""
    if placed.page.style.names != "key":
        return placed.words
    names = {printable(getattr(mark, "label", "")) for mark in figure.marks}
    return tuple(each for each in placed.words if each.kind != "figure-rule" or each.text not in names)


def layout(figure: Figure, style: Style) -> Layout:
    """The layout of a figure on a page of that style."""
    with settings(style):
        page, axes = drawn(figure, style, 72.0)
        if axes is None:
            return Layout(page, tuple(page.written), None)
        return Layout(page, (*page.written, *_noted(page, axes)), _plot(page, axes))


def in_one_place(figures: Sequence[Figure], style: Style) -> list[Figure]:
    """The figures with their plots at one place of a page of that style, where each of them has room.

    So nothing moves from one to the next but what is new in it.
    """
    found = []
    with settings(style):
        for figure in figures:
            _, axes = drawn(styled(figure, style), style, 72.0)
            if axes is not None:
                place = axes.get_position()
                found.append((place.x0, place.y0, place.x1, place.y1))
    if len(found) < 2:
        return list(figures)
    left, low, right, high = zip(*found, strict=True)
    inside = max(left), max(low), min(right), min(high)
    return [replace(figure, inside=tuple(map(float, inside))) for figure in figures]


def _plot(page: Page, axes: Axes) -> Plot:
    place = axes.get_position()
    sides = (place.x0 * page.width, place.y0 * page.height, place.width * page.width, place.height * page.height)
    inside = Box(*map(float, sides))
    x_ticks, y_ticks = (
        _ticks(axes.get_xticks(), axes.get_xticklabels()),
        _ticks(axes.get_yticks(), axes.get_yticklabels()),
    )
    limits = _pair(axes.get_xlim()), _pair(axes.get_ylim())
    return Plot(inside, *limits, x_ticks, y_ticks, lambda x, y: page.points(axes, x, y))


def _ticks(places: Iterable[float], labels: Iterable[Any]) -> Ticks:
    return tuple((float(at), label.get_text()) for at, label in zip(places, labels, strict=True))


def _noted(page: Page, axes: Axes) -> list[Written]:
    """Words at places of the data: notes, names of parts, zeros."""
    renderer = FigureCanvasAgg(page.canvas).get_renderer()  # type: ignore[no-untyped-call]
    found = []
    for text in axes.texts:
        box, side = text.get_window_extent(renderer), text.get_horizontalalignment()
        x = {"left": box.x0, "right": box.x1}.get(side, (box.x0 + box.x1) / 2)
        bold, color = text.get_fontweight() == "bold", to_hex(str(text.get_color()))
        size = float(text.get_fontsize())
        found.append(Written(float(x), float(box.y0), text.get_text(), "", size, color, bold, side, "bottom"))
    return found


def _pair(limits: tuple[float, float]) -> tuple[float, float]:
    return float(limits[0]), float(limits[1])
