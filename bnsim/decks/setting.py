"""Sets text with formulas in it into lines: pieces that are not broken, and where each stands."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import NamedTuple

from bnsim.lessons.markdown import Look, Run
from bnsim.lessons.plain import formula as plain_formula
from bnsim.plot.diagram import Command, Curve, Shape, Words
from bnsim.plot.widths import exact_width
from bnsim.typeset import Outlines, typeset

LEADING = 1.42
"""From baseline to baseline, so many times the size."""
_MONO = 0.602
"""The width of every letter of DejaVu Sans Mono, in ems."""
_FORMULA = 1.16
"""Formulas' letters are so much smaller than those of the text at the same size."""

log = logging.getLogger(__name__)


class Piece(NamedTuple):
    """What is not broken: a word or a formula. `apart`: there is a space before it."""

    text: str
    look: Look
    apart: bool
    width: float
    outlines: Outlines | None = None


class Line(NamedTuple):
    """Pieces side by side; `ascent` and `descent` are how far they reach from the baseline."""

    pieces: tuple[Piece, ...]
    ascent: float
    descent: float

    @property
    def height(self) -> float:
        """From its top to its bottom."""
        return self.ascent + self.descent


def outlines(latex: str, size: float) -> Outlines | None:
    """A formula as it stands beside text of a size; None for one that cannot be set, which is logged."""
    try:
        return typeset(latex, _FORMULA * size)
    except Exception as error:  # whatever the parser of LaTeX raises
        log.warning("the formula %s cannot be set: %s", latex, error)
        return None


def lines(runs: Sequence[Run], size: float, room: float, *, bold: bool = False) -> list[Line]:
    """Runs in lines no wider than `room` points; a longer word has a line of its own."""
    found: list[list[Piece]] = []
    across = 0.0
    for piece in _unbroken(_pieces(runs, size, bold=bold)):
        width = piece[0].width + sum(_gap(each, size, bold=bold) + each.width for each in piece[1:])
        gap = _gap(piece[0], size, bold=bold)
        if found and across + gap + width <= room:
            found[-1] += piece
            across += gap + width
        else:
            found.append([piece[0]._replace(apart=False), *piece[1:]])
            across = width
    return [_line(each, size) for each in found]


def shapes(line: Line, x: float, baseline: float, size: float, color: str, *, bold: bool = False) -> list[Shape]:
    """The words and curves of a line that begins at a point."""
    made: list[Shape] = []
    text, look, start = "", line.pieces[0].look if line.pieces else "plain", x
    for piece in line.pieces:
        gap = _gap(piece, size, bold=bold)
        if text and (piece.look != look or piece.outlines is not None):
            made.append(_words(text, look, start, baseline, size, color, bold=bold))
            text = ""
        if piece.outlines is not None:
            made.append(curve(piece.outlines, x + gap, baseline, color))
        elif text:
            text += (" " if piece.apart else "") + piece.text
        else:
            text, start = piece.text, x + gap
        look = piece.look
        x += gap + piece.width
    if text:
        made.append(_words(text, look, start, baseline, size, color, bold=bold))
    return made


def curve(outlines: Outlines, x: float, baseline: float, color: str, by: float = 1.0) -> Curve:
    """A formula whose baseline begins at a point, `by` times as large, as one shape."""
    commands: list[Command] = []
    numbers: list[float] = []
    for stroke in outlines.strokes:
        commands += stroke.path.commands
        numbers += [(baseline if at % 2 else x) + by * number for at, number in enumerate(stroke.path.numbers)]
    return Curve(tuple(commands), tuple(numbers), fill=color)


def _words(text: str, look: Look, x: float, baseline: float, size: float, color: str, *, bold: bool) -> Words:
    code = look == "code"
    return Words(
        x,
        baseline,
        text,
        size,
        color,
        bold=bold or look == "bold",
        font="mono" if code else "ui",
        italic=look == "italic",
    )


def _pieces(runs: Sequence[Run], size: float, *, bold: bool) -> list[Piece]:
    found: list[Piece] = []
    apart = False
    for run in runs:
        if run.look == "formula":
            set_ = outlines(run.text, size)
            text = "" if set_ is not None else plain_formula(run.text)
            width = set_.width if set_ is not None else exact_width(text, size, bold=bold)
            found.append(Piece(text, "formula" if set_ is not None else "plain", apart, width, set_))
            apart = False
            continue
        words = run.text.split(" ")
        for at, word in enumerate(words):
            apart = apart or at > 0
            if word:
                found.append(Piece(word, run.look, apart, _width(word, run.look, size, bold=bold)))
                apart = False
    return found


def _width(word: str, look: Look, size: float, *, bold: bool) -> float:
    if look == "code":
        return _MONO * size * len(word)
    return exact_width(word, size, bold=bold or look == "bold")


def _gap(piece: Piece, size: float, *, bold: bool) -> float:
    """The width of the space before a piece, which is drawn with it: a bold one is wider than a plain one."""
    return _width(" ", piece.look, size, bold=bold) if piece.apart else 0.0


def _unbroken(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Pieces that have no space between them, and "%" with its number."""
    found: list[list[Piece]] = []
    for piece in pieces:
        if found and (not piece.apart or piece.text.startswith("%")):
            found[-1].append(piece)
        else:
            found.append([piece])
    return found


def _line(pieces: list[Piece], size: float) -> Line:
    set_ = [piece.outlines for piece in pieces if piece.outlines is not None]
    ascent = max([0.76 * size + (LEADING - 1) * size / 2, *(each.ascent + 0.12 * size for each in set_)])
    descent = max([0.24 * size + (LEADING - 1) * size / 2, *(each.descent + 0.12 * size for each in set_)])
    return Line(tuple(pieces), ascent, descent)
