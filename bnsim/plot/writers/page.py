"""A page of a slide's proportions, and words on it. All lengths are points (1/72 inch), y upwards.

At 7.5 by 4.6 inches the theme's sizes hold; a larger or smaller page scales them, so that a figure looks the same at
any size.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Canvas
from matplotlib.font_manager import FontProperties

from bnsim.plot.marks import Array
from bnsim.plot.style import Style
from bnsim.plot.writers.placing import Points
from bnsim.spec.printable import printable

_REFERENCE = (7.5, 4.6)
_TYPE = frozenset({"figure-title", "figure-verdict", "figure-axis", "figure-tick", "figure-label", "figure-rule"})


class Written(NamedTuple):
    """Words on a page at (x, y) in points; `kind` is the name of their size in the theme, `size` is it in points.

    `over`: there is a patch of background behind them.
    """

    x: float
    y: float
    text: str
    kind: str
    size: float
    color: str
    bold: bool
    ha: str
    va: str
    over: bool = False


class Sample(NamedTuple):
    """A piece of a line, or a mark on it, beside its name: from `x` on, `width` points wide, about the height `y`.

    `line` is its width, 0 for none, `dashes` its dashes by their name; `marker_size` 0: no marker.
    """

    x: float
    y: float
    width: float
    color: str
    line: float
    dashes: str
    marker: str = "none"
    marker_size: float = 0.0


class Page:
    """`canvas` is matplotlib's figure, ready to be printed; `scale` is by how much the theme's sizes are enlarged.

    `families` are those of the font, each for the characters that the ones before it lack. `onto`: a part of another
    page, of the style's size, takes the place of a page of its own.
    """

    def __init__(self, style: Style, dpi: float, families: Sequence[str], onto: Any = None) -> None:
        self.style, self.theme = style, style.colors()
        self.families = list(families)
        size = style.size
        # matplotlib cuts the fraction of a pixel off, and 4.6 inches at 200 dpi are 919.999....
        width, height = ((round(side * dpi) + 1e-9) / dpi for side in size)
        self.canvas: Canvas = Canvas(figsize=(width, height), dpi=dpi, facecolor=self.ground) if onto is None else onto
        self._renderer: Any = FigureCanvasAgg(self.canvas.get_figure(root=True)).get_renderer()  # type: ignore[no-untyped-call]
        self.width, self.height = size[0] * 72.0, size[1] * 72.0
        self.scale = min(size[0] / _REFERENCE[0], size[1] / _REFERENCE[1])
        self.pad = 16.0 * self.scale
        self.written: list[Written] = []
        self.samples: list[Sample] = []

    @property
    def ground(self) -> str:
        """The color behind the picture, or "none" for a transparent one."""
        return "none" if self.style.transparent else self.theme.color("plot-background")

    def size(self, name: str, by: float = 1.0) -> float:
        """A size of the theme, enlarged by `scale`, in points; type as the style has it, and not below its least."""
        size = by * self.theme.size(name) * self.scale
        return max(size * self.style.type, self.style.least) if name in _TYPE else size

    def patch(self, pad: float, alpha: float = 1.0) -> dict[str, Any] | None:
        """What lies behind words that stand over something; nothing on a transparent page."""
        if self.style.transparent:
            return None
        return {"facecolor": self.theme.color("plot-background"), "edgecolor": "none", "pad": pad, "alpha": alpha}

    def write(
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
        by: float = 1.0,
    ) -> None:
        """Write words at a point; `size` and `color` are names of the theme; `over`: on a patch of background.

        `by`, here and below: so many times as large as the theme has it.
        """
        shade = self.theme.text_color(color)
        written = Written(x, y, printable(words), size, self.size(size, by), shade, weight == "bold", ha, va, over)
        self.written.append(written)
        self.canvas.text(
            x / self.width,
            y / self.height,
            written.text,
            fontfamily=self.families,
            fontsize=written.size,
            color=written.color,
            fontweight=weight,
            ha=ha,
            va=va,
            bbox=self.patch(0.8) if over else None,
            zorder=10,
        )

    def measure(self, words: str, size: str, weight: str = "normal", by: float = 1.0) -> float:
        """Width of the words in points."""
        font = FontProperties(family=self.families, weight=weight, size=self.size(size, by))
        width = self._renderer.get_text_width_height_descent(printable(words), font, False)[0]
        return float(width) * 72.0 / self.canvas.dpi

    def width_of(self, words: Written) -> float:
        """Width in points of words that were written."""
        font = FontProperties(family=self.families, weight="bold" if words.bold else "normal", size=words.size)
        return float(self._renderer.get_text_width_height_descent(words.text, font, False)[0]) * 72.0 / self.canvas.dpi

    def shorten(self, words: str, room: float, size: str, weight: str, by: float = 1.0) -> str:
        """The words on one line, shortened to the width `room`; what is left out ends in "…"."""
        words = " ".join(words.split())
        if self.measure(words, size, weight, by) <= room:
            return words
        while words and self.measure(f"{words}…", size, weight, by) > room:
            words = words[:-1]
        return f"{words.rstrip()}…"

    def ended(self, words: str, room: float, size: str, weight: str, by: float = 1.0) -> str:
        """The same, but that words end whole where one of them fits."""
        first = words.split()
        if self.measure(" ".join(first), size, weight, by) <= room:
            return " ".join(first)
        while len(first) > 1 and self.measure(f"{' '.join(first)} …", size, weight, by) > room:
            first.pop()
        return f"{' '.join(first).rstrip(' ·')} …" if len(first) > 1 else self.shorten(words, room, size, weight, by)

    def wrap(self, words: str, size: str, most: int, by: float = 1.0) -> list[str]:
        """The words in at most `most` lines that fit the page, broken at "·" where that is possible."""
        lines = self.lines(words, size, by)
        if len(lines) > most:
            rest = " ".join(words.split())
            for line in lines[: most - 1]:
                rest = rest[len(line) :].lstrip(" ·")
            lines = [*lines[: most - 1], rest]
        return [self.ended(line, self.width - 2 * self.pad, size, "normal", by) for line in lines]

    def lines(self, words: str, size: str, by: float = 1.0) -> list[str]:
        """The words in as many lines as they take on the page, broken at "·" where that is possible."""
        room = self.width - 2 * self.pad
        lines: list[str] = []
        for part in words.split(" · "):
            if lines and self.measure(f"{lines[-1]} · {part}", size, by=by) <= room:
                lines[-1] += f" · {part}"
                continue
            lines.append("")
            for word in part.split():
                if lines[-1] and self.measure(f"{lines[-1]} {word}", size, by=by) > room:
                    lines.append("")
                lines[-1] += f" {word}" if lines[-1] else word
        return lines

    def points(self, axes: Axes, x: Array, y: Array) -> Points:
        """Data coordinates as points of the page, shape (points, 2); values that cannot be drawn are gaps."""
        with np.errstate(divide="ignore", invalid="ignore"):
            pixels = axes.transData.transform(np.column_stack([x, y]))
        corner = self.canvas.bbox.min  # of its own page that is (0, 0)
        return (np.asarray(pixels, dtype=np.float64) - corner) * 72.0 / self.canvas.dpi
