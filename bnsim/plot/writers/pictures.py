"""PNG, SVG and PDF through matplotlib: the same drawing, the same bytes every time.

PDF embeds its fonts whole enough to be edited (TrueType, type 42). SVG keeps text as text, so that it stays
searchable, editable and readable for screen readers; matplotlib's DejaVu Sans is followed by the families that
are closest in width (Verdana is its sibling), and labels are anchored at the side that matters, so that
another font moves nothing out of place. Title and caption travel along as metadata.
"""

from __future__ import annotations

import io
import logging
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import matplotlib
from matplotlib import style as mplstyle
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import FigureCanvasPdf
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure as Canvas

from bnsim.plot.carried import Carried
from bnsim.plot.diagram import Diagram
from bnsim.plot.figure import Figure
from bnsim.plot.style import Style
from bnsim.plot.writers.drawing import draw
from bnsim.plot.writers.sketch import sketch
from bnsim.spec.printable import printable

_FALLBACKS = "Verdana, 'Bitstream Vera Sans', 'Segoe UI', 'Noto Sans', sans-serif"


def png(picture: Figure | Diagram, style: Style, carried: Carried) -> bytes:
    """The picture as PNG, at the style's dots per inch."""
    metadata = {"Title": printable(picture.title), "Description": description(picture), "Software": "bnsim"}
    with settings(style):
        return printed(FigureCanvasAgg(_drawn(picture, style, style.dpi)).print_png, metadata=metadata)


def svg(picture: Figure | Diagram, style: Style, carried: Carried) -> bytes:
    """The picture as SVG; a vector format, so the dots per inch have no effect."""
    title = printable(picture.title)
    metadata = {"Title": title, "Description": description(picture), "Creator": "bnsim", "Date": None}
    with settings(style):
        content = printed(FigureCanvasSVG(_drawn(picture, style, 72.0)).print_svg, metadata=metadata)
    family = f"'{style.colors().font('figure')}'"
    return content.replace(f"{family}".encode(), f"{family}, {_FALLBACKS}".encode())


def pdf(picture: Figure | Diagram, style: Style, carried: Carried) -> bytes:
    """The picture as PDF; a vector format, so the dots per inch have no effect."""
    title = printable(picture.title)
    metadata = {"Title": title, "Subject": description(picture), "Creator": "bnsim", "CreationDate": None}
    with settings(style):
        return printed(FigureCanvasPdf(_drawn(picture, style, 72.0)).print_pdf, metadata=metadata)


def description(picture: Figure | Diagram) -> str:
    """What a file says of its picture to those who do not see it."""
    said = picture.description if isinstance(picture, Diagram) else f"{picture.verdict}. {picture.caption}"
    return printable(said)


def _drawn(picture: Figure | Diagram, style: Style, dpi: float) -> Canvas:
    return sketch(picture, style, dpi) if isinstance(picture, Diagram) else draw(picture, style, dpi)


def printed(printer: Any, metadata: Mapping[str, str | None]) -> bytes:
    """What one of matplotlib's canvases prints."""
    content = io.BytesIO()
    printer(content, metadata=metadata)
    return content.getvalue()


@contextmanager
def settings(style: Style) -> Iterator[None]:
    """Override matplotlib's settings, the user's own included, while a figure is drawn."""
    settings: Any = {
        "font.family": [style.colors().font("figure")],
        "text.parse_math": False,  # a lane may be named "$x$"
        "axes.unicode_minus": True,
        "pdf.fonttype": 42,
        "svg.fonttype": "none" if style.text == "text" else "path",
        "svg.hashsalt": "bnsim",
    }
    with mplstyle.context("default"), matplotlib.rc_context(settings), warnings.catch_warnings():
        # Of a character that no font has, `boxes_in` tells; a font without a bold face has its regular one.
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        log = logging.getLogger("matplotlib.font_manager")
        level = log.level
        log.setLevel(logging.ERROR)
        try:
            yield
        finally:
            log.setLevel(level)
