"""`bnsim snapshot`: pictures of the app, made without a display."""

from __future__ import annotations

import argparse
import os

import bnsim
from bnsim.cli.training import EXIT_CODES, add_iterations, add_quiet, train
from bnsim.cli.writing import Saying, add_folder, figures_wanted, made_folder, records_of, write_figures

HELP = "the window's picture and the figures, on a machine with no display"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare how long to train first, and the folder for the pictures."""
    parser.epilog = EXIT_CODES
    add_iterations(parser, 60)
    add_folder(parser)
    add_quiet(parser)


def execute(options: argparse.Namespace) -> int:
    """Write pictures of the window in both themes, then of every figure."""
    made_folder(options.out)
    from bnsim.plot.style import style_named
    from bnsim.session.past import carried, past_of

    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from bnsim.ui.app import check_system, snapshot

    check_system()
    say = Saying(quiet=options.quiet)
    for theme in ("light", "dark"):
        say.file(snapshot(options.out, theme))
    names = figures_wanted(None)
    session = bnsim.Session(bnsim.default_experiment(), recording=records_of(names))
    try:
        code = train(session, options.iterations, quiet=options.quiet)
        what = carried(past_of(session))
        write_figures(session, names, ["png", "svg"], style_named("figure"), options.out, say, what)
    finally:
        session.close()
    return code
