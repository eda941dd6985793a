"""Why as a diagram: the way of a gradient as a staircase, and beside it why its links are as they are. No Qt."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from bnsim.lenses.why.page import WhyPage
from bnsim.lenses.why.staircase import Flight, Step
from bnsim.plot.diagram import Diagram
from bnsim.plot.pen import Pen
from bnsim.plot.theme import load_theme
from bnsim.plot.widths import broken
from bnsim.spec.errors import InputError
from bnsim.spec.numerals import count, factor, power_of_ten, significant

MARGIN = 24.0
STAIRS = 230.0
"""Width of the staircase."""
APART, WORDS = 46.0, 462.0
"""Room for the leaders from steps to their sentences, and the width of these."""
WIDTH = 2 * MARGIN + STAIRS + APART + WORDS
LINE, HEADED, BETWEEN = 14.0, 16.0, 9.0
"""Heights of a line of words and of a link's name, and the space between links."""
SENTENCE = 1.05
"""How many times as large as other small words sentences are: on a slide they have 14 points."""
ROWS = 5
"""Links of which the sentence is told; where there are more, the one that did the most of each kind comes first."""
LEAST_HEIGHT = 190.0
AXIS = 48.0
"""Height of the axis below the staircase."""
TICKS = 6
NEARLY = 0.02
"""Decades by which a norm may lie outside the powers of ten at the ends of the axis."""


class _Scale(NamedTuple):
    """Where a norm and a place on the way are on the page; `start` is the place at the top, `way` how far down it goes.

    `low` and `high` are powers of ten at the ends of the axis.
    """

    low: int
    high: int
    start: float
    way: float
    top: float
    height: float

    def x(self, norm: float) -> float:
        """From the left edge of the page."""
        return MARGIN + STAIRS * (math.log10(norm) - self.low) / (self.high - self.low)

    def y(self, place: float) -> float:
        """From the upper edge of the page."""
        return self.top + self.height * abs(place - self.start) / self.way


def why_diagram(page: WhyPage, lane: int = 0) -> Diagram:
    """The answer of a lane, by its number in the page, with the ways of the others beside it.

    InputError if there is no link: nothing is computed yet, or the layer is not trained.
    """
    if lane >= len(page.answers) or not page.flights[lane].steps:
        due = page.asked.due if page.answers else ""
        raise InputError(due or "There is no gradient to explain here: choose another layer.")
    why, flight = page.answers[lane], page.flights[lane]
    pen = Pen(load_theme("light"), 10.0)
    room = WIDTH - 2 * MARGIN
    pen.words(MARGIN, 26, why.title, "title", room=room, bold=True, by=1.2)
    _draw_where(pen, page, lane)
    top = 66.0
    for line in broken(" ".join(why.summary), pen.size("text"), room):
        pen.words(MARGIN, top, line, "text")
        top += 18
    top += 14
    told = _told(flight, why.worst)
    rows = [(step, broken(step.words, SENTENCE * pen.size("text-small"), WORDS)) for step in told]
    others = _left_out(flight, told)
    left_out = broken(others, SENTENCE * pen.size("text-small"), WORDS) if others else []
    needed = sum(HEADED + LINE * len(lines) + BETWEEN for _, lines in rows) + HEADED * len(left_out)
    height = max(needed, LEAST_HEIGHT)
    scale = _scale(page, flight, top, height - AXIS)
    label = page.figure.y.label if page.figure is not None else ""
    begin = "input" if _upward(flight) else "loss"
    _draw_axis(pen, scale, (label, f"from the {begin} at the top to {why.name} below"))
    for number, other in enumerate(page.flights):
        if number != lane:
            _draw_other(pen, scale, other)
    _draw_flight(pen, scale, flight)
    _draw_rows(pen, scale, rows, left_out, top)
    shapes = tuple(pen.shapes)
    said = f"{flight.name}, iteration {count(why.iteration)}: {' '.join(why.summary)}"
    return Diagram("why", why.title, WIDTH, top + height + MARGIN, shapes, description=said, text=_table(flight))


def _told(flight: Flight, worst: Sequence[int]) -> list[Step]:
    """The links whose sentences are told, in their order."""
    steps = flight.steps
    if len(steps) <= ROWS:
        return list(steps)
    by_size = sorted(range(len(steps)), key=lambda at: -abs(_decades(steps[at].factor)))
    by_size = list(dict.fromkeys([*(at for at in worst if at < len(steps)), *by_size]))
    of_kinds = {steps[at].kind: at for at in reversed(by_size)}.values()
    first = list(dict.fromkeys([*sorted(of_kinds, key=by_size.index), *by_size]))[:ROWS]
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
    return f"The other {len(rest)} together: {', '.join(parts)}" if rest else ""


