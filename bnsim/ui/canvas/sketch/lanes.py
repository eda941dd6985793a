"""A lane of the canvas as shapes: its name, its wires, the wave of the present pass, its open blocks and its cards."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from bnsim.plot.speaker import words_now
from bnsim.plot.widths import width_of
from bnsim.session.frame import LaneFrame, Phase
from bnsim.spec.experiment import Stack
from bnsim.spec.layers import Residual
from bnsim.spec.phrases import phrase
from bnsim.ui.canvas.plan.cards import LaneCards, copies_of
from bnsim.ui.canvas.plan.columns import Lane
from bnsim.ui.canvas.plan.lane_words import lane_words
from bnsim.ui.canvas.plan.rows import Span
from bnsim.ui.canvas.plan.states import LaneState
from bnsim.ui.canvas.sketch.cards import PHASES, SOFT, Card, draw_card, draw_tag, problem_of
from bnsim.ui.canvas.sketch.pen import ScenePen
from bnsim.ui.canvas.sketch.shown import CanvasShown

WAVE, CLOSE, DOT, SKIP = 17.0, 9.0, 4.5, 3.0
"""Distance from the cards down to the line of the pass, from small ones, a dot's radius, how far out a skip is."""
APART = "  ·  "
"""Between the words beside a lane's name."""
GROUND = 0.06
"""Opacity of a block's color behind what it holds."""


class LaneDrawn(NamedTuple):
    """One lane with what is known of it; `wave`: the phase of the present pass and the card it has come to."""

    number: int
    stack: Stack
    lane: Lane
    plan: LaneCards
    cards: list[Card]
    frame: LaneFrame | None
    state: LaneState | None

    @property
    def wave(self) -> tuple[Phase, int] | None:
        """The phase of the present pass and the number of the card it has come to."""
        if self.frame is None or self.frame.executed is None or self.state is None or self.state.at is None:
            return None
        return self.frame.executed.phase, self.state.at

    @property
    def color(self) -> str:
        """The lane's color."""
        return f"lane{self.stack.lane_color(self.number)}"


def draw_name(
    pen: ScenePen,
    shown: CanvasShown,
    lane: LaneDrawn,
    right: float,
    legend: str,
    *,
    goes_on: bool = False,
    by: float = 1.0,
) -> bool:
    """Mark, name and state of the lane, as far as `right`, where the `legend` ends; `goes_on`: on another line.

    `by`: words are so many times as large as on screen. Returns whether there was room for the legend.
    """
    m, mark = pen.metrics, min(by, 1.0) * pen.size("lane-mark")
    left, middle = m.margin - pen.right, lane.lane.top + m.title / 2 + 1
    pen.box(left, middle - mark / 2, mark, mark, fill=lane.color, radius=3)
    x = left + mark + 8
    x += 14 + pen.words(x, middle, lane.stack.name, "title", room=0.6 * (right - x), bold=True, by=by)
    wrong = shown.problems.get(lane.stack.id, "")
    small = by * pen.size("text-small")
    beside = [words_now(phrase("continued"))] if goes_on else _beside_names(shown, lane, small, right - x)
    color = "danger" if wrong and not goes_on else "text-muted"
    pen.words(x, middle, beside[0], "text-small", color, room=right - x, by=by)
    x += min(max(width_of(words, small) for words in beside), right - x)
    fits = bool(legend) and x + 28 + width_of(legend, small) <= right
    if fits:
        pen.words(right, middle, legend, "text-small", "text-muted", anchor="end", by=by)
    return fits


def _beside_names(shown: CanvasShown, lane: LaneDrawn, size: float, room: float) -> list[str]:
    """The words beside the lane's name, now and at all other moments of the film, those that have room.

    What comes last, such as the loss, is worth more. In a film it is the same at all moments what is left out, or words
    would come and go with the digits of the loss; that a lane waits is left out first, which its card says, too.
    """
    others = [state for frame in shown.film for state in frame.lanes if state.stack_id == lane.stack.id]
    moments = [lane.frame, *others]
    wrong = shown.problems.get(lane.stack.id, "")
    said = [wrong or lane_words(shown.experiment, lane.stack, state, printed=True) for state in moments]
    told = [[words_now(part) for part in words.split(APART)] for words in said]
    waits = [bool(others) and state is not None and state.waiting and not wrong for state in moments]
    lasting = [parts[:-1] if waiting else parts for parts, waiting in zip(told, waits, strict=True)]
    first = max(_first_with_room(parts, size, room) for parts in lasting)
    words = []
    for parts, all_parts in zip(lasting, told, strict=True):
        short = APART.join(parts[min(first, len(parts) - 1) :])
        longer = APART.join((short, *all_parts[len(parts) :]))
        words.append(longer if width_of(longer, size) <= room else short)
    return words


