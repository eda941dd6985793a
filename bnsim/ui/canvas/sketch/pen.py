"""What a diagram of the canvas is put together with: shapes at places of the scene, on one line of the page."""

from __future__ import annotations

import math
from typing import Any

from bnsim.plot.pen import Pen
from bnsim.plot.theme import Theme
from bnsim.ui.canvas.plan.columns import Metrics


class ScenePen(Pen):
    """Places are the scene's; what is left and right of the `edges` on the scene stands elsewhere on the page."""

    def __init__(self, theme: Theme, metrics: Metrics, least: float) -> None:
        super().__init__(theme, least)
        self.metrics = metrics
        self.edges = (-math.inf, math.inf)
        self.shapes_by = 0.0
        """Size of the shapes of outputs on small cards; 0 where there are none."""

    def holds(self, x: float) -> bool:
        """Whether the card whose left edge is at `x` stands on this line of the page."""
        return self.edges[0] <= x < self.edges[1]

    def run(self, start: float, end: float, y: float, **look: Any) -> None:
        """A level line between two places, either first, as far as it is on this line of the page."""
        low, high = self.edges
        start, end = min(max(start, low), high), min(max(end, low), high)
        if start != end:
            self.line((start, y), (end, y), **look)
