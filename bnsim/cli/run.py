"""`bnsim run`: train an experiment and write figures of it."""

from __future__ import annotations

import argparse

import bnsim
from bnsim.cli.opening import add_experiment, opened
from bnsim.cli.training import EXIT_CODES, add_iterations, train
from bnsim.cli.writing import add_folder, figures_wanted, formats, made_folder, records_of, write_figures

HELP = "train without a window and write figures"
NOTHING_DRAWN = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what to train, for how long, and which figures to write."""
    parser.epilog = EXIT_CODES
    add_experiment(parser)
    add_iterations(parser, 100)
    parser.add_argument(
        "--figure",
        nargs="+",
        action="extend",
        metavar="NAME[:OPTION=VALUE,...]",
        help="figures to write (all); 'bnsim figures' lists them and their options",
    )
    parser.add_argument("--format", default="svg", metavar="LIST", help="svg,pdf,png,csv (svg)")
    parser.add_argument("--theme", default="light", metavar="NAME", help="light or dark (light)")
    add_folder(parser)


def execute(options: argparse.Namespace) -> int:
    """Train, then write the figures.

    The exit code is 3 where a NaN or an infinity came up, else 2 where a figure that is named has nothing to draw.

    Mistakes in the arguments are reported before the training starts.
    """
    from bnsim.plot.theme import load_theme

    wanted, suffixes = figures_wanted(options.figure), formats(options.format)
    load_theme(options.theme)
    experiment = opened(options.experiment, allow_data=options.allow_data)
    made_folder(options.out)
    session = bnsim.Session(experiment, recording=records_of(wanted))
    try:
        code = train(session, options.iterations)
        named = options.figure is not None and code == 0  # a NaN is something to show
        drawn = write_figures(session, wanted, suffixes, options.theme, options.out, asked_for=named)
    finally:
        session.close()
    return code if drawn else NOTHING_DRAWN
