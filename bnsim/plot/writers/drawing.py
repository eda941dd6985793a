"""A figure drawn for a slide: title, verdict, plot, with names at their lines instead of a legend.

All lengths are points (1/72 inch) until the last moment. At 7.5 by 4.6 inches the theme's sizes hold; a
larger or smaller page scales them, so that a figure looks the same at any size.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Page
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, NullLocator

from bnsim.plot.figure import Array, Figure, Series
from bnsim.plot.theme import Theme
from bnsim.plot.writers.axes import limits, ticks
from bnsim.plot.writers.placing import Box, Points, along, beside, dense, spread

_REFERENCE = (7.5, 4.6)
_MARKERS = {"none": "", "circle": "o", "square": "s", "triangle": "^", "diamond": "D"}
_LINES: dict[str, object] = {"solid": "-", "dashed": (0, (4.5, 2.2)), "dotted": (0, (1.2, 2.0)), "none": ""}
_MARKS = 25
"""Markers on a line at most: more would hide it."""
_FINER = 0.6
"""Size of the markers of many points that no line joins: all of them are drawn."""
_ORDER = {"thin": 3.0, "normal": 4.0, "bold": 5.0}


def draw(figure: Figure, theme: Theme, size: tuple[float, float], dpi: float) -> Page:
    """The finished page, ready to be printed by any canvas."""
    page = Page(figsize=size, dpi=dpi, facecolor=theme.color("plot-background"))
    canvas = FigureCanvasAgg(page)
    return _Drawing(figure, theme, page, canvas, size).page


class _Drawing:
    """One drawing under way."""

    def __init__(
        self, figure: Figure, theme: Theme, page: Page, canvas: FigureCanvasAgg, size: tuple[float, float]
    ) -> None:
        self.figure = figure
        self.theme = theme
        self.page = page
        self.renderer: Any = canvas.get_renderer()  # type: ignore[no-untyped-call]
        self.width, self.height = size[0] * 72.0, size[1] * 72.0
        self.scale = min(size[0] / _REFERENCE[0], size[1] / _REFERENCE[1])
        self.pad = 16.0 * self.scale
        top = self._heading()
        if self._has_data():
            self._plot(top)
        else:
            self._words(self.width / 2, top / 2, figure.verdict, "figure-axis", "text-muted", ha="center", va="center")

    def _size(self, name: str) -> float:
        return self.theme.size(name) * self.scale

    def _has_data(self) -> bool:
        values = [line.y for line in self.figure.series] + [band.low for band in self.figure.bands]
        return any(np.isfinite(array).any() for array in values)

    def _words(
        self,
        x: float,
        y: float,
        words: str,
        size: str,
        color: str,
        weight: str = "normal",
        ha: str = "left",
        va: str = "baseline",
        over: bool = False,
    ) -> None:
        """Words at a place of the page in points; `over` the lines, on a patch of background."""
        patch = {"facecolor": self.theme.color("plot-background"), "edgecolor": "none", "pad": 0.8}
        self.page.text(
            x / self.width,
            y / self.height,
            words,
            fontsize=self._size(size),
            color=self.theme.text_color(color),
            fontweight=weight,
            ha=ha,
            va=va,
            bbox=patch if over else None,
            zorder=10,
        )

    def _measure(self, words: str, size: str, weight: str = "normal") -> float:
        font = FontProperties(family=self.theme.font("figure"), weight=weight, size=self._size(size))
        return float(self.renderer.get_text_width_height_descent(words, font, False)[0]) * 72.0 / self.page.dpi

    def _shorten(self, words: str, room: float, size: str, weight: str) -> str:
        words = " ".join(words.split())
        if self._measure(words, size, weight) <= room:
            return words
        while words and self._measure(f"{words}…", size, weight) > room:
            words = words[:-1]
        return f"{words.rstrip()}…"

    def _wrap(self, words: str, size: str, most: int) -> list[str]:
        """Lines that fit the page; what "·" sets apart stays together if it can."""
        room = self.width - 2 * self.pad
        lines: list[str] = []
        for part in words.split(" · "):
            if lines and self._measure(f"{lines[-1]} · {part}", size) <= room:
                lines[-1] += f" · {part}"
                continue
            lines.append("")
            for word in part.split():
                if lines[-1] and self._measure(f"{lines[-1]} {word}", size) > room:
                    lines.append("")
                lines[-1] += f" {word}" if lines[-1] else word
        if len(lines) > most:
            lines = [*lines[: most - 1], " · ".join(lines[most - 1 :])]
        return [self._shorten(line, room, size, "normal") for line in lines]

    def _heading(self) -> float:
        """Title and verdict; returns the height below them."""
        size = self._size("figure-title")
        y = self.height - self.pad - 0.8 * size
        title = self._shorten(self.figure.title, self.width - 2 * self.pad, "figure-title", "bold")
        self._words(self.pad, y, title, "figure-title", "text", "bold")
        if not self._has_data():
            return y
        line = 1.35 * self._size("figure-verdict")
        y -= 0.35 * size
        for words in self._wrap(self.figure.verdict, "figure-verdict", 4):
            y -= line
            self._words(self.pad, y, words, "figure-verdict", "text")
        return y

    def _plot(self, top: float) -> None:
        figure, tick = self.figure, self._size("figure-tick")
        lines, bands = figure.series, figure.bands
        x_low, x_high = limits(figure.x, [s.x for s in lines] + [b.x for b in bands], 0.0)
        y_low, y_high = limits(figure.y, [s.y for s in lines] + [a for b in bands for a in (b.low, b.high)], 0.06)

        axis_label = self._size("figure-axis")
        bottom = self.pad * 0.75 + 1.3 * axis_label + 1.9 * tick
        above = top - self.pad - axis_label
        height = max(above - 1.15 * axis_label - bottom, 20.0)
        y_ticks, y_words = ticks(figure.y, y_low, y_high, max(2, min(7, int(height / (2.6 * tick)))))
        left = self.pad + max((self._measure(words, "figure-tick") for words in y_words), default=0.0) + 9 * self.scale

        axes = self.page.add_axes((0.1, 0.1, 0.8, 0.8))
        axes.set_yscale(figure.y.scale)
        axes.set_xscale(figure.x.scale)
        axes.set_ylim(y_low, y_high)
        inside = Box(left, bottom, self.width - left - self.pad, height)
        self._place(axes, inside, (x_low, x_high))
        at_end = self._label_at_end(axes, inside)
        if at_end:
            widest = max(self._key(s) + self._measure(self._label(s), "figure-label", "bold") for s in self._labelled())
            inside = inside._replace(width=inside.width - widest - 8 * self.scale)
            self._place(axes, inside, (x_low, x_high))

        x_ticks, x_words = ticks(figure.x, x_low, x_high, max(2, min(8, int(inside.width / (4.5 * tick)))))
        axes.xaxis.set_major_locator(FixedLocator(x_ticks))
        axes.yaxis.set_major_locator(FixedLocator(y_ticks))
        axes.set_xticks(x_ticks, x_words)
        axes.set_yticks(y_ticks, y_words)
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_minor_locator(NullLocator())
        self._style(axes)
        self._words(self.pad, above, figure.y.label, "figure-tick", "text-muted")
        self._words(
            inside.x + inside.width / 2,
            self.pad * 0.75 + 0.25 * axis_label,
            figure.x.label,
            "figure-axis",
            "text-muted",
            ha="center",
        )
        self._data(axes)
        self._labels(axes, inside, at_end)

    def _place(self, axes: Axes, box: Box, x_limits: tuple[float, float]) -> None:
        axes.set_position((box.x / self.width, box.y / self.height, box.width / self.width, box.height / self.height))
        axes.set_xlim(*x_limits)
        if any(line.marker != "none" for line in self.figure.series) and self.figure.x.scale == "linear":
            # half a marker must not hang over the axis
            room = (x_limits[1] - x_limits[0]) * self._size("figure-marker") / box.width
            axes.set_xlim(x_limits[0] - room, x_limits[1] + room)

    def _style(self, axes: Axes) -> None:
        theme, hairline = self.theme, 0.8 * self.scale
        axes.set_facecolor(theme.color("plot-background"))
        axes.set_axisbelow(True)
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
            labelsize=self._size("figure-tick"),
            width=hairline,
            length=3.5 * self.scale,
            pad=3.5 * self.scale,
        )

    def _data(self, axes: Axes) -> None:
        theme = self.theme
        for band in self.figure.bands:
            color, alpha = theme.color(band.role), theme.size("band-alpha")
            axes.fill_between(band.x, band.low, band.high, color=color, alpha=alpha, linewidth=0, zorder=2)
        for rule in self.figure.rules:
            axes.axhline(
                rule.y, color=theme.color(rule.role), linewidth=1.1 * self.scale, linestyle=(0, (1.2, 2.2)), zorder=2.5
            )
        for line in self.figure.series:
            # the stronger shade tells a median from its features, and dashes from the line they run along
            strong = line.weight == "bold" or (line.line == "dashed" and line.weight != "thin")
            scattered = line.line == "none" and line.x.size > _MARKS
            slim = 0.75 if line.line == "dashed" and line.weight == "normal" else 1.0
            axes.plot(
                line.x,
                line.y,
                color=theme.text_color(line.role) if strong else theme.color(line.role),
                alpha=theme.size("thin-alpha") if line.weight == "thin" else None,
                linewidth=slim * self._size(f"figure-line-{line.weight}"),
                linestyle=_LINES[line.line],
                marker=_MARKERS[line.marker],
                markevery=1 if scattered else max(1, math.ceil(line.x.size / _MARKS)),
                markersize=(_FINER if scattered else 1.0) * self._size("figure-marker"),
                markeredgecolor=theme.color("plot-background"),
                markeredgewidth=0.8 * self.scale,
                solid_capstyle="round",
                solid_joinstyle="round",
                zorder=_ORDER[line.weight],
            )

    def _label(self, line: Series) -> str:
        return self._shorten(line.label, 0.3 * self.width, "figure-label", "bold")

    def _labelled(self) -> list[Series]:
        return [line for line in self.figure.series if line.label and np.isfinite(line.y).any()]

    def _points(self, axes: Axes, x: Array, y: Array) -> Points:
        """In points of the page, y upwards; values that cannot be drawn are gaps."""
        with np.errstate(divide="ignore", invalid="ignore"):
            pixels = axes.transData.transform(np.column_stack([x, y]))
        return np.asarray(pixels, dtype=np.float64) * 72.0 / self.page.dpi

    def _ends(self, axes: Axes) -> list[tuple[float, float]]:
        ends = []
        for line in self._labelled():
            last = np.flatnonzero(np.isfinite(line.y))[-1]
            x, y = self._points(axes, line.x[last : last + 1], line.y[last : last + 1])[0]
            ends.append((float(x), float(y)))
        return ends

    def _label_at_end(self, axes: Axes, inside: Box) -> bool:
        """Names stand at the right end of their lines, unless the lines meet there and part elsewhere."""
        lines = self._labelled()
        if not lines:
            return False
        gap = 1.3 * self._size("figure-label")
        ends = self._ends(axes)
        if any(x < inside.x + 0.85 * inside.width for x, _ in ends):
            return False
        heights = sorted(y for _, y in ends)
        if all(upper - lower >= gap for lower, upper in pairwise(heights)):
            return True
        paths = [self._points(axes, line.x, line.y) for line in lines]
        same = all(np.array_equal(line.x, lines[0].x) for line in lines)
        if not same:
            return True
        together = np.sort(np.column_stack([path[:, 1] for path in paths]), axis=1)
        apart = np.diff(together, axis=1).min(axis=1)
        return not bool((apart[np.isfinite(apart)] >= 3 * gap).any())

    def _labels(self, axes: Axes, inside: Box, at_end: bool) -> None:
        lines = self._labelled()
        paths = [dense(self._points(axes, s.x, s.y)) for s in self.figure.series if s.weight != "thin"]
        names = [s.name for s in self.figure.series if s.weight != "thin"]
        taken: list[Box] = []
        if at_end:
            self._labels_at_end(axes, inside)
        else:
            for line in lines:
                words, size = self._label(line), self._size("figure-label")
                own = paths[names.index(line.name)]
                others = [path for path, name in zip(paths, names, strict=True) if name != line.name]
                rules = [self._rule_points(axes, inside, rule.y) for rule in self.figure.rules]
                avoid = np.vstack([np.empty((0, 2)), *others, *rules])
                extent = (self._measure(words, "figure-label", "bold"), 1.1 * size)
                box = beside(own, avoid, extent, inside.grown(-3.0), taken)
                taken.append(box)
                y = box.y + 0.27 * size
                self._words(box.x, y, words, "figure-label", line.role, "bold", over=True)
        everything = np.vstack([np.empty((0, 2)), *paths])
        for rule in self.figure.rules:
            size = self._size("figure-rule")
            extent = (self._measure(rule.label, "figure-rule"), 1.1 * size)
            level = float(self._rule_points(axes, inside, rule.y)[0, 1])
            box = along(level, everything, extent, inside, taken)
            taken.append(box)
            self._words(box.x, box.y + 0.27 * size, rule.label, "figure-rule", rule.role)

    def _labels_at_end(self, axes: Axes, inside: Box) -> None:
        lines, gap = self._labelled(), 1.3 * self._size("figure-label")
        ends = self._ends(axes)
        low, high = inside.y + gap / 2, max(inside.y + inside.height, inside.y + gap)
        heights = spread([y for _, y in ends], gap, low, high)
        if max(y for _, y in ends) - min(y for _, y in ends) < gap:
            # lines that meet at their ends are named in the order they have before
            means = [float(np.nanmean(self._points(axes, s.x, s.y)[:, 1])) for s in lines]
            heights = [sorted(heights)[rank] for rank in np.argsort(np.argsort(means, kind="stable"))]
        left = max(inside.x + inside.width, *(x for x, _ in ends)) + 6 * self.scale
        for line, y in zip(lines, heights, strict=True):
            if line.marker != "none":
                self.page.add_artist(
                    Line2D(
                        [(left + self._size("figure-marker") / 2) / self.width],
                        [y / self.height],
                        marker=_MARKERS[line.marker],
                        markersize=self._size("figure-marker"),
                        color=self.theme.color(line.role),
                        markeredgewidth=0,
                        linestyle="",
                    )
                )
            x = left + self._key(line)
            self._words(x, y, self._label(line), "figure-label", line.role, "bold", va="center_baseline")

    def _key(self, line: Series) -> float:
        """Room for the marker that stands before a name."""
        return 1.7 * self._size("figure-marker") if line.marker != "none" else 0.0

    def _rule_points(self, axes: Axes, inside: Box, y: float) -> Points:
        low, _ = axes.get_xlim()
        level = self._points(axes, np.array([low]), np.array([y]))[0, 1]
        x = np.arange(inside.x, inside.x + inside.width, 2.0)
        return np.column_stack([x, np.full_like(x, level)])
