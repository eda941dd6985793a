"""A text in Markdown on sheets of paper."""

from __future__ import annotations

from bnsim.decks.flow import SMALL, Flow
from bnsim.plot.paper import PAGE, Paper
from bnsim.spec.phrases import Say, in_english, said
from bnsim.version import __version__

SIZES = (SMALL, 8.0, 7.5, 7.0, 6.5)
"""Type is small, as of what one has beside oneself while one speaks, and smaller if that saves a sheet."""


def markdown_paper(markdown: str, title: str, most: int, say: Say = in_english) -> Paper:
    """The sheets: at most so many, if type that can be read lets the text be on them; `say`: in its language."""
    for size in SIZES:
        flow = Flow(f"{title} · bnsim {__version__}", by=size / SMALL, page=said(PAGE, say))
        flow.markdown(markdown, size)
        paper = flow.paper(title, "")
        if len(paper.sheets) <= most:
            break
    return paper
