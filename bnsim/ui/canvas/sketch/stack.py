"""The canvas as a diagram: all lanes, or what is in sight of them; deep stacks go on in further lines, as text does."""

from __future__ import annotations

import math

from bnsim.plot.diagram import Diagram
from bnsim.plot.pages import SLIDE, Size, least_words, room_on
from bnsim.plot.speaker import words_now
from bnsim.plot.theme import load_theme
from bnsim.session.frame import Frame
from bnsim.spec.branches import branches
from bnsim.spec.experiment import Experiment
from bnsim.spec.naming import operation_name
from bnsim.spec.numerals import count, significant
from bnsim.spec.phrases import phrase
from bnsim.ui.canvas.plan.cards import LaneCards, cards_on
from bnsim.ui.canvas.plan.columns import Lane, Layout, Metrics
from bnsim.ui.canvas.plan.differences import differences
from bnsim.ui.canvas.plan.scale import GradientScale
from bnsim.ui.canvas.plan.states import LaneState, state_of
from bnsim.ui.canvas.sketch.cards import Card, size_of_shapes
from bnsim.ui.canvas.sketch.lanes import LaneDrawn, draw_lane, draw_name
from bnsim.ui.canvas.sketch.page import FOLD, Fold, Page, page_of
from bnsim.ui.canvas.sketch.pen import ScenePen
from bnsim.ui.canvas.sketch.shown import CanvasShown
from bnsim.ui.canvas.sketch.ticks import draw_fold, draw_ticks

NAME = "canvas"
HEAD = 34.0
"""The height of what stands above the canvas."""
NAME_BY = 1.7
"""How many times as large the names of lanes are over cards without words."""
BRANCH_WIDTH, BRANCH_APART = 2.0, 3.0
"""Width of the line from a lane to its fork, and how far apart two of them are."""


def canvas_diagram(shown: CanvasShown, size: Size = SLIDE, *, head: str = "") -> Diagram:
    """The canvas as it is shown, laid out so that it is read on a page of `size`, in points; `head` stands above it.

    Where cards stand depends on all that is shown but the frame.
    """
    theme = load_theme("light")  # sizes are the same in every theme, and colors are names
    room = room_on(size)
    layout, page = page_of(shown, (size[0], size[1] - HEAD / 2) if head else size)
    scale = shown.scale()
    legend = "" if shown.contents == "structure" else words_now(scale.words())
    lanes = [lane for lane in _lanes(shown, layout, scale) if lane.number in page.lanes]
    least = least_words(size)
    pen = ScenePen(theme, layout.metrics, least if page.detail == "far" else least / page.scale)
    width, height = page.width, page.height
    top = HEAD if head else 0.0
    if page.detail == "far":
        width, height = draw_ticks(pen, shown, page, lanes, legend, room, top)
    else:
        if page.detail == "middle":
            pen.shapes_by = size_of_shapes(pen, (card for lane in lanes for card in lane.cards))
        _draw_lines(pen, shown, page, lanes, legend, top)
    if head:
        pen.right = pen.down = 0.0
        across = width - 2 * layout.metrics.margin
        pen.words(layout.metrics.margin, top / 2 + 4, head, "title", room=across, bold=True, by=1.5)
    told = moment_words(shown.experiment, shown.frame)
    return Diagram(
        NAME, words_now(phrase("Canvas")), width, top + height, tuple(pen.shapes), description=told, text=_table(lanes)
    )


def layout_of(experiment: Experiment, opened: frozenset[int] = frozenset()) -> Layout:
    """Where the cards stand at a zoom of 100 %."""
    return Layout(experiment, Metrics.of(load_theme("light")), opened)


def moment_words(experiment: Experiment, frame: Frame | None) -> str:
    """The moment in a sentence: the names of the lanes, how far they are trained, what was executed last."""
    names = ", ".join(stack.name for stack in experiment.stacks)
    if frame is None:
        return f"{names}: {words_now(phrase('not computed yet'))}"
    done = phrase(
        "after {number} iteration" if frame.iteration == 1 else "after {number} iterations",
        number=count(frame.iteration),
    )
    executed = next((lane.executed for lane in frame.lanes if lane.executed is not None), None)
    last = () if executed is None else (words_now(executed.phase), words_now(operation_name(executed.op)))
    return f"{names}: {', '.join((words_now(done), *last))}"


def _lanes(shown: CanvasShown, layout: Layout, scale: GradientScale) -> list[LaneDrawn]:
    differ, features = differences(shown.experiment.stacks), shown.width_of_data()
    frames = {} if shown.frame is None else {lane.stack_id: lane for lane in shown.frame.lanes}
    drawn = []
    for number, (stack, lane) in enumerate(zip(shown.experiment.stacks, layout.lanes, strict=True)):
        plan = cards_on(shown.experiment, lane, number, features, differ, shown.copies)
        frame = frames.get(stack.id)
        state = None if frame is None else state_of(frame, plan.paths, plan.faces)
        cards = _cards(lane, plan, state, scale)
        drawn.append(LaneDrawn(number, stack, lane, plan, cards, frame, state))
    return drawn


