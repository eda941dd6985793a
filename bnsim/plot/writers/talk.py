"""PowerPoint: a deck as a presentation, the same bytes every time.

Titles are in the layouts' own places for them, so that outlines and screen readers have them, and another design of
slides may be put over them.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path
from msgspec.structs import replace
from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE, PP_ALIGN
from pptx.util import Inches, Pt

from bnsim.plot.carried import Carried
from bnsim.plot.deck import Deck, Paragraph, Slide, in_builds
from bnsim.plot.figure import Figure
from bnsim.plot.style import Style
from bnsim.plot.writers.layout import in_one_place
from bnsim.plot.writers.slides import Place, blank_slide, on_slide, presentation, saved
from bnsim.spec.printable import printable

Report = Callable[[int], None]
"""Told how many slides are done; what it raises ends the work."""

_TITLE_ONLY = 5
_PAD, _GAP, _TOP = 0.55, 0.12, 0.4
"""Inches at the sides of a slide, between what stands one below the other, and above a title."""
_WORDS_BELOW = 0.3
"""Inches between the line below a title and words."""
_TITLE, _OPENING, _LEAST_TITLE = 30.0, 44.0, 20.0
_LINE, _LEAST_LINE, _MOST_LINES = 20.0, 16.0, 3
_WORDS = {"large": 24.0, "normal": 20.0, "small": 16.0}
"""Points; of words where all have room."""
_LEADING = 1.2
_SPACE = {"large": 0.9, "normal": 0.3, "small": 1.2}
"""Room above a paragraph, of its own height."""
_TYPE = 1.0
"""Words in pictures are at least so large; the axis names of charts, which are turned, lie over numbers at 1.15."""
_LEAST = 0.6
"""How much smaller words may become where there are many."""


def pptx(deck: Deck, style: Style, carried: Carried, report: Report = lambda done: None) -> bytes:
    """The presentation. `report` is told after every slide how many are done."""
    made = presentation(style, deck.title, deck.description, carried)
    done = 0
    for build in in_builds(deck.slides):
        pages = [_Page(made, style) for _ in build]
        top = max(page.below_head(slide) for page, slide in zip(pages, build, strict=True))
        for page, slide in zip(pages, pages[0].in_one_place(build, top), strict=True):
            page.fill(slide, top)
            done += 1
            report(done)
    return saved(made)


class _Page:
    """One slide while it is filled, from the top to the bottom."""

    def __init__(self, made: Any, style: Style) -> None:
        self._made, self._style, self._theme = made, style, style.colors()
        self._width, self._height = style.size
        self._across = self._width - 2 * _PAD
        self._slide = blank_slide(made, style, _TITLE_ONLY)

    def below_head(self, slide: Slide) -> float:
        """Where title and line end."""
        size = self._fitted(slide.title, _TITLE, _LEAST_TITLE, 2, bold=True)
        top = _TOP + self._height_of(slide.title, size, bold=True)
        if not slide.line:
            return top + 0.2
        return top + _GAP + self._height_of(slide.line, self._fitted(slide.line, _LINE, _LEAST_LINE, _MOST_LINES))

    def in_one_place(self, build: Sequence[Slide], top: float) -> list[Slide]:
        """The slides with their plots at the same place."""
        figures = [slide.picture for slide in build if isinstance(slide.picture, Figure)]
        if len(build) < 2 or len(figures) < len(build):
            return list(build)
        _, _, *size = self._box(top)
        placed = in_one_place(figures, replace(self._bare(), size=tuple(size)).checked())
        return [replace(slide, picture=figure) for slide, figure in zip(build, placed, strict=True)]

    def fill(self, slide: Slide, top: float) -> None:
        """Write title and line, then draw the picture or write the words, below `top`."""
        self._slide.notes_slide.notes_text_frame.text = printable_lines(slide.notes)
        if slide.opening:
            self._open(slide)
            return
        below = self._title(slide.title, _TOP, _TITLE)
        if slide.line:
            self._line(slide.line, below)
        box = self._box(top)
        if slide.picture is not None:
            self._picture(slide.picture, box)
        elif slide.words:
            below = _WORDS_BELOW if slide.line else 0.0
            self._words(slide.words, box._replace(y=box.y + below, height=box.height - below))

    def _open(self, slide: Slide) -> None:
        words = self._words_height(slide.words, 1.0)
        title = self._fitted(slide.title, _OPENING, _LEAST_TITLE, 2, bold=True)
        lines = len(wrapped(slide.title, title, self._across, bold=True))
        own = lines * title * _LEADING / 72 + (0.6 if slide.line else 0.0)
        top = max(0.5, (self._height - own - words - 0.5) * 0.42)
        top = self._title(slide.title, top, _OPENING)
        if slide.line:
            top = self._line(slide.line, top)
        self._words(slide.words, Place(_PAD, top + 0.4, self._across, self._height - top - 0.9))

    def _title(self, words: str, top: float, size: float) -> float:
        """Write the title; returns where it ends."""
        size = self._fitted(words, size, _LEAST_TITLE, 2, bold=True)
        height = self._height_of(words, size, bold=True)
        shape = self._slide.shapes.title
        shape.left, shape.top, shape.width, shape.height = map(Inches, (_PAD, top, self._across, height))
        self._write(shape.text_frame, [Paragraph(words, bold=True)], [size])
        return top + height

    def _line(self, words: str, top: float) -> float:
        size = self._fitted(words, _LINE, _LEAST_LINE, _MOST_LINES)
        height = self._height_of(words, size)
        self._text([Paragraph(words, color="text-muted")], [size], Place(_PAD, top + _GAP, self._across, height))
        return top + _GAP + height

    def _height_of(self, words: str, size: float, *, bold: bool = False) -> float:
        return len(wrapped(words, size, self._across, bold=bold)) * size * _LEADING / 72

    def _box(self, top: float) -> Place:
        """What is free below `top`."""
        return Place(_PAD, top + _GAP, self._across, self._height - top - _GAP - 0.35)

    def _bare(self) -> Style:
        """The style of pictures, whose words the slide has."""
        return replace(self._style, title=False, verdict=False, caption=False, type=max(self._style.type, _TYPE))

    def _picture(self, picture: Any, box: Place) -> None:
        on_slide(self._made, self._slide, picture, self._bare(), box)

    def _words(self, words: tuple[Paragraph, ...], box: Place) -> None:
        by = 1.0
        while by > _LEAST and self._words_height(words, by) > box.height:
            by -= 0.05
        self._text(list(words), [by * _WORDS[each.size] for each in words], box)

    def _words_height(self, words: tuple[Paragraph, ...], by: float) -> float:
        """Inches that paragraphs take, their sizes multiplied by `by`."""
        height = 0.0
        for each in words:
            size = by * _WORDS[each.size]
            lines = len(wrapped(each.text, size, self._across, bold=each.bold))
            height += (lines * _LEADING + _SPACE[each.size]) * size / 72
        return height

    def _fitted(self, words: str, size: float, least: float, most: int, *, bold: bool = False) -> float:
        """The largest size up to `size` at which words take at most so many lines; not below `least`."""
        while size > least and len(wrapped(words, size, self._across, bold=bold)) > most:
            size -= 1.0
        return size

    def _text(self, words: list[Paragraph], sizes: list[float], box: Place) -> None:
        frame = self._slide.shapes.add_textbox(*map(Inches, box)).text_frame
        self._write(frame, words, sizes)

    def _write(self, frame: Any, words: list[Paragraph], sizes: list[float]) -> None:
        frame.word_wrap, frame.auto_size, frame.vertical_anchor = True, MSO_AUTO_SIZE.NONE, MSO_ANCHOR.TOP
        frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
        for number, (each, size) in enumerate(zip(words, sizes, strict=True)):
            paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
            paragraph.alignment = PP_ALIGN.LEFT
            paragraph.space_before = Pt(_SPACE[each.size] * size if number else 0)
            run = paragraph.add_run()
            run.text = printable(each.text)
            run.font.size, run.font.bold = Pt(round(size)), each.bold
            run.font.color.rgb = RGBColor(*bytes.fromhex(self._theme.text_color(each.color)[1:]))
            run.font.name = FAMILY


FAMILY = "Verdana"
"""As wide as the font of figures, and there where PowerPoint is."""


def wrapped(words: str, size: float, across: float, *, bold: bool = False) -> list[str]:
    """The words in lines of at most `across` inches, in the font of figures."""
    font = FontProperties(family="DejaVu Sans", weight="bold" if bold else "normal", size=size)
    lines: list[str] = []
    with warnings.catch_warnings():
        # A letter that this font has not, an emoji, is as wide as the box in its place.
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        for word in printable(words).split():
            longer = f"{lines[-1]} {word}" if lines else word
            width = text_to_path.get_text_width_height_descent(longer, font, False)[0]
            if lines and width <= across * 72:
                lines[-1] = longer
            else:
                lines.append(word)
    return lines


def printable_lines(text: str) -> str:
    """What can be shown of a text, line by line."""
    return "\n".join(map(printable, text.splitlines()))
