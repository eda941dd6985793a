"""What a diagram of the canvas is put together with: shapes at places of the scene, on one line of the page."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal

from bnsim.plot.diagram import Box, Command, Curve, Shape, Words, line
from bnsim.plot.theme import Theme
from bnsim.plot.widths import MIDDLE, fitted, width_of
from bnsim.ui.canvas.plan.columns import Metrics

Anchor = Literal["start", "middle", "end"]
Point = tuple[float, float]
CIRCLE = 0.5523
"""How far the control points of a quarter of a circle are from its ends, in radii."""


class Pen:
    """Puts shapes on a page. Places are the scene's; `right` and `down` is where the line's origin stands on the page.

    `edges`: what is left and right of them on the scene stands on other lines of the page.
    """

    def __init__(self, theme: Theme, metrics: Metrics) -> None:
        self.theme, self.metrics = theme, metrics
        self.shapes: list[Shape] = []
        self.right = self.down = 0.0
        self.edges = (-math.inf, math.inf)
        self.least = theme.size("card-least") - 1.5

    def holds(self, x: float) -> bool:
        """Whether the card whose left edge is at `x` stands on this line of the page."""
        return self.edges[0] <= x < self.edges[1]

    @property
    def edges_left(self) -> float:
        """How far the line is into the scene."""
        return -self.right

    def size(self, name: str) -> float:
        """A size of the theme, in points of the page before it is scaled."""
        return self.theme.size(name)

    def box(self, x: float, y: float, width: float, height: float, **look: Any) -> None:
        """A rectangle by its upper left corner."""
        self.shapes.append(Box(x + self.right, y + self.down, width, height, **look))

    def run(self, start: float, end: float, y: float, **look: Any) -> bool:
        """A level line between two places, either first, as far as it is on this line of the page; whether it is."""
        low, high = self.edges
        start, end = min(max(start, low), high), min(max(end, low), high)
        if start != end:
            self.line((start, y), (end, y), **look)
        return start != end

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
    ) -> float:
        """Words at the height `middle`, no wider than `room`; returns their width. `size` is a name of the theme."""
        if not text.strip():
            return 0.0
        told, points = fitted(text, by * self.size(size), room, least=self.least, bold=bold)
        if not told:
            return 0.0
        width = width_of(told, points, bold=bold)
        allowed = room if math.isfinite(room) else 0.0
        self.shapes.append(
            Words(
                x + self.right,
                middle + self.down + MIDDLE * points,
                told,
                points,
                color,
                bold=bold,
                anchor=anchor,
                room=allowed,
            )
        )
        return width

    def _moved(self, points: Sequence[Point]) -> list[Point]:
        return [(x + self.right, y + self.down) for x, y in points]
