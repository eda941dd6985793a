r"""A diagram as TikZ, and what its drawings share with those of figures: colors, dashes, lengths and cells.

Cells are an image inside the picture itself, as PDF has it (ISO 32000-1, 8.9.7), so that the file needs no other one.
"""

from __future__ import annotations

import textwrap
import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from bnsim.plot.colors import Colors
from bnsim.plot.diagram import COUNTS, Box, Cells, Curve, Diagram, Shape, Words, colored
from bnsim.plot.pages import scale_on
from bnsim.plot.style import Style
from bnsim.plot.theme import Theme
from bnsim.plot.writers.tex import escaped

CELLS = (
    r"\makeatletter\def\bnsimcells#1#2#3{\hbox to 1bp{\vbox to 1bp{\vfil\hbox{\pgfsys@invoke{q "
    r"BI /W #1 /H #2 /CS /RGB /BPC 8 /F [/AHx /Fl] ID #3> EI Q}}}\hss}}\makeatother"
)
"""Defines an image of so many columns and rows, 1bp wide and high."""
_DASHES = (3.0, 2.0)
_ANCHORS = {"start": "base west", "middle": "base", "end": "base east"}
_FONTS = {"ui": "", "mono": r"\ttfamily", "math": r"\itshape"}


class Palette:
    """The theme's colors by names that LaTeX knows, those that are used."""

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        self._used: dict[str, str] = {}

    def role(self, name: str) -> str:
        """The name of a color of the theme."""
        return self._named(name, self.theme.color(name))

    def text(self, name: str) -> str:
        """The name of the color of words of that role."""
        return self.shade(self.theme.text_color(name))

    def shade(self, color: str) -> str:
        """The name of a color by its value."""
        name = next((key for key, value in self.theme.colors.items() if value == color), color[1:])
        return self._named(name, color)

    def definitions(self) -> list[str]:
        """The lines that define the colors used so far."""
        return [rf"\definecolor{{{name}}}{{HTML}}{{{color[1:].upper()}}}" for name, color in self._used.items()]

    def _named(self, name: str, color: str) -> str:
        name = f"bnsim{name.replace('-', '')}"  # "grid" is an option
        self._used[name] = color
        return name


def tikz(diagram: Diagram, style: Style) -> list[str]:
    """The picture, of the diagram's proportions, as large as the style's page holds."""
    by = scale_on(diagram, style)
    pen = _Pen(Palette(style.colors()), by)
    for shape in colored(diagram, pen.colors.theme).shapes:
        _DRAW[type(shape)](pen, shape)
    corner = f"{length(by * diagram.width)},{length(by * diagram.height)}"
    return [
        r"\begin{tikzpicture}[y=-1cm]",
        *pen.colors.definitions(),
        *([CELLS] if any("bnsimcells" in line for line in pen.lines) else []),
        rf"\path[use as bounding box] (0bp,0bp) rectangle ({corner.replace(',', ',-')});",
        *pen.lines,
        r"\end{tikzpicture}",
    ]


def cells(colors: Colors, ground: str) -> str:
    """Cells of color, shape (rows, columns, 4), the first row upper, as a box of 1bp; `ground` is behind them."""
    behind = np.array([*bytes.fromhex(ground[1:])], np.float64)
    opacity = colors[..., 3:] / 255.0
    solid = np.rint(opacity * colors[..., :3] + (1.0 - opacity) * behind).astype(np.uint8)
    data = "\n".join(textwrap.wrap(zlib.compress(solid.tobytes(), 9).hex(), 100))
    return rf"\bnsimcells{{{colors.shape[1]}}}{{{colors.shape[0]}}}{{{data}}}"


def dashed(dashes: Sequence[float], width: float) -> str:
    """The option for dashes and gaps in widths of the line; solid without any."""
    parts = " ".join(f"{'off' if k % 2 else 'on'} {length(width * each)}" for k, each in enumerate(dashes))
    return f"dash pattern={parts}" if parts else "solid"


