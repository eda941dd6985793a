"""Writing figures for the commands that write them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bnsim.spec.errors import InputError, readable
from bnsim.spec.numerals import counted
from bnsim.spec.places import place, real

if TYPE_CHECKING:
    from bnsim.plot.carried import Carried
    from bnsim.plot.style import Style
    from bnsim.session import Session


def add_folder(parser: argparse.ArgumentParser) -> None:
    """Declare the option for the folder to write to."""
    parser.add_argument("--out", type=place, default=Path("."), metavar="DIR", help="folder to write to (.)")


def add_look(parser: argparse.ArgumentParser, *, films: bool = False) -> None:
    """Declare the options for the formats of figures, of `films` too, their page and their colors."""
    from bnsim.plot.style import OPTIONS, STYLES
    from bnsim.plot.writers import FILMS, FORMATS

    moving = f"; {','.join(FILMS)}: a film over the training" if films else ""
    parser.add_argument("--format", default="svg", metavar="LIST", help=f"{','.join(FORMATS)}{moving} (svg)")
    parser.add_argument(
        "--style",
        default="figure",
        metavar="NAME[:FIELD=VALUE,...]",
        help=f"the page: {', '.join(STYLES)} (figure), and what is otherwise, as in slide:caption=yes,source=yes: "
        f"{', '.join(OPTIONS)}",
    )
    parser.add_argument("--theme", metavar="NAME", help="light or dark (light)")


def look_of(options: argparse.Namespace) -> Style:
    """The style that is asked for; InputError if there is no such style or theme."""
    from bnsim.plot.writers import chosen

    return chosen(options.style, options.theme)


class Saying:
    """What a command prints of what it did; nothing if it is to be quiet."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet

    def file(self, path: Path) -> None:
        """A file that was written."""
        self.line(str(path))

    def wrong(self, words: str) -> None:
        """A line on standard error, however quiet it is to be."""
        print(words, file=sys.stderr)

    def line(self, words: str) -> None:
        """A line on standard output."""
        if not self._quiet:
            print(words)


def made_folder(path: Path) -> Path:
    """The folder, created if it does not exist."""
    try:
        real(path).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        what = (error.strerror or str(error)).lower()
        raise InputError(f"Cannot make the folder {path}: {what}; choose another one.") from error
    return path


class Wanted(NamedTuple):
    """A figure to be written, with its options; `file` is the name of its files without a suffix."""

    name: str
    options: Mapping[str, str | int]
    file: str


def figures_wanted(given: Sequence[str] | None) -> list[Wanted]:
    """Those given as NAME or NAME:option=value,..., once each; if none are given, all kinds as by default."""
    from bnsim.figures import FIGURES
    from bnsim.figures.options import parse, settings, suffix

    found = {}
    for each in given or FIGURES:
        name, options = parse(each)
        if name not in FIGURES:
            raise InputError(f"There is no figure {name!r}; choose from {', '.join(FIGURES)}.")
        chosen = settings(name, FIGURES[name].options, options)
        file = name + suffix(FIGURES[name].options, chosen)
        found[file] = Wanted(name, chosen, file)
    return list(found.values())


def records_of(wanted: Iterable[Wanted]) -> set[str]:
    """The names of the records that these figures need."""
    from bnsim.figures import FIGURES

    return {record for each in wanted for record in FIGURES[each.name].needs(each.options)}


def formats(given: str, *, films: bool = False, formulas: bool = False) -> list[str]:
    """File suffixes from a list separated by commas, once each; with `films` and `formulas`, of these too."""
    from bnsim.plot.writers import FILMS, FORMATS, FORMULA

    known = (*FORMATS, *(FILMS if films else ()), *((FORMULA,) if formulas else ()))
    wanted = dict.fromkeys(part.strip().lower() for part in given.split(",") if part.strip())
    if not wanted:
        raise InputError(f"There is no format in {given!r}; choose from {', '.join(known)}.")
    for suffix in wanted:
        if suffix not in known:
            raise InputError(f"There is no format {suffix!r}; choose from {', '.join(known)}.")
    return list(wanted)


def write_figures(
    session: Session,
    wanted: Sequence[Wanted],
    suffixes: Sequence[str],
    style: Style,
    folder: Path,
    say: Saying,
    what: Carried,
    *,
    asked_for: bool = False,
) -> bool:
    """Write each figure in each format and say the name of every file; then say the losses. `what` goes along.

    One that is `asked_for` by name and has nothing to draw is not written, its verdict goes to standard error; whether
    there was none such.
    """
    from bnsim.figures import FIGURES
    from bnsim.plot.writers import boxes_in

    all_drawn = True
    for each in wanted:
        figure = FIGURES[each.name](session, None, **each.options)
        if asked_for and not figure.has_data:
            print(f"bnsim: Nothing to draw in {each.file}: {readable(figure.verdict)}.", file=sys.stderr)
            all_drawn = False
            continue
        for suffix in suffixes:
            path = folder / f"{each.file}.{suffix}"
            figure.save(path, style=style, carried=what)
            say.file(path)
            if lacking := boxes_in(figure, path):
                say.wrong(f"{path}: {lacking}.")
    for lane in session.lanes:
        if lane.loss is not None:
            say.line(f"{lane.stack.name}: loss {lane.loss:.6g} after {counted(session.iteration, 'iteration')}")
    return all_drawn
