"""`bnsim snapshot`: pictures of the app, made without a display."""

from __future__ import annotations

import argparse
import os

import bnsim
from bnsim.cli.training import EXIT_CODES, add_iterations, train
from bnsim.cli.writing import add_folder, figures_wanted, made_folder, records_of, write_figures

HELP = "the window's picture and the figures, on a machine with no display"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare how long to train first, and the folder for the pictures."""
    parser.epilog = EXIT_CODES
    add_iterations(parser, 60)
    add_folder(parser)


def execute(options: argparse.Namespace) -> int:
    """Write pictures of the window in both themes, then of every figure."""
    made_folder(options.out)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from bnsim.ui.app import check_system, snapshot

    check_system()
    for theme in ("light", "dark"):
        print(snapshot(options.out, theme))
    names = figures_wanted(None)
    session = bnsim.Session(bnsim.default_experiment(), recording=records_of(names))
    try:
        code = train(session, options.iterations)
        write_figures(session, names, ["png", "svg"], "light", options.out)
    finally:
        session.close()
    return code
