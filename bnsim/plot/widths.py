"""How wide words are, without anything that draws: whoever makes a diagram places its words by this.

The widths are those of DejaVu Sans, the font of figures and diagrams, which is wider than most; where a style names a
wider one, a writer makes `Words` smaller that say their `room`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache

import msgspec
from msgspec import Struct

from bnsim.spec.resources import resource

_EM = 2048.0
_HINTED = 1.03
"""By so much words are wider where letters are put on whole pixels of a small picture."""
_OTHER, _WIDE = 0.65, 1.0
"""Widths of characters that are not in the table, and of those that East Asian fonts draw in a square; in ems."""
MIDDLE = 0.36
"""The height of the middle of capitals above the baseline, so many times the size."""


class _File(Struct, frozen=True):
    about: str
    regular: dict[str, str]
    bold: dict[str, str]


@cache
def _table(bold: bool) -> Mapping[str, float]:
    file = msgspec.json.decode(resource("widths.json").read_bytes(), type=_File)
    groups = file.bold if bold else file.regular
    return {character: int(width) / _EM for width, characters in groups.items() for character in characters}


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """The width that a line of text has at most, in the unit of `size`."""
    return _HINTED * exact_width(text, size, bold=bold)


def exact_width(text: str, size: float, *, bold: bool = False) -> float:
    """The width that a line of text has where letters are not put on whole pixels, as on a printed page."""
    table = _table(bold)
    return size * sum(table.get(character) or _unknown(character) for character in text)


def _unknown(character: str) -> float:
    if unicodedata.combining(character):
        return 0.0
    return _WIDE if unicodedata.east_asian_width(character) in "WF" else _OTHER


def fitted(text: str, size: float, room: float, *, least: float, bold: bool = False) -> tuple[str, float]:
    """The text and its size so that it is no wider than `room`: smaller, down to `least`, then shortened with "…"."""
    width = width_of(text, size, bold=bold)
    if width <= room:
        return text, size
    smaller = size * max(room, 0.0) / width
    if smaller >= least:
        return text, smaller
    return shortened(text, least, room, bold=bold), least


def shortened(text: str, size: float, room: float, *, bold: bool = False) -> str:
    """The text if it fits into `room`, else its beginning and "…"; "" where not even that fits."""
    if width_of(text, size, bold=bold) <= room:
        return text
    while text and width_of(f"{text}…", size, bold=bold) > room:
        text = text[:-1].rstrip()
    return f"{text}…" if text else ""


def broken(text: str, size: float, room: float, *, bold: bool = False) -> list[str]:
    """The text in lines no wider than `room`, broken at spaces, but not before "%"; a longer word has its own line."""
    lines: list[str] = []
    for word in re.split(r"\s+(?!%)", text.strip()):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and width_of(longer, size, bold=bold) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def joined(parts: Sequence[str], size: float, room: float, *, apart: str = "  ·  ") -> list[str]:
    """Parts with a mark between them in lines no wider than `room`, broken between parts; empty ones are left out."""
    lines: list[str] = []
    for part in filter(None, parts):
        longer = f"{lines[-1]}{apart}{part}" if lines else part
        if lines and width_of(longer, size) <= room:
            lines[-1] = longer
        else:
            lines.append(part)
    return lines
