"""`bnsim bench`: how fast the engine is on this machine."""

from __future__ import annotations

import argparse

HELP = "step time beside the time of its matrix products alone"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command takes no arguments."""


def execute(options: argparse.Namespace) -> int:
    """Print a line for each network size, as soon as it is measured."""
    from bnsim.engine.bench import OWN, SIZES, table

    for line in table(SIZES, OWN):
        print(line, flush=True)
    return 0
