"""Breaks a verdict into the lines there are, and keeps every lane's number if possible."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics

BETWEEN, NUMBER = " · ", " ×"
"""Between the parts of a verdict; between a lane's name and its number."""
STEP = 3
"""Pixels by which the longest names become shorter until all fits."""
SHORTEST = 4
"""Letters of a name that is cut in the middle, about."""
MORE = "…"
"""Stands for the parts, or for the rest of the only part, that there is no room for."""
_WORDS = re.compile(r"(?<!^) (?!%)")
"""Where words part: a number and its percent sign stay together."""
_CLAUSES = re.compile(r"(?=[,;:] )")
"""Where something can end."""
_WORD = re.compile(r": [^\W\d]+$")
_NAMED = re.compile(r"(?!.*[,:;(].* ×)(?!.*(?<!\S)[−\d]\S* .* ×)[^×]+ ×[^×]+")
"""A part that is a lane's name and its number: no further number, and no clause before it."""


def fitted(words: str, room: int, lines: int, metrics: QFontMetrics) -> str:
    """The words in at most `lines` lines of `room` pixels.

    Names are cut in their middle before a number is left out. Else every part has its first clauses, and if that is
    still too much there are some parts, or some words of the only one; words end whole, and "…" stands for the rest.
    """
    if metrics.horizontalAdvance(words) <= room:
        return words
    parts = words.split(BETWEEN)
    whole = _in_lines(parts, room, lines, metrics) or _with_short_names(parts, room, lines, metrics)
    if whole:
        return whole
    for clauses in (2, 1) if len(parts) > 1 else ():
        brief = [_brief(part, clauses) for part in parts]
        some = brief != parts and _in_lines([*brief, MORE], room, lines, metrics)
        if some:
            return some
    for count in range(len(parts) - 1, 0, -1):
        some = _in_lines([*parts[:count], MORE], room, lines, metrics)
        if some:
            return some
    return _beginning(parts[0], room, lines, metrics)


def _in_lines(parts: Sequence[str], room: int, lines: int, metrics: QFontMetrics) -> str:
    """All of the parts, broken between them if that goes, else between words; empty if they do not fit."""
    return _packed(parts, room, lines, metrics) or _wrapped(BETWEEN.join(parts), room, lines, metrics)


def _with_short_names(parts: Sequence[str], room: int, lines: int, metrics: QFontMetrics) -> str:
    """All of the parts with names that are cut in their middle; empty if that does not help."""
    if len(parts) < 2:
        return ""
    longest = max(metrics.horizontalAdvance(part.partition(NUMBER)[0]) for part in parts)
    rooms = range(longest, SHORTEST * metrics.averageCharWidth(), -STEP)

    def packed(most: int) -> str:
        return _packed([_shortened(part, most, metrics) for part in parts], room, lines, metrics)

    # The shorter the names, the better they fit.
    first = bisect_left(rooms, True, key=lambda most: bool(packed(most)))
    return packed(rooms[first]) if first < len(rooms) else ""


def _shortened(part: str, most: int, metrics: QFontMetrics) -> str:
    name, number, rest = part.partition(NUMBER)
    if not _NAMED.fullmatch(part) or metrics.horizontalAdvance(name) <= most:
        return part
    return metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, most) + number + rest


def _brief(part: str, clauses: int) -> str:
    """What a part says first of its lane, and the word that it comes to, as in "plain ×0.2: vanishing"."""
    lane, colon, said = part.partition(": ")
    if not colon or said.isalpha():
        lane, colon, said = "", "", part
    word = _WORD.search(said)
    first = ", ".join(said[: word.start() if word else None].split(", ")[:clauses]).partition("; ")[0]
    return lane + colon + first + (word.group() if word else "") if any(map(str.isdigit, first)) else part


def _packed(parts: Sequence[str], room: int, lines: int, metrics: QFontMetrics) -> str:
    """Whole parts in each line, as even as possible; empty if they do not fit."""
    if lines == 1 or len(parts) == 1:
        ways: list[tuple[str, ...]] = [(BETWEEN.join(parts),)]
    else:
        ways = [(BETWEEN.join(parts[:count]), BETWEEN.join(parts[count:])) for count in range(1, len(parts))]
    widest, best = min((max(map(metrics.horizontalAdvance, way)), way) for way in ways)
    return "\n".join(best) if widest <= room else ""


def _wrapped(words: str, room: int, lines: int, metrics: QFontMetrics) -> str:
    """Lines broken between words, as full as they can be; empty if they do not fit."""
    rest = _WORDS.split(words)
    made: list[str] = []
    while rest:
        if len(made) == lines:
            return ""
        count = len(rest)
        while count > 1 and metrics.horizontalAdvance(" ".join(rest[:count])) > room:
            count -= 1
        if metrics.horizontalAdvance(" ".join(rest[:count])) > room:
            return ""
        if rest[count - 1] == "·" and count > 1:
            count -= 1
        made.append(" ".join(rest[:count]))
        rest = rest[count:]
        if rest and rest[0] == "·":
            rest = rest[1:]
    return "\n".join(made)


def _beginning(part: str, room: int, lines: int, metrics: QFontMetrics) -> str:
    """As many clauses as there is room for; where not even half the room is used by these, as many words."""
    half = 0.5 * lines * room
    for where in (_CLAUSES, _WORDS):
        ends = [match.start() for match in where.finditer(part)]
        for end in reversed(ends):
            some = f"{part[:end]} {MORE}"
            made = _wrapped(some, room, lines, metrics)
            if made and (where is _WORDS or metrics.horizontalAdvance(some) >= half):
                return made
    return metrics.elidedText(part, Qt.TextElideMode.ElideRight, room)
