"""`bnsim [FILE]`: open the app."""

from __future__ import annotations

import argparse

from bnsim.spec.files import refuse_missing

HELP = "open the app"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the file to open."""
    parser.add_argument(
        "file",
        nargs="?",
        metavar="FILE",
        help="a .bnsim file, a run (.bnrun), a picture that bnsim wrote or data (.csv, .npz), to open",
    )


def execute(options: argparse.Namespace) -> int:
    """Open the window, and return when the last one is closed."""
    if options.file is not None:
        refuse_missing(options.file)
    from bnsim.ui.app import check_system
    from bnsim.ui.app import main as open_app

    check_system()
    return open_app(options.file)
