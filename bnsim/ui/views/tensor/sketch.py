"""The map of a tensor as a diagram: square cells, numbered rows and columns, a key to the colors. No Qt."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from bnsim.lenses.tensor.lens import TensorSeen
from bnsim.plot.diagram import Diagram, Shades
from bnsim.plot.pages import SLIDE, Size, least_for, sheet_for
from bnsim.plot.pen import Anchor, Pen
from bnsim.plot.speaker import words_now
from bnsim.plot.theme import load_theme
from bnsim.plot.widths import joined, width_of
from bnsim.spec.numerals import count, short, significant
from bnsim.spec.phrases import phrase
from bnsim.ui.views.tensor.words import shape, why_empty

NAME = "tensor"
MARGIN, HEAD, LINE = 16.0, 54.0, 15.0
"""Space at the edges; the height of the heading, and of each further line of it."""
LARGEST, SMALLEST = 34.0, 1.5
"""The largest side of a cell, and that which a cell has even where a long row then runs out of the page's shape."""
LEGIBLE, MOST_NUMBERS = 26.0, 240
"""Cells that are so large have their number in them, if there are no more of them."""
NARROWEST, BELOW = 320.0, 62.0
"""Room for words where there are no numbers; room below the map, for its key."""
MOST_CROSSES = 400
KEY, KEY_WIDTH, KEY_LEAST, KEY_APART = 9.0, 220.0, 150.0, 28.0
"""Height of the key, its width at most and at least, and its distance from a map that it stands beside."""
STRONG = 0.75
"""From this share of the largest number on, a cell's color is so strong that the number in it is in that of a card."""
APART = 15.0
STEPS = (1, 2, 5)
WAYS: tuple[Callable[[float], str], ...] = short, partial(significant, digits=1)
"""How numbers are written in cells: with fewer digits where else there would be none."""
START: Anchor = "start"
MIDDLE: Anchor = "middle"
END: Anchor = "end"


class _Scale(NamedTuple):
    """What all pictures of a film have in common: the largest number, and whether any is below 0.

    `widest`: how wide the widest number is at a size of 1, written in each of the `WAYS`.
    """

    limit: float
    signed: bool
    widest: tuple[float, ...]


def tensor_diagrams(moments: Sequence[tuple[TensorSeen, str]], size: Size = SLIDE) -> list[Diagram]:
    """The map at several moments, for a film: all of one size, whose colors mean the same in all, which it says."""
    cells = [seen.grid.cells for seen, _ in moments if seen.grid is not None]
    scale = _scale_of(cells) if len(moments) > 1 else None
    made = [_diagram(seen, where, size, scale) for seen, where in moments]
    width, height = (max((getattr(each, side) for each in made), default=0.0) for side in ("width", "height"))
    return [replace(each, width=width, height=height) for each in made]


def tensor_diagram(seen: TensorSeen, where: str, size: Size = SLIDE) -> Diagram:
    """The map for a page of that `size`, in points; `where` is the layer and its lane in words.

    A tensor that is not computed yet says what computes it.
    """
    return _diagram(seen, where, size, None)


def _scale_of(cells: Iterable[NDArray[np.float64]]) -> _Scale:
    every = list(cells)
    numbers = np.concatenate([np.ravel(each) for each in every]) if every else np.zeros(0)
    numbers = numbers[np.isfinite(numbers)]
    written = numbers.tolist() if all(each.size <= MOST_NUMBERS for each in every) else []
    widest = tuple(max((width_of(way(number), 1.0) for number in written), default=1.0) for way in WAYS)
    return _Scale(float(np.abs(numbers).max(initial=0.0)), bool((numbers < 0).any()), widest)


