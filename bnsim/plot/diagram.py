"""A diagram is data, as a figure is: boxes, lines, words and cells at places on a page of its own, nothing here draws.

The canvas, an equation, the graph of an operation and a tensor's map leave the app as diagrams. Lengths are points
(1/72 inch), x to the right and y downward from the upper left corner; colors are names in the theme.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from msgspec import Struct
from msgspec.structs import replace
from numpy.typing import NDArray

from bnsim.plot.colors import Colors, signed_colors
from bnsim.plot.marks import Role
from bnsim.plot.theme import Theme

Command = Literal["M", "L", "Q", "C", "Z"]
COUNTS: dict[Command, int] = {"M": 2, "L": 2, "Q": 4, "C": 6, "Z": 0}
"""How many numbers a command takes: two for each point; the end of a curve is its last point."""


class Shape(Struct, frozen=True):
    """Base of everything in a diagram; those that come later cover earlier ones."""


class Box(Shape, frozen=True):
    """A rectangle by its upper left corner. `fill`, `stroke`: colors, "" for none; `alpha`: opacity of the fill."""

    x: float
    y: float
    width: float
    height: float
    fill: Role = ""
    stroke: Role = ""
    line: float = 1.0
    dashed: bool = False
    radius: float = 0.0
    alpha: float = 1.0


class Curve(Shape, frozen=True):
    """A path as SVG has it: `commands` M, L, Q, C and Z, all absolute; `numbers` are those of all in a row, x before y.

    Filled by the nonzero winding rule. `arrow`: a head at its end.
    """

    commands: tuple[Command, ...]
    numbers: tuple[float, ...]
    fill: Role = ""
    stroke: Role = ""
    line: float = 1.0
    dashed: bool = False
    arrow: bool = False
    alpha: float = 1.0


class Words(Shape, frozen=True):
    """One line of text whose baseline is at `y`; `anchor` says which part of it is at `x`. `size` in points.

    `room`: it is drawn smaller where the font makes it wider than that; 0 for as wide as it is. `turned`: it runs
    upward, and `anchor` says which part of it is at `y`.
    """

    x: float
    y: float
    text: str
    size: float
    color: Role = "text"
    bold: bool = False
    anchor: Literal["start", "middle", "end"] = "start"
    font: Literal["ui", "mono", "math"] = "ui"
    room: float = 0.0
    turned: bool = False
    italic: bool = False


class Cells(Shape, frozen=True):
    """A matrix of colors, `colors` (rows, columns, 4) as red, green, blue, opacity; the first row is the upper one."""

    x: float
    y: float
    width: float
    height: float
    colors: Colors


class Shades(Shape, frozen=True):
    """A matrix of numbers from -1 to 1 in the theme's colors from `low` over `middle` to `high`; NaN is left out.

    Writers draw the `Cells` that `colored` makes of them.
    """

    x: float
    y: float
    width: float
    height: float
    values: NDArray[np.float64]
    low: Role = "negative"
    middle: Role = "zero"
    high: Role = "positive"


class Diagram(Struct, frozen=True):
    """A drawing as data, `width` by `height` points. `name` is the kind, `title` and `description` go with the file.

    `text` is what it says as text, for the clipboard. `latex`: what a file of LaTeX has of it, display mathematics with
    blank lines between formulas; "" if it is no formula.
    """

    name: str
    title: str
    width: float
    height: float
    shapes: tuple[Shape, ...] = ()
    description: str = ""
    text: str = ""
    latex: str = ""


def line(*points: tuple[float, float], stroke: Role = "line-strong", **look: Any) -> Curve:
    """The straight line through `points`; `look` is what else a `Curve` has."""
    onward: list[Command] = ["L"] * (len(points) - 1)
    return Curve(("M", *onward), tuple(number for point in points for number in point), stroke=stroke, **look)


def moved(shape: Shape, right: float, down: float) -> Shape:
    """The shape at another place."""
    if isinstance(shape, Curve):
        numbers = tuple(number + (down if at % 2 else right) for at, number in enumerate(shape.numbers))
        return replace(shape, numbers=numbers)
    assert isinstance(shape, Box | Words | Cells | Shades)
    return replace(shape, x=shape.x + right, y=shape.y + down)


FOOT = 1.8
"""Height of a line at the foot of a diagram, in sizes of its type."""


def with_foot(diagram: Diagram, words: str, size: float) -> Diagram:
    """The diagram with a line of words of that size below it, smaller where it would be wider than that."""
    foot = Words(size, diagram.height + 1.1 * size, words, size, "text-muted", room=max(diagram.width - 2 * size, size))
    return replace(diagram, height=diagram.height + FOOT * size, shapes=(*diagram.shapes, foot))


def colored(diagram: Diagram, theme: Theme) -> Diagram:
    """The diagram with cells of colors in place of its shades."""
    if not any(isinstance(shape, Shades) for shape in diagram.shapes):
        return diagram
    return replace(diagram, shapes=tuple(_cells(shape, theme) for shape in diagram.shapes))


def _cells(shape: Shape, theme: Theme) -> Shape:
    if not isinstance(shape, Shades):
        return shape
    colors = signed_colors(shape.values, theme, (shape.low, shape.middle, shape.high))
    return Cells(shape.x, shape.y, shape.width, shape.height, colors)
