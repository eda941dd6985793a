"""Why a loss does not move, as a diagram: of each lane what was found, and its weights that moved least. No Qt."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from msgspec import Struct

from bnsim.lenses.why.records import Moves, Stuck
from bnsim.plot.diagram import Diagram
from bnsim.plot.pages import SLIDE, Size, least_for, sheet_for
from bnsim.plot.pen import Anchor, Pen
from bnsim.plot.speaker import words_now
from bnsim.plot.theme import load_theme
from bnsim.plot.widths import broken
from bnsim.spec.errors import InputError
from bnsim.spec.experiment import Experiment
from bnsim.spec.numerals import count, short
from bnsim.spec.phrases import phrase
from bnsim.ui.model.lane_roles import lane_role

MARGIN = 24.0
TITLE, TYPE, ROW, BETWEEN = 20.0, 14.0, 20.0, 16.0
"""Sizes of the title and of all other words, height of a line, and space between lanes."""
NUMBERS = 0.6, 0.86
"""Where the columns of the gradient's norm and of the ratio end, in shares of the room between the margins."""
WEIGHTS = {1: 6, 2: 4}
"""Of so many lanes so many weights; of more lanes none, as what was found of each names the one that moved least."""
WIDEST, NARROWEST = 720.0, 300.0
"""How wide a column of lanes is at most, and at least where there are several side by side."""
COLUMNS, SENTENCES = 3, 3
"""The most columns; the most sentences of a lane."""
SMALLER = 1.0, 0.9, 0.8
"""Words are so many times as large as is wanted, the largest first; behind these come the least that are read."""
HEADS = phrase("moved least"), "‖dW‖", "‖ΔW‖/‖W‖"
QUESTION = phrase("Why does the loss not move?")


class Way(Struct, frozen=True):
    """How it is drawn: `lanes` of them, each with so many `weights` and `sentences`, in so many `columns`.

    `width` is that of the diagram, `high` that of the page in its units, `least` its least size of words.
    """

    lanes: int
    weights: int
    sentences: int
    columns: int
    width: float
    high: float
    least: float


def stuck_diagram(experiment: Experiment, found: Sequence[Stuck], size: Size = SLIDE) -> Diagram:
    """The answers of all lanes for a page of that `size` in points; InputError while none is.

    Where not all of it can be read there one below the other, less is told of weights; then lanes stand side by side,
    in smaller words, with one sentence each; at last some are left out, and it says which.
    """
    if not found:
        raise InputError("Nothing is computed yet that says why the loss does not move: step once.")
    way, pen, top = next(
        (way, pen, top)
        for way in _ways(len(found), size)
        for pen, top in [_drawn(experiment, found, way)]
        if top <= way.high or way.lanes == 1
    )
    told = "; ".join(f"{lane.lane}: {_words_of(lane)}" for lane in found)
    shapes = tuple(pen.shapes)
    return Diagram("why_stuck", words_now(QUESTION), way.width, top, shapes, description=told, text=_table(found))


def _ways(lanes: int, size: Size) -> Iterator[Way]:
    """All ways to draw so many lanes on the page, the best first."""
    least = least_for(size, TYPE)
    sizes = [by for by in SMALLER if by * TYPE > least] + [least / TYPE]

    def ways(shown: int, weights: int, sentences: int) -> Iterator[Way]:
        for by in sizes:
            width, high = (side / by for side in sheet_for(size, TYPE))
            for columns in range(1, min(COLUMNS, shown) + 1):
                across = columns * (WIDEST - MARGIN) + MARGIN
                if columns == 1 or width >= columns * (NARROWEST + MARGIN) + MARGIN:
                    yield Way(shown, weights, sentences, columns, min(width, across), high, least / by)

    for weights in range(WEIGHTS.get(lanes, 0), -1, -1):
        yield next(ways(lanes, weights, SENTENCES))
    yield from ways(lanes, 0, SENTENCES)
    for sentences in range(SENTENCES - 1, 0, -1):
        yield from ways(lanes, 0, sentences)
    for fewer in range(lanes - 1, 0, -1):
        yield from ways(fewer, 0, 1)


