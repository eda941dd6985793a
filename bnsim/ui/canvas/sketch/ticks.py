"""Very deep stacks: a card is a tick in its kind's color over an upright bar, its gradient on the common scale.

A lane then reads as a bar chart of the gradient by depth, as on a canvas that is zoomed far out.
"""

from __future__ import annotations

from typing import NamedTuple

from bnsim.spec.numerals import counted
from bnsim.ui.canvas.sketch.cards import PHASES, SOFT
from bnsim.ui.canvas.sketch.lanes import LaneDrawn, draw_name
from bnsim.ui.canvas.sketch.page import COLUMN, Page, Size
from bnsim.ui.canvas.sketch.pen import ScenePen
from bnsim.ui.canvas.sketch.shown import CanvasShown

MOST = 130.0
"""The largest height of a lane's ticks."""


class _Row(NamedTuple):
    """Heights of a lane's name, of its ticks at least and of what is below; `by`: how many times as large words are."""

    name: float
    least: float
    below: float
    by: float

    @property
    def height(self) -> float:
        return self.name + self.least + self.below


BY_IN_A_COLUMN = 0.62
LOW, LOW_IN_A_COLUMN = _Row(19.0, 14.0, 9.0, 1.0), _Row(11.0, 8.0, 5.0, BY_IN_A_COLUMN)
"""Of lanes for which there is little room; in a paper's column words have 6 points and more."""
HEAD = 0.2
"""The share of a tick that has its kind's color."""


def draw_ticks(
    pen: ScenePen, shown: CanvasShown, page: Page, lanes: list[LaneDrawn], legend: str, size: Size, begin: float
) -> tuple[float, float]:
    """Draw all lanes one below the other from `begin` down; returns the size that they take."""
    m = pen.metrics
    room = size[1] - begin - m.margin
    row = _row_of(pen, len(lanes), room, size[0])
    left_out = 0
    if len(lanes) * row.height > room:
        left_out = len(lanes) - max(int((room - row.name) / row.height), 1)
        lanes = lanes[: len(lanes) - left_out]
    shown_lanes = sum(not lane.lane.hidden for lane in lanes)
    free = room - (len(lanes) + (left_out > 0)) * row.name - shown_lanes * row.below
    height = min(max(free / max(shown_lanes, 1), row.least), MOST)
    first, last = page.lines[0]
    across = (size[0] - 2 * m.margin) / ((last - first + 1) * m.pitch - m.gap)
    left = m.margin + first * m.pitch
    top = begin + m.margin / 2
    for place, lane in enumerate(lanes):
        if place:
            pen.run(0, size[0], top, stroke="line")
        pen.down = top - lane.lane.top - (m.title + 4 - row.name) / 2
        draw_name(pen, shown, lane, size[0] - m.margin, "" if place else legend, by=row.by)
        pen.down = 0.0
        top += row.name
        if not lane.lane.hidden:
            cards = [card._replace(x=m.margin + (card.x - left) * across) for card in lane.cards]
            drawn = lane._replace(cards=cards)
            _draw_lane(pen, shown, drawn, top, height, across * m.card_width, row)
            top += height + row.below
    if left_out:
        told = f"… {counted(left_out, 'more lane')}"
        pen.words(m.margin, top + row.name / 2, told, "text-small", "text-muted", by=row.by)
        top += row.name
    return size[0], top - begin + m.margin / 2


def _row_of(pen: ScenePen, lanes: int, room: float, width: float) -> _Row:
    """As on screen where all lanes have room, else low ones."""
    usual = _Row(pen.metrics.title + 4, 24.0, 16.0, 1.0 if width >= COLUMN else BY_IN_A_COLUMN)
    if lanes * usual.height <= room:
        return usual
    return LOW if width >= COLUMN else LOW_IN_A_COLUMN


def _draw_lane(
    pen: ScenePen, shown: CanvasShown, lane: LaneDrawn, top: float, height: float, width: float, row: _Row
) -> None:
    head = HEAD * height
    for card in lane.cards:
        pen.box(card.x, top, width, height, fill="card")
        alpha = 1.0 if card.has_value else SOFT
        pen.box(card.x, top, width, head, fill=card.face.kind, alpha=alpha)
        if card.bar is not None:
            tall = card.bar * (height - head - 2)
            pen.box(card.x, top + height - tall, width, tall, fill=lane.color)
        if shown.problems.get(card.face.layer_id, "") and card.face.layer_id:
            pen.box(card.x, top + height + 2, width, 5, fill="danger")
        pen.box(card.x, top, width, height, stroke="line", line=0.5)
    for card in lane.cards:
        if card.active is not None:
            look = {"stroke": "accent", "line": 2.0 * row.by, "dashed": card.active.waiting}
            pen.box(card.x - 1, top - 3 * row.by, width + 2, height + 6 * row.by, **look)
    if lane.wave is not None:
        phase, at = lane.wave
        ends = lane.cards[-1 if phase == "backward" else 0].x, lane.cards[at].x
        pen.run(
            ends[0] + width / 2,
            ends[1] + width / 2,
            top + height + 0.56 * row.below,
            stroke=PHASES[phase],
            line=2.0 * row.by,
        )
