"""The computational graph of a BatchNorm as a diagram: values above its edges, gradients below. No Qt.

The drawing of CS231n and of Kratzert, "Understanding the backward pass through Batch Normalization Layer".
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from bnsim.lenses.xray.graph import NormGraph
from bnsim.plot.diagram import Diagram, line
from bnsim.plot.pen import Anchor, Pen
from bnsim.plot.theme import load_theme
from bnsim.plot.widths import width_of
from bnsim.spec.numerals import count, significant
from bnsim.ui.views.formula import centered, curves, extent

MARGIN, HEAD = 20.0, 72.0
COLUMN, ROW = 97.0, 166.0
"""Seven columns are the width of a 4:3 slide, so that there words are as large as a slide asks for, and on a wide one
larger."""
RADIUS, WIDER = 18.0, 12.0
"""Of a node; one whose formula is long is wider by that at either side."""
TYPE, SYMBOL, NODE = 14.0, 16.0, 14.0
"""Sizes of words and numbers, of symbols at edges and of those in nodes."""
FORWARD, BACKWARD = "ok", "danger"
GAP = 18.0
"""From an edge to the middle of a number beside it."""
BELOW = 0.6
"""How far below its node, in rows, a parameter stands."""
Way = Literal["across", "down", "up", "aslant"]


class _Node(NamedTuple):
    column: float
    row: float
    latex: str
    wider: float = 0.0


class _Edge(NamedTuple):
    """From a place to a place (column, row); `value` and `gradient` name what stands at it, `latex` is its symbol."""

    start: tuple[float, float]
    end: tuple[float, float]
    value: str
    gradient: str
    latex: str
    way: Way = "across"


BRANCH, CENTER = 0.77, 1.9
"""Columns where x parts toward its mean, and where the mean is taken off."""
NODES = (
    _Node(BRANCH, 1, r"\frac{1}{m}\sum"),
    _Node(CENTER, 0, "-"),
    _Node(CENTER, 1, r"(\cdot)^2"),
    _Node(2.9, 1, r"\frac{1}{m}\sum"),
    _Node(3.93, 1, r"\sqrt{\cdot+\varepsilon}", WIDER),
    _Node(5, 1, r"1/\cdot"),
    _Node(5, 0, r"\times"),
)
EDGES = (
    _Edge((0, 0), (CENTER, 0), "x", "x", "x"),
    _Edge((BRANCH, 0), (BRANCH, 1), "", "", "", "down"),
    _Edge((BRANCH, 1), (CENTER, 0), "μ", "μ", r"\mu", "aslant"),
    _Edge((CENTER, 0), (5, 0), "x-μ", "x-μ to ×", r"x-\mu"),
    _Edge((CENTER, 0), (CENTER, 1), "x-μ", "x-μ to square", r"x-\mu", "down"),
    _Edge((CENTER, 1), (2.9, 1), "(x-μ)²", "(x-μ)²", r"(x-\mu)^2"),
    _Edge((2.9, 1), (3.93, 1), "σ²", "σ²", r"\sigma^2"),
    _Edge((3.93, 1), (5, 1), "s", "s", "s"),
    _Edge((5, 1), (5, 0), "1/s", "1/s", r"1/s", "up"),
)
AFFINE_NODES = (_Node(6, 0, r"\times"), _Node(6, 1, "+"))
AFFINE_EDGES = (
    _Edge((5, 0), (6, 0), "x̂", "x̂", r"\hat{x}"),
    _Edge((7, 0), (6, 0), "γ", "γ", r"\gamma"),
    _Edge((6, 0), (6, 1), "γx̂", "γx̂", r"\gamma\hat{x}", "down"),
    _Edge((6, 1 + BELOW), (6, 1), "β", "β", r"\beta", "up"),
    _Edge((6, 1), (7, 1), "y", "y", "y"),
)
PLAIN_EDGES = (_Edge((5, 0), (6, 0), "x̂", "x̂", r"y=\hat{x}"),)


def graph_diagram(graph: NormGraph, where: str = "") -> Diagram:
    """The graph with the numbers of its sample and feature; `where` is the lane in words."""
    pen = Pen(load_theme("light"), 7.0)
    nodes = NODES + (AFFINE_NODES if graph.affine else ())
    edges = EDGES + (AFFINE_EDGES if graph.affine else PLAIN_EDGES)
    width = 2 * MARGIN + COLUMN * max(edge.end[0] for edge in edges if edge.start[0] <= edge.end[0])
    height = _place((0, 1 + BELOW))[1] + 26.0
    title = f"{graph.name}  ·  computational graph"
    shared = f"m = {count(graph.rows)}, ε = {significant(graph.eps)}"
    moment = f"iteration {graph.iteration}"
    told = "  ·  ".join(filter(None, (where, moment, f"sample {graph.sample}, unit {graph.feature}", shared)))
    pen.words(MARGIN, 24, title, "title", room=width - 2 * MARGIN, bold=True, by=20.0 / pen.size("title"))
    _number(pen, MARGIN, 48, told, "text-muted", width - 2 * MARGIN, "start")
    for edge in edges:
        _draw_edge(pen, edge, graph)
    for node in nodes:
        _draw_node(pen, node)
    x, y = _place((BRANCH, 0))
    pen.circle(x, y, 2.5, fill="wire")
    _draw_key(pen, MARGIN, height - 44.0)
    return Diagram("graph", title, width, height, tuple(pen.shapes), description=told, text=_table(graph))


def _place(at: tuple[float, float]) -> tuple[float, float]:
    return MARGIN + COLUMN * at[0], HEAD + 56.0 + ROW * at[1]


def _number(pen: Pen, x: float, y: float, text: str, color: str, room: float, anchor: Anchor) -> float:
    """Words of the size of all numbers."""
    return pen.words(x, y, text, "text-small", color, room=room, anchor=anchor, by=TYPE / pen.size("text-small"))


def _draw_node(pen: Pen, node: _Node) -> None:
    x, y = _place((node.column, node.row))
    look = {"fill": "card", "stroke": "normalization", "line": 1.4}
    if node.wider:
        half = RADIUS + node.wider
        pen.box(x - half, y - RADIUS, 2 * half, 2 * RADIUS, radius=RADIUS, **look)
    else:
        pen.circle(x, y, RADIUS, **look)
    pen.shapes += centered(node.latex, NODE, x, y, "text", 1.55 * RADIUS + 2 * node.wider)


def _draw_edge(pen: Pen, edge: _Edge, graph: NormGraph) -> None:
    (x0, y0), (x1, y1) = _place(edge.start), _place(edge.end)
    wider = {(node.column, node.row): node.wider for node in NODES + AFFINE_NODES}
    length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
    across, down = (x1 - x0) / length, (y1 - y0) / length
    if edge.start in wider:
        x0, y0 = x0 + (RADIUS + wider[edge.start]) * across, y0 + RADIUS * down
    if edge.end in wider:
        x1, y1 = x1 - (RADIUS + wider[edge.end] + 1) * across, y1 - (RADIUS + 1) * down
    pen.shapes.append(line((x0, y0), (x1, y1), stroke="wire", line=1.2, arrow=True))
    if not edge.value:
        return
    numbers = graph.values.get(edge.value), graph.gradients.get(edge.gradient)
    if edge.way == "across":
        # Beside a number circles are narrower.
        room, x = abs(x1 - x0) + 14, (x0 + x1) / 2
        if edge.value == "x":  # before it parts
            room, x = BRANCH * COLUMN, MARGIN + BRANCH * COLUMN / 2
        pen.shapes += centered(edge.latex, SYMBOL, x, y0 - 2.2 * GAP, "text-muted")
        _draw_numbers(pen, x, (y0 - GAP, y0 + GAP), numbers, room, "middle")
        return
    x, y, room = x0 + 8, (y0 + y1) / 2 - 1, COLUMN - 16
    if edge.start[1] > 1:  # a parameter comes from below
        pen.shapes += centered(edge.latex, SYMBOL, x0, y0 + 12, "text")
        _draw_numbers(pen, x, (y - 1, y + GAP), numbers, room, "start")
        return
    symbol = y - 20
    if edge.way == "aslant":  # in the corner between the edges to the mean and from it, which grows narrow downward
        x, y = (place + gap for place, gap in zip(_place((BRANCH, 0)), (7, 24), strict=True))
        symbol, room = y + 2 * GAP, 0.68 * COLUMN
    _, up, low = extent(edge.latex, SYMBOL)
    pen.shapes += curves(edge.latex, SYMBOL, (x, symbol + (up - low) / 2), {}, 1.0, "text-muted")
    _draw_numbers(pen, x, (y, y + GAP), numbers, room, "start")


def _draw_numbers(
    pen: Pen,
    x: float,
    places: tuple[float, float],
    numbers: tuple[float | None, float | None],
    room: float,
    anchor: Anchor,
) -> None:
    """Value and gradient at their heights, in as many digits, up to three, as the room has place for."""
    for y, number, color in zip(places, numbers, (FORWARD, BACKWARD), strict=True):
        if number is None:
            continue
        written = [significant(number, digits) for digits in (3, 2, 1)]
        told = next((text for text in written if width_of(text, TYPE) <= room), written[-1])
        _number(pen, x, y, told, color, room, anchor)


def _draw_key(pen: Pen, x: float, y: float) -> None:
    for color, words in ((FORWARD, "above: value, forward"), (BACKWARD, "below: ∂ℓ/∂ of it, backward")):
        pen.box(x, y - 5, 10, 10, fill=color)
        _number(pen, x + 17, y, words, color, 5 * COLUMN, "start")
        y += 22


def _table(graph: NormGraph) -> str:
    """The numbers, an edge a line, separated by tabs."""
    names = [*graph.values, *(name for name in graph.gradients if name not in graph.values)]
    rows = [(name, graph.values.get(name), graph.gradients.get(name)) for name in names]
    told = (f"{name}\t{'' if a is None else repr(a)}\t{'' if b is None else repr(b)}" for name, a, b in rows)
    return "\n".join(["edge\tvalue\tgradient", *told])
