"""A deck as a file: a presentation, pages, or LaTeX source with a folder of pictures beside it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bnsim.plot.carried import NOTHING, Carried
from bnsim.plot.deck import Deck
from bnsim.plot.paper import Paper
from bnsim.plot.style import STYLES, Style
from bnsim.spec.errors import InputError
from bnsim.spec.files import cannot
from bnsim.spec.places import place, real
from bnsim.spec.whole_file import written_whole

POWERPOINT, LATEX, PDF = ".pptx", ".tex", ".pdf"
PAGES = tuple(name for name in STYLES if name.startswith("slide"))
"""Names of the styles that a deck can have."""

Report = Callable[[int], None]
"""Told how many slides are done; what it raises ends the work."""


def refuse_unwritable(path: Path) -> None:
    """InputError, before anything takes long, for a name that no deck has or a folder that is not there."""
    target = place(path)
    known = (POWERPOINT, LATEX, PDF)
    if target.suffix.lower() not in known:
        raise InputError(
            f"Cannot write {target.name}: its name ends in none of {', '.join(known)}; choose one of them."
        )
    if not real(target.parent).is_dir():
        raise InputError(f"Cannot write {target}: there is no folder {target.parent}; make it first.")


def write_deck(
    deck: Deck, path: Path, style: Style, carried: Carried = NOTHING, report: Report = lambda done: None
) -> tuple[Path, ...]:
    """Write the deck, each file whole or not at all; returns the paths of what there is to open.

    A name that ends in .tex is that of LaTeX source; its pictures go into a folder of that name beside it. `report` is
    told how many slides are done.
    """
    target = place(path)
    refuse_unwritable(target)
    try:
        if target.suffix.lower() == LATEX:
            return _write_latex(deck, target, style, carried, report)
        if target.suffix.lower() == PDF:
            from bnsim.decks.slide_pages import slide_pages

            write_paper(slide_pages(deck, style), target, style, carried, report)
            return (target,)
        from bnsim.plot.writers.carrying import with_carried
        from bnsim.plot.writers.talk import pptx

        _write(target, with_carried("pptx", pptx(deck, style, carried, report), carried))
    except OSError as error:
        raise InputError(cannot("write", target, error)) from error
    return (target,)


def write_paper(
    paper: Paper, path: Path, style: Style, carried: Carried = NOTHING, report: Report = lambda done: None
) -> None:
    """Write sheets as PDF, whole or not at all; `report` is told how many are done.

    InputError for a place that cannot be written to.
    """
    from bnsim.plot.writers.paper import pdf

    try:
        _write(place(path), pdf(paper, style, carried, report))
    except OSError as error:
        raise InputError(cannot("write", path, error)) from error


def write_text(text: str, path: Path) -> None:
    """Write a text, whole or not at all. InputError for a place that cannot be written to."""
    try:
        _write(place(path), text.encode())
    except OSError as error:
        raise InputError(cannot("write", path, error)) from error


def _write_latex(deck: Deck, target: Path, style: Style, carried: Carried, report: Report) -> tuple[Path, ...]:
    from bnsim.plot.writers.beamer import beamer

    folder = target.with_name(f"{target.stem}-figures")
    source = beamer(deck, style, folder.name, carried, report)
    real(folder).mkdir(exist_ok=True)
    for name, content in source.pictures.items():
        _write(folder / name, content)
    _write(target, source.text.encode())
    return target, folder


def _write(target: Path, content: bytes) -> None:
    with written_whole(target) as file:
        file.write(content)
