"""The names of lines and rules, written beside them instead of in a legend."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from bnsim.plot.figure import Figure, Series
from bnsim.plot.writers.marks import MARKERS
from bnsim.plot.writers.page import Page
from bnsim.plot.writers.placing import Box, Points, along, beside, dense, spread

_ROOM = 0.36
"""The most of the page's width that names at the ends of lines take."""
_SMALLEST = 0.7
"""How much smaller than in the theme names may become to be written in full."""


class Names:
    """The names of a figure, to be written once its axes have their place on the page.

    Where they are long or many they are written smaller.
    """

    def __init__(self, page: Page, figure: Figure) -> None:
        self._page = page
        self._rules = figure.rules
        self._lines = [line for line in figure.lines if line.weight != "thin"]
        self._named = [line for line in figure.lines if line.label and np.isfinite(line.y).any()]
        self._by = 1.0

    def fit_at_ends(self, axes: Axes, inside: Box) -> bool:
        """Whether the names fit at the right ends of their lines: the lines do not meet there and part elsewhere."""
        lines = self._named
        if not lines:
            return False
        size, room = self._page.size("figure-label"), _ROOM * self._page.width
        widths = [(self._key(line), self._page.measure(line.label, "figure-label", "bold")) for line in lines]
        across = min((room - key) / width for key, width in widths if width) if any(w for _, w in widths) else 1.0
        # letters of another size are not exactly so many times as wide
        fits = min(0.97 * across if across < 1 else 1.0, inside.height / (1.3 * size * len(lines)))
        self._by = min(max(fits, _SMALLEST), 1.0)
        gap = 1.3 * self._by * size
        ends = self._ends(axes)
        if any(x < inside.x + 0.85 * inside.width for x, _ in ends):
            return False
        heights = sorted(y for _, y in ends)
        if all(upper - lower >= gap for lower, upper in pairwise(heights)):
            return True
        paths = [self._page.points(axes, line.x, line.y) for line in lines]
        same = all(np.array_equal(line.x, lines[0].x) for line in lines)
        if not same:
            return True
        together = np.sort(np.column_stack([path[:, 1] for path in paths]), axis=1)
        apart = np.diff(together, axis=1).min(axis=1)
        return not bool((apart[np.isfinite(apart)] >= 3 * gap).any())

    def widest(self) -> float:
        """Width of the widest name with its marker, in points."""
        return max(self._key(line) + self._measure(self._name(line)) for line in self._named)

    def write(self, axes: Axes, inside: Box, at_ends: bool) -> None:
        """Write all names; `inside` is the rectangle of the axes."""
        paths = [dense(self._page.points(axes, line.x, line.y)) for line in self._lines]
        taken: list[Box] = []
        if at_ends:
            self._write_at_ends(axes, inside)
        else:
            taken = self._write_beside(axes, inside, paths)
        everything = np.vstack([np.empty((0, 2)), *paths])
        for rule in self._rules:
            size = self._page.size("figure-rule")
            extent = (self._page.measure(rule.label, "figure-rule"), 1.1 * size)
            level = float(self._rule_points(axes, inside, rule.y)[0, 1])
            box = along(level, everything, extent, inside, taken)
            taken.append(box)
            covered = len(everything) > 0 and bool((box.distances(everything) < 1.0).any())
            self._page.write(box.x, box.y + 0.27 * size, rule.label, "figure-rule", rule.role, over=covered)

    def _write_beside(self, axes: Axes, inside: Box, paths: list[Points]) -> list[Box]:
        """Write names near their lines and away from others; returns the rectangles they take."""
        taken: list[Box] = []
        names = [line.name for line in self._lines]
        size = self._page.size("figure-label", self._by)
        rules = [self._rule_points(axes, inside, rule.y) for rule in self._rules]
        for line in self._named:
            words = self._name(line)
            own = paths[names.index(line.name)]
            others = [path for path, name in zip(paths, names, strict=True) if name != line.name]
            avoid = np.vstack([np.empty((0, 2)), *others, *rules])
            extent = (self._measure(words), 1.1 * size)
            box = beside(own, avoid, extent, inside.grown(-3.0), taken)
            taken.append(box)
            self._page.write(
                box.x, box.y + 0.27 * size, words, "figure-label", line.role, "bold", over=True, by=self._by
            )
        return taken

    def _write_at_ends(self, axes: Axes, inside: Box) -> None:
        page, lines, gap = self._page, self._named, 1.3 * self._page.size("figure-label", self._by)
        ends = self._ends(axes)
        low, high = inside.y + gap / 2, max(inside.y + inside.height, inside.y + gap)
        heights = spread([y for _, y in ends], gap, low, high)
        if max(y for _, y in ends) - min(y for _, y in ends) < gap:
            # lines that meet at their ends are named in the order they have before
            means = [float(np.nanmean(page.points(axes, line.x, line.y)[:, 1])) for line in lines]
            heights = [sorted(heights)[rank] for rank in np.argsort(np.argsort(means, kind="stable"))]
        left = max(inside.x + inside.width, *(x for x, _ in ends)) + 6 * page.scale
        for line, y in zip(lines, heights, strict=True):
            if line.marker != "none":
                self._draw_key(line, left, y)
            x = left + self._key(line)
            words = self._name(line)
            page.write(x, y, words, "figure-label", line.role, "bold", va="center_baseline", by=self._by)

    def _draw_key(self, line: Series, left: float, y: float) -> None:
        """Draw the line's marker before its name."""
        page, size = self._page, self._page.size("figure-marker")
        page.canvas.add_artist(
            Line2D(
                [(left + size / 2) / page.width],
                [y / page.height],
                marker=MARKERS[line.marker],
                markersize=size,
                color=page.theme.color(line.role),
                markeredgewidth=0,
                linestyle="",
            )
        )

    def _key(self, line: Series) -> float:
        """Width of the marker that stands before a name, in points."""
        return 1.7 * self._page.size("figure-marker") if line.marker != "none" else 0.0

    def _name(self, line: Series) -> str:
        room = _ROOM * self._page.width - self._key(line)
        return self._page.shorten(line.label, room, "figure-label", "bold", self._by)

    def _measure(self, words: str) -> float:
        return self._page.measure(words, "figure-label", "bold", self._by)

    def _ends(self, axes: Axes) -> list[tuple[float, float]]:
        ends = []
        for line in self._named:
            last = np.flatnonzero(np.isfinite(line.y))[-1]
            x, y = self._page.points(axes, line.x[last : last + 1], line.y[last : last + 1])[0]
            ends.append((float(x), float(y)))
        return ends

    def _rule_points(self, axes: Axes, inside: Box, y: float) -> Points:
        low, _ = axes.get_xlim()
        level = self._page.points(axes, np.array([low]), np.array([y]))[0, 1]
        x = np.arange(inside.x, inside.x + inside.width, 2.0)
        return np.column_stack([x, np.full_like(x, level)])
