"""An equation with its numbers, and the chain rule as a line, as diagrams that carry their LaTeX. No Qt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from bnsim.lenses.equations import Chain, Explained, Line, Link, Named, Piece, latex
from bnsim.lenses.equations.pieces import SIGNS
from bnsim.plot.diagram import Diagram
from bnsim.plot.pen import Pen
from bnsim.plot.theme import load_theme
from bnsim.spec.naming import PHASES, operation_name
from bnsim.ui.views.formula import Span, curves, extent, in_lines, number_latex

MARGIN, HEAD = 18.0, 58.0
NAMES, ROOM = 96.0, 520.0
"""Widths of the column of operations' names and of the formulas'."""
SIZE, LESS = 15.0, 13.0
"""Sizes of formulas and of the numbers put in."""
APART, BETWEEN = 16.0, 7.0
"""Space between operations and between an equation's parts."""
TIMES = r"\times"
FACTOR, COLUMN, BAND = 15.0, 92.0, 50.0
"""Size of a factor, room of each, and height of a row of them."""
IN_A_ROW = 6
T = TypeVar("T")


def equation_diagram(explained: Explained, where: str = "") -> Diagram:
    """All operations of the layer in this phase, each with the numbers of the element; `where` is lane and moment."""
    pen = Pen(load_theme("light"), 7.0)
    sign, phase = PHASES[explained.phase]
    title = f"{explained.layer}  ·  {sign} {phase}"
    element = ", ".join(f"{axis.word} {axis.at}" for axis in explained.axes)
    told = "  ·  ".join(filter(None, (where, element)))
    top = HEAD
    for op, lines, named in _operations(explained):
        if top > HEAD:
            pen.line((MARGIN, top - APART / 2), (MARGIN + NAMES + ROOM, top - APART / 2), stroke="line", line=0.8)
            top += APART / 2
        pen.words(MARGIN, top + 10, operation_name(op), "text-small", "text-muted", room=NAMES - 10)
        inks = {each.mark: f"tensor-{each.role}" for each in named}
        for line in lines:
            top = _draw_line(pen, line, top, inks) + BETWEEN
        top += APART - BETWEEN
    width, height = 2 * MARGIN + NAMES + ROOM, top - APART + MARGIN
    pen.words(MARGIN, 20, title, "title", room=width - 2 * MARGIN, bold=True)
    pen.words(MARGIN, 38, told, "text-small", "text-muted", room=width - 2 * MARGIN)
    written = _latex(explained)
    return Diagram("equation", title, width, height, tuple(pen.shapes), description=told, text=written, latex=written)


def _operations(explained: Explained) -> Iterable[tuple[str, tuple[Line, ...], tuple[Named, ...]]]:
    if not explained.visit:
        return [(explained.op, explained.lines, explained.named)]
    return [(each.op, each.lines, each.named) for each in explained.visit]


def _draw_line(pen: Pen, line: Line, top: float, inks: dict[int, str]) -> float:
    """Formula, numbers and result below each other, and where it ends."""
    left = MARGIN + NAMES
    result = () if line.result is None else (Span("=", latex(line.result, colored=True)),)
    for spans, size in ((_spans(line.formula), SIZE), ((*_spans(line.numbers), *result), LESS)):
        if spans:
            indent = 0.0 if size == SIZE else 18.0
            drawn, height = in_lines(spans, size, (left + indent, top), ROOM - indent, inks)
            pen.shapes.extend(drawn)
            top += height + BETWEEN
    if line.note:
        pen.words(left, top + 6, line.note, "text-small", "text-muted", room=ROOM)
        top += 14 + BETWEEN
    return top - BETWEEN


def _spans(pieces: tuple[Piece, ...]) -> tuple[Span, ...]:
    return tuple(Span(SIGNS[piece.sign], latex(piece.body, colored=True)) for piece in pieces)


def _latex(explained: Explained) -> str:
    lines = [line.latex() for _, lines, _ in _operations(explained) for line in lines]
    return "\n\n".join(lines)


def chain_diagram(chain: Chain, where: str = "") -> Diagram:
    """The factors of the gradient's norm from the loss downward, each over its layer's name, and their product."""
    pen = Pen(load_theme("light"), 7.0)
    links = [link for link in chain.links if link.factor is not None]
    parts = [("start", chain.start, "loss"), *((_title(link), link.factor or 0.0, "") for link in links)]
    rows = _rows(parts, IN_A_ROW)
    width = 2 * MARGIN + COLUMN * max(min(len(parts), IN_A_ROW), 4)
    top = HEAD
    for number, row in enumerate(rows):
        for at, (name, value, role) in enumerate(row):
            x = MARGIN + COLUMN * at
            shown = number_latex(value)
            across, _, _ = extent(shown, FACTOR)
            by = min((COLUMN - 22) / across, 1.0)
            middle = x + COLUMN / 2
            ink = "text" if role else "backward"
            pen.shapes += curves(shown, FACTOR, (middle - by * across / 2, top + 16), {}, by, ink)
            if number or at:
                pen.shapes += curves(TIMES, FACTOR, (x - 5, top + 16), {}, 1.0, "text-muted")
            told = "at the loss" if role else name
            pen.words(middle, top + 30, told, "text-small", "text-muted", room=COLUMN - 8, anchor="middle")
        top += BAND
    done = [link for link in chain.links if link.product is not None]
    end = chain.start * (done[-1].product or 0.0) if done else chain.start
    pen.shapes += curves(f"= {number_latex(end)}", FACTOR, (MARGIN + 8, top + 14), {})
    across, _, _ = extent(f"= {number_latex(end)}", FACTOR)
    name = _title(chain.links[len(links)]) if len(links) < len(chain.links) else _title(chain.links[-1])
    pen.words(
        MARGIN + 20 + across, top + 9, f"the gradient's norm at the output of {name}", "text-small", "text-muted",
        room=width - 2 * MARGIN - 20 - across,
    )  # fmt: skip
    title = "Chain rule"
    pen.words(MARGIN, 20, title, "title", bold=True)
    pen.words(MARGIN, 38, where, "text-small", "text-muted", room=width - 2 * MARGIN)
    written = _chain_latex(chain, links, end)
    shapes = tuple(pen.shapes)
    return Diagram("chain", title, width, top + 20 + MARGIN, shapes, description=where, text=written, latex=written)


def _title(link: Link) -> str:
    return f"{link.title} ({link.copy})" if link.copy else link.title


def _chain_latex(chain: Chain, links: Sequence[Link], end: float) -> str:
    """The product, each factor over the name of its layer."""
    start = rf"\underbrace{{{number_latex(chain.start)}}}_{{\text{{loss}}}}"
    factors = [rf"\underbrace{{{number_latex(link.factor or 0.0)}}}_{{\text{{{_title(link)}}}}}" for link in links]
    body = " \\\\\n&\\quad \\times ".join(r" \times ".join(row) for row in _rows([start, *factors], IN_A_ROW))
    return f"\\begin{{aligned}}\n&{body} \\\\\n&= {number_latex(end)}\n\\end{{aligned}}"


def _rows(items: Sequence[T], most: int) -> list[Sequence[T]]:
    return [items[at : at + most] for at in range(0, len(items), most)]
