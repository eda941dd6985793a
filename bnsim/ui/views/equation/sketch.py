"""An equation with its numbers, and the chain rule as a line, as diagrams that carry their LaTeX. No Qt."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple, TypeVar

from msgspec.structs import replace

from bnsim.lenses.equations import Chain, Explained, Line, Link, Named, Piece, latex
from bnsim.lenses.equations.pieces import SIGNS
from bnsim.plot.diagram import Diagram, moved
from bnsim.plot.pages import HALF, SLIDE, Size, in_a_column, least_words, room_on, sheet_for, wanted_words
from bnsim.plot.pen import Pen
from bnsim.plot.speaker import words_now
from bnsim.plot.theme import load_theme
from bnsim.plot.widths import broken, joined, width_of
from bnsim.spec.naming import PHASES, operation_name
from bnsim.spec.numerals import count
from bnsim.spec.phrases import phrase
from bnsim.ui.views.formula import Span, curves, extent, in_lines, number_latex, width_of_line

MARGIN, HEAD = 18.0, 68.0
ROOMS = (286.0, 300.0, 360.0, 430.0, 520.0, 640.0)
"""Widths that a column of operations may have, of which the page is given the one that makes words largest."""
MOST_COLUMNS, GUTTER = 3, 32.0
TITLE, SIZE, LESS = 18.0, 16.0, 14.0
"""Sizes of the title, of formulas, and of words and the numbers put in."""
LINE, NAME = 19.0, 24.0
"""Heights of a further line of the heading, and of an operation's name above its formula."""
READ = 12.0
"""Points of the smallest words on a slide, where all of them need not be there."""
ENOUGH = 1.7
"""So many times as large words need not be larger: wider lines that are not broken are then worth more."""
LARGEST = 1.64
"""So many times as large words of a chain need not be larger."""
APART, BETWEEN = 18.0, 7.0
"""Space between operations and between an equation's parts."""
DENSE = 0.6
"""Of that so much where an operation would be left out else, whose name then stands behind its formula, too."""
NAME_GAP = 24.0
"""Free between a formula and a name behind it."""
TIMES = r"\times"
FACTOR, COLUMN, BAND = 15.0, 92.0, 50.0
"""Size of a factor, room of each, and height of a row of them."""
IN_A_ROW, FEWEST, MOST = 6, 4, 14
"""Factors that stand in a row of LaTeX; the fewest and the most in a row of the diagram."""
_Worked = tuple[str, tuple[Line, ...], tuple[Named, ...]]
"""An operation: its name, its lines, and what is named in them."""
T = TypeVar("T")


def equation_diagram(explained: Explained, where: str = "", size: Size = SLIDE) -> Diagram:
    """The operations of the layer in this phase, each with the numbers of the element.

    `where`: lane and moment, in the words that are drawn; a lane may be called like a word that has a German one.
    Operations are laid out for a page of that `size` in points, in columns; where not all of them can be read there,
    they are drawn closer together; then those that are not at work have their result alone, without the numbers put
    in. Only then some are left out, those about the one at work are drawn, and how many more there are is said.
    """
    return equation_diagrams([(explained, where)], size)[0]


def equation_diagrams(moments: Sequence[tuple[Explained, str]], size: Size = SLIDE) -> list[Diagram]:
    """The equation at several moments, for a film: what stays is at the same place in all, however long numbers are."""
    operations = [list(_operations(explained)) for explained, _ in moments]
    if len({tuple(op for op, _, _ in each) for each in operations}) > 1:
        return [equation_diagram(explained, where, size) for explained, where in moments]
    about = [
        (where, ", ".join(f"{words_now(axis.word)} {axis.at}" for axis in explained.axes))
        for explained, where in moments
    ]
    sheet = _sheet_of(operations, _at_work(moments[0][0]), about, size) if moments else None
    made = []
    for number, (explained, _) in enumerate(moments):
        assert sheet is not None
        made.append(_diagram(explained, sheet, sheet.pens[number], sheet.told[number]))
    return made


