"""Why a loss does not move, as a diagram: of each lane what was found, and its weights that moved least. No Qt."""

from __future__ import annotations

from collections.abc import Sequence

from bnsim.lenses.why.records import Moves, Stuck
from bnsim.plot.diagram import Diagram
from bnsim.plot.pen import Anchor, Pen
from bnsim.plot.theme import load_theme
from bnsim.plot.widths import broken
from bnsim.spec.errors import InputError
from bnsim.spec.experiment import Experiment
from bnsim.spec.numerals import counted, short
from bnsim.ui.model.lane_roles import lane_role

MARGIN, WIDTH = 24.0, 720.0
TITLE, TYPE, ROW, BETWEEN = 20.0, 14.0, 20.0, 16.0
"""Sizes of the title and of all other words, height of a line, and space between lanes."""
NUMBERS = 420.0, 590.0
"""Where the columns of the gradient's norm and of the ratio end, from the left margin."""
WEIGHTS = {1: 6, 2: 4}
"""Of so many lanes so many weights; of more lanes none, as what was found of each names the one that moved least."""
LANES = 5
HEADS = "moved least", "‖dW‖", "‖ΔW‖/‖W‖"
QUESTION = "Why does the loss not move?"


def stuck_diagram(experiment: Experiment, found: Sequence[Stuck]) -> Diagram:
    """The answers of all lanes, one below the other; InputError while there is none."""
    if not found:
        raise InputError("Nothing is computed yet that says why the loss does not move: step once.")
    pen = Pen(load_theme("light"), 9.0)
    shown = found[:LANES]
    weights = WEIGHTS.get(len(shown), 0)
    pen.words(MARGIN, 28, QUESTION, "title", bold=True, by=TITLE / pen.size("title"))
    top = 64.0
    for lane in shown:
        top = _draw_lane(pen, lane, lane_role(experiment, lane.stack), top, weights) + BETWEEN
    if len(found) > len(shown):
        _write(pen, MARGIN, top, f"… {counted(len(found) - len(shown), 'more lane')}", "text-muted")
        top += ROW
    told = "; ".join(f"{lane.lane}: {_words_of(lane)}" for lane in found)
    shapes = tuple(pen.shapes)
    return Diagram("why_stuck", QUESTION, WIDTH, top, shapes, description=told, text=_table(found))


def _draw_lane(pen: Pen, lane: Stuck, role: str, top: float, weights: int) -> float:
    """One lane from `top` down; returns where it ends."""
    pen.box(MARGIN, top - 5, 10, 10, fill=role, radius=2)
    _write(pen, MARGIN + 18, top, lane.lane, role, bold=True)
    top += ROW
    for line in broken(_words_of(lane), TYPE, WIDTH - 2 * MARGIN):
        _write(pen, MARGIN, top, line)
        top += ROW
    least = _least(lane)[:weights]
    if least:
        top += 4
        _draw_row(pen, top, HEADS, "text-muted")
        pen.line((MARGIN, top + ROW / 2), (MARGIN + NUMBERS[1], top + ROW / 2), stroke="line", line=0.8)
    for moves in least:
        top += ROW
        _draw_row(pen, top + 2, (moves.name, short(moves.gradient), short(moves.ratio)))
    return top + ROW


def _draw_row(pen: Pen, top: float, cells: tuple[str, str, str], color: str = "text") -> None:
    name, gradient, ratio = cells
    _write(pen, MARGIN, top, name, color, room=NUMBERS[0] - 130)
    _write(pen, MARGIN + NUMBERS[0], top, gradient, color, anchor="end")
    _write(pen, MARGIN + NUMBERS[1], top, ratio, color, anchor="end", bold=color == "text")


def _write(
    pen: Pen,
    x: float,
    y: float,
    text: str,
    color: str = "text",
    *,
    room: float = WIDTH - 3 * MARGIN,
    anchor: Anchor = "start",
    bold: bool = False,
) -> None:
    pen.words(x, y, text, "text", color, room=room, anchor=anchor, bold=bold, by=TYPE / pen.size("text"))


def _words_of(lane: Stuck) -> str:
    return " ".join(lane.summary) or lane.due


def _least(lane: Stuck) -> list[Moves]:
    """The weights, those that moved least first."""
    return sorted(lane.weights, key=lambda moves: moves.ratio)


def _table(found: Sequence[Stuck]) -> str:
    """All weights of all lanes, separated by tabs."""
    rows = (
        f"{lane.lane}\t{moves.name}\t{moves.gradient!r}\t{moves.ratio!r}" for lane in found for moves in lane.weights
    )
    return "\n".join(["lane\tweight\t‖dW‖\t‖ΔW‖/‖W‖", *rows])