def _first_with_room(parts: list[str], size: float, room: float) -> int:
    """From which of the parts on all have room in one line; the last where none has."""
    fits = (first for first in range(len(parts)) if width_of(APART.join(parts[first:]), size) <= room)
    return next(fits, len(parts) - 1)


def draw_lane(pen: ScenePen, shown: CanvasShown, lane: LaneDrawn, *, near: bool) -> None:
    """Blocks, wires, wave and cards, as far as they are on this line of the page."""
    if lane.lane.hidden:
        return
    for span, face in zip(lane.lane.row.spans, lane.plan.frames, strict=True):
        _draw_block(pen, shown, lane, span, face.title, face.remark, near=near)
    _draw_wires(pen, lane, near=near)
    if lane.wave is not None:
        _draw_wave(pen, lane, *lane.wave, near=near)
    for card in lane.cards:
        if pen.holds(card.x):
            draw_card(pen, shown, card, near=near)
    if lane.wave is not None:
        _draw_tip(pen, lane, *lane.wave)
    elif near:
        _draw_problems(pen, shown, lane)


def _draw_problems(pen: ScenePen, shown: CanvasShown, lane: LaneDrawn) -> None:
    """What is wrong with a layer below its card, once where it is wrong with several."""
    m, told = pen.metrics, {""}
    left, right = max(pen.edges[0], lane.cards[0].x), min(pen.edges[1], lane.cards[-1].x + m.card_width)
    for card in lane.cards:
        sentence = words_now(problem_of(shown, card))
        if sentence in told or not pen.holds(card.x):
            continue
        told.add(sentence)
        middle, end = card.top + m.card_height + 12, card.x + m.card_width
        if right - card.x >= end - left:
            pen.words(card.x, middle, sentence, "card-text", "danger", room=right - card.x)
        else:
            pen.words(end, middle, sentence, "card-text", "danger", room=end - left, anchor="end")


def _draw_wires(pen: ScenePen, lane: LaneDrawn, *, near: bool) -> None:
    m, edges = pen.metrics, [card.x for card in lane.cards]
    y, start, end = lane.lane.cards_top + m.wire, edges[0] + m.card_width, edges[-1]
    reached = max(next((card.x for card in lane.cards if not card.has_value), end), start)
    pen.run(start, reached, y, stroke="wire", line=1.25)
    pen.run(reached, end, y, stroke="wire", line=1.25, dashed=True)
    if not near:
        return
    for words, (left, right) in zip(lane.plan.widths, pairwise(edges), strict=True):
        low, high = _free(pen, lane, left, right)
        shows = words and pen.holds(left) and width_of(words, pen.size("card-number")) <= high - low - 2
        if shows:
            middle = (low + high) / 2
            if high - low > 2 * m.gap:
                middle = low + m.gap / 2 + 4
            pen.words(middle, y - 10, words, "card-number", "text-muted", anchor="middle")
    if not lane.stack.layers:
        pen.words(
            edges[0] + m.pitch, y - 15, words_now(phrase("no layers")), "card-title", "text-muted", room=2 * m.pitch
        )


def _free(pen: ScenePen, lane: LaneDrawn, left: float, right: float) -> tuple[float, float]:
    """What is free between the cards at these places: frames of open blocks and skips stand there, too."""
    m = pen.metrics
    low, high = left + m.card_width, right
    for span in lane.lane.row.spans:
        margin = m.frame_margin(span.depth)
        if lane.lane.xs[span.last] == left:
            low = max(low, left + m.card_width + margin)
        if lane.lane.xs[span.first] == right:
            high = min(high, right - margin - (SKIP if isinstance(span.block, Residual) else 0.0))
    return low, high


def _draw_wave(pen: ScenePen, lane: LaneDrawn, phase: Phase, at: int, *, near: bool) -> None:
    """What the present pass has gone over: its wires, and a line below the cards that ends in an arrow."""
    m, edges = pen.metrics, [card.x for card in lane.cards]
    backward, color = phase == "backward", PHASES[phase]
    start = (edges[-1] if backward else edges[0]) + m.card_width / 2
    end, sign = edges[at] + m.card_width / 2, -1 if backward else 1
    y, below = lane.lane.cards_top + m.wire, lane.lane.cards_top + m.card_height + (WAVE if near else CLOSE)
    if phase != "update":
        pen.run(start, end, y, stroke=color, line=2.75)
    words = words_now("forward" if phase == "loss" else phase) if near else ""
    width = width_of(words, pen.size("card-text"), bold=True)
    if abs(start - end) > (width + 24 if words else 16):
        pen.run(start, end - sign * (width + 18 if words else 10), below, stroke=color, line=2.0, dashed=True)
    if phase == "update":
        for x, trained in zip(edges[:at], lane.plan.trained, strict=False):
            if trained and pen.holds(x):
                pen.circle(x + m.card_width / 2, below, DOT, fill=color)
    if not pen.holds(edges[at]):
        return
    _head(pen, end + sign * 4, below, sign, 9, color)
    if words:
        left = _words_left(pen, edges, end, width, backward=backward)
        pen.words(left, below, words, "card-text", color, bold=True)


