"""Breaks a verdict into the lines there are, and keeps every lane's number if possible."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics

BETWEEN, NUMBER = " · ", " ×"
"""Between the parts of a verdict; between a lane's name and its number."""
STEP = 3
"""Pixels by which the longest names become shorter until all fits."""
SHORTEST = 3
"""Letters of a name that is cut in the middle, about."""


def fitted(words: str, room: int, lines: int, metrics: QFontMetrics) -> str:
    """The words in at most `lines` lines of `room` pixels; what is cut ends in "…".

    Names are cut in their middle before a number is.
    """
    if metrics.horizontalAdvance(words) <= room:
        return words
    parts = words.split(BETWEEN)
    if len(parts) > 1:
        longest = max(metrics.horizontalAdvance(part.partition(NUMBER)[0]) for part in parts)
        rooms = range(longest, SHORTEST * metrics.averageCharWidth(), -STEP)

        def packed(most: int) -> str:
            return _packed([_shortened(part, most, metrics) for part in parts], room, lines, metrics)

        # The shorter the names, the better they fit.
        first = bisect_left(rooms, True, key=lambda most: bool(packed(most)))
        if first < len(rooms):
            return packed(rooms[first])
    return _wrapped(words, room, lines, metrics)


def _shortened(part: str, most: int, metrics: QFontMetrics) -> str:
    name, number, rest = part.partition(NUMBER)
    if not number or metrics.horizontalAdvance(name) <= most:
        return part
    return metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, most) + number + rest


def _packed(parts: Sequence[str], room: int, lines: int, metrics: QFontMetrics) -> str:
    """Whole parts in each line, as even as possible; empty if they do not fit."""
    ways: list[tuple[str, ...]]
    if lines == 1:
        ways = [(BETWEEN.join(parts),)]
    else:
        ways = [(BETWEEN.join(parts[:count]), BETWEEN.join(parts[count:])) for count in range(1, len(parts))]
    widest, best = min((max(map(metrics.horizontalAdvance, way)), way) for way in ways)
    return "\n".join(best) if widest <= room else ""


def _wrapped(words: str, room: int, lines: int, metrics: QFontMetrics) -> str:
    """Lines broken between words, the last one cut."""
    end = Qt.TextElideMode.ElideRight
    if lines == 1:
        return metrics.elidedText(words, end, room)
    split = words.split(" ")
    count = 1
    while count < len(split) and metrics.horizontalAdvance(" ".join(split[: count + 1])) < room:
        count += 1
    if split[count - 1] == "·":
        count -= 1
    return "\n".join(metrics.elidedText(" ".join(part), end, room) for part in (split[:count], split[count:]))
