"""`bnsim run`: train an experiment and write figures of it."""

from __future__ import annotations

import argparse
from collections.abc import Collection
from typing import TYPE_CHECKING

import bnsim
from bnsim.cli.diagrams import diagram_formats, diagrams_wanted, write_diagram_films, write_diagrams
from bnsim.cli.films import add_frames, refuse_films, write_films
from bnsim.cli.grid import refuse_grid, write_grid
from bnsim.cli.history_file import NORMS, history_file, write_history
from bnsim.cli.lesson_files import write_lesson_figures
from bnsim.cli.opening import DEFAULT, add_allow_data, opened_document, opened_run
from bnsim.cli.training import EXIT_CODES, add_iterations, add_quiet, add_seed, seeded, train
from bnsim.cli.writing import (
    Saying,
    add_folder,
    add_look,
    figures_wanted,
    formats,
    look_of,
    made_folder,
    records_of,
    write_figures,
)
from bnsim.spec.document import Document
from bnsim.spec.errors import InputError, readable
from bnsim.spec.files import is_run

if TYPE_CHECKING:
    from bnsim.session import Session

HELP = "train without a window, write figures, print findings"
ITERATIONS = 100
NOTHING_DRAWN = 2
MOST_COLUMNS = 6
FOUND = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what to train, for how long, and which figures to write."""
    parser.epilog = f"{EXIT_CODES}; with --findings {FOUND} where there are any"
    parser.add_argument(
        "experiment",
        metavar="FILE|LESSON",
        help=f"a .bnsim file, a .bnrun file to go on with, '{DEFAULT}', or a lesson (its name, number or folder): then "
        "the figures of all its steps are written",
    )
    add_iterations(parser, None, f"{ITERATIONS}; a lesson says it itself")
    parser.add_argument(
        "--figure",
        nargs="+",
        action="extend",
        metavar="NAME[:OPTION=VALUE,...]",
        help="figures to write (all); 'bnsim figures' lists them and their options",
    )
    parser.add_argument(
        "--diagram",
        nargs="+",
        action="extend",
        metavar="NAME[:OPTION=VALUE,...]",
        help="diagrams to write: canvas, wave, timeline, tensor, equation, chain, graph, axes; "
        "figures are then written only where --figure names "
        "them; 'bnsim figures' lists both",
    )
    parser.add_argument(
        "--findings",
        action="store_true",
        help=f"print what the rules find in the end, a line each; the exit code is {FOUND} if there is any. Figures "
        "are then written only where --figure names them",
    )
    parser.add_argument(
        "--ignore", nargs="+", action="extend", default=[], metavar="RULE", help="rules that --findings does not ask"
    )
    add_look(parser, films=True)
    add_frames(parser)
    parser.add_argument(
        "--grid",
        type=_columns,
        metavar="COLUMNS",
        help="all figures on one page, in so many columns: grid.svg, .pdf or .png",
    )
    parser.add_argument(
        "--history",
        type=history_file,
        metavar="FILE.csv",
        help="write what was recorded, a row for each lane and iteration; figures are then written only where --figure "
        "names them",
    )
    add_seed(parser)
    add_allow_data(parser)
    add_folder(parser)
    add_quiet(parser)


def execute(options: argparse.Namespace) -> int:
    """Train, then write the figures.

    The exit code is 3 where a NaN or an infinity came up, else 2 where a figure that is named has nothing to draw or a
    diagram cannot be made, else 1 where there are findings and they were asked for.

    Mistakes in the arguments are reported before the training starts.
    """
    from bnsim.lessons.shipped import is_lesson
    from bnsim.plot.writers import FILMS, FORMULA
    from bnsim.session.past import carried, past_of

    if is_lesson(options.experiment):
        return write_lesson_figures(options)
    others = options.findings or options.history is not None or bool(options.diagram)
    no_figures = options.figure is None and others
    wanted, suffixes = (
        [] if no_figures else figures_wanted(options.figure),
        formats(options.format, films=True, formulas=bool(options.diagram)),
    )
    diagrams = diagrams_wanted(options.diagram)
    diagram_pages = diagram_formats(suffixes) if diagrams else []
    rules = _rules_to_ignore(options.ignore)
    style = look_of(options)
    films = [suffix for suffix in suffixes if suffix in FILMS]
    refuse_films(films, options.frames, style)
    if options.grid:
        refuse_grid([suffix for suffix in suffixes if suffix not in (*films, FORMULA)])
    recording = records_of(wanted) | _records_of_findings(asked=options.findings)
    if options.history is not None:
        recording |= NORMS
    session, document = _session(options, recording)
    try:
        code = train(session, ITERATIONS if options.iterations is None else options.iterations, quiet=options.quiet)
        what = carried(past_of(session, document))
        named = options.figure is not None and code == 0  # a NaN is something to show
        say = Saying(quiet=options.quiet)
        if films:
            write_films(session, wanted, films, style, options, say, what)
        pages = [suffix for suffix in suffixes if suffix not in (*films, FORMULA)]
        if options.grid:
            drawn = write_grid(session, wanted, pages, style, options, say, what)
        else:
            drawn = write_figures(session, wanted, pages, style, options.out, say, what, asked_for=named)
        if options.history is not None:
            write_history(session, options.history)
            say.file(options.history)
        found = options.findings and print_findings(session, rules)
        made = write_diagrams(session, diagrams, diagram_pages, style, options.out, say, what)
        all_made = write_diagram_films(session, made, films, style, options, say, what) and len(made) == len(diagrams)
    finally:
        session.close()
    if not drawn or (not all_made and code == 0):
        return NOTHING_DRAWN
    return code or (FOUND if found else 0)


def _columns(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_COLUMNS:
        raise argparse.ArgumentTypeError(f"cannot make {text} columns; give a number from 1 to {MOST_COLUMNS}")
    return int(text)


def print_findings(session: Session, without: Collection[str]) -> bool:
    """Print the session's findings, a line each; whether there are any."""
    found = bnsim.findings(session, without)
    for each in found:
        print(readable(each.line()))
    if not found:
        print("no findings")
    return bool(found)


def _rules_to_ignore(names: Collection[str]) -> frozenset[str]:
    """Those names; InputError if one of them is no rule's."""
    if not names:
        return frozenset()
    from bnsim.lenses.findings.rules import RULES

    for name in names:
        if name not in RULES:
            raise InputError(f"There is no rule {name!r} to ignore; choose from {', '.join(RULES)}.")
    return frozenset(names)


def _records_of_findings(*, asked: bool) -> set[str]:
    if not asked:
        return set()
    from bnsim.lenses.findings.lens import RECORDS

    return set(RECORDS)


def _session(options: argparse.Namespace, recording: set[str]) -> tuple[Session, Document]:
    """The session to run, at its start or where a saved run stands, and the document it is of.

    InputError for what cannot be run. The folder to write to is made before anything takes long.
    """
    if is_run(options.experiment):
        from bnsim.session.opening import open_run

        run = opened_run(options.experiment, seed=options.seed, allow_data=options.allow_data)
        made_folder(options.out)
        return open_run(run, recording=recording), run.document
    document = seeded(opened_document(options.experiment, allow_data=options.allow_data), options.seed)
    made_folder(options.out)
    return bnsim.Session(document.experiment, recording=recording), document
