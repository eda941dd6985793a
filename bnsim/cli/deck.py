"""`bnsim deck`: slides from an experiment."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import bnsim
from bnsim.cli.opening import DEFAULT, add_allow_data, opened
from bnsim.cli.progress import Bar
from bnsim.cli.training import EXIT_CODES, add_iterations, add_quiet, add_seed, seeded, train
from bnsim.cli.writing import Saying, Wanted, figures_wanted, records_of
from bnsim.spec.places import place

if TYPE_CHECKING:
    from bnsim.plot.figure import Figure
    from bnsim.session import Session

HELP = "slides of an experiment: a title, a figure each with what it says, notes for the speaker"
ITERATIONS = 200


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what to train, for how long, which figures are shown, and how slides look."""
    from bnsim.plot.style import STYLES

    parser.epilog = EXIT_CODES
    parser.add_argument("experiment", metavar="FILE", help=f"a .bnsim file, or '{DEFAULT}'")
    parser.add_argument("-o", "--output", type=place, required=True, metavar="TALK.pptx", help="the file to write")
    add_iterations(parser, ITERATIONS)
    parser.add_argument(
        "--figure",
        nargs="+",
        action="extend",
        metavar="NAME[:OPTION=VALUE,...]",
        help="figures to show, in their order (about eight, as a lecture has them); 'bnsim figures' lists them",
    )
    slides = [name for name in STYLES if name.startswith("slide")]
    parser.add_argument("--style", choices=slides, default="slide", help="the slide's proportions (slide)")
    parser.add_argument("--theme", choices=("light", "dark"), default="light", help="light or dark (light)")
    add_seed(parser)
    add_allow_data(parser)
    add_quiet(parser)


def execute(options: argparse.Namespace) -> int:
    """Train, then write the slides; mistakes in the arguments are reported before the training starts."""
    from bnsim.decks.choice import chosen, records
    from bnsim.decks.making import deck_of
    from bnsim.decks.writing import refuse_ending, write_deck
    from bnsim.lenses.findings.lens import RECORDS
    from bnsim.plot.writers import chosen as style_of

    refuse_ending(options.output)
    style = style_of(options.style, options.theme)
    wanted = None if options.figure is None else figures_wanted(options.figure)
    recording = records() if wanted is None else records_of(wanted)
    experiment = seeded(opened(options.experiment, allow_data=options.allow_data), options.seed)
    session = bnsim.Session(experiment, recording=recording | RECORDS)
    try:
        code = train(session, options.iterations, quiet=options.quiet)
        figures = chosen(session) if wanted is None else _made(session, wanted)
        name = "bnsim's default experiment" if options.experiment == DEFAULT else Path(options.experiment).stem
        deck = deck_of(session, figures, name)
        bar = Bar(len(deck.slides), "slide", quiet=options.quiet)
        write_deck(deck, options.output, style, report=bar.show)
        bar.end()
        Saying(quiet=options.quiet).file(options.output)
    finally:
        session.close()
    return code


def _made(session: Session, wanted: Sequence[Wanted]) -> list[Figure]:
    from bnsim.figures import FIGURES

    return [FIGURES[each.name](session, None, **each.options) for each in wanted]
