"""Why as a diagram: the way of a gradient as a staircase, and beside it why its links are as they are. No Qt."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from bnsim.lenses.why.page import WhyPage
from bnsim.lenses.why.staircase import Flight, Step
from bnsim.plot.diagram import Diagram
from bnsim.plot.pages import SLIDE, Size, least_for, sheet_for
from bnsim.plot.pen import Pen
from bnsim.plot.speaker import words_now
from bnsim.plot.theme import load_theme
from bnsim.plot.widths import broken, width_of
from bnsim.spec.errors import InputError
from bnsim.spec.numerals import count, factor, power_of_ten, significant
from bnsim.spec.phrases import phrase

MARGIN = 24.0
STAIRS = 0.29
"""The share of the page's width that the staircase has."""
APART = 46.0
"""Room for the leaders from steps to their sentences."""
LINE, HEADED, BETWEEN = 14.0, 16.0, 9.0
"""Heights of a line of words and of a link's name, and the space between links."""
SENTENCE = 1.05
"""How many times as large as other small words sentences are: on a slide they have 14 points."""
ROWS = 5
"""Links of which the sentence is told; where there are more, the one that did the most of each kind comes first."""
LEAST_HEIGHT, LOWEST = 190.0, 112.0
"""Of the staircase with its axis, and where there is little room."""
AXIS = 20.0
"""Height of the axis below the staircase, without the lines of words below it."""
TICKS, TICK_ROOM = 6, 38.0
TITLE = 20.0
"""Height of a line of the title."""
NEARLY = 0.02
"""Decades by which a norm may lie outside the powers of ten at the ends of the axis."""


class _Scale(NamedTuple):
    """Where a norm and a place on the way are on the page; `start` is the place at the top, `way` how far down it goes.

    `low` and `high` are powers of ten at the ends of the axis, `across` is how far apart these are.
    """

    low: int
    high: int
    start: float
    way: float
    top: float
    height: float
    across: float

    def x(self, norm: float) -> float:
        """From the left edge of the page."""
        return MARGIN + self.across * (math.log10(norm) - self.low) / (self.high - self.low)

    def y(self, place: float) -> float:
        """From the upper edge of the page."""
        return self.top + self.height * abs(place - self.start) / self.way


def why_diagram(page: WhyPage, lane: int = 0, size: Size = SLIDE) -> Diagram:
    """The answer of a lane, by its number in the page, with the ways of the others beside it, for a page of that size.

    InputError if there is no link: nothing is computed yet, or the layer is not trained.
    """
    if lane >= len(page.answers) or not page.flights[lane].steps:
        due = page.asked.due if page.answers else ""
        raise InputError(due or "There is no gradient to explain here: choose another layer.")
    why, flight = page.answers[lane], page.flights[lane]
    small = load_theme("light").size("text-small")
    pen = Pen(load_theme("light"), least_for(size, small))
    width, high = sheet_for(size, small)
    room = width - 2 * MARGIN
    stairs = STAIRS * width
    titles = broken(words_now(why.title), 1.2 * pen.size("title"), room, bold=True)
    for number, line in enumerate(titles):
        pen.words(MARGIN, 26 + TITLE * number, line, "title", room=room, bold=True, by=1.2)
    top = 20.0 + _draw_where(pen, page, lane, 26 + TITLE * len(titles), width)
    summary = " ".join(map(words_now, why.summary))
    for line in broken(summary, pen.size("text"), room):
        pen.words(MARGIN, top, line, "text")
        top += 18
    top += 14
    label = page.figure.y.label if page.figure is not None else ""
    below = [*broken(label, small, stairs + APART - 20)] if label else []
    along = phrase(
        "from the input at the top to {layer} below"
        if _upward(flight)
        else "from the loss at the top to {layer} below",
        layer=why.name,
    )
    below += broken(words_now(along), small, stairs + APART - 20)
    axis = AXIS + LINE * len(below)
    sentences = room - stairs - APART
    all_rows = (_rows(flight, why.worst, most, sentences) for most in range(ROWS, 0, -1))
    rows = next((each for each in all_rows if top + each.height + MARGIN <= high), None)
    rows = rows or _rows(flight, why.worst, 1, sentences)._replace(others=[])
    height = max(rows.height, min(LEAST_HEIGHT, max(high - top - MARGIN, LOWEST)))
    scale = _scale(page, flight, top, height - axis, stairs)
    _draw_axis(pen, scale, below)
    for number, other in enumerate(page.flights):
        if number != lane:
            _draw_other(pen, scale, other)
    _draw_flight(pen, scale, flight)
    _draw_rows(pen, scale, rows, top)
    shapes = tuple(pen.shapes)
    iteration = words_now(phrase("iteration {number}", number=count(why.iteration)))
    said = f"{flight.name}, {iteration}: {summary}"
    return Diagram(
        "why", words_now(why.title), width, top + height + MARGIN, shapes, description=said, text=_table(flight)
    )


