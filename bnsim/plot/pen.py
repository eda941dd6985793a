"""What a diagram is put together with by hand: shapes at places, and words that fit into the room they have."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal

from bnsim.plot.diagram import Box, Command, Curve, Shape, Words, line
from bnsim.plot.theme import Theme
from bnsim.plot.widths import MIDDLE, fitted, width_of

Anchor = Literal["start", "middle", "end"]
Point = tuple[float, float]
CIRCLE = 0.5523
"""How far the control points of a quarter of a circle are from its ends, in radii."""


class Pen:
    """Puts shapes on a page; (`right`, `down`) is where the origin of what is drawn stands on it.

    Words are made smaller to fit, down to `least` points.
    """

    def __init__(self, theme: Theme, least: float) -> None:
        self.theme, self.least = theme, least
        self.shapes: list[Shape] = []
        self.right = self.down = 0.0

    def size(self, name: str) -> float:
        """A size of the theme, in points of the page before it is scaled."""
        return self.theme.size(name)

    def box(self, x: float, y: float, width: float, height: float, **look: Any) -> None:
        """A rectangle by its upper left corner."""
        self.shapes.append(Box(x + self.right, y + self.down, width, height, **look))

    def line(self, *points: Point, **look: Any) -> None:
        """The line through points."""
        self.shapes.append(line(*self._moved(points), **look))

    def polygon(self, *points: Point, **look: Any) -> None:
        """The area between points."""
        moved = self._moved(points)
        onward: list[Command] = ["L"] * (len(moved) - 1)
        numbers = tuple(number for point in moved for number in point)
        self.shapes.append(Curve(("M", *onward, "Z"), numbers, **look))

    def circle(self, x: float, y: float, radius: float, **look: Any) -> None:
        """A disc about a point."""
        x, y, r, k = x + self.right, y + self.down, radius, radius * CIRCLE
        numbers = (
            *(x, y - r, x + k, y - r, x + r, y - k, x + r, y, x + r, y + k, x + k, y + r, x, y + r),
            *(x - k, y + r, x - r, y + k, x - r, y, x - r, y - k, x - k, y - r, x, y - r),
        )
        self.shapes.append(Curve(("M", "C", "C", "C", "C", "Z"), numbers, **look))

    def header(self, x: float, y: float, width: float, height: float, radius: float, **look: Any) -> None:
        """A rectangle whose upper corners are round."""
        x, y = x + self.right, y + self.down
        numbers = (
            *(x, y + height, x, y + radius, x, y, x + radius, y),
            *(x + width - radius, y, x + width, y, x + width, y + radius, x + width, y + height),
        )
        self.shapes.append(Curve(("M", "L", "Q", "L", "Q", "L", "Z"), numbers, **look))

    def words(
        self,
        x: float,
        middle: float,
        text: str,
        size: str,
        color: str = "text",
        *,
        room: float = math.inf,
        anchor: Anchor = "start",
        bold: bool = False,
        by: float = 1.0,
        turned: bool = False,
    ) -> float:
        """Words at the height `middle`, no wider than `room`; returns their width. `size` is a name of the theme.

        `turned`: they run upward, `x` is their middle, and what their `anchor` says is at `middle`.
        """
        if not text.strip():
            return 0.0
        told, points = fitted(text, by * self.size(size), room, least=self.least, bold=bold)
        if not told:
            return 0.0
        width = width_of(told, points, bold=bold)
        allowed = room if math.isfinite(room) else 0.0
        across, down = (MIDDLE * points, 0.0) if turned else (0.0, MIDDLE * points)
        place = x + self.right + across, middle + self.down + down
        self.shapes.append(Words(*place, told, points, color, bold=bold, anchor=anchor, room=allowed, turned=turned))
        return width

    def _moved(self, points: Sequence[Point]) -> list[Point]:
        return [(x + self.right, y + self.down) for x, y in points]
