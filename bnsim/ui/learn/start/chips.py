"""Papers as chips: one for each paper, whose figures it names."""

from __future__ import annotations

from collections.abc import Mapping

from bnsim.lessons.papers import Paper
from bnsim.ui.learn.start.page import Entry

FIGURE = ", fig. "


def chips(papers: Mapping[str, Paper]) -> list[Entry]:
    """An entry for each paper, by the name of its first figure: "Glorot & Bengio 2010, figs. 6, 7"."""
    found: dict[str, list[str]] = {}
    for name, paper in papers.items():
        found.setdefault(paper.short.partition(FIGURE)[0], []).append(name)
    entries = []
    for who, names in found.items():
        numbers = [papers[name].short.partition(FIGURE)[2] for name in names]
        figures = f", fig{'s' if len(numbers) > 1 else ''}. {', '.join(numbers)}" if all(numbers) else ""
        more = "\n".join(f"{papers[name].source}: {papers[name].title}" for name in names)
        entries.append(Entry(names[0], f"{who}{figures}", more=more))
    return entries