def _diagram(seen: TensorSeen, where: str, size: Size, scale: _Scale | None) -> Diagram:
    """`scale`: that of a film; None for a picture alone."""
    small = load_theme("light").size("text-small")
    pen = Pen(load_theme("light"), least_for(size, small))
    page = sheet_for(size, small)
    grid = seen.grid
    title = f"{seen.offer.symbol}  ·  {words_now(seen.offer.words)}"
    moment = words_now(phrase("iteration {number}", number=count(seen.iteration)))
    about = words_now(where), words_now(shape(seen)), moment
    told = " · ".join(about)
    lines = joined(about, small, page[0] - 2 * MARGIN, apart=" · ")
    pen.down = LINE * (len(lines) - 1)
    if grid is None:
        width, height = min(NARROWEST, page[0]), HEAD + 40.0
        pen.words(MARGIN, HEAD + 14, words_now(why_empty(seen, True)), "text-small", room=width - 2 * MARGIN)
    else:
        width, height = _draw_map(pen, seen, grid.cells, (page[0], page[1] - pen.down), scale)
    height += pen.down
    pen.down = 0.0
    width = max(width, min(_widest((title, *lines)), page[0]))
    pen.words(MARGIN, 20, title, "title", room=width - 2 * MARGIN, bold=True)
    for number, line in enumerate(lines):
        pen.words(MARGIN, 38 + LINE * number, line, "text-small", "text-muted", room=width - 2 * MARGIN)
    return Diagram(NAME, title, width, height, tuple(pen.shapes), description=told, text=_table(seen))


def _widest(lines: Sequence[str]) -> float:
    title, *others = lines
    return max(width_of(title, 14.0, bold=True), *(width_of(line, 11.0) for line in others)) + 36


def _draw_map(
    pen: Pen, seen: TensorSeen, cells: NDArray[np.float64], page: Size, film: _Scale | None
) -> tuple[float, float]:
    """Cells, axes and key on a page of that size; returns how much of it they take."""
    rows, columns = cells.shape
    edge = width_of(count(max(seen.rows - 1, 0)), pen.size("text-small")) + 26 if seen.axes[0] else 0.0
    left, top = MARGIN + edge, HEAD + 30.0
    across, down = (page[0] - 2 * MARGIN - edge) / columns, page[1] - top
    side = max(min(across, (down - BELOW) / rows, LARGEST), SMALLEST)
    larger = max(min(across, (down - MARGIN) / rows, LARGEST), SMALLEST)
    beside = larger > side and left + larger * columns + KEY_APART + KEY_LEAST + MARGIN <= page[0]
    side = larger if beside else side
    width, height = side * columns, side * rows
    finite = np.isfinite(cells)
    scale = _scale_of([cells]) if film is None else film
    shares = cells / (scale.limit or 1.0)
    pen.box(left, top, width, height, fill="card" if finite.all() else "surface")
    pen.shapes.append(Shades(left, top + pen.down, width, height, np.where(finite, shares, np.nan)))
    _draw_crosses(pen, finite, left, top, side)
    _draw_grid(pen, rows, columns, left, top, side)
    if side >= LEGIBLE and cells.size <= MOST_NUMBERS and max(seen.grid.step if seen.grid else (1, 1)) == 1:
        _draw_numbers(pen, cells, shares, (left, top), side, scale)
    _draw_axes(pen, seen, left, top, side, rows)
    wide = KEY_LEAST if beside else min(max(width, KEY_LEAST), KEY_WIDTH)
    at, below = (left + width + KEY_APART, top) if beside else (left, top + height + 16)
    _draw_key(pen, at, below, wide, scale)
    if film is not None:
        words = words_now(phrase("one scale in the whole film"))
        pen.words(at, below + 36, words, "text-small", "text-muted", room=page[0] - at - MARGIN)
        below += 18
    if not finite.all():
        words = words_now(phrase("× {number} not finite", number=count(int((~finite).sum()))))
        pen.words(at, below + 40, words, "text-small", "danger", room=page[0] - at)
        below += 18
    return max(left + width, at + wide) + MARGIN, max(below + 30, top + height) + MARGIN


def _draw_grid(pen: Pen, rows: int, columns: int, left: float, top: float, side: float) -> None:
    width, height = side * columns, side * rows
    if side >= 6:
        look = {"stroke": "plot-background", "line": 0.6}
        for column in range(1, columns):
            pen.line((left + column * side, top), (left + column * side, top + height), **look)
        for row in range(1, rows):
            pen.line((left, top + row * side), (left + width, top + row * side), **look)
    pen.box(left, top, width, height, stroke="plot-line", line=0.8)


