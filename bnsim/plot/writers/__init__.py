"""Writing a figure or a diagram to a file; the suffix gives the format. What draws is imported when it is used.

A format is a function (picture, style, carried) -> bytes in a module here, and a line in `_FORMATS`.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec

from bnsim.plot.carried import NOTHING, Carried
from bnsim.plot.diagram import Diagram
from bnsim.plot.figure import Figure
from bnsim.plot.pages import sourced_diagram
from bnsim.plot.style import Style, style_named
from bnsim.plot.styled import styled
from bnsim.plot.writers.carrying import with_carried
from bnsim.spec.errors import InputError
from bnsim.spec.places import place
from bnsim.spec.whole_file import written_whole

Picture = Figure | Diagram
Render = Callable[[Picture, Style, Carried], bytes]


class _Format(NamedTuple):
    """What a format is called, where it is written, and whether it can hold a diagram: one of numbers alone cannot."""

    words: str
    module: str
    function: str
    diagrams: bool = True


_FORMATS = {
    "png": _Format("PNG picture", "pictures", "png"),
    "svg": _Format("SVG drawing", "pictures", "svg"),
    "pdf": _Format("PDF page", "pictures", "pdf"),
    "pptx": _Format("PowerPoint slide", "slides", "pptx"),
    "pgf": _Format("PGF for LaTeX", "pgf", "pgf"),
    "py": _Format("Python script", "script", "script", diagrams=False),
    "csv": _Format("CSV numbers", "tables", "csv", diagrams=False),
}
FORMULA = "tex"
"""Suffix of what a diagram of a formula can be written as besides."""
_OF_FORMULAS = {FORMULA: _Format("LaTeX formula", "formula", "tex")}
FORMATS = tuple(_FORMATS)
"""Suffixes of what a figure can be written as, without their dot."""
FORMAT_NAMES: Mapping[str, str] = MappingProxyType({name: format.words for name, format in _FORMATS.items()})
"""What each is called in a menu."""
ALL_NAMES: Mapping[str, str] = MappingProxyType(
    {**FORMAT_NAMES, **{name: format.words for name, format in _OF_FORMULAS.items()}}
)
"""The same, of formulas' formats, too."""
FILM_NAMES: Mapping[str, str] = MappingProxyType({"gif": "GIF film", "mp4": "MP4 film"})
"""What several pictures one after the other can be written as, and what each is called in a menu."""
FILMS = tuple(FILM_NAMES)
MOST_FRAMES = 600
DIAGRAM_FORMATS = tuple(name for name, format in _FORMATS.items() if format.diagrams)
"""Suffixes of what a diagram can be written as."""
_DRAWING = threading.RLock()
"""matplotlib's settings are those of the whole process: one picture is drawn at a time."""


def write(
    picture: Picture,
    path: str | os.PathLike[str],
    theme: str | None = None,
    size: tuple[float, float] | None = None,
    dpi: float | None = None,
    *,
    style: str | Style = "figure",
    carried: Carried = NOTHING,
) -> None:
    """Write `picture` to `path`, whole or not at all, in the format of its suffix.

    `style` is a `Style` or the name of one; `theme`, `size` in inches and `dpi` for PNG are said in its place. What is
    `carried` goes into the file. The same picture and options give the same bytes. InputError for a suffix the picture
    has no format for, for sizes that no page has, and for a place that cannot be written to.
    """
    target = place(path)
    format = target.suffix.removeprefix(".").lower()
    known = formats_of(picture)
    if format not in known:
        ending = f"its ending {target.suffix} is no format" if format else "its name has no ending"
        if format in FORMATS:
            ending = f"a diagram has no numbers for {target.suffix}"
        endings = ", ".join(f".{each}" for each in known)
        raise InputError(f"Cannot write {target}: {ending}; use a name that ends in one of {endings}.")
    content = render(picture, format, theme, size, dpi, style=style, carried=carried)
    try:
        with written_whole(target) as file:
            file.write(content)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise InputError(f"Cannot write {target}: {reason}; choose another place or name.") from error


def render(
    picture: Picture,
    format: str,
    theme: str | None = None,
    size: tuple[float, float] | None = None,
    dpi: float | None = None,
    *,
    style: str | Style = "figure",
    carried: Carried = NOTHING,
) -> bytes:
    """The content `write` would give a file of that format; for the clipboard, and for slides."""
    if format not in formats_of(picture):
        known = ", ".join(formats_of(picture))
        raise InputError(f"Cannot draw the figure: {format!r} is no format; choose from {known}.")
    found = (_FORMATS | _OF_FORMULAS)[format]
    to_bytes: Render = getattr(import_module(f"{__name__}.{found.module}"), found.function)
    page = chosen(style, theme, size, dpi)
    shown = sourced(picture, page, carried)
    with _DRAWING:
        content = to_bytes(styled(shown, page) if isinstance(shown, Figure) else shown, page, carried)
    return with_carried(format, content, carried)


def sourced(picture: Picture, style: Style, carried: Carried) -> Picture:
    """The picture with where it comes from at its foot, if the style asks for it and that is known."""
    if isinstance(picture, Figure):
        return sourced_figure(picture, style, carried)
    return sourced_diagram(picture, carried.source, style) if style.source and carried.source else picture


def sourced_figure(figure: Figure, style: Style, carried: Carried) -> Figure:
    """The same of a figure."""
    return msgspec.structs.replace(figure, source=carried.source) if style.source else figure


def formats_of(picture: Picture) -> tuple[str, ...]:
    """The suffixes that the picture can be written as."""
    if isinstance(picture, Diagram):
        return (*DIAGRAM_FORMATS, *_OF_FORMULAS) if picture.latex else DIAGRAM_FORMATS
    return FORMATS


def chosen(
    style: str | Style,
    theme: str | None = None,
    size: tuple[float, float] | None = None,
    dpi: float | None = None,
) -> Style:
    """The style, with what is said in place of its own; InputError for a page that cannot be drawn.

    A style that is named may have what is otherwise after a colon; see `style_named`.
    """
    found = style_named(style) if isinstance(style, str) else style
    given = {"theme": theme, "size": size, "dpi": dpi}
    own = {name: value for name, value in given.items() if value is not None}
    made = msgspec.structs.replace(found, **own).checked()
    if made.font:
        from bnsim.plot.writers.fonts import refuse_unknown

        refuse_unknown(made.font)
    return made


def boxes_in(picture: Picture, path: str | os.PathLike[str]) -> str:
    """The end of a sentence that says which characters a picture at `path` shows boxes for; empty if none.

    An SVG holds its words as text, which the program that shows it finds fonts for.
    """
    from bnsim.plot.writers.fonts import missing

    lacking = missing(picture) if place(path).suffix.lower() in (".png", ".pdf") else ""
    return f"no installed font has {' '.join(lacking)}, in whose place there are boxes" if lacking else ""


def draw_onto(figure: Figure, axes: Any, theme: str) -> Any:
    """Draw the figure on matplotlib's Axes, or on those of a new pyplot figure if that is None, and return them."""
    return import_module(f"{__name__}.onto").draw_onto(figure, axes, theme)


def frame(figure: Figure) -> Any:
    """The figure's numbers as a pandas DataFrame; InputError without pandas."""
    return import_module(f"{__name__}.frames").frame(figure)
