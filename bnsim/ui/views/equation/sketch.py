"""An equation with its numbers, and the chain rule as a line, as diagrams that carry their LaTeX. No Qt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple, TypeVar

from bnsim.lenses.equations import Chain, Explained, Line, Link, Named, Piece, latex
from bnsim.lenses.equations.pieces import SIGNS
from bnsim.plot.diagram import Diagram, moved
from bnsim.plot.pen import Pen
from bnsim.plot.theme import load_theme
from bnsim.spec.naming import PHASES, operation_name
from bnsim.ui.views.formula import Span, curves, extent, in_lines, number_latex

MARGIN, HEAD = 18.0, 68.0
ROOMS = (300.0, 360.0, 430.0, 520.0, 640.0)
"""Widths that a column of operations may have, of which the page is given the one that makes words largest."""
MOST_COLUMNS, GUTTER = 3, 32.0
TITLE, SIZE, LESS = 18.0, 16.0, 14.0
"""Sizes of the title, of formulas, and of words and the numbers put in."""
NAME = 24.0
"""Height of an operation's name above its formula."""
READ, WIDE_PAGE = 12.0, 600.0
"""Points of the smallest words on a slide, which is at least so wide."""
ENOUGH = 1.7
"""So many times as large words need not be larger: wider lines that are not broken are then worth more."""
APART, BETWEEN = 18.0, 7.0
"""Space between operations and between an equation's parts."""
TIMES = r"\times"
FACTOR, COLUMN, BAND = 15.0, 92.0, 50.0
"""Size of a factor, room of each, and height of a row of them."""
IN_A_ROW = 6
SLIDE = (960.0, 540.0)
Size = tuple[float, float]
_Worked = tuple[str, tuple[Line, ...], tuple[Named, ...]]
"""An operation: its name, its lines, and what is named in them."""
T = TypeVar("T")


def equation_diagram(explained: Explained, where: str = "", size: Size = SLIDE) -> Diagram:
    """The operations of the layer in this phase, each with the numbers of the element; `where` is lane and moment.

    They are laid out for a page of that `size` in points, in columns; where not all of them can be read there, those
    about the one at work are drawn, and how many more there are is said.
    """
    operations = list(_operations(explained))
    sheet, count = _sheet_of(operations, _at_work(explained), size)
    pen = Pen(load_theme("light"), 7.0)
    sign, phase = PHASES[explained.phase]
    title = f"{explained.layer}  ·  {sign} {phase}"
    element = ", ".join(f"{axis.word} {axis.at}" for axis in explained.axes)
    more = f"… {len(operations) - count} more operations" if count < len(operations) else ""
    told = "  ·  ".join(filter(None, (where, element, more)))
    pen.shapes += sheet.pen.shapes
    _words(pen, MARGIN, 22, title, "text", sheet.width - 2 * MARGIN, TITLE, bold=True)
    _words(pen, MARGIN, 44, told, "text-muted", sheet.width - 2 * MARGIN)
    shapes, written = tuple(pen.shapes), _latex(explained)
    return Diagram("equation", title, sheet.width, sheet.height, shapes, description=told, text=written, latex=written)


class _Sheet(NamedTuple):
    """Operations as they are drawn below the head of a page; `by`: so many times as large on the page asked for."""

    pen: Pen
    width: float
    height: float
    by: float


def _sheet_of(operations: Sequence[_Worked], at_work: int, size: Size) -> tuple[_Sheet, int]:
    """The largest way to draw all of them, or as many about the one at work as can be read, and how many those are."""
    for count in range(len(operations), 0, -1):
        first = min(max(at_work - (count - 1) // 2, 0), len(operations) - count)
        sheet = _largest(operations[first : first + count], size)
        if sheet.by * LESS >= READ or size[0] < WIDE_PAGE:
            break
    return sheet, count


def _largest(operations: Sequence[_Worked], size: Size) -> _Sheet:
    sheets = (_sheet(operations, columns, room, size) for columns in range(1, MOST_COLUMNS + 1) for room in ROOMS)
    return max(sheets, key=lambda sheet: (min(sheet.by, ENOUGH), sheet.width))


def _sheet(operations: Sequence[_Worked], columns: int, room: float, size: Size) -> _Sheet:
    """Operations below each other, in so many columns of about the same height."""
    pens = [_block(each, room) for each in operations]
    heights = [height for _, height in pens]
    whole, at = Pen(load_theme("light"), 7.0), 0
    lowest = HEAD
    for column, taken in enumerate(_shares(heights, columns)):
        left, top = MARGIN + column * (room + GUTTER), HEAD
        for number in range(at, at + taken):
            if number > at:
                whole.line((left, top - APART / 2), (left + room, top - APART / 2), stroke="line", line=0.8)
                top += APART / 2
            whole.shapes += (moved(shape, left, top) for shape in pens[number][0].shapes)
            top += heights[number] + APART
        at += taken
        lowest = max(lowest, top - APART)
    width, height = 2 * MARGIN + columns * (room + GUTTER) - GUTTER, lowest + MARGIN
    return _Sheet(whole, width, height, min(size[0] / width, size[1] / height))


def _shares(heights: Sequence[float], columns: int) -> list[int]:
    """How many go into each column, in order, so that the highest column is as low as can be."""
    if columns == 1:
        return [len(heights)]
    ways = ([taken, *_shares(heights[taken:], columns - 1)] for taken in range(len(heights) + 1))
    return min(ways, key=lambda way: _highest(heights, way))


def _highest(heights: Sequence[float], way: Sequence[int]) -> float:
    ends = [sum(way[:column]) for column in range(len(way) + 1)]
    return max(sum(heights[start:end]) + APART * (end - start) for start, end in pairwise(ends))


def _block(operation: _Worked, room: float) -> tuple[Pen, float]:
    """One operation from the origin downward, its name above its lines, and how high it is."""
    op, lines, named = operation
    pen = Pen(load_theme("light"), 7.0)
    _words(pen, 0.0, 8.0, operation_name(op), "text-muted", room)
    top, inks = NAME, {each.mark: f"tensor-{each.role}" for each in named}
    for line in lines:
        top = _draw_line(pen, line, top, inks, room) + BETWEEN
    return pen, top - BETWEEN


def _words(
    pen: Pen, x: float, y: float, text: str, color: str, room: float, size: float = LESS, *, bold: bool = False
) -> None:
    pen.words(x, y, text, "text-small", color, room=room, bold=bold, by=size / pen.size("text-small"))


def _operations(explained: Explained) -> Iterable[_Worked]:
    if not explained.visit:
        return [(explained.op, explained.lines, explained.named)]
    return [(each.op, each.lines, each.named) for each in explained.visit]


def _at_work(explained: Explained) -> int:
    return min(explained.number, max(len(explained.visit) - 1, 0))


def _draw_line(pen: Pen, line: Line, top: float, inks: dict[int, str], room: float) -> float:
    """Formula, numbers and result below each other, and where it ends."""
    result = () if line.result is None else (Span("=", latex(line.result, colored=True)),)
    for spans, size in ((_spans(line.formula), SIZE), ((*_spans(line.numbers), *result), LESS)):
        if spans:
            indent = 0.0 if size == SIZE else 18.0
            drawn, height = in_lines(spans, size, (indent, top), room - indent, inks)
            pen.shapes.extend(drawn)
            top += height + BETWEEN
    if line.note:
        _words(pen, 0.0, top + 7, line.note, "text-muted", room)
        top += 16 + BETWEEN
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
