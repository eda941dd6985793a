"""`bnsim lessons`: list the lessons, measure what they claim, begin one of one's own."""

from __future__ import annotations

import argparse
import textwrap
from typing import TYPE_CHECKING

from bnsim.cli.progress import Bar
from bnsim.cli.training import add_language, add_quiet
from bnsim.spec.languages import sayer_of
from bnsim.spec.numerals import counted
from bnsim.spec.places import place

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from bnsim.lessons.claims import Measurement
    from bnsim.lessons.lesson import Lesson
    from bnsim.spec.phrases import Say

HELP = "guided lessons: list them, run them and hold their claims to what is measured, or begin one of your own"
WRONG = 1
_WIDTH = 100


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare which lessons, and what is done with them."""
    parser.epilog = f"exit codes: 0 done, {WRONG} a claim does not hold here, 2 something to mend"
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="those meant (all): name, number, or a lesson's folder"
    )
    parser.add_argument("--check", action="store_true", help="measure every claim, and see that all they name is there")
    parser.add_argument("--new", type=place, metavar="DIR", help="make this folder, a lesson to begin with")
    parser.add_argument(
        "--plan", type=place, metavar="DIR", help="write a teacher's plan of each there, as .md and .pdf, with numbers"
    )
    add_language(parser, "of --plan, where the lesson is translated")
    add_quiet(parser)


def execute(options: argparse.Namespace) -> int:
    """Begin one, check some or list them; the exit code is 1 if a claim does not hold."""
    from bnsim.lessons.shipped import lesson_of, lessons

    if options.new is not None:
        _begin(options.new)
        return 0
    language = options.language
    names = options.names
    chosen = [lesson_of(name, language) for name in names] if names else list(lessons(language).values())
    if options.plan is not None:
        _plan(chosen, options.plan, sayer_of(language), quiet=options.quiet)
    if options.check:
        held = [_check(lesson, quiet=options.quiet) for lesson in chosen]
        return 0 if all(held) else WRONG
    for lesson in chosen if options.plan is None else ():
        print("\n".join(_about(lesson)))
    return 0


def _begin(folder: Path) -> None:
    from bnsim.lessons.beginning import begin

    for path in begin(folder):
        print(path)


def _plan(lessons: Sequence[Lesson], folder: Path, say: Say, *, quiet: bool) -> None:
    """Write the plans of lessons, as text to change and as pages to print."""
    from bnsim.cli.lesson_files import measurements_of
    from bnsim.cli.writing import Saying, made_folder
    from bnsim.decks.lesson_writing import plan_sheets
    from bnsim.decks.writing import write_paper, write_text
    from bnsim.lessons.plan import plan_of
    from bnsim.plot.style import STYLES

    made_folder(folder)
    written = Saying(quiet=quiet)
    for lesson in lessons:
        text = plan_of(lesson, measurements_of(lesson, quiet=quiet), say)
        write_text(text, folder / f"{lesson.name}-plan.md")
        write_paper(plan_sheets(text, lesson, say), folder / f"{lesson.name}-plan.pdf", STYLES["figure"])
        for suffix in ("md", "pdf"):
            written.file(folder / f"{lesson.name}-plan.{suffix}")


def _about(lesson: Lesson) -> list[str]:
    steps = f"{counted(len(lesson.steps), 'step')}, {counted(len(lesson.claims), 'measured number')}"
    lines = [lesson.name, f"  {lesson.title} ({lesson.front.minutes} min; {steps})"]
    return lines + textwrap.wrap(f"“{lesson.front.question}”", _WIDTH, initial_indent="    ", subsequent_indent="    ")


def _check(lesson: Lesson, *, quiet: bool) -> bool:
    """Whether all that a lesson names is there, and all that it claims holds."""
    from bnsim.lessons.checking import check_steps, measured, updates
    from bnsim.lessons.formulas import check_formulas
    from bnsim.lessons.translating import file_of, languages_of, translated
    from bnsim.lessons.trying import try_steps

    check_steps(lesson)
    check_formulas(lesson)
    try_steps(lesson)
    for language in languages_of(lesson):
        check_formulas(translated(lesson, language), file_of(lesson, language).name)
    bar = Bar(updates(lesson), "iteration", quiet=quiet)
    measurements = measured(lesson, bar.go_on)
    bar.end()
    if not quiet:
        print("\n".join([*_about(lesson), *_table(lesson, measurements)]))
    broken = {name: each for name, each in measurements.items() if not each.holds}
    for name, each in broken.items():
        print(f"{lesson.name}: {name} is {each.shown}, not {each.limits} ({lesson.claims[name].says})")
    return not broken


def _table(lesson: Lesson, measurements: Mapping[str, Measurement]) -> list[str]:
    """A line for each claim: its name, what was measured, what it has to be, and what it is."""
    rows = [
        (name, each.shown, each.limits, lesson.claims[name].says, "" if each.holds else "  << does not hold")
        for name, each in measurements.items()
    ]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    return [
        "    " + "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False)) + f"  {row[3]}{row[4]}"
        for row in rows
    ]
