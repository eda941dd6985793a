"""A diagram drawn with matplotlib: a page of the diagram's proportions, as large as the style's page holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Canvas
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.text import Text

from bnsim.plot.diagram import COUNTS, Box, Cells, Curve, Diagram, Shape, Words, colored
from bnsim.plot.pages import scale_on
from bnsim.plot.style import Style
from bnsim.plot.theme import Theme
from bnsim.plot.writers.fonts import families, words_of
from bnsim.spec.printable import printable

_CODES = {"M": Path.MOVETO, "L": Path.LINETO, "Q": Path.CURVE3, "C": Path.CURVE4, "Z": Path.CLOSEPOLY}
_DASHES = (0, (3.0, 2.0))
_ANCHORS = {"start": "left", "middle": "center", "end": "right"}
_FINE = 800
"""Pixels that cells have at least, across and down, as far as whole pixels go."""
_HEAD = 6.0
"""Length of an arrow's head at a line of 1 point."""


def sketch(diagram: Diagram, style: Style, dpi: float) -> Canvas:
    """The finished page, which any of matplotlib's canvases can print."""
    scale = scale_on(diagram, style)
    # matplotlib cuts the fraction of a pixel off, and 4.6 inches at 200 dpi are 919.999....
    width, height = ((round(length * scale / 72.0 * dpi) + 1e-9) / dpi for length in (diagram.width, diagram.height))
    theme = style.colors()
    ground = "none" if style.transparent else theme.color("plot-background")
    canvas = Canvas(figsize=(width, height), dpi=dpi, facecolor=ground)
    put(canvas, (0.0, 0.0, 1.0, 1.0), diagram, theme, scale)
    return canvas


def put(canvas: Any, place: tuple[float, float, float, float], diagram: Diagram, theme: Theme, scale: float) -> None:
    """Draw a diagram on part of a page: left, bottom, width and height of it, in shares of the page."""
    axes = canvas.add_axes(place)
    axes.set_axis_off()
    pen = _Pen(axes, theme, scale, families(words_of(diagram), theme.font("figure")))
    for order, shape in enumerate(colored(diagram, theme).shapes):
        _DRAW[type(shape)](pen, shape, 1.0 + 1e-4 * order)
    # Cells would change them.
    axes.set_aspect("auto")
    axes.set_xlim(0.0, diagram.width)
    axes.set_ylim(diagram.height, 0.0)


class _Pen:
    """Where shapes are drawn; `scale` points of the page are one of the diagram."""

    def __init__(self, axes: Axes, theme: Theme, scale: float, families: tuple[str, ...]) -> None:
        self.axes, self.theme, self.scale = axes, theme, scale
        self.families = list(families)
        canvas = axes.get_figure(root=True)
        assert canvas is not None
        self._dpi = canvas.dpi
        self._renderer: Any = FigureCanvasAgg(canvas).get_renderer()  # type: ignore[no-untyped-call]

    def fit(self, text: Text, room: float) -> None:
        """Make a text smaller that is wider than `room`."""
        font = text.get_fontproperties()
        width = self._renderer.get_text_width_height_descent(text.get_text(), font, False)[0]
        width *= 72.0 / self._dpi / self.scale
        if width > room:
            text.set_fontsize(float(font.get_size_in_points()) * room / width)

    def look(self, shape: Box | Curve) -> dict[str, Any]:
        """How a shape is filled and how its line is drawn."""
        return {
            "facecolor": (self.theme.color(shape.fill), shape.alpha) if shape.fill else "none",
            "edgecolor": self.theme.color(shape.stroke) if shape.stroke else "none",
            "linewidth": shape.line * self.scale if shape.stroke else 0.0,
            "linestyle": _DASHES if shape.dashed else "-",
        }


def _box(pen: _Pen, box: Box, order: float) -> None:
    place, look = (box.x, box.y), pen.look(box)
    if box.radius:
        style = f"round,pad=0,rounding_size={min(box.radius, box.width / 2, box.height / 2)}"
        patch: Any = FancyBboxPatch(place, box.width, box.height, boxstyle=style, zorder=order, **look)
    else:
        patch = Rectangle(place, box.width, box.height, zorder=order, **look)
    pen.axes.add_patch(patch)


def _curve(pen: _Pen, curve: Curve, order: float) -> None:
    codes = [_CODES[command] for command in curve.commands for _ in range(max(COUNTS[command] // 2, 1))]
    points, numbers = [], iter(curve.numbers)
    for command in curve.commands:
        points += [(next(numbers), next(numbers)) for _ in range(COUNTS[command] // 2)] or [(0.0, 0.0)]
    path, look = Path(points, codes), pen.look(curve)
    if curve.arrow:
        width = _HEAD * pen.scale * max(curve.line, 0.75) ** 0.5
        head = f"-|>,head_length={width},head_width={0.4 * width}"
        look["facecolor"] = look["edgecolor"]
        patch: Any = FancyArrowPatch(path=path, arrowstyle=head, mutation_scale=1.0, zorder=order, **look)
    else:
        patch = PathPatch(path, zorder=order, capstyle="round", joinstyle="round", **look)
    if curve.fill and not curve.stroke:  # a minus that is put on whole pixels may have none left
        patch.set_snap(False)
    pen.axes.add_patch(patch)


def _words(pen: _Pen, words: Words, order: float) -> None:
    fonts = {"ui": pen.families, "mono": ["DejaVu Sans Mono", *pen.families], "math": ["DejaVu Serif", *pen.families]}
    anchor = _ANCHORS[words.anchor]
    text = pen.axes.text(
        words.x,
        words.y,
        printable(words.text),
        fontfamily=fonts[words.font],
        fontstyle="italic" if words.italic or words.font == "math" else "normal",
        fontsize=words.size * pen.scale,
        fontweight="bold" if words.bold else "normal",
        color=pen.theme.text_color(words.color),
        rotation=90 if words.turned else 0,
        rotation_mode="anchor",
        ha=anchor,
        va="baseline",
        zorder=order,
    )
    if words.room:
        pen.fit(text, words.room)


def _cells(pen: _Pen, cells: Cells, order: float) -> None:
    extent = (cells.x, cells.x + cells.width, cells.y + cells.height, cells.y)
    colors = np.asarray(cells.colors)
    for axis in (0, 1):  # some viewers smooth pictures that they enlarge: a cell is several pixels
        colors = colors.repeat(max(_FINE // colors.shape[axis], 1), axis)
    pen.axes.imshow(colors, extent=extent, aspect="auto", interpolation="none", zorder=order)


_DRAW: Mapping[type[Shape], Callable[[_Pen, Any, float], None]] = {
    Box: _box,
    Cells: _cells,
    Curve: _curve,
    Words: _words,
}
