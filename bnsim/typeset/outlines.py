"""A typeset formula as data: filled paths on a baseline."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

Command = Literal["M", "L", "Q", "C", "Z"]
COUNTS: dict[Command, int] = {"M": 2, "L": 2, "Q": 4, "C": 6, "Z": 0}
"""How many numbers a command takes, as in SVG: two for each point; the end of a curve is its last point."""


class Path(Struct, frozen=True):
    """A path to fill by the nonzero winding rule. `commands` are SVG's M, L, Q, C and Z, all coordinates absolute.

    `numbers` are those of all commands in a row, x before y, y downward.
    """

    commands: tuple[Command, ...]
    numbers: tuple[float, ...]

    def parts(self) -> Iterator[tuple[Command, tuple[float, ...]]]:
        """Each command of the path with its numbers."""
        start = 0
        for command in self.commands:
            stop = start + COUNTS[command]
            yield command, self.numbers[start:stop]
            start = stop


class Box(Struct, frozen=True):
    """A rectangle; (x, y) is its upper left corner."""

    x: float
    y: float
    width: float
    height: float

    def united(self, other: Box) -> Box:
        """The smallest rectangle around both."""
        x, y = min(self.x, other.x), min(self.y, other.y)
        right = max(self.x + self.width, other.x + other.width)
        bottom = max(self.y + self.height, other.y + other.height)
        return Box(x, y, right - x, bottom - y)


class Stroke(Struct, frozen=True):
    """A filled path. `mark` is the number its color had in the LaTeX, 0 for plain text."""

    mark: int
    path: Path


class Outlines(Struct, frozen=True):
    """A typeset formula, in pixels at the size asked for: from x = 0 to `width`, baseline at y = 0, y downward.

    `ascent` and `descent` are how far it reaches above and below the baseline. `zones`: a box around what has a mark,
    one for each time it stands there, in the order of the strokes.
    """

    width: float
    ascent: float
    descent: float
    strokes: tuple[Stroke, ...]
    zones: tuple[tuple[int, Box], ...] = ()
