"""Pages to print are data, as a figure is: shapes and pictures at places on sheets of one size; nothing here draws.

Lengths are points (1/72 inch), x to the right and y downward from the upper left corner of a sheet.
"""

from __future__ import annotations

from msgspec import Struct

from bnsim.plot.diagram import Diagram, Shape
from bnsim.plot.figure import Figure
from bnsim.spec.phrases import phrase


class Placed(Struct, frozen=True):
    """A picture in a rectangle, given by its upper left corner; a diagram keeps its proportions, in the middle of it.

    `heading`: a figure's title and verdict are drawn, too.
    """

    x: float
    y: float
    width: float
    height: float
    picture: Figure | Diagram
    heading: bool = False


class Sheet(Struct, frozen=True):
    """One page; pictures lie over shapes."""

    shapes: tuple[Shape, ...] = ()
    pictures: tuple[Placed, ...] = ()


class Paper(Struct, frozen=True):
    """Sheets of `width` by `height` in their order. `title` and `description` go with the file."""

    title: str
    width: float
    height: float
    sheets: tuple[Sheet, ...]
    description: str = ""


PAGE = phrase("{number} of {total}")
"""What stands at the foot of pages, with its places."""
A4 = (595.28, 841.89)
"""Width and height of a sheet, in points."""
