"""Several figures on one page, side by side and one below the other, as one file."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import FigureCanvasPdf
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as Canvas
from msgspec.structs import replace

from bnsim.plot.carried import NOTHING, Carried
from bnsim.plot.figure import Figure
from bnsim.plot.style import Style
from bnsim.plot.styled import styled
from bnsim.plot.writers import sourced_figure
from bnsim.plot.writers.carrying import with_carried
from bnsim.plot.writers.drawing import drawn
from bnsim.plot.writers.pictures import printed, settings
from bnsim.spec.errors import InputError
from bnsim.spec.printable import printable

MOST = 12
SHEETS = ("svg", "pdf", "png")
"""Suffixes of what a page of figures can be written as."""
_DATES: Mapping[str, str] = MappingProxyType({"svg": "Date", "pdf": "CreationDate"})


def sheet(
    figures: Sequence[Figure], format: str, style: Style, columns: int = 2, *, carried: Carried = NOTHING
) -> bytes:
    """The page, as large as the style's for each figure. InputError for none, too many, or a format that has none."""
    if format not in SHEETS:
        raise InputError(f"Cannot put figures on one page as {format!r}; choose from {', '.join(SHEETS)}.")
    if not 1 <= len(figures) <= MOST or columns < 1:
        raise InputError(f"Cannot put {len(figures)} figures on one page; use 1 to {MOST}, in a column or more.")
    columns = min(columns, len(figures))
    rows = math.ceil(len(figures) / columns)
    whole = replace(style, size=(style.size[0] * columns, style.size[1] * rows)).checked()
    dpi = style.dpi if format == "png" else 72.0
    title = printable(" · ".join(figure.title for figure in figures))
    about: dict[str, str | None] = {"Title": title, "Software" if format == "png" else "Creator": "bnsim"}
    if format in _DATES:
        about[_DATES[format]] = None
    with settings(style):
        ground = "none" if style.transparent else style.colors().color("plot-background")
        page = Canvas(figsize=whole.size, dpi=dpi, facecolor=ground)
        places = page.subfigures(rows, columns, squeeze=False).ravel()
        for place, figure in zip(places, figures, strict=False):
            place.set_facecolor("none")
            drawn(styled(sourced_figure(figure, style, carried), style), style, dpi, onto=place)
        printers: dict[str, Any] = {
            "png": FigureCanvasAgg(page).print_png,
            "svg": FigureCanvasSVG(page).print_svg,
            "pdf": FigureCanvasPdf(page).print_pdf,
        }
        content = printed(printers[format], about)
    return with_carried(format, content, carried)
