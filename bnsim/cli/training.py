"""Training for the commands that train."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bnsim.cli.progress import Bar
from bnsim.spec.errors import readable
from bnsim.spec.languages import LANGUAGES
from bnsim.spec.numerals import count

if TYPE_CHECKING:
    from bnsim.session import Session
    from bnsim.session.stop import Stop
    from bnsim.spec.document import Document

PROGRESS_PARTS = 40


def add_iterations(parser: argparse.ArgumentParser, default: int | None, words: str = "") -> None:
    """Declare the option for the number of iterations; `words` say what it is by default, where that depends."""
    said = words or default
    parser.add_argument(
        "--iterations", type=_iterations, default=default, metavar="N", help=f"updates to make ({said})"
    )


MOST_SEED = 2**53
NOT_FINITE = 3
"""The exit code where a NaN or an infinity came up."""
EXIT_CODES = f"exit codes: 0 done, 2 something to mend, {NOT_FINITE} done, but a NaN or an infinity came up on the way"
"""For the help of commands that train."""


def add_seed(parser: argparse.ArgumentParser) -> None:
    """Declare the option for another seed than the file's."""
    parser.add_argument("--seed", type=_seed, metavar="N", help="train with this seed in place of the file's")


def seeded(document: Document, seed: int | None) -> Document:
    """The document with another seed of its experiment, or itself if that is None."""
    if seed is None:
        return document
    experiment = document.experiment
    return replace(document, experiment=replace(experiment, training=replace(experiment.training, seed=seed)))


def add_quiet(parser: argparse.ArgumentParser) -> None:
    """Declare the option for no words that nobody asked for."""
    parser.add_argument("--quiet", action="store_true", help="no progress, and nothing printed but what is wrong")


def add_language(parser: argparse.ArgumentParser, what: str) -> None:
    """Declare the option for the language `what` is written in."""
    parser.add_argument("--language", choices=LANGUAGES, default="en", help=f"the language {what} (en)")


def train(session: Session, iterations: int, *, quiet: bool = False) -> int:
    """Make that many updates; draws a bar meanwhile if standard error is a terminal, unless it is to be `quiet`.

    Where a NaN or an infinity comes up, in training or in the evaluations that the experiment asks for, it says so on
    standard error, once for each lane, and trains on, as what is written afterwards shows what came of it. Returns the
    exit code: 0, or `NOT_FINITE`.
    """
    bar = Bar(iterations, "iteration", quiet=quiet)
    stops: dict[int, Stop] = {}
    first = session.iteration
    part, last = max(1, iterations // PROGRESS_PARTS), first + iterations
    while session.iteration < last:
        session.run(min(part, last - session.iteration))
        if session.stopped is not None:
            stops.setdefault(session.stopped.lane, session.stopped)
        bar.show(session.iteration - first)
    bar.end()
    said = [stop.sentence for stop in stops.values()]
    said += [f"{lane.stack.name}: {lane.tests.not_finite}" for lane in session.lanes if lane.tests.not_finite]
    for sentence in said:
        print(f"bnsim: {readable(sentence)}; the run went on.", file=sys.stderr)
    return NOT_FINITE if said else 0


def _iterations(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"cannot run {text} iterations; give a number from 0 on")
    return int(text)


def _seed(text: str) -> int:
    if not text.isdecimal() or int(text) > MOST_SEED:
        raise argparse.ArgumentTypeError(f"{text} is no seed; give a number from 0 to {count(MOST_SEED)}")
    return int(text)
