"""The computational graph of a BatchNorm as a diagram: values above its edges, gradients below. No Qt.

The drawing of CS231n and of Kratzert, "Understanding the backward pass through Batch Normalization Layer".
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from bnsim.lenses.xray.graph import NormGraph
from bnsim.plot.diagram import Diagram, line
from bnsim.plot.pen import Pen
from bnsim.plot.theme import load_theme
from bnsim.spec.numerals import count, significant
from bnsim.ui.views.formula import centered, curves, extent

MARGIN, HEAD = 20.0, 62.0
COLUMN, ROW = 96.0, 132.0
RADIUS = 19.0
NODE, SYMBOL, NUMBER = 13.0, 13.0, "text-small"
FORWARD, BACKWARD = "ok", "danger"
GAP = 12.0
"""From an edge to the middle of a number beside it."""
Way = Literal["across", "down", "up", "aslant"]


class _Node(NamedTuple):
    column: float
    row: float
    latex: str


class _Edge(NamedTuple):
    """From a place to a place (column, row); `value` and `gradient` name what stands at it, `latex` is its symbol."""

    start: tuple[float, float]
    end: tuple[float, float]
    value: str
    gradient: str
    latex: str
    way: Way = "across"


NODES = (
    _Node(1, 1, r"\frac{1}{m}\sum"),
    _Node(2, 0, "-"),
    _Node(2, 1, r"(\cdot)^2"),
    _Node(3, 1, r"\frac{1}{m}\sum"),
    _Node(4, 1, r"\sqrt{\cdot+\varepsilon}"),
    _Node(5, 1, r"1/\cdot"),
    _Node(5, 0, r"\times"),
)
EDGES = (
    _Edge((0, 0), (2, 0), "x", "x", "x"),
    _Edge((1, 0), (1, 1), "", "", "", "down"),
    _Edge((1, 1), (2, 0), "μ", "μ", r"\mu", "aslant"),
    _Edge((2, 0), (5, 0), "x-μ", "x-μ to ×", r"x-\mu"),
    _Edge((2, 0), (2, 1), "x-μ", "x-μ to square", r"x-\mu", "down"),
    _Edge((2, 1), (3, 1), "(x-μ)²", "(x-μ)²", r"(x-\mu)^2"),
    _Edge((3, 1), (4, 1), "σ²", "σ²", r"\sigma^2"),
    _Edge((4, 1), (5, 1), "s", "s", "s"),
    _Edge((5, 1), (5, 0), "1/s", "1/s", r"1/s", "up"),
)
AFFINE_NODES = (_Node(6, 0, r"\times"), _Node(7, 0, "+"))
AFFINE_EDGES = (
    _Edge((5, 0), (6, 0), "x̂", "x̂", r"\hat{x}"),
    _Edge((6, 0.9), (6, 0), "γ", "γ", r"\gamma", "up"),
    _Edge((6, 0), (7, 0), "γx̂", "γx̂", r"\gamma\hat{x}"),
    _Edge((7, 0.9), (7, 0), "β", "β", r"\beta", "up"),
    _Edge((7, 0), (8, 0), "y", "y", "y"),
)
PLAIN_EDGES = (_Edge((5, 0), (6, 0), "x̂", "x̂", r"y=\hat{x}"),)


def graph_diagram(graph: NormGraph, where: str = "") -> Diagram:
    """The graph with the numbers of its sample and feature; `where` is the lane in words."""
    pen = Pen(load_theme("light"), 7.0)
    nodes = NODES + (AFFINE_NODES if graph.affine else ())
    edges = EDGES + (AFFINE_EDGES if graph.affine else PLAIN_EDGES)
    width = 2 * MARGIN + COLUMN * max(edge.end[0] for edge in edges)
    height = HEAD + ROW + 118.0
    title = f"{graph.name}  ·  computational graph"
    shared = f"m = {count(graph.rows)}, ε = {significant(graph.eps)}"
    moment = f"iteration {graph.iteration}"
    told = "  ·  ".join(filter(None, (where, moment, f"sample {graph.sample}, unit {graph.feature}", shared)))
    pen.words(MARGIN, 20, title, "title", room=width - 2 * MARGIN, bold=True)
    pen.words(MARGIN, 38, told, "text-small", "text-muted", room=width - 2 * MARGIN)
    for edge in edges:
        _draw_edge(pen, edge, graph)
    for node in nodes:
        x, y = _place((node.column, node.row))
        pen.circle(x, y, RADIUS, fill="card", stroke="normalization", line=1.4)
        pen.shapes += centered(node.latex, NODE, x, y, "text", 1.55 * RADIUS)
    x, y = _place((1, 0))
    pen.circle(x, y, 2.5, fill="wire")
    _draw_key(pen, MARGIN, height - 22.0)
    return Diagram("graph", title, width, height, tuple(pen.shapes), description=told, text=_table(graph))


def _place(at: tuple[float, float]) -> tuple[float, float]:
    return MARGIN + COLUMN * at[0], HEAD + 46.0 + ROW * at[1]


def _draw_edge(pen: Pen, edge: _Edge, graph: NormGraph) -> None:
    (x0, y0), (x1, y1) = _place(edge.start), _place(edge.end)
    ends = {(node.column, node.row) for node in NODES + AFFINE_NODES}
    length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
    across, down = (x1 - x0) / length, (y1 - y0) / length
    if edge.start in ends:
        x0, y0 = x0 + RADIUS * across, y0 + RADIUS * down
    if edge.end in ends:
        x1, y1 = x1 - (RADIUS + 1) * across, y1 - (RADIUS + 1) * down
    pen.shapes.append(line((x0, y0), (x1, y1), stroke="wire", line=1.2, arrow=True))
    if not edge.value:
        return
    value, gradient = graph.values.get(edge.value), graph.gradients.get(edge.gradient)
    forward = "" if value is None else significant(value, 3)
    backward = "" if gradient is None else significant(gradient, 3)
    middle = (x0 + x1) / 2, (y0 + y1) / 2
    if edge.way == "across":
        x, y = (MARGIN + COLUMN / 2, middle[1]) if edge.start == (0, 0) else middle
        room = min(abs(x1 - x0) + 8, COLUMN) - 4  # beside a number its circles are narrower
        pen.shapes += centered(edge.latex, SYMBOL, x, y - 2.4 * GAP, "text-muted")
        pen.words(x, y - GAP + 1, forward, NUMBER, FORWARD, room=room, anchor="middle")
        pen.words(x, y + GAP, backward, NUMBER, BACKWARD, room=room, anchor="middle")
        return
    if edge.start[1] == 0.9:  # a parameter comes from below
        pen.shapes += centered(edge.latex, SYMBOL, x0, y0 + 12, "text")
        x, y = x0 + 6, middle[1]
        pen.words(x, y - 8, forward, NUMBER, FORWARD, room=COLUMN - 10)
        pen.words(x, y + 8, backward, NUMBER, BACKWARD, room=COLUMN - 10)
        return
    x, y, room = middle[0] + 8, middle[1], COLUMN - 30
    if edge.way == "aslant":
        x, y = _place((1, 0))[0] + 7, _place((1, 0))[1] + 27
        room = COLUMN / 2 - 4
    _, up, low = extent(edge.latex, SYMBOL)
    pen.shapes += curves(edge.latex, SYMBOL, (x, y - 16 + (up - low) / 2), {}, 1.0, "text-muted")
    pen.words(x, y, forward, NUMBER, FORWARD, room=room)
    pen.words(x, y + 14, backward, NUMBER, BACKWARD, room=room)


def _draw_key(pen: Pen, x: float, y: float) -> None:
    for color, words in ((FORWARD, "above: value, forward"), (BACKWARD, "below: ∂ℓ/∂ of it, backward")):
        pen.box(x, y - 4, 8, 8, fill=color)
        x += 14 + pen.words(x + 14, y, words, NUMBER, color) + 22


def _table(graph: NormGraph) -> str:
    """The numbers, an edge a line, separated by tabs."""
    names = [*graph.values, *(name for name in graph.gradients if name not in graph.values)]
    rows = [(name, graph.values.get(name), graph.gradients.get(name)) for name in names]
    told = (f"{name}\t{'' if a is None else repr(a)}\t{'' if b is None else repr(b)}" for name, a, b in rows)
    return "\n".join(["edge\tvalue\tgradient", *told])