def _upward(flight: Flight) -> bool:
    return flight.steps[0].x[0] < flight.steps[-1].x[1]


def _scale(page: WhyPage, flight: Flight, top: float, height: float) -> _Scale:
    norms = [norm for each in page.flights for step in each.steps for norm in step.y if _has_place(norm)]
    logs = [math.log10(norm) for norm in norms] or [-1.0, 0.0]
    low, high = math.floor(min(logs) + NEARLY), math.ceil(max(logs) - NEARLY)
    places = [place for each in page.flights for step in each.steps for place in step.x]
    start, end = (min(places), max(places)) if _upward(flight) else (max(places), min(places))
    return _Scale(low, max(high, low + 1), start, max(abs(end - start), 1e-9), top, height)


def _has_place(norm: float) -> bool:
    return math.isfinite(norm) and norm > 0


def _draw_where(pen: Pen, page: WhyPage, lane: int) -> None:
    """The lane and the iteration, and at the right the names of the other lanes, whose ways are dashed."""
    flight, middle = page.flights[lane], 46.0
    right, x = WIDTH - MARGIN, MARGIN
    x += 8 + pen.words(x, middle, flight.name, "text-small", flight.role, room=0.3 * WIDTH, bold=True)
    told = f"·  iteration {count(page.answers[lane].iteration)}"
    x += 24 + pen.words(x, middle, told, "text-small", "text-muted")
    others = [each for number, each in enumerate(page.flights) if number != lane and each.steps]
    for other in reversed(others):
        room = (WIDTH - MARGIN - x) / len(others) - 16
        right -= 16 + pen.words(right, middle, other.name, "text-small", other.role, room=room, anchor="end", bold=True)
    if others:
        pen.words(right + 4, middle, "dashed:", "text-small", "text-muted", anchor="end")


def _draw_axis(pen: Pen, scale: _Scale, told: tuple[str, str]) -> None:
    """Powers of ten below the staircase, with lines up to its beginning, and what is measured."""
    bottom = scale.top + scale.height
    step = max(1, math.ceil((scale.high - scale.low) / TICKS))
    for exponent in range(scale.high, scale.low - 1, -step):
        x = scale.x(10.0**exponent)
        pen.line((x, scale.top - 6), (x, bottom + 6), stroke="grid", line=0.8)
        pen.words(x, bottom + 14, power_of_ten(exponent), "text-small", "text-muted", anchor="middle")
    pen.line((MARGIN, bottom + 6), (MARGIN + STAIRS, bottom + 6), stroke="plot-line", line=0.8)
    for number, line in enumerate(told):
        pen.words(MARGIN, bottom + 30 + LINE * number, line, "text-small", "text-muted", room=STAIRS + APART - 10)


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


def _draw_rows(
    pen: Pen, scale: _Scale, rows: Sequence[tuple[Step, Sequence[str]]], left_out: Sequence[str], top: float
) -> None:
    """A link's name, factor and sentence, and a leader to its step."""
    left = MARGIN + STAIRS + APART
    y = top
    for step, lines in rows:
        middle = y + HEADED / 2 - 2
        if all(map(_has_place, step.y)):
            at = scale.x(math.sqrt(step.y[0] * step.y[1])), (scale.y(step.x[0]) + scale.y(step.x[1])) / 2
            pen.line((left - 5, middle), (left - 20, middle), at, stroke="line-strong", line=0.6)
        x = left + pen.words(left, middle, step.name, "text", step.role, room=0.6 * WORDS, bold=True)
        pen.words(x + 8, middle, factor(step.factor), "text", bold=True)
        y += HEADED
        for line in lines:
            pen.words(left, y + LINE / 2 - 1, line, "text-small", "text-muted", by=SENTENCE)
            y += LINE
        y += BETWEEN
    for line in left_out:
        pen.words(left, y + HEADED / 2 - 2, line, "text-small", "text-muted", by=SENTENCE, room=WORDS)
        y += LINE


def _table(flight: Flight) -> str:
    """Every link as a row whose columns are separated by tabs."""
    rows: list[tuple[str, ...]] = [("link", "factor", "before", "after", "why")]
    for step in flight.steps:
        numbers = (significant(number, 6) for number in (step.factor, *step.y))
        rows.append((step.name, *numbers, step.words))
    return "\n".join("\t".join(row) for row in rows)
