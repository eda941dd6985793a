"""`bnsim deck`: slides from an experiment."""

from __future__ import annotations

import argparse
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

import bnsim
from bnsim.cli.lesson_files import write_lesson_deck
from bnsim.cli.opening import DEFAULT, add_allow_data, opened_document, opened_run
from bnsim.cli.progress import Bar
from bnsim.cli.training import EXIT_CODES, add_iterations, add_language, add_quiet, add_seed, seeded, train
from bnsim.cli.writing import Saying, figures_wanted, records_of
from bnsim.spec.document import Document
from bnsim.spec.errors import InputError
from bnsim.spec.files import is_run
from bnsim.spec.places import place

if TYPE_CHECKING:
    from bnsim.session import Session

HELP = "slides of an experiment or a lesson: a title, a figure each with what it says, notes for the speaker"
ITERATIONS = 200


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare what to train, for how long, which figures are shown, and how slides look."""
    from bnsim.decks.writing import PAGES

    parser.epilog = EXIT_CODES
    parser.add_argument(
        "experiment",
        metavar="FILE|LESSON",
        help=f"a .bnsim file, a .bnrun file to go on with, '{DEFAULT}', or a lesson: its name, number or folder",
    )
    parser.add_argument(
        "-o",
        "--output",
        type=place,
        required=True,
        metavar="TALK.pptx",
        help="the file to write; .pdf: pages; .tex: Beamer, pictures in a folder beside it",
    )
    add_iterations(parser, None, f"{ITERATIONS}; of a saved run none: as it stands; a lesson says it itself")
    parser.add_argument(
        "--figure",
        nargs="+",
        action="extend",
        metavar="NAME[:OPTION=VALUE,...]",
        help="figures to show, in their order (about eight, as a lecture has them); 'bnsim figures' lists them",
    )
    parser.add_argument(
        "--builds", action="store_true", help="lanes appear one by one: more slides a figure, on the same axes"
    )
    parser.add_argument(
        "--handout",
        action="store_true",
        help="of a lesson, sheets of paper (.pdf) with its text and room for predictions in place of slides",
    )
    parser.add_argument("--style", choices=PAGES, default="slide", help="the slide's proportions (slide)")
    parser.add_argument("--theme", choices=("light", "dark"), default="light", help="light or dark (light)")
    add_language(parser, "of a lesson, where it is translated")
    add_seed(parser)
    add_allow_data(parser)
    add_quiet(parser)


def execute(options: argparse.Namespace) -> int:
    """Train, then write the slides; mistakes in the arguments are reported before the training starts."""
    from bnsim.decks.choice import chosen
    from bnsim.decks.making import Shown, deck_of
    from bnsim.decks.writing import refuse_unwritable, write_deck
    from bnsim.lessons.shipped import is_lesson
    from bnsim.plot.writers import chosen as style_of
    from bnsim.session.past import carried, past_of

    refuse_unwritable(options.output)
    style = style_of(options.style, options.theme)
    if is_lesson(options.experiment):
        return write_lesson_deck(options, style)
    if options.handout:
        raise InputError("Only a lesson becomes a handout; leave --handout out, or name a lesson.")
    if options.language != "en":
        raise InputError("Only a lesson is translated; leave --language out, or name a lesson.")
    wanted = None if options.figure is None else figures_wanted(options.figure)
    session, document = _session(options, records_of(wanted or ()))
    try:
        code = train(session, _iterations(options), quiet=options.quiet)
        named = None if wanted is None else [Shown(each.name, each.options) for each in wanted]
        shown = chosen(session, document.watches) if named is None else named
        name = "bnsim's default experiment" if options.experiment == DEFAULT else Path(options.experiment).stem
        bar = Bar(len(shown), "figure", quiet=options.quiet)
        deck = deck_of(session, shown, name, lanes_one_by_one=options.builds, report=bar.show)
        bar.end()
        bar = Bar(len(deck.slides), "slide", quiet=options.quiet)
        written = write_deck(deck, options.output, style, carried(past_of(session, document)), bar.show)
        bar.end()
        Saying(quiet=options.quiet).file(written[0])
    finally:
        session.close()
    return code


def _iterations(options: argparse.Namespace) -> int:
    if options.iterations is not None:
        return int(options.iterations)
    return 0 if is_run(options.experiment) else ITERATIONS


def _session(options: argparse.Namespace, needed: Collection[str]) -> tuple[Session, Document]:
    """The session to train, or that of a saved run, and the document it is of; what is `needed` is recorded, too."""
    from bnsim.decks.choice import records

    if is_run(options.experiment):
        from bnsim.session.opening import open_run

        run = opened_run(options.experiment, seed=options.seed, allow_data=options.allow_data)
        return open_run(run, recording=records(run.document.watches) | {*needed}), run.document
    document = seeded(opened_document(options.experiment, allow_data=options.allow_data), options.seed)
    return bnsim.Session(document.experiment, recording=records(document.watches) | {*needed}), document
