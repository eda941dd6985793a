"""A deck as pages to show or print: each slide a sheet, laid out as in a presentation."""

from __future__ import annotations

from collections.abc import Sequence

from bnsim.decks.setting import LEADING, lines, shapes
from bnsim.lessons.markdown import Run
from bnsim.plot.deck import Deck, Paragraph, Slide
from bnsim.plot.diagram import Shape, Words
from bnsim.plot.paper import Paper, Placed, Sheet
from bnsim.plot.style import Style

_PAD, _TOP, _FOOT = 40.0, 30.0, 24.0
_TITLE, _OPENING, _LINE = 30.0, 44.0, 19.0
_SIZES = {"large": 24.0, "normal": 20.0, "small": 15.0}
_ABOVE = {"large": 0.9, "normal": 0.35, "small": 1.2}
"""Room above a paragraph, of its own size."""
_LEAST = 0.5


def slide_pages(deck: Deck, style: Style) -> Paper:
    """The deck's slides as sheets as large as the style's page; the notes are left out."""
    width, height = (72.0 * side for side in style.size)
    total = len(deck.slides)
    sheets = tuple(
        _Slide(width, height).of(slide, deck.page.format(number=at, total=total))
        for at, slide in enumerate(deck.slides, start=1)
    )
    return Paper(deck.title, width, height, sheets, deck.description)


class _Slide:
    """One sheet while it is filled from the top to the bottom."""

    def __init__(self, width: float, height: float) -> None:
        self._width, self._height = width, height
        self._across = width - 2 * _PAD
        self._shapes: list[Shape] = []
        self._y = _TOP

    def of(self, slide: Slide, number: str) -> Sheet:
        pictures: tuple[Placed, ...] = ()
        if slide.opening:
            self._y = 0.24 * self._height
        self._text(slide.title, _OPENING if slide.opening else _TITLE, "text", bold=True)
        if slide.line:
            self._y += 4
            self._text(slide.line, _LINE, "text-muted")
        self._y += 12
        room = self._height - self._y - _FOOT
        if slide.picture is not None:
            pictures = (Placed(_PAD, self._y, self._across, max(room, 40.0), slide.picture),)
        elif slide.words:
            self._paragraphs(slide.words, room)
        right, foot = self._width - _PAD, self._height - 12
        self._shapes.append(Words(right, foot, number, 10.0, "text-muted", anchor="end"))
        return Sheet(tuple(self._shapes), pictures)

    def _paragraphs(self, words: Sequence[Paragraph], room: float) -> None:
        """Paragraphs, all made smaller where they would not fit."""
        by = 1.0
        while by > _LEAST and sum(self._tall(each, by) for each in words) > room:
            by -= 0.05
        for each in words:
            size = by * _SIZES[each.size]
            self._y += _ABOVE[each.size] * size
            self._text(each.text, size, each.color, bold=each.bold)

    def _tall(self, words: Paragraph, by: float) -> float:
        size = by * _SIZES[words.size]
        number = len(lines((Run(words.text),), size, self._across, bold=words.bold))
        return number * LEADING * size + _ABOVE[words.size] * size

    def _text(self, text: str, size: float, color: str, *, bold: bool = False) -> None:
        for each in lines((Run(text),), size, self._across, bold=bold):
            self._shapes += shapes(each, _PAD, self._y + each.ascent, size, color, bold=bold)
            self._y += each.height