def length(points: float) -> str:
    """A length in points of 1/72 inch."""
    return f"{round(points, 3) + 0.0:g}bp"


class _Pen:
    def __init__(self, colors: Palette, by: float) -> None:
        self.colors, self.by = colors, by
        self.lines: list[str] = []

    def at(self, x: float, y: float) -> str:
        """A point of the diagram, whose y is downward."""
        return f"({length(self.by * x)},{length(-self.by * y)})"

    def path(self, shape: Box | Curve, more: Sequence[str], path: str) -> None:
        """A path that is filled and drawn as the shape says."""
        options = list(more)
        if shape.fill:
            options.append(f"fill={self.colors.role(shape.fill)}")
            options += [f"fill opacity={shape.alpha:g}"] if shape.alpha < 1 else []
        if shape.stroke:
            width = self.by * shape.line
            options += [f"draw={self.colors.role(shape.stroke)}", f"line width={length(width)}"]
            options += [dashed(_DASHES, width)] if shape.dashed else []
        self.lines += textwrap.wrap(rf"\path[{', '.join(options)}] {path};", 110, break_long_words=False)


def _box(pen: _Pen, box: Box) -> None:
    radius = min(box.radius, box.width / 2, box.height / 2)
    more = [f"rounded corners={length(pen.by * radius)}"] if radius else []
    pen.path(box, more, f"{pen.at(box.x, box.y)} rectangle {pen.at(box.x + box.width, box.y + box.height)}")


def _curve(pen: _Pen, curve: Curve) -> None:
    numbers, parts, last = iter(curve.numbers), list[str](), (0.0, 0.0)
    for command in curve.commands:
        points = [(next(numbers), next(numbers)) for _ in range(COUNTS[command] // 2)]
        if command == "Q":  # a cubic's control points are two thirds of the way to the one of the quadratic
            control, end = points
            thirds = [tuple(a + 2 / 3 * (c - a) for a, c in zip(near, control, strict=True)) for near in (last, end)]
            points = [(thirds[0][0], thirds[0][1]), (thirds[1][0], thirds[1][1]), end]
        if command == "M":
            parts.append(pen.at(*points[0]))
        elif command == "L":
            parts.append(f"-- {pen.at(*points[0])}")
        elif command == "Z":
            parts.append("-- cycle")
        else:
            first, second, final = (pen.at(*point) for point in points)
            parts.append(f".. controls {first} and {second} .. {final}")
        last = points[-1] if points else last
    pen.path(curve, ["-latex"] if curve.arrow else ["line cap=round", "line join=round"], " ".join(parts))


def _words(pen: _Pen, words: Words) -> None:
    size = pen.by * words.size
    font = rf"\fontsize{{{size:.2f}}}{{{1.2 * size:.2f}}}\selectfont{_FONTS[words.font]}"
    font += r"\bfseries" if words.bold else ""
    font += r"\itshape" if words.italic else ""
    look = f"anchor={_ANCHORS[words.anchor]}, inner sep=0pt, font={font}, color={pen.colors.text(words.color)}"
    look += ", rotate=90" if words.turned else ""
    pen.lines.append(rf"\node[{look}] at {pen.at(words.x, words.y)} {{{escaped(words.text)}}};")


def _cells(pen: _Pen, shape: Cells) -> None:
    picture = cells(shape.colors, pen.colors.theme.color("plot-background"))
    size = "".join(f"{{{length(pen.by * side)}}}" for side in (shape.width, shape.height))
    look = "anchor=north west, inner sep=0pt, outer sep=0pt"
    pen.lines.append(rf"\node[{look}] at {pen.at(shape.x, shape.y)} {{\resizebox{size}{{{picture}}}}};")


_DRAW: Mapping[type[Shape], Callable[[_Pen, Any], None]] = {Box: _box, Cells: _cells, Curve: _curve, Words: _words}