def _diagram(explained: Explained, sheet: _Sheet, below: Pen, told: Sequence[str]) -> Diagram:
    pen, room = Pen(load_theme("light"), 7.0), sheet.width - 2 * MARGIN
    sign, phase = PHASES[explained.phase]
    title = f"{words_now(explained.layer)}  ·  {sign} {words_now(phase)}"
    pen.shapes += below.shapes
    _words(pen, MARGIN, 22, title, "text", room, TITLE, bold=True)
    for number, line in enumerate(told):
        _words(pen, MARGIN, 44 + LINE * number, line, "text-muted", room)
    shapes, written = tuple(pen.shapes), _latex(explained)
    said = "  ·  ".join(told)
    return Diagram("equation", title, sheet.width, sheet.height, shapes, description=said, text=written, latex=written)


class _Sheet(NamedTuple):
    """Operations as they are drawn below the head of a page; `by`: so many times as large on the page asked for.

    `told`: lines below the title. There are several of `pens` and of `told`, one a moment.
    """

    pens: list[Pen]
    width: float
    height: float
    by: float
    told: list[list[str]]


_About = Sequence[Sequence[str]]
"""Words about each moment."""


def _sheet_of(moments: Sequence[Sequence[_Worked]], at_work: int, about: _About, size: Size) -> _Sheet:
    """The largest way to draw all of them, or as many about the one at work as can be read, below words about them."""
    least = READ if size[0] >= HALF else least_words(size)
    short = [
        [each if number == at_work else _without_numbers(each) for number, each in enumerate(operations)]
        for operations in moments
    ]
    for shown, dense in ((moments, False), (moments, True), (short, True)):
        sheet = _largest(shown, [(*words, "") for words in about], size, dense=dense)
        if sheet.by * LESS >= least:
            return sheet
    every = len(moments[0])
    for kept in range(every - 1, 0, -1):
        first = min(max(at_work - (kept - 1) // 2, 0), every - kept)
        left_out = count(every - kept)
        more = words_now(
            phrase("… {number} more operation" if left_out == "1" else "… {number} more operations", number=left_out)
        )
        shown = [operations[first : first + kept] for operations in short]
        sheet = _largest(shown, [(*words, more) for words in about], size, dense=True)
        if sheet.by * LESS >= least:
            break
    return sheet


def _without_numbers(operation: _Worked) -> _Worked:
    """The operation with its formulas and results alone."""
    op, lines, named = operation
    return op, tuple(replace(line, numbers=()) for line in lines), named


def _largest(moments: Sequence[Sequence[_Worked]], about: _About, size: Size, *, dense: bool) -> _Sheet:
    most, page = 1 if in_a_column(size) else MOST_COLUMNS, room_on(size)
    sheets = (
        _sheet(moments, about, columns, room, page, dense=dense) for columns in range(1, most + 1) for room in ROOMS
    )
    return max(sheets, key=lambda sheet: (min(sheet.by, ENOUGH), sheet.width))


def _sheet(
    moments: Sequence[Sequence[_Worked]], about: _About, columns: int, room: float, size: Size, *, dense: bool
) -> _Sheet:
    """Operations below each other, in so many columns of about the same height."""
    blocks = [_block(each, room, dense=dense) for each in zip(*moments, strict=True)]
    heights, apart = [height for _, height in blocks], APART * (DENSE if dense else 1.0)
    pens, at = [Pen(load_theme("light"), 7.0) for _ in moments], 0
    width = 2 * MARGIN + columns * (room + GUTTER) - GUTTER
    told = [joined(words, LESS, width - 2 * MARGIN) for words in about]
    lowest = head = HEAD + LINE * (max(map(len, told)) - 1)
    for column, taken in enumerate(_shares(heights, columns)):
        left, top = MARGIN + column * (room + GUTTER), head
        for number in range(at, at + taken):
            if number > at:
                for pen in pens:
                    pen.line((left, top - apart / 2), (left + room, top - apart / 2), stroke="line", line=0.8)
                top += apart / 2
            for pen, block in zip(pens, blocks[number][0], strict=True):
                pen.shapes += (moved(shape, left, top) for shape in block.shapes)
            top += heights[number] + apart
        at += taken
        lowest = max(lowest, top - apart)
    height = lowest + MARGIN
    return _Sheet(pens, width, height, min(size[0] / width, size[1] / height), told)


def _shares(heights: Sequence[float], columns: int) -> list[int]:
    """How many go into each column, in order, so that the highest column is as low as can be."""
    if columns == 1:
        return [len(heights)]
    ways = ([taken, *_shares(heights[taken:], columns - 1)] for taken in range(len(heights) + 1))
    return min(ways, key=lambda way: _highest(heights, way))


def _highest(heights: Sequence[float], way: Sequence[int]) -> float:
    ends = [sum(way[:column]) for column in range(len(way) + 1)]
    return max(sum(heights[start:end]) + APART * (end - start) for start, end in pairwise(ends))


def _block(moments: Sequence[_Worked], room: float, *, dense: bool) -> tuple[list[Pen], float]:
    """One operation from the origin downward, its name above its lines, at each moment, and how high it is.

    A `dense` one has its name behind its formula where there is room.
    """
    pens = [Pen(load_theme("light"), 7.0) for _ in moments]
    between = BETWEEN * (DENSE if dense else 1.0)
    behind = [_behind(op, lines, room) if dense else None for op, lines, _ in moments]
    top = NAME if None in behind else 0.0
    for pen, (op, _, _), at in zip(pens, moments, behind, strict=True):
        middle, width = (8.0, room) if top or at is None else at
        pen.words(
            0.0 if top else room,
            middle,
            _name_of(op),
            "text-small",
            "text-muted",
            room=width,
            anchor="start" if top else "end",
            by=LESS / pen.size("text-small"),
        )
    for number in range(max(len(lines) for _, lines, _ in moments)):
        ends = [top]
        for pen, (_, lines, named) in zip(pens, moments, strict=True):
            if number < len(lines):
                inks = {each.mark: f"tensor-{each.role}" for each in named}
                ends.append(_draw_line(pen, lines[number], top, inks, room, between))
        top = max(ends) + between
    return pens, top - between


def _behind(op: str, lines: Sequence[Line], room: float) -> tuple[float, float] | None:
    """The height at which an operation's name stands behind its first formula, and its room; None where that is full.

    The name alone is meant: it is never shortened for that.
    """
    spans = _spans(lines[0].formula) if lines else ()
    if not spans:
        return None
    free = room - width_of_line(spans, SIZE) - NAME_GAP
    if width_of(_name_of(op), LESS) > free:
        return None
    return max(extent(span.body, SIZE)[1] for span in spans) - 0.25 * SIZE, free


def _name_of(op: str) -> str:
    """What stands above the lines of an operation."""
    return words_now(operation_name(op))


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


def _draw_line(pen: Pen, line: Line, top: float, inks: dict[int, str], room: float, between: float) -> float:
    """Formula, numbers and result below each other, and where it ends."""
    result = () if line.result is None else (Span("=", latex(line.result, colored=True)),)
    for spans, size in ((_spans(line.formula), SIZE), ((*_spans(line.numbers), *result), LESS)):
        if spans:
            indent = 0.0 if size == SIZE else 18.0
            drawn, height = in_lines(spans, size, (indent, top), room - indent, inks)
            pen.shapes.extend(drawn)
            top += height + between
    if line.note:
        _words(pen, 0.0, top + 7, words_now(line.note), "text-muted", room)
        top += 16 + between
    return top - between


def _spans(pieces: tuple[Piece, ...]) -> tuple[Span, ...]:
    return tuple(Span(SIGNS[piece.sign], latex(piece.body, colored=True)) for piece in pieces)


def _latex(explained: Explained) -> str:
    lines = [line.latex() for _, lines, _ in _operations(explained) for line in lines]
    return "\n\n".join(lines)


class _Part(NamedTuple):
    """A factor of the chain: its name and its value; `starts`: it is the norm at the loss. `folded`: so many layers."""

    name: str
    value: float
    starts: bool = False
    folded: int = 0


def chain_diagram(chain: Chain, where: str = "", size: Size = SLIDE) -> Diagram:
    """The factors of the gradient's norm from the loss downward, each over its layer's name, and their product.

    On a page on which not all can be read those in the middle are multiplied.
    """
    links = [link for link in chain.links if link.factor is not None]
    parts = [_Part(words_now(phrase("at the loss")), chain.start, starts=True)]
    parts += (_Part(_title(link), link.factor or 0.0) for link in links)
    parts, in_a_row = _fitting(parts, size)
    rows = _rows(parts, in_a_row)
    width = 2 * MARGIN + COLUMN * max(min(len(parts), in_a_row), FEWEST)
    across, down = room_on(size)
    pen = Pen(load_theme("light"), least_words(size) / min(across / width, down / _chain_height(len(rows))))
    top = HEAD
    for number, row in enumerate(rows):
        for at, part in enumerate(row):
            x = MARGIN + COLUMN * at
            shown = number_latex(part.value)
            across, _, _ = extent(shown, FACTOR)
            by = min((COLUMN - 22) / across, 1.0)
            middle = x + COLUMN / 2
            ink = "text" if part.starts else "backward"
            pen.shapes += curves(shown, FACTOR, (middle - by * across / 2, top + 16), {}, by, ink)
            if number or at:
                pen.shapes += curves(TIMES, FACTOR, (x - 5, top + 16), {}, 1.0, "text-muted")
            told = part.name
            if part.folded:
                folded = phrase(
                    "… {number} layer" if part.folded == 1 else "… {number} layers", number=count(part.folded)
                )
                told = words_now(folded)
            pen.words(middle, top + 30, told, "text-small", "text-muted", room=COLUMN - 8, anchor="middle")
        top += BAND
    done = [link for link in chain.links if link.product is not None]
    end = chain.start * (done[-1].product or 0.0) if done else chain.start
    pen.shapes += curves(f"= {number_latex(end)}", FACTOR, (MARGIN + 8, top + 14), {})
    across, _, _ = extent(f"= {number_latex(end)}", FACTOR)
    name = _title(chain.links[len(links)]) if len(links) < len(chain.links) else _title(chain.links[-1])
    told = words_now(phrase("the gradient's norm at the output of {layer}", layer=name))
    left, small = MARGIN + 20 + across, pen.size("text-small")
    for number, line in enumerate(broken(told, small, width - MARGIN - left)):
        pen.words(left, top + 9 + 14 * number, line, "text-small", "text-muted", room=width - MARGIN - left)
    title = words_now(phrase("Chain rule"))
    pen.words(MARGIN, 20, title, "title", bold=True)
    pen.words(MARGIN, 38, where, "text-small", "text-muted", room=width - 2 * MARGIN)
    written = _chain_latex(chain, links, end)
    shapes = tuple(pen.shapes)
    return Diagram(
        "chain", title, width, _chain_height(len(rows)), shapes, description=where, text=written, latex=written
    )


def _fitting(parts: list[_Part], size: Size) -> tuple[list[_Part], int]:
    """The factors that can be read on the page, and how many stand in a row."""
    words = load_theme("light").size("text-small")
    (width, height), readable = room_on(size), (wanted_words(size) + least_words(size)) / 2 / words
    scales = {
        each: min(width / (2 * MARGIN + COLUMN * each), height / _chain_height(-(-len(parts) // each)))
        for each in range(FEWEST, MOST + 1)
    }
    best = max(scales, key=lambda each: min(scales[each], LARGEST))
    if scales[best] >= readable:
        return parts, best
    wide, high = sheet_for(size, words)
    in_a_row = max(int((wide - 2 * MARGIN) / COLUMN), FEWEST)
    rows = next(rows for rows in range(len(parts), 0, -1) if _chain_height(rows) <= high or rows == 1)
    kept = max(in_a_row * rows - 1, 3)
    first, last = -(-kept // 2), kept // 2
    middle = parts[first : len(parts) - last]
    product = math.prod(part.value for part in middle)
    return [*parts[:first], _Part("", product, folded=len(middle)), *parts[len(parts) - last :]], in_a_row


def _chain_height(rows: int) -> float:
    return HEAD + BAND * rows + 20.0 + MARGIN


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
