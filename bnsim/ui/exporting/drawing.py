"""Files drawn in memory: what the dialog shows, what the clipboard and a drag hold. No widgets."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from bnsim.plot.carried import Carried
from bnsim.plot.diagram import Diagram
from bnsim.plot.style import Style
from bnsim.plot.writers import Picture, render
from bnsim.ui.model.exportable import Exportable

TEXTS = frozenset({"csv", "py", "pgf", "tex"})
"""Formats that are text: their preview is its beginning."""
BEGINNING = 6000
"""Letters of a text that are shown."""
SCREEN_PIXELS = 2200
"""A preview has about so many pixels on its longer side."""


class Drawn(Struct, frozen=True):
    """A file as it would be written, and what is shown of it: a PNG, or the beginning of its text."""

    content: bytes
    png: bytes = b""
    text: str = ""


def still(picture: Picture, format: str, frames: int, style: Style) -> Drawn:
    """What is shown of a film that is not made yet: the present picture as a frame of it.

    InputError for a film that cannot be made.
    """
    from bnsim.plot.writers.film import page_of, refuse

    refuse(format, frames, style)
    return Drawn(b"", png=render(picture, "png", style=page_of(style)))


def drawn(picture: Picture, format: str, style: Style, carried: Carried) -> Drawn:
    """Draw the file. A PNG is shown as it is; of what no widget shows, a PNG in the same style."""
    content = render(picture, format, style=style, carried=carried)
    if format == "png":
        return Drawn(content, png=content)
    if format in TEXTS:
        return Drawn(content, text=content[: 4 * BEGINNING].decode(errors="replace")[:BEGINNING])
    dpi = min(SCREEN_PIXELS / max(style.size), 300.0)
    return Drawn(content, png=render(picture, "png", style=replace(style, dpi=dpi)))


def numbers_as_text(picture: Picture) -> str:
    """What is copied beside a picture: a figure's numbers, separated by tabs, or what a diagram says as text."""
    if isinstance(picture, Diagram):
        return picture.text
    content = render(picture, "csv").decode()
    rows = list(csv.reader(line for line in content.splitlines() if not line.startswith("#")))
    text = io.StringIO(newline="")
    csv.writer(text, delimiter="\t", lineterminator="\n").writerows(rows)
    return text.getvalue()


def free_place(place: Path) -> Path:
    """The place itself if nothing is there, else one beside it with the next number: "loss.png", "loss-2.png"."""
    number, stem = 2, place.stem
    while place.exists():
        place = place.with_name(f"{stem}-{number}{place.suffix}")
        number += 1
    return place


class Copied(Struct, frozen=True):
    """What a clipboard or a drag holds: the same picture as PNG and as SVG, and text."""

    name: str
    png: bytes = b""
    svg: bytes = b""
    text: str = ""


def copied(what: Exportable, style: Style, carried: Carried) -> Copied:
    """Draw what is copied; of what has no picture there is only the text."""
    if what.make is None:
        return Copied(what.name, text=what.text)
    picture = what.picture(style)
    png, svg = (render(picture, format, style=style, carried=carried) for format in ("png", "svg"))
    return Copied(what.name, png, svg, what.text or numbers_as_text(picture))
