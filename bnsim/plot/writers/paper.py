"""PDF of several pages: words, formulas and pictures at their places, the same bytes every time."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from matplotlib.backends.backend_pdf import FigureCanvasPdf, PdfPages
from matplotlib.figure import Figure as Canvas
from matplotlib.gridspec import GridSpec
from msgspec.structs import replace

from bnsim.plot.carried import NOTHING, Carried
from bnsim.plot.diagram import Diagram
from bnsim.plot.paper import Paper, Placed, Sheet
from bnsim.plot.style import Style
from bnsim.plot.styled import styled
from bnsim.plot.writers.carrying import with_carried
from bnsim.plot.writers.drawing import drawn
from bnsim.plot.writers.pictures import settings
from bnsim.plot.writers.sketch import put
from bnsim.spec.printable import printable

Report = Callable[[int], None]
"""Told how many pages are done; what it raises ends the work."""
_DPI = 72.0


def pdf(paper: Paper, style: Style, carried: Carried = NOTHING, report: Report = lambda done: None) -> bytes:
    """The file; of the style its theme, font and colors count."""
    about = {"Title": printable(paper.title), "Subject": printable(paper.description), "Creator": "bnsim"}
    content = io.BytesIO()
    with settings(style), PdfPages(content, metadata={**about, "CreationDate": None}) as pages:
        for number, sheet in enumerate(paper.sheets, start=1):
            FigureCanvasPdf(page := _page(sheet, paper, style))
            pages.savefig(page)
            report(number)
    return with_carried("pdf", content.getvalue(), carried)


def _page(sheet: Sheet, paper: Paper, style: Style) -> Canvas:
    theme = style.colors()
    page = Canvas(figsize=(paper.width / 72.0, paper.height / 72.0), dpi=_DPI, facecolor=theme.color("plot-background"))
    for placed in sheet.pictures:
        _place(page, placed, paper, style)
    words = Diagram("page", paper.title, paper.width, paper.height, sheet.shapes)
    put(page, (0.0, 0.0, 1.0, 1.0), words, theme, 1.0)
    return page


def _place(page: Canvas, placed: Placed, paper: Paper, style: Style) -> None:
    picture = placed.picture
    if isinstance(picture, Diagram):
        scale = min(placed.width / picture.width, placed.height / picture.height)
        width, height = scale * picture.width, scale * picture.height
        left, top = placed.x + (placed.width - width) / 2, placed.y + (placed.height - height) / 2
        share = (left / paper.width, 1.0 - (top + height) / paper.height, width / paper.width, height / paper.height)
        put(page, share, picture, style.colors(), scale)
        return
    across = (placed.x, placed.width, max(paper.width - placed.x - placed.width, 1e-6))
    down = (placed.y, placed.height, max(paper.height - placed.y - placed.height, 1e-6))
    grid = GridSpec(3, 3, width_ratios=across, height_ratios=down)
    part: Any = page.add_subfigure(grid[1, 1], facecolor="none")
    own = replace(
        style,
        size=(placed.width / 72.0, placed.height / 72.0),
        title=placed.heading,
        verdict=placed.heading,
        caption=False,
        source=False,
    ).checked()
    drawn(styled(picture, own), own, _DPI, onto=part)
