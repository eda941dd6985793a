"""Training for the commands that train."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from bnsim.spec.numerals import count

if TYPE_CHECKING:
    from bnsim.session import Session

PROGRESS_PARTS = 20


def add_iterations(parser: argparse.ArgumentParser, default: int) -> None:
    """Declare the option for the number of iterations."""
    parser.add_argument(
        "--iterations", type=_iterations, default=default, metavar="N", help=f"updates to make ({default})"
    )


def train(session: Session, iterations: int) -> None:
    """Train up to that many updates; prints progress if the output is a terminal."""
    watched = sys.stderr.isatty()
    part = max(1, iterations // PROGRESS_PARTS)
    while session.iteration < iterations:
        session.run(min(part, iterations - session.iteration))
        if watched:
            print(f"\riteration {count(session.iteration)} of {count(iterations)}", end="", file=sys.stderr, flush=True)
    if watched:
        print(file=sys.stderr)


def _iterations(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"cannot run {text} iterations; give a number from 0 on")
    return int(text)