def _draw_crosses(pen: Pen, finite: NDArray[np.bool_], left: float, top: float, side: float) -> None:
    places = np.argwhere(~finite)[:MOST_CROSSES]
    for row, column in places.tolist():
        x, y, far = left + column * side, top + row * side, 0.2 * side
        pen.line((x + far, y + far), (x + side - far, y + side - far), stroke="danger", line=0.8)
        pen.line((x + side - far, y + far), (x + far, y + side - far), stroke="danger", line=0.8)


def _draw_numbers(
    pen: Pen, cells: NDArray[np.float64], shares: NDArray[np.float64], corner: Size, side: float, scale: _Scale
) -> None:
    """The numbers in their cells, unless words there would be too small; in a film all are as large."""
    left, top = corner
    finite = {place: float(number) for place, number in np.ndenumerate(cells) if np.isfinite(number)}
    size = pen.size("card-number")
    sizes = [min((side - 2) / widest / size, 1.0) for widest in scale.widest]
    readable = [(written, by) for written, by in zip(WAYS, sizes, strict=True) if by * size >= pen.least]
    if not readable:
        return
    written, by = readable[0]
    for (row, column), number in finite.items():
        words = written(number)
        color = "card" if abs(shares[row, column]) > STRONG else "text"
        middle = left + (column + 0.5) * side, top + (row + 0.5) * side
        pen.words(*middle, words, "card-number", color, room=side - 2, anchor=MIDDLE, by=by)


def _draw_axes(pen: Pen, seen: TensorSeen, left: float, top: float, side: float, rows: int) -> None:
    """Numbers at the middles of rows and columns, and the name of each axis."""
    high, wide = seen.grid.step if seen.grid is not None else (1, 1)
    size = pen.size("text-small")
    room = width_of(count(max(seen.columns - 1, 0)), size) + 8
    for number in ticks(seen.columns, room / side * wide):
        x = left + (number // wide + 0.5) * side
        pen.line((x, top - 3), (x, top), stroke="plot-line", line=0.8)
        pen.words(x, top - 10, count(number), "text-small", "text-muted", anchor="middle")
    if seen.axes[1]:
        name = f"{words_now(seen.axes[1])} →"
        pen.words(left, top - 24, name, "text-small", "text-muted")
    if not seen.axes[0]:
        return
    for number in ticks(seen.rows, APART / side * high):
        y = top + (number // high + 0.5) * side
        pen.line((left - 3, y), (left, y), stroke="plot-line", line=0.8)
        pen.words(left - 6, y, count(number), "text-small", "text-muted", anchor="end")
    name, height = f"← {words_now(seen.axes[0])}", side * rows
    if width_of(name, size) <= height:
        pen.words(MARGIN + 4, top + height / 2, name, "text-small", "text-muted", anchor="middle", turned=True)
    else:
        pen.words(
            MARGIN - 4, top - 10, f"{words_now(seen.axes[0])} ↓", "text-small", "text-muted", room=left - MARGIN - 2
        )


def ticks(size: int, apart: float) -> range:
    """Round numbers from 0 to below `size`, at least `apart` from one another."""
    power = 10 ** max(math.floor(math.log10(max(apart, 1.0))), 0)
    step = next(part * power for part in (*STEPS, 10) if part * power >= apart)
    return range(0, size, step)


def _draw_key(pen: Pen, left: float, top: float, width: float, scale: _Scale) -> None:
    """A bar of the colors, and the numbers at its ends and its middle below it."""
    limit, signed, _ = scale
    low = -1.0 if signed else 0.0
    pen.shapes.append(Shades(left, top + pen.down, width, KEY, np.linspace(low, 1.0, 128)[None]))
    pen.box(left, top, width, KEY, stroke="plot-line", line=0.8)
    numbers = ((0.0, START, -limit), (0.5, MIDDLE, 0.0), (1.0, END, limit))
    for along, anchor, value in numbers if signed else ((0.0, START, 0.0), (1.0, END, limit)):
        told = significant(value, 3)
        pen.words(left + along * width, top + KEY + 9, told, "text-small", "text-muted", anchor=anchor)


def _table(seen: TensorSeen) -> str:
    """The numbers, a row a line, separated by tabs; of a large tensor, those that are at hand."""
    if seen.values is None:
        return ""
    matrix = np.atleast_2d(seen.values)
    return "\n".join("\t".join(repr(float(number)) for number in row) for row in matrix)
