"""The computational graph of a BatchNorm as a diagram: values above its edges, gradients below. No Qt.

The drawing of CS231n and of Kratzert, "Understanding the backward pass through Batch Normalization Layer".
"""

from __future__ import annotations

from functools import partial

from bnsim.lenses.xray.graph import NormGraph
from bnsim.plot.diagram import Diagram, line, moved
from bnsim.plot.pages import HALF, SLIDE, Size, in_a_column, least_for
from bnsim.plot.pen import Pen
from bnsim.plot.speaker import words_now
from bnsim.plot.theme import load_theme
from bnsim.plot.widths import joined
from bnsim.spec.numerals import count, significant
from bnsim.spec.phrases import phrase
from bnsim.ui.views.formula import centered, curves, extent
from bnsim.ui.views.xray.graph_down import WIDTH, draw_edge_down, place_down
from bnsim.ui.views.xray.graph_parts import (
    AFFINE_EDGES,
    AFFINE_NODES,
    BACKWARD,
    BELOW,
    BRANCH,
    EDGES,
    FORWARD,
    GAP,
    NODE,
    NODES,
    PLAIN_EDGES,
    RADIUS,
    SYMBOL,
    TYPE,
    Edge,
    Node,
    between_nodes,
    draw_numbers,
    put_number,
)

MARGIN, HEAD = 20.0, 72.0
COLUMN, TIGHT, ROW = 97.0, 85.0, 166.0
"""Seven columns are the width of a 4:3 slide, so that there words are as large as a slide asks for, and on a wide one
larger; on half a slide columns are tight."""
LINE = 20.0


def graph_diagram(graph: NormGraph, where: str = "", size: Size = SLIDE) -> Diagram:
    """The graph with the numbers of its sample and feature, for a page of that `size` in points.

    `where` is the lane in words. In a column of a paper the graph goes downward.
    """
    pen = Pen(load_theme("light"), least_for(size, TYPE))
    nodes = NODES + (AFFINE_NODES if graph.affine else ())
    edges = EDGES + (AFFINE_EDGES if graph.affine else PLAIN_EDGES)
    across = max(edge.end[0] for edge in edges if edge.start[0] <= edge.end[0])
    downward, column = in_a_column(size), TIGHT if size[0] < HALF else COLUMN
    place = place_down if downward else partial(_place, column=column)
    width = WIDTH if downward else 2 * MARGIN + column * across
    title = f"{words_now(graph.name)}  ·  {words_now(phrase('computational graph'))}"
    shared = f"m = {count(graph.rows)}, ε = {significant(graph.eps)}"
    moment = words_now(phrase("iteration {number}", number=str(graph.iteration)))
    unit = phrase("sample {sample}, unit {unit}", sample=str(graph.sample), unit=str(graph.feature))
    about = where, moment, words_now(unit), shared
    told = "  ·  ".join(filter(None, about))
    pen.words(MARGIN, 24, title, "title", room=width - 2 * MARGIN, bold=True, by=20.0 / pen.size("title"))
    lines = joined(about, TYPE, width - 2 * MARGIN)
    for number, words in enumerate(lines):
        put_number(pen, MARGIN, 48 + LINE * number, words, "text-muted", width - 2 * MARGIN, "start")
    below, body = LINE * (len(lines) - 1), Pen(pen.theme, pen.least)
    for edge in edges:
        if downward:
            draw_edge_down(body, edge, graph)
        else:
            _draw_edge(body, edge, graph, column)
    for node in nodes:
        _draw_node(body, node, place((node.column, node.row)))
    body.circle(*place((BRANCH, 0)), 2.5, fill="wire")
    low = place((across, 0))[1] + 36.0 if downward else place((0, 1 + BELOW))[1] - 18.0
    _draw_key(body, MARGIN, low, width - 2 * MARGIN)
    pen.shapes += (moved(shape, 0.0, below) for shape in body.shapes)
    height = low + 44.0 + below
    return Diagram("graph", title, width, height, tuple(pen.shapes), description=told, text=_table(graph))


def _place(at: tuple[float, float], column: float) -> tuple[float, float]:
    return MARGIN + column * at[0], HEAD + 56.0 + ROW * at[1]


def _draw_node(pen: Pen, node: Node, place: tuple[float, float]) -> None:
    x, y = place
    look = {"fill": "card", "stroke": "normalization", "line": 1.4}
    if node.wider:
        half = RADIUS + node.wider
        pen.box(x - half, y - RADIUS, 2 * half, 2 * RADIUS, radius=RADIUS, **look)
    else:
        pen.circle(x, y, RADIUS, **look)
    pen.shapes += centered(node.latex, NODE, x, y, "text", 1.55 * RADIUS + 2 * node.wider)


def _draw_edge(pen: Pen, edge: Edge, graph: NormGraph, column: float) -> None:
    (x0, y0), (x1, y1) = between_nodes(edge, partial(_place, column=column))
    pen.shapes.append(line((x0, y0), (x1, y1), stroke="wire", line=1.2, arrow=True))
    if not edge.value:
        return
    numbers = graph.values.get(edge.value), graph.gradients.get(edge.gradient)
    if edge.way == "across":
        # Beside a number circles are narrower.
        room, x = abs(x1 - x0) + 14, (x0 + x1) / 2
        if edge.value == "x":  # before it parts
            room, x = BRANCH * column, MARGIN + BRANCH * column / 2
        pen.shapes += centered(edge.latex, SYMBOL, x, y0 - 2.2 * GAP, "text-muted")
        draw_numbers(pen, x, (y0 - GAP, y0 + GAP), numbers, room, "middle", 12 if column < COLUMN else 0)
        return
    x, y, room = x0 + 8, (y0 + y1) / 2 - 1, column - 16
    if edge.start[1] > 1:  # a parameter comes from below
        pen.shapes += centered(edge.latex, SYMBOL, x0, y0 + 12, "text")
        draw_numbers(pen, x, (y - 1, y + GAP), numbers, room, "start")
        return
    symbol = y - 20
    if edge.way == "aslant":  # in the corner between the edges to the mean and from it, which grows narrow downward
        x, y = (place + gap for place, gap in zip(_place((BRANCH, 0), column), (7, 24), strict=True))
        symbol, room = y + 2 * GAP, 0.68 * column
    _, up, low = extent(edge.latex, SYMBOL)
    pen.shapes += curves(edge.latex, SYMBOL, (x, symbol + (up - low) / 2), {}, 1.0, "text-muted")
    draw_numbers(pen, x, (y, y + GAP), numbers, room, "start")


def _draw_key(pen: Pen, x: float, y: float, room: float) -> None:
    key = phrase("above: value, forward"), phrase("below: ∂ℓ/∂ of it, backward")
    for color, words in ((FORWARD, words_now(key[0])), (BACKWARD, words_now(key[1]))):
        pen.box(x, y - 5, 10, 10, fill=color)
        put_number(pen, x + 17, y, words, color, room - 17, "start")
        y += 22


def _table(graph: NormGraph) -> str:
    """The numbers, an edge a line, separated by tabs."""
    names = [*graph.values, *(name for name in graph.gradients if name not in graph.values)]
    rows = [(name, graph.values.get(name), graph.gradients.get(name)) for name in names]
    told = (f"{name}\t{'' if a is None else repr(a)}\t{'' if b is None else repr(b)}" for name, a, b in rows)
    return "\n".join(["edge\tvalue\tgradient", *told])
