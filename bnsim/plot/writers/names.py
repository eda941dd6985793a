"""The names of lines and rules, written beside them; where they find no free place there, they are for a key."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from bnsim.plot.figure import Figure
from bnsim.plot.marks import Bars, Role, Series
from bnsim.plot.writers.marks import MARKERS
from bnsim.plot.writers.page import Page, Sample
from bnsim.plot.writers.placing import Box, Points, along, beside, dense, spread

_ROOM = 0.36
"""The most of the page's width that names at the ends of lines take."""
_NEAR = 1.2
"""A line that comes so near to a name, in points, touches it."""
_SMALLEST = 0.7
"""How much smaller than in the theme names may become to be written in full."""


Kind = Literal["lines", "rules"]
"""What names are of."""


class Placed(NamedTuple):
    """A name and the rectangle that it is given, in points; it has to be within `area`."""

    kind: Kind
    words: str
    role: Role
    box: Box
    area: Box


class Arranged(NamedTuple):
    """Where names stand: of lines at their ends, others in rectangles; there is no free place for those `crowded`."""

    at_ends: bool
    names: tuple[Placed, ...]
    crowded: frozenset[Kind]


class Names:
    """The names of a figure, to be written once its axes have their place on the page.

    Where they are long or many they are written smaller.
    """

    def __init__(self, page: Page, figure: Figure) -> None:
        self._page = page
        self._rules, self._bars = figure.rules, [bars for bars in figure.of_kind(Bars) if not bars.ghost]
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

    def arranged(self, axes: Axes, inside: Box, at_ends: bool, left_out: Collection[Kind]) -> Arranged:
        """Places for all names but those of the kinds `left_out`; `inside` is the rectangle of the axes."""
        lines = {} if at_ends or "lines" in left_out else {line.name: line for line in self._named}
        rules = () if "rules" in left_out else self._rules
        paths = {line.name: dense(self._page.points(axes, line.x, line.y)) for line in self._lines}
        levels = [self._rule_points(axes, inside, rule.y) for rule in self._rules]
        covered = np.vstack([np.empty((0, 2)), *paths.values(), *(self._outline(axes, bars) for bars in self._bars)])
        found: list[Placed] = []
        for name, line in lines.items():
            if _crowded(found, covered):
                break
            words, size = self._name(line), self._page.size("figure-label", self._by)
            others = [path for other, path in paths.items() if other != name]
            avoid = np.vstack([np.empty((0, 2)), *others, *levels])
            taken = [each.box for each in found]
            box = beside(paths[name], avoid, (self._measure(words), 1.1 * size), inside.grown(-3.0), taken)
            found.append(Placed("lines", words, line.role, box, inside.grown(-3.0)))
        for rule, level in zip(self._rules, levels, strict=True):
            if not rules:
                break
            size = self._page.size("figure-rule")
            extent = (self._page.measure(rule.label, "figure-rule"), 1.1 * size)
            others = [each for each in levels if each is not level]
            avoid = np.vstack([covered, *others])
            box = along(float(level[0, 1]), avoid, extent, inside, [each.box for each in found])
            found.append(Placed("rules", rule.label, rule.role, box, inside))
        everything = np.vstack([covered, *levels])
        return Arranged(at_ends, tuple(found), _crowded(found, everything))

    def write(self, axes: Axes, inside: Box, arranged: Arranged) -> None:
        """Write names at the places found for them."""
        if arranged.at_ends:
            self._write_at_ends(axes, inside)
        for each in arranged.names:
            kind, weight, by = (
                ("figure-label", "bold", self._by) if each.kind == "lines" else ("figure-rule", "normal", 1.0)
            )
            y = each.box.y + 0.27 * self._page.size(kind, by)
            self._page.write(each.box.x, y, each.words, kind, each.role, weight, over=each.kind == "lines", by=by)

    def _outline(self, axes: Axes, bars: Bars) -> Points:
        return dense(self._page.points(axes, *bars.outline()))

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
        color = page.theme.color(line.role)
        page.samples.append(Sample(left, y, size, color, 0.0, "none", line.marker, size))
        page.canvas.add_artist(
            Line2D(
                [(left + size / 2) / page.width],
                [y / page.height],
                marker=MARKERS[line.marker],
                markersize=size,
                color=color,
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


def _crowded(names: Sequence[Placed], lines: Points) -> frozenset[Kind]:
    """The kinds of which a name covers a line or another name, or leaves its area."""
    found: set[Kind] = set()
    for number, each in enumerate(names):
        covers = bool((each.box.grown(-0.5).distances(lines) < _NEAR).any())
        meets = any(each.box.overlap(other.box) for other in names[:number])
        if covers or meets or not each.box.within(each.area):
            found.add(each.kind)
    return frozenset(found)