def _drawn(experiment: Experiment, found: Sequence[Stuck], way: Way) -> tuple[Pen, float]:
    """The lanes in that way, and how high that is."""
    pen, shown = Pen(load_theme("light"), way.least), found[: way.lanes]
    pen.words(
        MARGIN, 28, words_now(QUESTION), "title", bold=True, room=way.width - 2 * MARGIN, by=TITLE / pen.size("title")
    )
    room = (way.width - MARGIN) / way.columns - MARGIN
    per_column, top, end = math.ceil(len(shown) / way.columns), 0.0, 0.0
    for number, lane in enumerate(shown):
        column, row = divmod(number, per_column)
        top = top if row else 64.0
        left = MARGIN + column * (room + MARGIN)
        top = _draw_lane(pen, lane, lane_role(experiment, lane.stack), (left, top), way, room)
        top += BETWEEN if way.sentences == SENTENCES else 0.0
        end = max(end, top)
    left_out = found[way.lanes :]
    if left_out:
        how_many = count(len(left_out))
        more = phrase("… {number} more lane" if how_many == "1" else "… {number} more lanes", number=how_many)
        names = ", ".join(lane.lane for lane in left_out)
        for line in broken(f"{words_now(more)}: {names}", TYPE, way.width - 2 * MARGIN):
            _write(pen, MARGIN, end, line, "text-muted", room=way.width - 2 * MARGIN)
            end += ROW
    return pen, end


def _draw_lane(pen: Pen, lane: Stuck, role: str, at: tuple[float, float], way: Way, room: float) -> float:
    """One lane from its upper left corner down; returns where it ends."""
    left, top = at
    pen.box(left, top - 5, 10, 10, fill=role, radius=2)
    _write(pen, left + 18, top, lane.lane, role, room=room - 18, bold=True)
    top += ROW
    for line in broken(_words_of(lane, way.sentences), TYPE, room):
        _write(pen, left, top, line)
        top += ROW
    least = _least(lane)[: way.weights]
    if least:
        top += 4
        _draw_row(pen, (left, top), (words_now(HEADS[0]), *HEADS[1:]), room, "text-muted")
        pen.line((left, top + ROW / 2), (left + NUMBERS[1] * room, top + ROW / 2), stroke="line", line=0.8)
    for moves in least:
        top += ROW
        _draw_row(pen, (left, top + 2), (moves.name, short(moves.gradient), short(moves.ratio)), room)
    return top + ROW


def _draw_row(pen: Pen, at: tuple[float, float], cells: tuple[str, str, str], room: float, color: str = "text") -> None:
    (left, top), (name, gradient, ratio) = at, cells
    first, second = (share * room for share in NUMBERS)
    _write(pen, left, top, name, color, room=0.7 * first)
    _write(pen, left + first, top, gradient, color, room=0.3 * first, anchor="end")
    _write(pen, left + second, top, ratio, color, room=second - first - 8, anchor="end", bold=color == "text")


def _write(
    pen: Pen,
    x: float,
    y: float,
    text: str,
    color: str = "text",
    *,
    room: float = math.inf,
    anchor: Anchor = "start",
    bold: bool = False,
) -> None:
    pen.words(x, y, text, "text", color, room=room, anchor=anchor, bold=bold, by=TYPE / pen.size("text"))


def _words_of(lane: Stuck, sentences: int = SENTENCES) -> str:
    """What was found, in so many sentences: how far the loss went is the first, and the first to be left out."""
    told = lane.summary[1:2] or lane.summary[:1] if sentences == 1 else lane.summary[:sentences]
    return " ".join(map(words_now, told)) or words_now(lane.due)


def _least(lane: Stuck) -> list[Moves]:
    """The weights, those that moved least first."""
    return sorted(lane.weights, key=lambda moves: moves.ratio)


def _table(found: Sequence[Stuck]) -> str:
    """All weights of all lanes, separated by tabs."""
    rows = (
        f"{lane.lane}\t{moves.name}\t{moves.gradient!r}\t{moves.ratio!r}" for lane in found for moves in lane.weights
    )
    return "\n".join(["lane\tweight\t‖dW‖\t‖ΔW‖/‖W‖", *rows])
