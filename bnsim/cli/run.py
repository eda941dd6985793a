"""`bnsim run`: train an experiment and write figures of it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import bnsim
from bnsim.cli.opening import DEFAULT, add_allow_data, opened, refuse_unasked
from bnsim.cli.training import EXIT_CODES, add_iterations, train
from bnsim.cli.writing import add_folder, figures_wanted, formats, made_folder, records_of, write_figures
from bnsim.spec.files import is_run

if TYPE_CHECKING:
    from bnsim.session import Session

HELP = "train without a window and write figures"
NOTHING_DRAWN = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what to train, for how long, and which figures to write."""
    parser.epilog = EXIT_CODES
    parser.add_argument(
        "experiment", metavar="FILE", help=f"a .bnsim file, a .bnrun file to go on with, or '{DEFAULT}'"
    )
    add_iterations(parser, 100)
    parser.add_argument(
        "--figure",
        nargs="+",
        action="extend",
        metavar="NAME[:OPTION=VALUE,...]",
        help="figures to write (all); 'bnsim figures' lists them and their options",
    )
    parser.add_argument("--format", default="svg", metavar="LIST", help="svg,pdf,png,csv (svg)")
    add_allow_data(parser)
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
    session = _session(options.experiment, records_of(wanted), options.out, allow_data=options.allow_data)
    try:
        code = train(session, options.iterations)
        named = options.figure is not None and code == 0  # a NaN is something to show
        drawn = write_figures(session, wanted, suffixes, options.theme, options.out, asked_for=named)
    finally:
        session.close()
    return code if drawn else NOTHING_DRAWN


def _session(name: str, recording: set[str], out: Path, *, allow_data: bool) -> Session:
    """The session to run, at its start or where a saved run stands; InputError for what cannot be run.

    The folder `out` is made before anything takes long.
    """
    if is_run(name):
        from bnsim.session.opening import experiment_of, open_run
        from bnsim.session.run_file import read_run

        run = read_run(name)
        refuse_unasked(experiment_of(run), name, allow_data=allow_data)
        made_folder(out)
        return open_run(run, recording=recording)
    experiment = opened(name, allow_data=allow_data)
    made_folder(out)
    return bnsim.Session(experiment, recording=recording)
