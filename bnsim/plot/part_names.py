"""Names over the parts of a plot, lanes side by side or one above the other: where they stand and how they are broken.

All of a figure have one size: as large as lets the longest be read in full, on one line or on two.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from bnsim.plot.figure import Figure
from bnsim.plot.marks import Image, Regions, Ridge

SMALL, SMALLEST = 0.8, 0.62
"""How large a name is, of its usual size, before it is broken into two lines, and at the least."""
LINE = 1.2
"""The height of a line, in sizes of the font."""
_TINY = 0.4
"""Names are not smaller than that, however little room there is."""


class Part(NamedTuple):
    """A name stands on the axes over `left`, `low`, and has the room up to `right`, `high`."""

    label: str
    left: float
    low: float
    right: float
    high: float


class Room(NamedTuple):
    """Width and height that a name may take, in pixels or points."""

    width: float
    height: float


class Broken(NamedTuple):
    """Names as they are written: `by` so many times as large as usual, each in one line or two, from above."""

    by: float
    lines: list[tuple[str, ...]]


def parts(figure: Figure, top: float) -> list[Part]:
    """The named images, maps and ridges of a figure whose y axis ends at `top`."""
    places = [mark for mark in figure.marks if isinstance(mark, Image | Regions)]
    found = []
    for mark in places:
        if mark.label:
            over = [each.up[0] for each in places if each.up[0] >= mark.up[1] and _overlap(each.across, mark.across)]
            found.append(Part(mark.label, mark.across[0], mark.up[1], mark.across[1], min([*over, top])))
    ridges = [ridge for ridge in figure.of_kind(Ridge) if ridge.rows.size]
    low = max((float(ridge.bases.max()) + ridge.height for ridge in ridges), default=top)
    named = [ridge for ridge in ridges if ridge.label]
    return found + [
        Part(ridge.label, float(ridge.edges[0]) + ridge.shift, low, ridge.label_ends(), top) for ridge in named
    ]


def _overlap(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def broken(names: Sequence[str], rooms: Sequence[Room], size: float, width: Callable[[str], float]) -> Broken:
    """The names in one line if that is possible at nearly their usual size, else in two where that helps.

    `size` is that of the font, `width` says how wide words are in it. What fits at no size is for the caller to cut.
    """
    single: list[tuple[str, ...]] = [(name,) for name in names]
    double = [_halves(name, width) for name in names]
    one, two = (
        min(_fits(lines, room, width) for lines, room in zip(all_, rooms, strict=True)) for all_ in (single, double)
    )
    tall = min(room.height for room in rooms) / (LINE * size)
    lines, wide, high = single, one, tall
    if min(one, tall) < SMALL and min(max(two, SMALLEST), tall / 2) >= max(SMALLEST, min(one, tall)):
        lines, wide, high = double, two, tall / 2
    return Broken(max(min(max(wide, SMALLEST), high, 1.0), _TINY), lines)


def _fits(lines: Sequence[str], room: Room, width: Callable[[str], float]) -> float:
    """By how much lines may be enlarged in a room."""
    widest = max(map(width, lines))
    # letters of another size are not exactly so many times as wide
    return 0.97 * room.width / widest if widest > 0.97 * room.width else 1.0


def _halves(name: str, width: Callable[[str], float]) -> tuple[str, ...]:
    """The name in two lines, the wider of which is as narrow as possible; in one if it is a single word."""
    words = name.split()
    pairs = [(" ".join(words[:k]), " ".join(words[k:])) for k in range(1, len(words))]
    return min(pairs, key=lambda pair: max(map(width, pair))) if pairs else (name,)
