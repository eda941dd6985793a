"""A talk is data, as a figure is: slides with a title, words or a picture, and notes for who speaks."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Literal

from msgspec import Struct

from bnsim.plot.diagram import Diagram
from bnsim.plot.figure import Figure
from bnsim.plot.marks import Role
from bnsim.plot.paper import PAGE


class Paragraph(Struct, frozen=True):
    """Words on a slide, wrapped. `size`: "large" heads what follows, "small" is a remark."""

    text: str
    size: Literal["large", "normal", "small"] = "normal"
    color: Role = "text"
    bold: bool = False


class Slide(Struct, frozen=True):
    """One slide: a title, a line of verdict below it, then a picture or else words. `notes` are the speaker's.

    `opening`: it is the title slide, on which words stand low and the title is large. `build`: slides one after the
    other with the same one show a figure grow, whose plot stands at the same place on all of them.
    """

    title: str
    line: str = ""
    picture: Figure | Diagram | None = None
    words: tuple[Paragraph, ...] = ()
    notes: str = ""
    opening: bool = False
    build: str = ""


def in_builds(slides: Sequence[Slide]) -> list[tuple[Slide, ...]]:
    """The slides in their order: those of a build together, others alone."""
    groups = groupby(enumerate(slides), key=lambda each: each[1].build or each[0])
    return [tuple(slide for _, slide in group) for _, group in groups]


class Deck(Struct, frozen=True):
    """Slides in their order. `title` and `description` go with the file; `page` is what stands at the foot of pages."""

    title: str
    slides: tuple[Slide, ...]
    description: str = ""
    page: str = PAGE
