"""Formulas as shapes of a diagram: outlines in the colors of their tensors. No Qt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bnsim.lenses.equations.markup import latex as latex_of
from bnsim.lenses.equations.markup import number
from bnsim.plot.diagram import Command, Curve
from bnsim.typeset import Outlines, typeset

LEADING = 6.0
"""Points between lines."""
INDENT = 16.0
SMALLEST = 0.62
"""The smallest scale at which a span that is wider than the line is drawn."""
Inks = Mapping[int, str]
"""The color of each mark."""


class Span(NamedTuple):
    """LaTeX between two places where a line may be broken: a sign, and what follows it without a break."""

    sign: str
    body: str


def curves(
    latex: str, size: float, at: tuple[float, float], inks: Inks, by: float = 1.0, ink: str = "text"
) -> list[Curve]:
    """The curves of a formula whose baseline begins at a point, one for each color; what has no mark is in `ink`."""
    return _curves(typeset(latex, size), at, inks, by, ink)


def extent(latex: str, size: float) -> tuple[float, float, float]:
    """Width of a formula, and how far it reaches above and below its baseline."""
    set_ = typeset(latex, size)
    return set_.width, set_.ascent, set_.descent


def centered(latex: str, size: float, x: float, y: float, ink: str = "text", room: float = 0.0) -> list[Curve]:
    """The curves of a formula about a point, made smaller where it is wider than `room`; 0 for as wide as it is."""
    width, up, down = extent(latex, size)
    by = min(room / width, 1.0) if room and width else 1.0
    return curves(latex, size, (x - by * width / 2, y + by * (up - down) / 2), {}, by, ink)


def number_latex(value: float, digits: int = 3) -> str:
    """A number as LaTeX, with a power of ten where it is far from 1."""
    return latex_of(number(value, digits))


def in_lines(
    spans: Sequence[Span], size: float, at: tuple[float, float], room: float, inks: Inks
) -> tuple[list[Curve], float]:
    """Spans in lines no wider than `room`, broken before signs; curves, and the height of all lines."""
    left, top = at
    made: list[Curve] = []
    line: list[tuple[Outlines, float, float]] = []
    x = down = 0.0

    def end() -> None:
        nonlocal down
        up = max(part.ascent * by for part, _, by in line)
        for part, along, by in line:
            made.extend(_curves(part, (left + along, top + down + up), inks, by, "text"))
        down += up + max(part.descent * by for part, _, by in line) + LEADING

    for at_span, span in enumerate(spans):
        sign = typeset(span.sign, size) if span.sign else None
        gap = 0.25 * size if sign else 0.0
        lead = sign.width + 2 * gap if sign else 0.0
        body = typeset(span.body, size)
        if line and x + lead + body.width > room:
            end()
            x, line = INDENT if at_span else 0.0, []
        free = room - x - lead
        by = max(min(1.0, free / body.width), SMALLEST) if body.width > free > 0 else 1.0
        if sign:
            line.append((sign, x + gap, 1.0))
        line.append((body, x + lead, by))
        x += lead + body.width * by
    if line:
        end()
    return made, max(down - LEADING, 0.0)


def width_of_line(spans: Sequence[Span], size: float) -> float:
    """How wide spans are in one line."""
    signs = sum(typeset(span.sign, size).width + 0.5 * size for span in spans if span.sign)
    return signs + sum(typeset(span.body, size).width for span in spans)


def _curves(set_: Outlines, at: tuple[float, float], inks: Inks, by: float, ink: str) -> list[Curve]:
    commands: dict[str, list[Command]] = {}
    numbers: dict[str, list[float]] = {}
    for stroke in set_.strokes:
        color = inks.get(stroke.mark, ink)
        commands.setdefault(color, []).extend(stroke.path.commands)
        placed = (round(at[axis % 2] + by * each, 3) for axis, each in enumerate(stroke.path.numbers))
        numbers.setdefault(color, []).extend(placed)
    return [Curve(tuple(each), tuple(numbers[color]), fill=color) for color, each in commands.items()]
