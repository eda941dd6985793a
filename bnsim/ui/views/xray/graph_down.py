"""The computational graph of a BatchNorm going downward, for a column of a paper: numbers stand beside its edges."""

from __future__ import annotations

from bnsim.lenses.xray.graph import NormGraph
from bnsim.plot.pen import Pen
from bnsim.ui.views.formula import centered, curves, extent
from bnsim.ui.views.xray.graph_parts import (
    BRANCH,
    CENTER,
    GAP,
    SYMBOL,
    Edge,
    between_nodes,
    draw_numbers,
    wider_at,
)

WIDTH = 420.0
LEFT, TOP, APART, STEP = 44.0, 74.0, 200.0, 80.0
"""Where x comes in, how far apart the two ways are, and the height of a step."""
HEIGHTS = {0.0: 0.0, BRANCH: 0.9, CENTER: 2.3, 2.9: 3.3, 3.93: 4.25, 5.0: 5.25, 6.0: 6.75, 7.0: 7.65}
"""How many steps down each column of the graph is."""
BESIDE = 24.0
"""From an edge that goes down to its numbers, which clear the nodes at its ends."""


def place_down(at: tuple[float, float]) -> tuple[float, float]:
    """Where a column and a row of the graph are."""
    return LEFT + APART * at[1], TOP + STEP * HEIGHTS[at[0]]


def draw_edge_down(pen: Pen, edge: Edge, graph: NormGraph) -> None:
    """An arrow with its symbol, its value and its gradient."""
    (x0, y0), (x1, y1) = between_nodes(edge, place_down)
    pen.line((x0, y0), (x1, y1), stroke="wire", line=1.2, arrow=True)
    if not edge.value:
        return
    numbers = graph.values.get(edge.value), graph.gradients.get(edge.gradient)
    if edge.way == "aslant" or y0 != y1:
        x, y = x0 + BESIDE + wider_at().get(edge.start, 0.0), (y0 + y1) / 2 - GAP
        room = WIDTH - x - 8 if edge.start[1] else APART - 2 * BESIDE
        if edge.way == "aslant":  # in the corner between the way of x and the edge itself
            x, y, room = LEFT + 16, place_down((BRANCH, 0))[1] + 13, 0.38 * APART
        elif edge.value == "x":  # before it parts
            y = (y0 + place_down((BRANCH, 0))[1]) / 2 - GAP
        _, up, low = extent(edge.latex, SYMBOL)
        pen.shapes += curves(edge.latex, SYMBOL, (x, y + (up - low) / 2), {}, 1.0, "text-muted")
        draw_numbers(pen, x, (y + 0.95 * GAP, y + 1.9 * GAP), numbers, room, "start")
        return
    middle = (x0 + x1) / 2
    if edge.start[1] > 1:  # a parameter comes from the right
        pen.shapes += centered(edge.latex, SYMBOL, x0 + 10, y0, "text")
    else:
        pen.shapes += centered(edge.latex, SYMBOL, middle, y0 - 2.1 * GAP, "text-muted")
    draw_numbers(pen, middle, (y0 - 0.85 * GAP, y0 + GAP), numbers, abs(x1 - x0) - 6, "middle")