def _cards(lane: Lane, plan: LaneCards, state: LaneState | None, scale: GradientScale) -> list[Card]:
    cards = []
    empty = [False, *(slot.role == "empty" for slot in lane.row.slots), False]
    for index, (face, x) in enumerate(zip(plan.faces, lane.all_xs(), strict=True)):
        known = None if state is None else state.cards[index]
        active = state.active if state is not None and index == state.at else None
        bar = None if known is None else scale.fraction(known.gradient_norm)
        cards.append(Card(face, x, lane.cards_top, known, active, bar, empty[index]))
    return cards


def _draw_lines(pen: ScenePen, shown: CanvasShown, page: Page, lanes: list[LaneDrawn], legend: str, top: float) -> None:
    m, near = pen.metrics, page.detail == "near"
    beside = min(m.gap / 2, m.margin)
    down = top + m.margin / 2 - (lanes[0].lane.top if lanes else 0.0)
    for place, pieces in enumerate(page.lines):
        begin, last = pieces[0].first * m.pitch, pieces[-1].last
        pen.right, pen.down = -begin, down
        for lane in lanes:
            if place or lane is not lanes[0]:
                ends = (begin, lane.lane.top), (begin + page.width, lane.lane.top)
                pen.line(*ends, stroke="line")
            if place and page.saved:
                pen.down -= page.saved
                _draw_mark(pen, lane, begin)
            else:
                right = begin + page.width - m.margin
                words = legend if lane is lanes[0] else ""
                if draw_name(pen, shown, lane, right, words, goes_on=place > 0, by=1.0 if near else NAME_BY):
                    legend = ""
            for piece in pieces:
                pen.right = (piece.at - piece.first) * m.pitch
                low = m.margin + piece.first * m.pitch - beside if piece.first else -math.inf
                pen.edges = low, m.margin + piece.last * m.pitch + m.card_width + beside
                draw_lane(pen, shown, lane, near=near)
            pen.right, pen.edges = -begin, (-math.inf, math.inf)
            if page.fold is not None and page.fold.line == place:
                _draw_fold(pen, shown, lane, page.fold, goes_on=last > page.fold.last)
        down += page.pitch - (page.saved * len(lanes) if place else 0.0)
        if not place or not page.saved:
            _draw_branches(pen, shown.experiment, lanes, begin)


def _draw_fold(pen: ScenePen, shown: CanvasShown, lane: LaneDrawn, fold: Fold, *, goes_on: bool) -> None:
    """What stands in the folded columns of a lane; `goes_on`: there are cards behind them on the same line."""
    if lane.lane.hidden:
        return
    m, right = pen.metrics, pen.right
    pen.right = 0.0
    left = m.margin + fold.at * m.pitch
    start, end = m.margin + fold.first * m.pitch, m.margin + fold.last * m.pitch + m.card_width
    draw_fold(pen, shown, lane, (start, end), (left, left + FOLD * m.pitch - m.gap), goes_on=goes_on)
    pen.right = right


def _draw_mark(pen: ScenePen, lane: LaneDrawn, begin: float) -> None:
    """The lane's color at the left edge of a line on which it has no name."""
    m = pen.metrics
    if not lane.lane.hidden:
        pen.box(begin + 2, lane.lane.cards_top, 5, m.card_height, fill=lane.color, radius=2)


def _draw_branches(pen: ScenePen, experiment: Experiment, lanes: list[LaneDrawn], begin: float) -> None:
    """A line from the mark of each lane that was forked to that of its fork, in the fork's color."""
    lane_of, edge = {lane.stack.id: lane for lane in lanes}, begin + pen.metrics.margin
    for nth, (fork, branch) in enumerate(branches(experiment).items()):
        if fork in lane_of and branch.source in lane_of:
            x = max(edge - BRANCH_APART * (2 + nth), begin + BRANCH_APART)
            start, end = (lane_of[key].lane.top + pen.metrics.title / 2 + 1 for key in (branch.source, fork))
            look = {"stroke": lane_of[fork].color, "line": BRANCH_WIDTH}
            pen.line((edge, start), (x, start), (x, end), (edge, end), **look)


def _table(lanes: list[LaneDrawn]) -> str:
    """What the cards say as a table whose columns are separated by tabs."""
    rows = [("lane", "card", "size", "note", "gradient norm")]
    for lane in lanes:
        for card in lane.cards:
            norm = None if card.state is None else card.state.gradient_norm
            told = "" if norm is None else significant(norm, 6)
            rows.append((lane.stack.name, card.face.title, card.face.size, card.note, told))
    return "\n".join("\t".join(row) for row in rows)
