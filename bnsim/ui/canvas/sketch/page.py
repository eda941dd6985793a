"""How the canvas is put on a page: in how many lines, how large its cards are, and how much they show."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from math import ceil

from msgspec import Struct
from msgspec.structs import replace

from bnsim.plot.theme import load_theme
from bnsim.ui.canvas.plan.columns import Layout, Metrics
from bnsim.ui.canvas.sketch.shown import CanvasShown, Detail, Part

Size = tuple[float, float]
"""Width and height in points of the page on which words are to be read."""
SLIDE: Size = (960.0, 540.0)
NEAR, NAMED, MIDDLE = 0.84, 0.6, 0.434
"""So many times as large as on screen at 100 %: from the first on a line needs no further one beside it, and below it,
where words have 8 points or less, cards are small ones with their titles alone; below the second lanes are named on
their first line alone; below the third cards are ticks."""
SMALL = Metrics(
    card_width=100.0, card_height=64.0, header=24.0, gap=12.0, title=27.0, tag=3.0, foot=16.0, margin=16.0, strip=16.0
)
"""Sizes of small cards, as low as they can be."""
COLUMN, IN_A_COLUMN = 300.0, 0.33
"""A narrower page is a column of a paper, which is held near: there words may have 6 points, and cards that size."""
UNNAMED = 22.0
"""By so much a lane is lower on a line on which it has no name."""
WIDEST_GAP, HIGHEST = 44.0, 112.0
"""How far apart and how high small cards are made where the page has room."""


class Page(Struct, frozen=True):
    """`lines`: the first and the last card of each line, the data being 0; `lanes` are the lanes on every line.

    `width` and `height` in points, before the page is scaled to a style's size; `pitch`: from one line to the next.
    `saved`: by how much each lane is lower on lines after the first, on which it then has no name.
    """

    detail: Detail
    lines: tuple[tuple[int, int], ...]
    lanes: tuple[int, ...]
    width: float
    height: float
    pitch: float
    saved: float = 0.0


def page_of(shown: CanvasShown, size: Size) -> tuple[Layout, Page]:
    """As few lines as make words large enough to be read, else as many as make them as large as can be."""
    large = Metrics.of(load_theme("light"))  # sizes are the same in every theme, and colors are names
    layout, page, scale = _best(shown, large, size)
    if shown.detail == "near" or (shown.detail is None and scale >= NEAR):
        return layout, page
    saved = 0.0
    layout, page, scale = _best(shown, SMALL, size)
    if scale < NAMED:
        saved = UNNAMED
        layout, page, scale = _best(shown, SMALL, size, saved=saved)
    least = MIDDLE if size[0] >= COLUMN else IN_A_COLUMN
    if shown.detail == "middle" or (shown.detail is None and scale >= least):
        filling = _filling(page, len(page.lanes), size)
        layout, page, _ = _best(shown, filling, size, len(page.lines), saved)
        return layout, replace(page, detail="middle")
    layout, page, _ = _best(shown, large, size, 1)
    return layout, replace(page, detail="far")


def _best(
    shown: CanvasShown, metrics: Metrics, size: Size, lines: int = 0, saved: float = 0.0
) -> tuple[Layout, Page, float]:
    """The page on which cards of these sizes are as large as can be, and how large; `lines`: in so many, if not 0."""
    layout = Layout(shown.experiment, metrics, shown.opened)
    last = layout.columns + 1
    part = shown.part or Part(0, last, tuple(range(len(layout.lanes))))
    first, last = max(part.first, 0), min(part.last, last)
    cards = last - first + 1
    lanes = tuple(number for number in part.lanes if number < len(layout.lanes))
    most = 1 if shown.part is not None else max(cards // 3, 1)
    best, best_scale = None, 0.0
    for count in [lines] if lines else range(1, most + 1):
        page = _page(layout, lanes, first, last, ceil(cards / count), saved)
        scale = min(size[0] / page.width, size[1] / page.height)
        if best is None or scale > 1.05 * best_scale:
            best, best_scale = page, scale
        if best_scale >= NEAR:
            break
    assert best is not None
    return layout, best, best_scale


def _filling(page: Page, lanes: int, size: Size) -> Metrics:
    """Sizes of small cards with which a page that is too high or too wide has the proportions wanted."""
    aspect = size[0] / size[1]
    per_line = max(last - first + 1 for first, last in page.lines)
    wider = max(page.height * aspect - page.width, 0.0) / per_line
    higher = max(page.width / aspect - page.height, 0.0) / (len(page.lines) * max(lanes, 1))
    gap, height = min(SMALL.gap + wider, WIDEST_GAP), min(SMALL.card_height + higher, HIGHEST)
    return dataclasses.replace(SMALL, gap=gap, card_height=height)


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


def _page(layout: Layout, lanes: tuple[int, ...], first: int, last: int, per_line: int, saved: float) -> Page:
    m = layout.metrics
    starts = range(first, last + 1, per_line)
    lines = tuple((start, min(start + per_line - 1, last)) for start in starts)
    pitch = layout.lanes[lanes[-1]].bottom - layout.lanes[lanes[0]].top if lanes else m.margin
    lower = saved * len(lanes) * (len(lines) - 1)
    width = 2 * m.margin + per_line * m.pitch - m.gap
    return Page("near", lines, lanes, width, len(lines) * pitch - lower + m.margin, pitch, saved)
