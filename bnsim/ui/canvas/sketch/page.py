"""How the canvas is put on a page: in how many lines, how large its cards are, and how much they show.

Where not all cards can be read on the page, those in the middle are folded into a strip of ticks.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from math import ceil, inf

from msgspec import Struct
from msgspec.structs import replace

from bnsim.plot.pages import Size, in_a_column, least_words, room_on, wanted_words
from bnsim.plot.theme import load_theme
from bnsim.ui.canvas.plan.columns import Layout, Metrics
from bnsim.ui.canvas.sketch.shown import CanvasShown, Detail, Part

NEAR_WORDS, SMALL_WORDS = 10.0, 18.5
"""Points of the smallest words of cards with all of their words, and of the titles that small cards have alone, where
they are as large as on screen at 100 %."""
NAMED = 0.6
"""Below so many times as large as on screen lanes are named on their first line alone."""
SMALL = Metrics(
    card_width=100.0, card_height=64.0, header=24.0, gap=12.0, title=27.0, tag=3.0, foot=16.0, margin=16.0, strip=16.0
)
"""Sizes of small cards, as low as they can be."""
CLOSE_GAP, CLOSE_MARGIN = 18.0, 10.0
"""Sizes of large cards that stand closer together, where they are read on the page only so."""
UNNAMED = 22.0
"""By so much a lane is lower on a line on which it has no name."""
WIDEST_GAP, HIGHEST = 44.0, 112.0
"""How far apart and how high small cards are made where the page has room."""
FOLD, FEWEST, MOST_LINES = 2, 5, 4
"""Columns that the strip of what is folded takes; a line has at least so many with it; on how many lines it is done."""


class Piece(Struct, frozen=True):
    """Cards number `first` to `last`, the data being 0, that stand side by side from column `at` of a line on."""

    first: int
    last: int
    at: int = 0


class Fold(Struct, frozen=True):
    """Cards number `first` to `last` of every lane stand as ticks from column `at` of the line number `line` on."""

    first: int
    last: int
    line: int
    at: int


class Page(Struct, frozen=True):
    """`lines`: what stands on each line; `lanes` are the lanes on every line.

    `width` and `height` in points, before the page is scaled to a style's size; `pitch`: from one line to the next.
    `saved`: by how much each lane is lower on lines after the first, on which it then has no name. `scale`: so many
    times as large it is on the page asked for.
    """

    detail: Detail
    lines: tuple[tuple[Piece, ...], ...]
    lanes: tuple[int, ...]
    width: float
    height: float
    pitch: float
    saved: float
    scale: float
    fold: Fold | None = None


def page_of(shown: CanvasShown, size: Size) -> tuple[Layout, Page]:
    """As few lines as make words as large as is wanted; else with the middle folded, or as large as can be read."""
    large = Metrics.of(load_theme("light"))  # sizes are the same in every theme, and colors are names
    wanted, least, aspect = wanted_words(size), least_words(size), size[0] / size[1]
    size = room_on(size)
    layout, page = _best(shown, large, size, least / NEAR_WORDS)
    if shown.detail == "near" or (shown.detail is None and page.scale >= least / NEAR_WORDS):
        return layout, page
    close = dataclasses.replace(large, gap=CLOSE_GAP, margin=CLOSE_MARGIN)
    closer, page = _best(shown, close, size, least / NEAR_WORDS)
    if page.scale >= least / NEAR_WORDS:
        return closer, page
    wanted, least = wanted / SMALL_WORDS, least / SMALL_WORDS
    enough = wanted if in_a_column(size) else 1.0
    layout, page = _best(shown, SMALL, size, enough)
    if page.scale < NAMED:
        layout, page = _best(shown, SMALL, size, enough, saved=UNNAMED)
    if page.scale < wanted and not (in_a_column(size) and page.scale >= least):
        page = _folded(shown, layout, size, wanted, least) or page
    if shown.detail == "middle" or (shown.detail is None and page.scale >= least):
        layout, page = _filled(shown, page, size, aspect)
        return layout, replace(page, detail="middle")
    layout, page = _best(shown, large, size, inf, 1)
    return layout, replace(page, detail="far")


def _best(
    shown: CanvasShown, metrics: Metrics, size: Size, enough: float, lines: int = 0, saved: float = 0.0
) -> tuple[Layout, Page]:
    """The page on which cards of these sizes are as large as can be, or `enough`; `lines`: in so many, if not 0."""
    layout = Layout(shown.experiment, metrics, shown.opened)
    first, last = _cards(shown, layout)
    cards = last - first + 1
    most = 1 if shown.part is not None else max(cards // 3, 1)
    best: Page | None = None
    for count in [lines] if lines else range(1, most + 1):
        per_line = ceil(cards / count)
        starts = range(first, last + 1, per_line)
        pieces = tuple((Piece(start, min(start + per_line - 1, last)),) for start in starts)
        page = _page(layout, _lanes(shown, layout), pieces, per_line, saved, size)
        if best is None or page.scale > 1.05 * best.scale:
            best = page
        if best.scale >= enough:
            break
    assert best is not None
    return layout, best


def _cards(shown: CanvasShown, layout: Layout) -> tuple[int, int]:
    """The first and the last card that is shown."""
    last = layout.columns + 1
    return (0, last) if shown.part is None else (max(shown.part.first, 0), min(shown.part.last, last))


def _lanes(shown: CanvasShown, layout: Layout) -> tuple[int, ...]:
    every = tuple(range(len(layout.lanes)))
    return every if shown.part is None else tuple(number for number in shown.part.lanes if number in every)


def _folded(shown: CanvasShown, layout: Layout, size: Size, wanted: float, least: float) -> Page | None:
    """The page with as many cards as can be of the size wanted, the others folded; None if too few are left."""
    first, last = _cards(shown, layout)
    lanes, m = _lanes(shown, layout), layout.metrics
    found: Page | None = None
    for count in range(1, (1 if shown.part is not None else MOST_LINES) + 1):
        saved = UNNAMED if count > 1 else 0.0
        high = size[1] / _page(layout, lanes, ((Piece(first, first),),) * count, 1, saved, size).height
        scale = min(wanted, high)
        per_line = int((size[0] / scale - 2 * m.margin + m.gap) / m.pitch)
        if scale < (wanted if count > 1 else least) or not FEWEST <= per_line < last - first + 1:
            break
        lines, fold = _around_a_fold(first, last, count, per_line)
        found = replace(_page(layout, lanes, lines, per_line, saved, size), fold=fold)
    return found


def _around_a_fold(first: int, last: int, count: int, per_line: int) -> tuple[tuple[tuple[Piece, ...], ...], Fold]:
    """The first and the last cards on so many lines, and the strip between them, which stands on one line."""
    kept = count * per_line - FOLD
    before = ceil(kept / 2)
    line, at = divmod(before, per_line)
    if at == 0 or at + FOLD > per_line:  # behind a card, and not on two lines
        line, at = line - (at == 0), per_line - FOLD
        before = line * per_line + at
    after = last - (kept - before) + 1
    pieces = [(Piece(first + per_line * number, first + per_line * (number + 1) - 1),) for number in range(line)]
    mixed = [Piece(first + per_line * line, first + before - 1)]
    if (rest := per_line - at - FOLD) > 0:
        mixed.append(Piece(after, after + rest - 1, at + FOLD))
    starts = range(after + rest, last + 1, per_line)
    tail = [(Piece(start, start + per_line - 1),) for start in starts]
    return (*pieces, tuple(mixed), *tail), Fold(first + before, after - 1, line, at)


def _filled(shown: CanvasShown, page: Page, size: Size, aspect: float) -> tuple[Layout, Page]:
    """The page with its small cards further apart, where it is else too high for `size`, or higher, up to `aspect`."""
    lanes = len(page.lanes)
    per_line = max(_columns(page, number) for number in range(len(page.lines)))
    wider = max(page.height * size[0] / size[1] - page.width, 0.0) / per_line
    higher = max(page.width / aspect - page.height, 0.0) / (len(page.lines) * max(lanes, 1))
    gap, height = min(SMALL.gap + wider, WIDEST_GAP), min(SMALL.card_height + higher, HIGHEST)
    metrics = dataclasses.replace(SMALL, gap=gap, card_height=height)
    layout = Layout(shown.experiment, metrics, shown.opened)
    filled = _page(layout, page.lanes, page.lines, per_line, page.saved, size)
    return layout, replace(filled, fold=page.fold)


def _columns(page: Page, line: int) -> int:
    """How many columns of the line are taken."""
    last = page.lines[line][-1]
    end = last.at + last.last - last.first + 1
    return max(end, page.fold.at + FOLD) if page.fold is not None and page.fold.line == line else end


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


def _page(
    layout: Layout,
    lanes: tuple[int, ...],
    lines: tuple[tuple[Piece, ...], ...],
    per_line: int,
    saved: float,
    size: Size,
) -> Page:
    m = layout.metrics
    pitch = layout.lanes[lanes[-1]].bottom - layout.lanes[lanes[0]].top if lanes else m.margin
    lower = saved * len(lanes) * (len(lines) - 1)
    width, height = 2 * m.margin + per_line * m.pitch - m.gap, len(lines) * pitch - lower + m.margin
    return Page("near", lines, lanes, width, height, pitch, saved, min(size[0] / width, size[1] / height))
