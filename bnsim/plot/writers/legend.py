"""The key of a figure's lines: a sample of each with its name, in rows over the plot."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from bnsim.plot.figure import Figure
from bnsim.plot.marks import Bars, Mark, Rule, Series
from bnsim.plot.writers.looks import RULE_DASHES, look_of
from bnsim.plot.writers.marks import FILLED, LINES, MARKERS
from bnsim.plot.writers.names import Kind
from bnsim.plot.writers.page import Page, Sample

_SAMPLE, _GAP, _BETWEEN = 2.2, 0.5, 1.4
"""Width of a sample, its distance from the name, and that between entries, in sizes of the names' font."""
_LINE = 1.45
_ROWS = 4
"""The most rows; with more entries the names are shortened."""


class _Entry(NamedTuple):
    mark: Series | Bars | Rule
    words: str
    width: float


class Legend:
    """The key of a figure's lines of these `kinds`; `height` is the room it takes over the plot, in points."""

    def __init__(self, page: Page, figure: Figure, kinds: Collection[Kind]) -> None:
        self._page, self._size = page, page.size("figure-rule")
        named = [mark for mark in figure.marks if _named(mark) and _kind(mark) in kinds]
        room = page.width - 2 * page.pad
        columns = max(-(-len(named) // _ROWS), 1)
        self._rows = self._flowed(named, room, room)
        if len(self._rows) > _ROWS:
            self._rows = self._flowed(named, room, room / columns - _BETWEEN * self._size)
        self.height = _LINE * self._size * len(self._rows)

    def write(self, top: float) -> None:
        """Write the key below the height `top`."""
        page, size = self._page, self._size
        for number, row in enumerate(self._rows, 1):
            x, y = page.pad, top - _LINE * size * number + 0.35 * size
            for entry in row:
                self._sample(entry.mark, x, y + 0.35 * size)
                page.write(x + (_SAMPLE + _GAP) * size, y, entry.words, "figure-rule", entry.mark.role)
                x += entry.width + _BETWEEN * size

    def _flowed(self, named: list[Any], room: float, most: float) -> list[list[_Entry]]:
        """Entries in rows of that width, none wider than `most`."""
        page, size, x = self._page, self._size, 0.0
        rows: list[list[_Entry]] = []
        for mark in named:
            words = page.shorten(mark.label, most - (_SAMPLE + _GAP) * size, "figure-rule", "normal")
            width = (_SAMPLE + _GAP) * size + page.measure(words, "figure-rule")
            if not rows or x + width > room:
                rows.append([])
                x = 0.0
            rows[-1].append(_Entry(mark, words, width))
            x += width + _BETWEEN * size
        return rows

    def _sample(self, mark: Series | Bars | Rule, x: float, y: float) -> None:
        page, width = self._page, _SAMPLE * self._size
        color = page.theme.color(mark.role)
        if isinstance(mark, Bars):
            low, high = (y - 0.35 * self._size) / page.height, 0.7 * self._size / page.height
            look: dict[str, Any] = {"facecolor": (color, FILLED), "edgecolor": color, "linewidth": page.scale}
            patch = Rectangle(
                (x / page.width, low), width / page.width, high, transform=page.canvas.transFigure, **look
            )
            page.canvas.add_artist(patch)
            return
        look = {"color": color, "linestyle": (0, RULE_DASHES), "linewidth": 1.1 * page.scale}
        told = Sample(x, y, width, color, 1.1 * page.scale, "dotted")
        if isinstance(mark, Series):
            own = look_of(mark, page.theme, page.size)
            look = {"color": own.color, "linestyle": LINES[mark.line], "linewidth": own.width}
            line = 0.0 if mark.line == "none" else own.width
            size = 0.0 if own.marker == "none" else own.marker_size
            told = Sample(x, y, width, own.color, line, mark.line, own.marker, size)
            look |= {"marker": MARKERS[own.marker], "markersize": own.marker_size, "markeredgecolor": page.ground}
            look |= {"markeredgewidth": 0.8 * page.scale, "markevery": (1, 2)}
        page.samples.append(told)
        xs = [(x + share * width) / page.width for share in (0.0, 0.5, 1.0)]
        page.canvas.add_artist(Line2D(xs, [y / page.height] * 3, **look))


def _kind(mark: Mark) -> Kind:
    return "rules" if isinstance(mark, Rule) else "lines"


def _named(mark: Mark) -> bool:
    return isinstance(mark, Series | Bars | Rule) and bool(mark.label) and (isinstance(mark, Rule) or mark.has_data)
