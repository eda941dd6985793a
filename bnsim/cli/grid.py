"""Figures together on one page, for the command that writes them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bnsim.cli.films import write_file
from bnsim.cli.writing import Saying, Wanted
from bnsim.spec.errors import InputError

if TYPE_CHECKING:
    from bnsim.plot.carried import Carried
    from bnsim.plot.style import Style
    from bnsim.session import Session


def refuse_grid(formats: Sequence[str]) -> None:
    """InputError, before anything takes long, for formats that hold no page of figures."""
    from bnsim.plot.writers.sheet import SHEETS

    for format in formats:
        if format not in SHEETS:
            raise InputError(f"Cannot put figures on one page as {format!r}; choose from {', '.join(SHEETS)}.")


def write_grid(
    session: Session,
    wanted: Sequence[Wanted],
    formats: Sequence[str],
    style: Style,
    options: argparse.Namespace,
    say: Saying,
    what: Carried,
) -> bool:
    """Write one page of all figures that have something to draw, in each format; whether all had. `what` goes along."""
    from bnsim.figures import FIGURES
    from bnsim.plot.writers.sheet import sheet

    made = [FIGURES[each.name](session, None, **each.options) for each in wanted]
    figures = [figure for figure in made if figure.has_data]
    for format in formats:
        path = options.out / f"grid.{format}"
        write_file(path, sheet(figures, format, style, options.grid, carried=what))
        say.file(path)
    return len(figures) == len(made) or options.figure is None