class _Rows(NamedTuple):
    """Links with their sentences in lines, and lines about all others; `room` is the width of all."""

    links: list[tuple[Step, list[str]]]
    others: list[str]
    room: float

    @property
    def height(self) -> float:
        links = sum(HEADED + LINE * len(lines) + BETWEEN for _, lines in self.links)
        return links + HEADED * len(self.others)


def _rows(flight: Flight, worst: Sequence[int], most: int, room: float) -> _Rows:
    """At most so many links of the way."""
    size = SENTENCE * load_theme("light").size("text-small")
    told = _told(flight, worst, most)
    others = _left_out(flight, told)
    links = [(step, broken(words_now(step.words), size, room)) for step in told]
    return _Rows(links, broken(others, size, room) if others else [], room)


def _told(flight: Flight, worst: Sequence[int], most: int) -> list[Step]:
    """The links whose sentences are told, at most so many, in their order."""
    steps = flight.steps
    if len(steps) <= most:
        return list(steps)
    by_size = sorted(range(len(steps)), key=lambda at: -abs(_decades(steps[at].factor)))
    by_size = list(dict.fromkeys([*(at for at in worst if at < len(steps)), *by_size]))
    of_kinds = {steps[at].kind: at for at in reversed(by_size)}.values()
    first = list(dict.fromkeys([*sorted(of_kinds, key=by_size.index), *by_size]))[:most]
    return [steps[at] for at in sorted(first)]


def _decades(value: float) -> float:
    return math.log10(value) if math.isfinite(value) and value > 0 else math.inf


def _left_out(flight: Flight, told: Sequence[Step]) -> str:
    """What the other links do together: "The other 31 together: 20 Linear ×1.55, 11 Sigmoid ×1.4e−7"."""
    rest = [step for step in flight.steps if not any(step is each for each in told)]
    kinds: dict[str, list[float]] = {}
    for step in rest:
        kinds.setdefault(step.kind, []).append(step.factor)
    parts = [f"{len(factors)} {kind} {factor(math.prod(factors))}" for kind, factors in kinds.items()]
    if not rest:
        return ""
    together = phrase("The other {number} together: {kinds}", number=str(len(rest)), kinds=", ".join(parts))
    return words_now(together)


def _upward(flight: Flight) -> bool:
    return flight.steps[0].x[0] < flight.steps[-1].x[1]


def _scale(page: WhyPage, flight: Flight, top: float, height: float, across: float) -> _Scale:
    norms = [norm for each in page.flights for step in each.steps for norm in step.y if _has_place(norm)]
    logs = [math.log10(norm) for norm in norms] or [-1.0, 0.0]
    low, high = math.floor(min(logs) + NEARLY), math.ceil(max(logs) - NEARLY)
    places = [place for each in page.flights for step in each.steps for place in step.x]
    start, end = (min(places), max(places)) if _upward(flight) else (max(places), min(places))
    return _Scale(low, max(high, low + 1), start, max(abs(end - start), 1e-9), top, height, across)


def _has_place(norm: float) -> bool:
    return math.isfinite(norm) and norm > 0


def _draw_where(pen: Pen, page: WhyPage, lane: int, middle: float, width: float) -> float:
    """The lane and the iteration, and the names of the other lanes, whose ways are dashed: at the right, else below.

    Returns the middle of the last line.
    """
    flight, small = page.flights[lane], pen.size("text-small")
    right, x = width - MARGIN, MARGIN
    x += 8 + pen.words(x, middle, flight.name, "text-small", flight.role, room=0.5 * width, bold=True)
    iteration = words_now(phrase("iteration {number}", number=count(page.answers[lane].iteration)))
    told = f"·  {iteration}"
    x += 24 + pen.words(x, middle, told, "text-small", "text-muted")
    others = [each for number, each in enumerate(page.flights) if number != lane and each.steps]
    if not others:
        return middle
    dashed = words_now(phrase("dashed:"))
    needed = width_of(dashed, small) + 4 + sum(16 + width_of(each.name, small, bold=True) for each in others)
    if x + needed <= right:
        x = right - needed
    else:
        middle, x = middle + LINE + 2, MARGIN
    x += 4 + pen.words(x, middle, dashed, "text-small", "text-muted")
    for other in others:
        wide = width_of(other.name, small, bold=True)
        if x + 12 + wide > right + 1 and x > MARGIN:
            middle, x = middle + LINE + 2, MARGIN
        x += 16 if x > MARGIN else 0
        x += pen.words(x, middle, other.name, "text-small", other.role, room=right - x + 1, bold=True)
    return middle


