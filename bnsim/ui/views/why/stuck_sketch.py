"""Why a loss does not move, as a diagram: of each lane what was found, and its weights that moved least. No Qt."""

from __future__ import annotations

import math
from collections.abc import Sequence

from bnsim.lenses.why.records import Moves, Stuck
from bnsim.plot.diagram import Diagram
from bnsim.plot.pages import SLIDE, Size, sheet_for
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
LANES, WIDEST = 5, 720.0
HEADS = phrase("moved least"), "‖dW‖", "‖ΔW‖/‖W‖"
QUESTION = phrase("Why does the loss not move?")


def stuck_diagram(experiment: Experiment, found: Sequence[Stuck], size: Size = SLIDE) -> Diagram:
    """The answers of all lanes, one below the other, for a page of that `size` in points; InputError while none is.

    Where not all of it can be read there, less is told of weights, then of lanes.
    """
    if not found:
        raise InputError("Nothing is computed yet that says why the loss does not move: step once.")
    width, high = sheet_for(size, TYPE)
    width = min(width, WIDEST)
    most = min(len(found), LANES)
    tries = [(most, weights) for weights in range(WEIGHTS.get(most, 0), -1, -1)]
    tries += [(lanes, 0) for lanes in range(most - 1, 0, -1)]
    drawn = (_drawn(experiment, found, lanes, weights, width) for lanes, weights in tries)
    pen, top = next((each for each in drawn if each[1] <= high), _drawn(experiment, found, *tries[-1], width))
    told = "; ".join(f"{lane.lane}: {_words_of(lane)}" for lane in found)
    shapes = tuple(pen.shapes)
    return Diagram("why_stuck", words_now(QUESTION), width, top, shapes, description=told, text=_table(found))


def _drawn(experiment: Experiment, found: Sequence[Stuck], lanes: int, weights: int, width: float) -> tuple[Pen, float]:
    """So many lanes, each with so many weights, and how high that is."""
    pen, shown = Pen(load_theme("light"), 10.0), found[:lanes]
    pen.words(
        MARGIN, 28, words_now(QUESTION), "title", bold=True, room=width - 2 * MARGIN, by=TITLE / pen.size("title")
    )
    top = 64.0
    for lane in shown:
        top = _draw_lane(pen, lane, lane_role(experiment, lane.stack), top, weights, width - 2 * MARGIN) + BETWEEN
    if len(found) > len(shown):
        left_out = len(found) - len(shown)
        more = phrase("… {number} more lane" if left_out == 1 else "… {number} more lanes", number=count(left_out))
        _write(pen, MARGIN, top, words_now(more), "text-muted")
        top += ROW
    return pen, top


def _draw_lane(pen: Pen, lane: Stuck, role: str, top: float, weights: int, room: float) -> float:
    """One lane from `top` down; returns where it ends."""
    pen.box(MARGIN, top - 5, 10, 10, fill=role, radius=2)
    _write(pen, MARGIN + 18, top, lane.lane, role, room=room - 18, bold=True)
    top += ROW
    for line in broken(_words_of(lane), TYPE, room):
        _write(pen, MARGIN, top, line)
        top += ROW
    least = _least(lane)[:weights]
    if least:
        top += 4
        _draw_row(pen, top, (words_now(HEADS[0]), *HEADS[1:]), room, "text-muted")
        pen.line((MARGIN, top + ROW / 2), (MARGIN + NUMBERS[1] * room, top + ROW / 2), stroke="line", line=0.8)
    for moves in least:
        top += ROW
        _draw_row(pen, top + 2, (moves.name, short(moves.gradient), short(moves.ratio)), room)
    return top + ROW


def _draw_row(pen: Pen, top: float, cells: tuple[str, str, str], room: float, color: str = "text") -> None:
    name, gradient, ratio = cells
    first, second = (share * room for share in NUMBERS)
    _write(pen, MARGIN, top, name, color, room=0.7 * first)
    _write(pen, MARGIN + first, top, gradient, color, room=0.3 * first, anchor="end")
    _write(pen, MARGIN + second, top, ratio, color, room=second - first - 8, anchor="end", bold=color == "text")


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


def _words_of(lane: Stuck) -> str:
    return " ".join(map(words_now, lane.summary)) or words_now(lane.due)


def _least(lane: Stuck) -> list[Moves]:
    """The weights, those that moved least first."""
    return sorted(lane.weights, key=lambda moves: moves.ratio)


def _table(found: Sequence[Stuck]) -> str:
    """All weights of all lanes, separated by tabs."""
    rows = (
        f"{lane.lane}\t{moves.name}\t{moves.gradient!r}\t{moves.ratio!r}" for lane in found for moves in lane.weights
    )
    return "\n".join(["lane\tweight\t‖dW‖\t‖ΔW‖/‖W‖", *rows])
