"""What a page asks of a diagram that is laid out for it: how large its words are, and how high it may be.

Sizes are width and height of the page in points.
"""

from __future__ import annotations

import math

from bnsim.plot.diagram import FOOT, Diagram, with_foot
from bnsim.plot.style import STYLES, Style

Size = tuple[float, float]
SLIDE: Size = (960.0, 540.0)
COLUMN, HALF = 300.0, 600.0
"""A narrower page is a column of a paper, which is held near, and a narrower one is half of a slide."""
_COLUMNS, _HALVES, _WHOLE = (0.0, COLUMN - 1.0), (COLUMN, HALF - 1.0), (HALF, math.inf)
HIGHER = 2.2
"""A diagram in a column of a paper may be so many times as high as the page, since columns go on downward."""


LEAST_HELD = 8.0
"""Points below which no word is on a sheet that is read in the hand."""


def points(style: Style) -> Size:
    """The size of the style's page."""
    return 72.0 * style.size[0], 72.0 * style.size[1]


def room_of(style: Style) -> Size:
    """The page that a diagram is laid out for: that of the style without the line at its foot, if there is one.

    Where words are to be larger than the style of that name has them it is so many times smaller, as far as it stays
    one of its kind, since the diagram then is enlarged.
    """
    width, height = points(style)
    usual = STYLES[style.name].type if style.name in STYLES else 1.0
    low, high = next(each for each in (_COLUMNS, _HALVES, _WHOLE) if width < each[1])
    across = min(max(width * usual / style.type, low), high)
    height -= FOOT * least_words((width, height)) if style.source else 0.0
    return across, height * across / width


def held(size: Size) -> Size:
    """The page that a diagram is laid out for which takes a room of that size on a sheet that is held in the hand.

    It is one of those whose least words are known, so much larger than the room that these are `LEAST_HELD` there.
    """
    width, height = size
    across = min(width * least_words((HALF - 1.0, height)) / LEAST_HELD, HALF - 1.0)
    return across, height * across / width


def sourced_diagram(diagram: Diagram, words: str, style: Style) -> Diagram:
    """The diagram with a line at its foot that can be read on the style's page."""
    size = points(style)
    width, height = room_on((size[0], size[1] - FOOT * least_words(size)))
    return with_foot(diagram, words, least_words(size) / min(width / diagram.width, height / diagram.height))


def in_a_column(size: Size) -> bool:
    """Whether the page is a column of a paper."""
    return size[0] < COLUMN


def wanted_words(size: Size) -> float:
    """Points that small words are to have on the page."""
    return 7.0 if in_a_column(size) else 12.0 if size[0] < HALF else 14.0


def least_words(size: Size) -> float:
    """Points below which no word on the page is."""
    return 6.5 if in_a_column(size) else 10.0


def room_on(size: Size) -> Size:
    """Width and height that a diagram may take."""
    return size[0], size[1] * (HIGHER if in_a_column(size) else 1.0)


def sheet_for(size: Size, words: float) -> Size:
    """The room on the page in units of a diagram whose small words, of so many units, are as large as is wanted."""
    width, height = room_on(size)
    by = wanted_words(size) / words
    return width / by, height / by


def least_for(size: Size, words: float) -> float:
    """The least size of words, in units of a diagram as `sheet_for` has them."""
    return words * least_words(size) / wanted_words(size)


def scale_on(diagram: Diagram, style: Style) -> float:
    """So many points of the style's page are one of the diagram, which keeps its proportions."""
    width, height = room_on(points(style))
    return min(width / diagram.width, height / diagram.height)
