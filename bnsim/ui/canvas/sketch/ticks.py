"""Very deep stacks: a card is a tick in its kind's color over an upright bar, its gradient on the common scale.

A lane then reads as a bar chart of the gradient by depth, as on a canvas that is zoomed far out.
"""

from __future__ import annotations

from bnsim.ui.canvas.sketch.cards import PHASES, SOFT
from bnsim.ui.canvas.sketch.lanes import LaneDrawn, draw_name
from bnsim.ui.canvas.sketch.page import Page, Size
from bnsim.ui.canvas.sketch.pen import ScenePen
from bnsim.ui.canvas.sketch.shown import CanvasShown

LEAST, MOST = 24.0, 130.0
"""The least and the largest height of a lane's ticks."""
BELOW = 16.0
HEAD = 0.2
"""The share of a tick that has its kind's color."""


def draw_ticks(
    pen: ScenePen, shown: CanvasShown, page: Page, lanes: list[LaneDrawn], legend: str, size: Size, begin: float
) -> tuple[float, float]:
    """Draw all lanes one below the other from `begin` down; returns the size that they take."""
    m = pen.metrics
    named = m.title + 4
    shown_lanes = sum(not lane.lane.hidden for lane in lanes)
    free = size[1] - m.margin - len(lanes) * named - shown_lanes * BELOW
    height = min(max(free / max(shown_lanes, 1), LEAST), MOST)
    first, last = page.lines[0]
    across = (size[0] - 2 * m.margin) / ((last - first + 1) * m.pitch - m.gap)
    left = m.margin + first * m.pitch
    top = begin + m.margin / 2
    for place, lane in enumerate(lanes):
        if place:
            pen.run(0, size[0], top, stroke="line")
        pen.down = top - lane.lane.top
        draw_name(pen, shown, lane, size[0] - m.margin, "" if place else legend)
        pen.down = 0.0
        top += named
        if not lane.lane.hidden:
            cards = [card._replace(x=m.margin + (card.x - left) * across) for card in lane.cards]
            drawn = lane._replace(cards=cards)
            _draw_lane(pen, shown, drawn, top, height, across * m.card_width)
            top += height + BELOW
    return size[0], top - begin + m.margin / 2


def _draw_lane(pen: ScenePen, shown: CanvasShown, lane: LaneDrawn, top: float, height: float, width: float) -> None:
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
            look = {"stroke": "accent", "line": 2.0, "dashed": card.active.waiting}
            pen.box(card.x - 1, top - 3, width + 2, height + 6, **look)
    if lane.wave is not None:
        phase, at = lane.wave
        ends = lane.cards[-1 if phase == "backward" else 0].x, lane.cards[at].x
        pen.run(ends[0] + width / 2, ends[1] + width / 2, top + height + 9, stroke=PHASES[phase], line=2.0)