def _draw_axis(pen: Pen, scale: _Scale, told: Sequence[str]) -> None:
    """Powers of ten below the staircase, with lines up to its beginning, and what is measured."""
    bottom = scale.top + scale.height
    ticks = max(min(TICKS, int(scale.across / TICK_ROOM)), 1)
    step = max(1, math.ceil((scale.high - scale.low) / ticks))
    for exponent in range(scale.high, scale.low - 1, -step):
        x = scale.x(10.0**exponent)
        pen.line((x, scale.top - 6), (x, bottom + 6), stroke="grid", line=0.8)
        pen.words(x, bottom + 14, power_of_ten(exponent), "text-small", "text-muted", anchor="middle")
    pen.line((MARGIN, bottom + 6), (MARGIN + scale.across, bottom + 6), stroke="plot-line", line=0.8)
    for number, line in enumerate(told):
        pen.words(MARGIN, bottom + 30 + LINE * number, line, "text-small", "text-muted", room=scale.across + APART - 10)


def _draw_other(pen: Pen, scale: _Scale, flight: Flight) -> None:
    """The way of another lane as a thin line."""
    points = _points(scale, flight)
    if len(points) < 2:
        return
    pen.line(*points, stroke=flight.role, line=1.0, dashed=True)


def _points(scale: _Scale, flight: Flight) -> list[tuple[float, float]]:
    points = [(flight.steps[0].x[0], flight.steps[0].y[0]), *((step.x[1], step.y[1]) for step in flight.steps)]
    return [(scale.x(norm), scale.y(place)) for place, norm in points if _has_place(norm)]


def _draw_flight(pen: Pen, scale: _Scale, flight: Flight) -> None:
    """Every step in the color of its kind, down and across, as stairs are; the lane's marks at both ends."""
    for step in flight.steps:
        if all(map(_has_place, step.y)):
            (x, y), (to, down) = ((scale.x(norm), scale.y(place)) for place, norm in zip(step.x, step.y, strict=True))
            pen.line((x, y), (to, down), stroke=step.role, line=2.6)
    ends = _points(scale, flight)
    for x, y in (*ends[:1], *ends[-1:]):
        pen.circle(x, y, 4.0, fill=flight.role, stroke="plot-background")


def _draw_rows(pen: Pen, scale: _Scale, rows: _Rows, top: float) -> None:
    """A link's name, factor and sentence, and a leader to its step."""
    left = MARGIN + scale.across + APART
    y = top
    for step, lines in rows.links:
        middle = y + HEADED / 2 - 2
        if all(map(_has_place, step.y)):
            at = scale.x(math.sqrt(step.y[0] * step.y[1])), (scale.y(step.x[0]) + scale.y(step.x[1])) / 2
            pen.line((left - 5, middle), (left - 20, middle), at, stroke="line-strong", line=0.6)
        x = left + pen.words(left, middle, step.name, "text", step.role, room=0.6 * rows.room, bold=True)
        pen.words(x + 8, middle, factor(step.factor), "text", bold=True)
        y += HEADED
        for line in lines:
            pen.words(left, y + LINE / 2 - 1, line, "text-small", "text-muted", by=SENTENCE)
            y += LINE
        y += BETWEEN
    for line in rows.others:
        pen.words(left, y + HEADED / 2 - 2, line, "text-small", "text-muted", by=SENTENCE, room=rows.room)
        y += LINE


def _table(flight: Flight) -> str:
    """Every link as a row whose columns are separated by tabs."""
    rows: list[tuple[str, ...]] = [("link", "factor", "before", "after", "why")]
    for step in flight.steps:
        numbers = (significant(number, 6) for number in (step.factor, *step.y))
        rows.append((step.name, *numbers, step.words))
    return "\n".join("\t".join(row) for row in rows)
