"""How the canvas is put on a page: in how many lines, and how much its cards show."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from msgspec import Struct

from bnsim.ui.canvas.plan.columns import Layout
from bnsim.ui.canvas.sketch.shown import CanvasShown, Detail, Part

SLIDE = 960.0
"""The width in points of the slide on which words are to be read."""
ROOMY, NEAR, MIDDLE = 0.66, 0.5, 0.25
"""So many times as large as on screen at 100 %: from the first on a line needs no further one beside it; below the
second cards have their titles alone, and below the third they are ticks."""


class Page(Struct, frozen=True):
    """`lines`: the first and the last card of each line, the data being 0; `lanes` are the lanes on every line.

    `width` and `height` in points, before the page is scaled to a style's size; `pitch`: from one line to the next.
    """

    detail: Detail
    lines: tuple[tuple[int, int], ...]
    lanes: tuple[int, ...]
    width: float
    height: float
    pitch: float


def page_of(shown: CanvasShown, layout: Layout, aspect: float) -> Page:
    """As few lines as make words large enough to be read, else as many as make them as large as can be."""
    last = layout.columns + 1
    part = shown.part or Part(0, last, tuple(range(len(layout.lanes))))
    first, last = max(part.first, 0), min(part.last, last)
    cards = last - first + 1
    lanes = tuple(number for number in part.lanes if number < len(layout.lanes))
    best, best_scale = None, 0.0
    for lines in range(1, 2 if shown.part is not None else max(cards // 3, 1) + 1):
        page = _page(layout, lanes, first, last, ceil(cards / lines))
        scale = min(SLIDE / page.width, SLIDE / aspect / page.height)
        if best is None or scale > 1.05 * best_scale:
            best, best_scale = page, scale
        if best_scale >= ROOMY:
            break
    assert best is not None
    found: Detail = "near" if best_scale >= NEAR else "middle" if best_scale >= MIDDLE else "far"
    if (shown.detail or found) == "far":
        best = _page(layout, lanes, first, last, cards)
    return Page(shown.detail or found, best.lines, lanes, best.width, best.height, best.pitch)


def part_in_sight(layout: Layout, left: float, top: float, right: float, bottom: float) -> Part | None:
    """The cards and lanes of which at least half is in that part of the scene, else those that reach into it.

    None where that is none or all.
    """
    m = layout.metrics
    xs = [m.margin + position * m.pitch for position in range(layout.columns + 2)]
    across = _seen([(x, x + m.card_width) for x in xs], left, right)
    down = _seen([(lane.top, lane.top if lane.hidden else lane.bottom) for lane in layout.lanes], top, bottom)
    if not across or not down or (len(across) == len(xs) and len(down) == len(layout.lanes)):
        return None
    return Part(across[0], across[-1], tuple(down))


def _seen(spans: Sequence[tuple[float, float]], low: float, high: float) -> list[int]:
    """The numbers of the spans whose middle is between two places, else of those that reach there."""
    half = [number for number, (start, end) in enumerate(spans) if low <= (start + end) / 2 <= high]
    return half or [number for number, (start, end) in enumerate(spans) if start < high and low < end]


def _page(layout: Layout, lanes: tuple[int, ...], first: int, last: int, per_line: int) -> Page:
    m = layout.metrics
    starts = range(first, last + 1, per_line)
    lines = tuple((start, min(start + per_line - 1, last)) for start in starts)
    pitch = layout.lanes[lanes[-1]].bottom - layout.lanes[lanes[0]].top if lanes else m.margin
    width = 2 * m.margin + per_line * m.pitch - m.gap
    return Page("near", lines, lanes, width, len(lines) * pitch + m.margin, pitch)