def _words_left(pen: ScenePen, edges: list[float], end: float, width: float, *, backward: bool) -> float:
    """The left end of a wave's name: behind its arrow, or before it at the end of the lane, where there is no room."""
    before, after = end - width - 12, end + 10
    if backward:
        return after if after + width <= edges[-1] + pen.metrics.card_width else before
    return before if before >= edges[0] else after


def _draw_tip(pen: ScenePen, lane: LaneDrawn, phase: Phase, at: int) -> None:
    """The arrow on the card that the pass has come to; through the update nothing flows along the wires."""
    m, edges, backward = pen.metrics, [card.x for card in lane.cards], phase == "backward"
    if phase == "update" or at == (len(edges) - 1 if backward else 0) or not pen.holds(edges[at]):
        return
    tip = edges[at] + m.card_width + 1 if backward else edges[at] - 1
    _head(pen, tip, lane.lane.cards_top + m.wire, -1 if backward else 1, 8, PHASES[phase])


def _head(pen: ScenePen, x: float, y: float, sign: int, size: float, color: str) -> None:
    back = x - sign * size
    pen.polygon((x, y), (back, y - 0.6 * size), (back, y + 0.6 * size), fill=color)


def _draw_block(
    pen: ScenePen, shown: CanvasShown, lane: LaneDrawn, span: Span, title: str, remark: str, *, near: bool
) -> None:
    """The frame of an open block under a strip with its title, as far as it is on this line of the page."""
    m = pen.metrics
    margin, strips = m.frame_margin(span.depth), m.tag + m.strip * span.levels
    first, last = lane.lane.xs[span.first], lane.lane.xs[span.last]
    low, high = pen.edges
    left, right = max(first - margin, low), min(last + m.card_width + margin, high)
    if left >= right:
        return
    top = lane.lane.cards_top - strips
    height = strips + m.card_height + margin * 0.7 + 2
    active = None if lane.state is None else lane.state.inside(span)
    wrong = shown.problems.get(span.block.id, "")
    radius = pen.size("radius-card") if (left, right) == (first - margin, last + m.card_width + margin) else 0.0
    pen.box(left, top, right - left, height, fill="block", alpha=GROUND, radius=radius)
    pen.header(left, top, right - left, m.strip, radius, fill="block", alpha=SOFT)
    stroke = "accent" if active is not None else "danger" if wrong else "block"
    pen.box(left, top, right - left, height, stroke=stroke, radius=radius, line=3.0 if active is not None else 1.0)
    end = left + 4
    if near:
        end = _draw_block_title(
            pen, shown, span, (left, right, top), title, words_now(wrong or remark), wrong=bool(wrong)
        )
        if active is not None:
            draw_tag(pen, left, top, active)
    if isinstance(span.block, Residual):
        _draw_skip(pen, lane, span, top, end)


def _draw_block_title(
    pen: ScenePen,
    shown: CanvasShown,
    span: Span,
    place: tuple[float, float, float],
    title: str,
    words: str,
    *,
    wrong: bool,
) -> float:
    """Title, copy and remark on the strip; returns the place at which they end."""
    left, right, top = place
    middle, room = top + pen.metrics.strip / 2, right - left - 16
    copy, times = copies_of(span, shown.copies)
    if times > 1:
        roomy = right - left > 1.7 * pen.metrics.card_width
        told = words_now(f"copy {copy + 1} of {times}") if roomy else f"{copy + 1}/{times}"
        room -= 10 + pen.words(right - 8, middle, told, "card-text", anchor="end", room=room / 2)
    end = left + 8 + pen.words(left + 8, middle, title, "card-title", room=room, bold=True)
    free = left + 8 + room - end - 10
    if words and free > 20:
        end += 10 + pen.words(end + 10, middle, words, "card-text", "danger" if wrong else "text-muted", room=free)
    return end


def _draw_skip(pen: ScenePen, lane: LaneDrawn, span: Span, top: float, text_end: float) -> None:
    """The skip connection of a Residual, from the wire around the cards down to the sum."""
    m = pen.metrics
    first, cards_top = lane.lane.xs[span.first] - m.frame_margin(span.depth), lane.lane.cards_top
    down = lane.lane.xs[span.last] + m.card_width / 2
    y, wire, look = top + m.strip / 2, cards_top + m.wire, {"stroke": "block", "line": 1.75}
    if pen.holds(lane.lane.xs[span.first]):
        pen.line((first - SKIP, wire), (first - SKIP, y), (first + 2, y), **look)
    pen.run(min(text_end + 8, down), down, y, **look)
    if pen.holds(lane.lane.xs[span.last]):
        pen.line((down, y), (down, cards_top - 3), **look)
        pen.polygon((down, cards_top - 1), (down - 4, cards_top - 8), (down + 4, cards_top - 8), fill="block")
