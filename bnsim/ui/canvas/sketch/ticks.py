"""Very deep stacks: a card is a tick in its kind's color over an upright bar, its gradient on the common scale.

A lane then reads as a bar chart of the gradient by depth, as on a canvas that is zoomed far out. Where there is room
for the first and the last cards, only what lies between them is folded into ticks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from bnsim.plot.pages import Size, in_a_column
from bnsim.plot.speaker import words_now
from bnsim.plot.widths import fitted
from bnsim.spec.numerals import count
from bnsim.spec.phrases import phrase
from bnsim.ui.canvas.sketch.cards import PHASES, SOFT, TITLE_BY, Card
from bnsim.ui.canvas.sketch.lanes import CLOSE, LaneDrawn, draw_name
from bnsim.ui.canvas.sketch.page import Page
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
OUTLINED = 2.5
"""Ticks that are so wide have an outline and space between them."""
HEAD = 0.2
"""The share of a tick that has its kind's color."""


def draw_ticks(
    pen: ScenePen, shown: CanvasShown, page: Page, lanes: list[LaneDrawn], legend: str, size: Size, begin: float
) -> tuple[float, float]:
    """Draw all lanes one below the other from `begin` down; returns the size that they take."""
    m = pen.metrics
    room = size[1] - begin - m.margin
    row = _row_of(pen, len(lanes), room, narrow=in_a_column(size))
    left_out = 0
    if len(lanes) * row.height > room:
        left_out = len(lanes) - max(int((room - row.name) / row.height), 1)
        lanes = lanes[: len(lanes) - left_out]
    shown_lanes = sum(not lane.lane.hidden for lane in lanes)
    free = room - (len(lanes) + (left_out > 0)) * row.name - shown_lanes * row.below
    height = min(max(free / max(shown_lanes, 1), row.least), MOST)
    first, last = page.lines[0][0].first, page.lines[0][-1].last
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
        told = words_now(
            phrase("… {number} more lane" if left_out == 1 else "… {number} more lanes", number=count(left_out))
        )
        pen.words(m.margin, top + row.name / 2, told, "text-small", "text-muted", by=row.by)
        top += row.name
    return size[0], top - begin + m.margin / 2


def _row_of(pen: ScenePen, lanes: int, room: float, *, narrow: bool) -> _Row:
    """As on screen where all lanes have room, else low ones."""
    usual = _Row(pen.metrics.title + 4, 24.0, 16.0, BY_IN_A_COLUMN if narrow else 1.0)
    if lanes * usual.height <= room:
        return usual
    return LOW_IN_A_COLUMN if narrow else LOW


def _draw_lane(
    pen: ScenePen, shown: CanvasShown, lane: LaneDrawn, top: float, height: float, width: float, row: _Row
) -> None:
    _draw_bars(pen, shown, lane, lane.cards, top, height, width, row.by)
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


def _draw_bars(
    pen: ScenePen,
    shown: CanvasShown,
    lane: LaneDrawn,
    cards: Sequence[Card],
    top: float,
    height: float,
    width: float,
    by: float,
) -> None:
    """Ticks, `width` wide at the places of the cards; lines are `by` times as wide as on screen."""
    head = HEAD * height
    for card in cards:
        pen.box(card.x, top, width, height, fill="card")
        alpha = 1.0 if card.has_value else SOFT
        pen.box(card.x, top, width, head, fill=card.face.kind, alpha=alpha)
        if card.bar is not None and shown.contents != "structure":
            tall = card.bar * (height - head - 2)
            pen.box(card.x, top + height - tall, width, tall, fill=lane.color)
        if shown.problems.get(card.face.layer_id, "") and card.face.layer_id:
            pen.box(card.x, top + height + 2, width, 5, fill="danger")
        if width >= OUTLINED:
            pen.box(card.x, top, width, height, stroke="line", line=0.5)
    for card in cards:
        if card.active is not None:
            look = {"stroke": "accent", "line": 2.0 * by, "dashed": card.active.waiting}
            pen.box(card.x - 1, top - by, width + 2, height + 4 * by, **look)  # above it are words


def draw_fold(
    pen: ScenePen,
    shown: CanvasShown,
    lane: LaneDrawn,
    span: tuple[float, float],
    place: tuple[float, float],
    *,
    goes_on: bool,
) -> None:
    """A lane's cards between two places of the scene as ticks between two places of the page, under their number."""
    m, (start, end), (left, right) = pen.metrics, span, place
    cards_top = lane.lane.cards_top
    folded = [card for card in lane.cards if start - 1 <= card.x < end]
    pen.line((left - m.gap / 2, cards_top + m.wire), (left, cards_top + m.wire), stroke="wire", line=1.25)
    if goes_on:
        pen.line((right, cards_top + m.wire), (right + m.gap / 2, cards_top + m.wire), stroke="wire", line=1.25)
    if not folded:
        pen.line((left, cards_top + m.wire), (right, cards_top + m.wire), stroke="wire", line=1.25)
    else:
        number = count(len(folded))
        more = phrase("… {number} more layer" if len(folded) == 1 else "… {number} more layers", number=number)
        words = words_now(more), words_now(phrase("… {number} more", number=number))
        size, room = TITLE_BY * pen.size("card-title"), right - left
        told = next((each for each in words if fitted(each, size, room, least=pen.least)[0] == each), words[-1])
        middle = cards_top + m.header / 2
        pen.words((left + right) / 2, middle, told, "card-title", room=room, anchor="middle", by=TITLE_BY)
        across = (right - left) / (end - start + m.gap)
        ticks = [card._replace(x=left + (card.x - start) * across) for card in folded]
        top = cards_top + m.header + 3
        height = m.card_height - m.header - 3
        wide = across * (m.card_width if across * m.card_width >= OUTLINED else m.pitch)
        _draw_bars(pen, shown, lane, ticks, top, height, wide, 1.0)
    if lane.wave is not None:
        _draw_wave(pen, lane, span, place, goes_on=goes_on)


def _draw_wave(
    pen: ScenePen, lane: LaneDrawn, span: tuple[float, float], place: tuple[float, float], *, goes_on: bool
) -> None:
    """The line below the cards as far as the pass has come through what is folded."""
    assert lane.wave is not None
    m, (phase, at), (start, end), (left, right) = pen.metrics, lane.wave, span, place
    come = (lane.cards[at].x + m.card_width / 2 - start) / (end - start)
    x, y = left + min(max(come, 0.0), 1.0) * (right - left), lane.lane.cards_top + m.card_height + CLOSE
    low, high = left - m.gap / 2, right + (m.gap / 2 if goes_on else 0.0)
    if phase == "backward":
        low, begun = (x if come > 0.0 else low), come < 1.0
    else:
        high, begun = (x if come < 1.0 else high), come > 0.0
    if begun:
        pen.line((low, y), (high, y), stroke=PHASES[phase], line=2.0, dashed=True)
