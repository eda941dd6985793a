"""Training for the commands that train."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from bnsim.spec.errors import readable
from bnsim.spec.numerals import count

if TYPE_CHECKING:
    from bnsim.session import Session
    from bnsim.session.stop import Stop

PROGRESS_PARTS = 20


def add_iterations(parser: argparse.ArgumentParser, default: int) -> None:
    """Declare the option for the number of iterations."""
    parser.add_argument(
        "--iterations", type=_iterations, default=default, metavar="N", help=f"updates to make ({default})"
    )


NOT_FINITE = 3
"""The exit code where a NaN or an infinity came up."""
EXIT_CODES = f"exit codes: 0 done, 2 something to mend, {NOT_FINITE} done, but a NaN or an infinity came up on the way"
"""For the help of commands that train."""


def train(session: Session, iterations: int) -> int:
    """Make that many updates; prints progress if the output is a terminal.

    Where a NaN or an infinity comes up, in training or in the evaluations that the experiment asks for, it says so on
    standard error, once for each lane, and trains on, as what is written afterwards shows what came of it. Returns the
    exit code: 0, or `NOT_FINITE`.
    """
    watched = sys.stderr.isatty()
    stops: dict[int, Stop] = {}
    part, last = max(1, iterations // PROGRESS_PARTS), session.iteration + iterations
    while session.iteration < last:
        session.run(min(part, last - session.iteration))
        if session.stopped is not None:
            stops.setdefault(session.stopped.lane, session.stopped)
        if watched:
            print(f"\riteration {count(session.iteration)} of {count(last)}", end="", file=sys.stderr, flush=True)
    if watched:
        print(file=sys.stderr)
    said = [stop.sentence for stop in stops.values()]
    said += [f"{lane.stack.name}: {lane.tests.not_finite}" for lane in session.lanes if lane.tests.not_finite]
    for sentence in said:
        print(f"bnsim: {readable(sentence)}; the run went on.", file=sys.stderr)
    return NOT_FINITE if said else 0


def _iterations(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"cannot run {text} iterations; give a number from 0 on")
    return int(text)
