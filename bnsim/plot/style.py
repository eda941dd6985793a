"""How a picture is put on a page: its size, its look, how large its type is, and what of a figure is drawn.

A style is data, as a figure is; the writers read it. `STYLES` are the ones that are ready to use.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

import msgspec
from msgspec import Struct

from bnsim.plot.theme import Palette, Theme, ThemeName, load_theme
from bnsim.spec.errors import InputError

MOST_INCHES = 100.0
MOST_PIXELS = 20_000
LEAST_TYPE, MOST_TYPE = 0.5, 3.0
MOST_LEAST = 40.0


class Style(Struct, frozen=True):
    """A page. `size` is its width and height in inches, `dpi` how fine a PNG of it is.

    `type`: words are so many times as large as the theme's sizes on a page of that size, as they have to be for those
    who sit far away; none is smaller than `least` points, unless there is no page for them. `font` "" is the theme's.
    `palette`: "gray" has no hues, for paper that is copied; "standard" is told apart under every kind of color vision.
    `names`: beside their lines, or in a key over the plot. `theory`: lines that a measurement is held against, those of
    theory and horizontal rules, are drawn. `transparent`: there is no ground, nor patches of it behind words.
    `source`: at the foot stands which experiment it is of, by a short hash, and the seed, where that is known.
    `text`: an SVG has its words as text, which is searched and edited, or as outlines, which look the same anywhere.
    `head`: a file of numbers begins with comments that say what they are; without, with the names of its columns.
    """

    name: str = ""
    size: tuple[float, float] = (7.5, 4.6)
    theme: ThemeName = "light"
    transparent: bool = False
    type: float = 1.0
    least: float = 7.0
    font: str = ""
    palette: Palette = "standard"
    title: bool = True
    verdict: bool = True
    caption: bool = False
    source: bool = False
    theory: bool = True
    names: Literal["beside", "key"] = "beside"
    grid: bool = True
    text: Literal["text", "outlines"] = "text"
    head: bool = True
    dpi: float = 200.0

    def colors(self) -> Theme:
        """The theme with what the style says of its colors and its font."""
        theme = load_theme(self.theme, self.palette)
        fonts = theme.fonts | {"figure": self.font} if self.font else theme.fonts
        return msgspec.structs.replace(theme, fonts=fonts)

    def checked(self) -> Style:
        """The style itself; InputError for a page that cannot be drawn."""
        load_theme(self.theme)
        if not all(1 <= inches <= MOST_INCHES for inches in self.size):  # False for NaN, too
            raise InputError(f"Cannot write the figure: {self.size} inches is no size; use 1 to 100 either way.")
        if not (self.dpi >= 10 and max(self.size) * self.dpi <= MOST_PIXELS):
            raise InputError(
                f"Cannot write the figure: {self.dpi:g} dots per inch is out of range; use 10 or more, "
                f"and at most {MOST_PIXELS:,} pixels on the longer side."
            )
        if not LEAST_TYPE <= self.type <= MOST_TYPE:
            raise InputError(
                f"Cannot write the figure: type {self.type:g} times as large is out of range; "
                f"use {LEAST_TYPE:g} to {MOST_TYPE:g}."
            )
        if not 0 <= self.least <= MOST_LEAST:
            raise InputError(
                f"Cannot write the figure: no word smaller than {self.least:g} points is out of range; "
                f"use 0 to {MOST_LEAST:g}."
            )
        return self


STYLES: Mapping[str, Style] = MappingProxyType(
    {
        style.name: style
        for style in (
            Style("figure"),
            Style("slide", size=(13.333, 7.5), least=14.0, dpi=144.0),
            Style("slide-4-3", size=(10.0, 7.5), least=14.0, dpi=144.0),
            Style("half-slide", size=(6.4, 5.4), type=1.25, least=12.0),
            Style("column", size=(3.35, 2.5), type=1.5, title=False, verdict=False, dpi=600.0),
        )
    }
)
"""By name: "figure" is as large as a figure in a text, "slide" is 16 to 9, "column" one of two on a sheet of paper."""


OPTIONS = tuple(name for name in Style.__struct_fields__ if name not in ("name", "size", "head"))
"""Fields of a style that can be said beside its name."""
_YES, _NO = ("yes", "on", "true", "1"), ("no", "off", "false", "0")


def style_named(words: str) -> Style:
    """The style of that name, with what is said after a colon: "slide:caption=yes,font=DejaVu Serif".

    InputError if there is no such style or field, or a field cannot be that.
    """
    name, _, rest = words.partition(":")
    if name not in STYLES:
        raise InputError(f"There is no style {name!r}; choose from {', '.join(STYLES)}.")
    said = dict(_field(part) for part in rest.split(",") if part.strip())
    style = STYLES[name]
    try:
        return msgspec.convert(msgspec.structs.asdict(style) | said, Style, strict=False)
    except msgspec.ValidationError as error:
        what, _, where = str(error).partition(" - at ")
        raise InputError(
            f"Cannot use the style {words!r}: {what[:1].lower()}{what[1:]} at {where.strip('`$.')}; correct that value."
        ) from error


def _field(words: str) -> tuple[str, str | bool]:
    """A field of a style and what it is to be, from "caption=yes"."""
    name, _, value = (part.strip() for part in words.partition("="))
    if name not in OPTIONS or not value:
        raise InputError(
            f"There is no {words.strip()!r} in a style; say FIELD=VALUE, with one of {', '.join(OPTIONS)}."
        )
    if isinstance(getattr(STYLES["figure"], name), bool) and value.lower() in (*_YES, *_NO):
        return name, value.lower() in _YES
    return name, value
