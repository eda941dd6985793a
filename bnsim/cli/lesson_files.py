"""What the commands write of a lesson: the figures of its steps, a deck."""

from __future__ import annotations

import argparse
import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bnsim.cli.progress import Bar
from bnsim.cli.writing import Saying, formats, look_of, made_folder
from bnsim.spec.errors import InputError
from bnsim.spec.languages import sayer_of

if TYPE_CHECKING:
    from bnsim.lessons.claims import Measurement
    from bnsim.lessons.lesson import Lesson
    from bnsim.plot.style import Style

_MOST_LETTERS = 40
"""Of a step's title in the name of a file."""


def write_lesson_figures(options: argparse.Namespace) -> int:
    """Write the figures of every step of a lesson, as they stand once its prediction is made."""
    from bnsim.decks.lesson_pictures import pictures
    from bnsim.lessons.shipped import lesson_of
    from bnsim.plot.writers import formats_of, write
    from bnsim.ui.window.lesson_drawing import draw_step

    given = ("iterations", "figure", "diagram", "findings", "grid", "history", "seed")
    _refuse(options, given)
    lesson, style, suffixes = lesson_of(options.experiment), look_of(options), formats(options.format)
    made_folder(options.out)
    say = Saying(quiet=options.quiet)
    for step in pictures(lesson, draw_step):
        for picture in step.shown:
            for suffix in suffixes:
                if suffix in formats_of(picture):
                    path = options.out / f"{step.number + 1:02}-{_file_name(step.step.title)}-{picture.name}.{suffix}"
                    write(picture, path, style=style)
                    say.file(path)
    return 0


def write_lesson_deck(options: argparse.Namespace, style: Style) -> int:
    """Write a lesson as slides, or as a handout."""
    from bnsim.decks.handout import ON_PAPER, handout
    from bnsim.decks.lesson_deck import lesson_deck
    from bnsim.decks.lesson_pictures import pictures, told
    from bnsim.decks.writing import PDF, write_deck, write_paper
    from bnsim.lessons.kept_numbers import numbers as shown
    from bnsim.lessons.shipped import lesson_of
    from bnsim.plot.speaker import speaking
    from bnsim.ui.catalog import speaker_of
    from bnsim.ui.window.lesson_drawing import draw_step

    _refuse(options, ("iterations", "figure", "builds", "seed"))
    if options.handout and options.output.suffix.lower() != PDF:
        raise InputError(f"Cannot write {options.output.name}: a handout is a {PDF}; choose a name that ends so.")
    lesson, say = lesson_of(options.experiment, options.language), sayer_of(options.language)
    numbers = shown(measurements_of(lesson, quiet=options.quiet))
    bar = Bar(len(lesson.steps), "step", quiet=options.quiet)
    with speaking(speaker_of(options.language)):
        steps = [told(each, say) for each in pictures(lesson, draw_step, bar.show)]
    bar.end()
    if options.handout:
        write_paper(handout(lesson, numbers, steps, say), options.output, replace(ON_PAPER, theme=style.theme))
    else:
        deck = lesson_deck(lesson, numbers, steps, say)
        bar = Bar(len(deck.slides), "slide", quiet=options.quiet)
        write_deck(deck, options.output, style, report=bar.show)
        bar.end()
    Saying(quiet=options.quiet).file(options.output)
    return 0


def measurements_of(lesson: Lesson, *, quiet: bool) -> dict[str, Measurement]:
    """What its claims measure, by their names; a bar is drawn meanwhile."""
    from bnsim.lessons.checking import updates
    from bnsim.lessons.kept_numbers import kept_or_measured

    bar = Bar(updates(lesson), "iteration", quiet=quiet)
    found = kept_or_measured(lesson, bar.go_on)
    bar.end()
    return found


def _refuse(options: argparse.Namespace, names: tuple[str, ...]) -> None:
    """InputError for what is said of a run where a lesson says it itself."""
    said = [f"--{name}" for name in names if getattr(options, name) not in (None, False)]
    if said:
        raise InputError(f"A lesson says itself what is run and shown; leave {', '.join(said)} out.")


def _file_name(title: str) -> str:
    """A step's title as it can be in the name of a file."""
    return re.sub(r"\W+", "-", title.lower()).strip("-")[:_MOST_LETTERS].rstrip("-")
