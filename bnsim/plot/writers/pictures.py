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
from matplotlib import style
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import FigureCanvasPdf
from matplotlib.backends.backend_svg import FigureCanvasSVG

from bnsim.plot.figure import Figure
from bnsim.plot.theme import Theme
from bnsim.plot.writers.drawing import draw
from bnsim.spec.printable import printable

_FALLBACKS = "Verdana, 'Bitstream Vera Sans', 'Segoe UI', 'Noto Sans', sans-serif"


def png(figure: Figure, theme: Theme, size: tuple[float, float], dpi: float) -> bytes:
    """The figure as PNG, at `dpi` dots per inch."""
    metadata = {"Title": printable(figure.title), "Description": _description(figure), "Software": "bnsim"}
    with _settings(theme):
        drawing = draw(figure, theme, size, dpi)
        return _printed(FigureCanvasAgg(drawing).print_png, metadata=metadata)


def svg(figure: Figure, theme: Theme, size: tuple[float, float], dpi: float) -> bytes:
    """The figure as SVG; a vector format, so `dpi` has no effect."""
    metadata = {"Title": printable(figure.title), "Description": _description(figure), "Creator": "bnsim", "Date": None}
    with _settings(theme):
        drawing = draw(figure, theme, size, 72.0)
        content = _printed(FigureCanvasSVG(drawing).print_svg, metadata=metadata)
    family = f"'{theme.font('figure')}'"
    return content.replace(f"{family}".encode(), f"{family}, {_FALLBACKS}".encode())


def pdf(figure: Figure, theme: Theme, size: tuple[float, float], dpi: float) -> bytes:
    """The figure as PDF; a vector format, so `dpi` has no effect."""
    title = printable(figure.title)
    metadata = {"Title": title, "Subject": _description(figure), "Creator": "bnsim", "CreationDate": None}
    with _settings(theme):
        drawing = draw(figure, theme, size, 72.0)
        return _printed(FigureCanvasPdf(drawing).print_pdf, metadata=metadata)


def _printed(printer: Any, metadata: Mapping[str, str | None]) -> bytes:
    content = io.BytesIO()
    printer(content, metadata=metadata)
    return content.getvalue()


def _description(figure: Figure) -> str:
    return printable(f"{figure.verdict}. {figure.caption}")


@contextmanager
def _settings(theme: Theme) -> Iterator[None]:
    """Override matplotlib's settings, the user's own included, while a figure is drawn."""
    settings: Any = {
        "font.family": [theme.font("figure")],
        "text.parse_math": False,  # a lane may be named "$x$"
        "axes.unicode_minus": True,
        "pdf.fonttype": 42,
        "svg.fonttype": "none",
        "svg.hashsalt": "bnsim",
    }
    with style.context("default"), matplotlib.rc_context(settings), warnings.catch_warnings():
        # Of a character that no font has, `boxes_in` tells; a font without a bold face has its regular one.
        warnings.filterwarnings("ignore", "Glyph .* missing from font")
        log = logging.getLogger("matplotlib.font_manager")
        level = log.level
        log.setLevel(logging.ERROR)
        try:
            yield
        finally:
            log.setLevel(level)
