"""What the drawing of a BatchNorm's graph is made of: its nodes, its edges, and the numbers at them. No Qt."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

from bnsim.plot.pen import Anchor, Pen
from bnsim.plot.widths import width_of
from bnsim.spec.numerals import significant

RADIUS, WIDER = 18.0, 12.0
"""Of a node; one whose formula is long is wider by that at either side."""
TYPE, SYMBOL, NODE = 14.0, 16.0, 14.0
"""Sizes of words and numbers, of symbols at edges and of those in nodes."""
FORWARD, BACKWARD = "ok", "danger"
GAP = 18.0
"""From an edge to the middle of a number beside it."""
BELOW = 0.6
"""How far below its node, in rows, a parameter stands."""
Point = tuple[float, float]
Way = Literal["across", "down", "up", "aslant"]


class Node(NamedTuple):
    """A node at a place (column, row) with its formula, `wider` than others by that at either side."""

    column: float
    row: float
    latex: str
    wider: float = 0.0


class Edge(NamedTuple):
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
    Node(BRANCH, 1, r"\frac{1}{m}\sum"),
    Node(CENTER, 0, "-"),
    Node(CENTER, 1, r"(\cdot)^2"),
    Node(2.9, 1, r"\frac{1}{m}\sum"),
    Node(3.93, 1, r"\sqrt{\cdot+\varepsilon}", WIDER),
    Node(5, 1, r"1/\cdot"),
    Node(5, 0, r"\times"),
)
EDGES = (
    Edge((0, 0), (CENTER, 0), "x", "x", "x"),
    Edge((BRANCH, 0), (BRANCH, 1), "", "", "", "down"),
    Edge((BRANCH, 1), (CENTER, 0), "μ", "μ", r"\mu", "aslant"),
    Edge((CENTER, 0), (5, 0), "x-μ", "x-μ to ×", r"x-\mu"),
    Edge((CENTER, 0), (CENTER, 1), "x-μ", "x-μ to square", r"x-\mu", "down"),
    Edge((CENTER, 1), (2.9, 1), "(x-μ)²", "(x-μ)²", r"(x-\mu)^2"),
    Edge((2.9, 1), (3.93, 1), "σ²", "σ²", r"\sigma^2"),
    Edge((3.93, 1), (5, 1), "s", "s", "s"),
    Edge((5, 1), (5, 0), "1/s", "1/s", r"1/s", "up"),
)
AFFINE_NODES = (Node(6, 0, r"\times"), Node(6, 1, "+"))
AFFINE_EDGES = (
    Edge((5, 0), (6, 0), "x̂", "x̂", r"\hat{x}"),
    Edge((7, 0), (6, 0), "γ", "γ", r"\gamma"),
    Edge((6, 0), (6, 1), "γx̂", "γx̂", r"\gamma\hat{x}", "down"),
    Edge((6, 1 + BELOW), (6, 1), "β", "β", r"\beta", "up"),
    Edge((6, 1), (7, 1), "y", "y", "y"),
)
PLAIN_EDGES = (Edge((5, 0), (6, 0), "x̂", "x̂", r"y=\hat{x}"),)


def put_number(pen: Pen, x: float, y: float, text: str, color: str, room: float, anchor: Anchor) -> float:
    """Words of the size of all numbers; returns their width."""
    return pen.words(x, y, text, "text-small", color, room=room, anchor=anchor, by=TYPE / pen.size("text-small"))


def draw_numbers(
    pen: Pen,
    x: float,
    places: tuple[float, float],
    numbers: tuple[float | None, float | None],
    room: float,
    anchor: Anchor,
    spare: float = 0.0,
) -> None:
    """Value and gradient at their heights, in as many digits, up to three, as the room has place for.

    `spare` of it is left free, unless there is one digit alone.
    """
    for y, number, color in zip(places, numbers, (FORWARD, BACKWARD), strict=True):
        if number is None:
            continue
        written = [significant(number, digits) for digits in (3, 2, 1)]
        told = next((text for text in written if width_of(text, TYPE) <= room - spare), written[-1])
        put_number(pen, x, y, told, color, room, anchor)


def wider_at() -> dict[tuple[float, float], float]:
    """By how much the node at a place is wider than others."""
    return {(node.column, node.row): node.wider for node in NODES + AFFINE_NODES}


def between_nodes(edge: Edge, place: Callable[[Point], Point]) -> tuple[Point, Point]:
    """Where an edge begins and ends: at the rims of its nodes, which are at the places that `place` gives."""
    (x0, y0), (x1, y1) = place(edge.start), place(edge.end)
    wider = wider_at()
    length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
    across, down = (x1 - x0) / length, (y1 - y0) / length
    if edge.start in wider:
        x0, y0 = x0 + (RADIUS + wider[edge.start]) * across, y0 + RADIUS * down
    if edge.end in wider:
        x1, y1 = x1 - (RADIUS + wider[edge.end] + 1) * across, y1 - (RADIUS + 1) * down
    return (x0, y0), (x1, y1)
