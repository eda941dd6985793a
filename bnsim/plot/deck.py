"""A talk is data, as a figure is: slides with a title, words or a picture, and notes for who speaks."""

from __future__ import annotations

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

    `opening`: it is the title slide, on which words stand low and the title is large.
    """

    title: str
    line: str = ""
    picture: Figure | Diagram | None = None
    words: tuple[Paragraph, ...] = ()
    notes: str = ""
    opening: bool = False


class Deck(Struct, frozen=True):
    """Slides in their order. `title` and `description` go with the file; `page` is what stands at the foot of pages."""

    title: str
    slides: tuple[Slide, ...]
    description: str = ""
    page: str = PAGE
